"""The file of a figure of two windows: a row for each of both, the difference, and whether chance would do."""

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

from bot.files.comparisons import build_comparison_csv, is_of_all_groups
from offers.metrics.figures import MetricSettings
from offers.metrics.recent import Viewer
from offers.metrics.two_windows import compare_windows
from offers.reporting import report
from tests.offers.company import NOW
from tests.offers.conftest import Store
from tests.offers.rows import contract, fill, line, machine
from tests.offers.test_two_windows import FEBRUARY, JANUARY, orders


def read(store: Store, metric: str, windows: Any = (JANUARY, FEBRUARY), **more: Any) -> list[dict[str, str]]:
    """Return the rows of the file that a manager gets on 1 March 2026."""
    only, by = more.pop("only", None), more.pop("by", ())
    with store.scope() as session:
        viewer = Viewer(NOW, MetricSettings(), only=only)
        found = compare_windows(session, metric, viewer, windows, by=by)
        asked = report(session, metric, by=by, only=only, now=NOW)
    assert is_of_all_groups(found, asked)
    return list(csv.DictReader(io.StringIO(build_comparison_csv(found, asked).decode())))


def test_each_group_and_all_of_them_have_a_row_for_each_window(store: Store, tmp_path: Path) -> None:
    fill(
        store,
        tmp_path,
        orders=[
            *orders("2026-01-10", count=20, attached=2),
            *orders("2026-02-10", count=20, attached=16),
            *orders("2026-02-11", count=2, attached=1, account_id="A-2"),
        ],
    )
    rows = read(store, "order_attach", by=("region",))
    assert list(rows[0])[:6] == ["window", "from", "to", "region", "numerator", "denominator"]
    assert [
        tuple(row[name] for name in ("region", "window", "from", "to", "numerator", "denominator", "more than chance"))
        for row in rows
    ] == [
        ("North", "before", "2026-01-01", "2026-01-31", "2", "20", ""),
        ("North", "after", "2026-02-01", "2026-02-28", "16", "20", "yes"),
        # Nothing was ordered there in January.
        ("South", "after", "2026-02-01", "2026-02-28", "1", "2", ""),
        ("total", "before", "2026-01-01", "2026-01-31", "2", "20", ""),
        ("total", "after", "2026-02-01", "2026-02-28", "17", "22", "yes"),
    ]  # fmt: skip
    # 16/20 less 2/20, and 17/22 less 2/20.
    assert [row["points"] for row in rows] == ["", "70.0", "", "", "67.272727"]
    narrowed = read(store, "order_attach", only={"region": "North"})
    assert [(row["region"], row["window"], row["points"]) for row in narrowed] == [
        ("North", "before", ""),
        ("North", "after", "70.0"),
    ]


def test_a_figure_of_a_day_has_the_days_and_what_has_no_interval_no_word_of_chance(
    store: Store, tmp_path: Path
) -> None:
    fill(
        store,
        tmp_path,
        assets=[machine(f"M{number}", install_date="2025-01-01") for number in range(10)],
        contracts=[contract("C", "2025-01-01", "2026-12-31")],
        contract_lines=[
            line(f"L{number}", "C", asset_id=f"M{number}", end_date="2026-01-31") for number in range(4)
        ],
        orders=[*orders("2026-01-10", count=4, attached=1), *orders("2026-02-10", count=4, attached=2)],
    )
    march = (date(2026, 3, 1), date(2026, 3, 31))
    before, after = read(store, "coverage", (JANUARY, march))
    assert (before["from"], before["to"], before["numerator"]) == ("2026-01-31", "2026-01-31", "4")
    # A day to come is today.
    assert (after["from"], after["to"], after["points"]) == ("2026-03-01", "2026-03-01", "-40.0")
    _, units = read(store, "units_attach")
    assert (units["points"], units["more than chance"]) == ("25.0", "")
