"""By product, add-ons to core units have one side only: no rate, in words, in files and on the command line."""

import csv
import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bot.commands.found_report import FoundReport
from bot.files.reports import build_csv
from bot.views.figures import build_figure_message
from bot.views.payloads import FigureRef
from bot.views.readings import list_readings
from offers.metrics.figures import Report
from offers.reporting import report
from tests.offers.company import NOW
from tests.offers.conftest import Store
from tests.offers.test_what_it_rests_on import sold


def read(store: Store, metric: str, *by: str, **only: str) -> Report:
    with store.scope() as session:
        return report(session, metric, by=by, only=only, now=NOW)


@pytest.mark.parametrize("metric", ["units_attach", "net_attach"])
@pytest.mark.parametrize("by", [("sku",), ("region", "sku")])
def test_a_product_has_counts_and_no_rate_and_they_add_up(
    store: Store, folder: Path, metric: str, by: tuple[str, ...]
) -> None:
    sold(store, folder)
    found = read(store, metric, *by)
    counted: dict[str | None, tuple[int, int]] = {}
    for row in found.rows:
        assert (row.rate, row.low, row.high) == (None, None, None)
        before = counted.get(row.group["sku"], (0, 0))
        counted[row.group["sku"]] = (before[0] + (row.numerator or 0), before[1] + (row.denominator or 0))
    # Three chillers and one; a gateway and two.
    assert counted == {"CHILL": (0, 4), "GATE": (3, 0)}
    assert (found.total.numerator, found.total.denominator, found.total.rate) == (3, 4, 0.75)
    # One product alone is no other figure than its row.
    one = read(store, metric, sku="CHILL").total
    assert (one.numerator, one.denominator, one.rate, one.low) == (0, 4, None, None)


def test_other_groups_and_other_figures_keep_their_rates(store: Store, folder: Path) -> None:
    sold(store, folder)
    assert [row.rate for row in read(store, "units_attach", "month").rows] == [0.75]
    # Both orders with a chiller have a gateway.
    found = read(store, "order_attach", "sku")
    assert [(row.group["sku"], row.rate) for row in found.rows] == [("CHILL", 1.0)]
    assert list_readings(found) == ()


def test_it_is_told_so_in_words_in_files_and_on_the_command_line(
    store: Store, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sold(store, folder)
    found = read(store, "units_attach", "sku")
    (why,) = list_readings(found)
    assert "it sets add-ons against core units, and a product is one of the two" in why
    ref = FigureRef(metric="units_attach", by=("sku",))
    message = build_figure_message(found, names={}, ref=ref, remarks=[why])
    table = next(block for block in message.best.blocks if block["type"] == "data_table")
    cells = [[cell["text"] for cell in row][:3] for row in table["rows"]]
    assert cells == [["product", "rate", "of"], ["CHILL", "–", "0 of 4"], ["GATE", "–", "3 of 0"]]
    assert not any(block["type"] == "data_visualization" for block in message.best.blocks)
    told = FoundReport(found, {}, {}, None, None, None, None, None, remarks=[why])
    told.print()
    printed = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert any(line.startswith("CHILL – 0 / 4") for line in printed)
    assert any(line.startswith("total 75.00 % 3 / 4") for line in printed)
    assert "it sets add-ons against core units" in " ".join(printed)
    rows = list(csv.DictReader(io.StringIO(build_csv(found).decode())))
    told_of = [(row["sku"], row["rate"], row["denominator"]) for row in rows[:2]]
    assert told_of == [("CHILL", "", "4"), ("GATE", "", "0")]
    book = load_workbook(io.BytesIO(told.build_workbook()))
    header, chiller, *_ = book["units_attach"].values
    assert dict(zip(header, chiller, strict=True))["rate"] is None
    assert any("a product is one of the two" in str(value) for _, value, *_ in book["definition"].values)
