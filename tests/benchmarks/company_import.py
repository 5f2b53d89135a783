"""Importing the synthetic company, beside a bare loop over the same files."""

import csv
import sqlite3
import time
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from bot.app import open_database
from bot.database import build_session_scope
from bot.settings import Settings
from offers.importing import ImportProgress, import_paths
from tests.benchmarks.company import HEADERS, write_company
from tests.benchmarks.processes import ProcessFailed
from tests.benchmarks.progress import Progress


@dataclass(frozen=True, slots=True)
class ImportRun:
    """Seconds for the same rows: ours, of that checking and writing by kind of file, and the bare loop."""

    rows: int
    total_s: float
    checking_s: float
    writing_s: float
    again_s: float
    bare_s: float
    seconds_by_kind: dict[str, float]
    rows_by_kind: dict[str, int]


def import_company(assets: int, settings: Settings, folder: Path, *, seed: int) -> ImportRun:
    """Write the company's files, import them twice (the second time nothing is new) and load them barely."""
    files = folder / "company"
    now = datetime.now(UTC)
    counts = write_company(files, assets=assets, today=now.date(), seed=seed)
    rows = sum(counts.values())
    engine = open_database(settings)
    watch = _Watch("importing", rows)
    total_s = _import(engine, files, now - timedelta(days=1), watch)
    again_s = _import(engine, files, now, _Watch("importing again", rows))
    engine.dispose()
    return ImportRun(
        rows=rows,
        total_s=total_s,
        checking_s=sum(s for (_, phase), s in watch.seconds.items() if phase == "checking"),
        writing_s=sum(s for (_, phase), s in watch.seconds.items() if phase == "writing"),
        again_s=again_s,
        bare_s=_load_bare(files, folder / "bare.db"),
        seconds_by_kind={kind: sum(s for (k, _), s in watch.seconds.items() if k == kind) for kind in counts},
        rows_by_kind=counts,
    )


def _import(engine: Engine, files: Path, recorded_at: datetime, watch: "_Watch") -> float:
    started = time.perf_counter()
    with watch.bar:
        report = import_paths(
            build_session_scope(engine), [files], recorded_at=recorded_at, on_progress=watch.note
        )
    seconds = time.perf_counter() - started
    for file in report.files:
        if file.problems:
            problem = file.problems[0]
            raise ProcessFailed(f"{file.path.name}, line {problem.line}, {problem.column}: {problem.reason}")
    return seconds


class _Watch:
    """Seconds by kind of file and phase. What passes before a batch is told belongs to that batch."""

    def __init__(self, label: str, rows: int) -> None:
        self.seconds: defaultdict[tuple[str, str], float] = defaultdict(float)
        self.bar = Progress(label, 2 * rows)
        self._done: dict[tuple[str, str], int] = {}
        self._since = time.perf_counter()

    def note(self, progress: ImportProgress) -> None:
        now = time.perf_counter()
        key = (progress.kind, progress.phase)
        self.seconds[key] += now - self._since
        self._since = now
        self._done[key] = progress.done
        self.bar.show(sum(self._done.values()), progress.kind)


def _load_bare(files: Path, database: Path) -> float:
    """Return the seconds of csv.DictReader and executemany for the same files: text columns, no checks."""
    started = time.perf_counter()
    with closing(sqlite3.connect(database)) as connection:
        for name, header in HEADERS.items():
            columns = header.split(",")
            connection.execute(f"CREATE TABLE {name} ({header})")
            gaps = ", ".join(f":{column}" for column in columns)
            with (files / f"{name}.csv").open(encoding="utf-8", newline="") as stream, connection:
                connection.executemany(f"INSERT INTO {name} VALUES ({gaps})", csv.DictReader(stream))  # noqa: S608
    return time.perf_counter() - started
