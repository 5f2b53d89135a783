"""Bringing the sample company in as its records would have come: machines month by month, as they were installed."""

import csv
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from bot.database import SessionScope
from offers.importing import ImportReport, import_paths
from offers.metrics.periods import month_end

HISTORY = timedelta(days=600)
"""For how long the company has kept its records here."""

_PARTIES = (
    "accounts",
    "sites",
    "products",
    "product_relations",
    "bundle_items",
    "pricebook",
    "partners",
    "people",
)
_MACHINES = "assets"


def import_chronicle(scope: SessionScope, folder: Path, *, today: date) -> list[ImportReport]:
    """Import the sample's files from a folder; a machine is recorded at the end of the month it was installed in.

    Everything else has been known all along, so that reports as of an earlier day have rows. Returns what each
    import did, in order.
    """
    beginning = today - HISTORY
    machines = _split_machines(folder, beginning=beginning, today=today)
    parties = [folder / f"{name}.csv" for name in _PARTIES]
    rest = [path for path in sorted(folder.glob("*.csv")) if path not in parties and path.stem != _MACHINES]
    steps = [(beginning, parties), *((day, [path]) for day, path in machines), (beginning, rest)]
    return [
        import_paths(scope, paths, recorded_at=datetime.combine(day, time.min, UTC)) for day, paths in steps
    ]


def _split_machines(folder: Path, *, beginning: date, today: date) -> list[tuple[date, Path]]:
    """Write the machines as a file for each day on which some become known; return the days and the files."""
    with (folder / f"{_MACHINES}.csv").open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        by_day: defaultdict[date, list[dict[str, str]]] = defaultdict(list)
        for row in reader:
            installed_on = date.fromisoformat(row["install_date"])
            by_day[max(beginning, min(month_end(installed_on), today))].append(row)
        columns = list(reader.fieldnames or ())
    files = []
    for day, rows in sorted(by_day.items()):
        path = folder / str(day) / f"{_MACHINES}.csv"
        path.parent.mkdir()
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        files.append((day, path))
    return files
