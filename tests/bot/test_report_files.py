"""A report as a file says what a person recognises, in cells that count as what they are."""

import csv
import io
from dataclasses import replace
from datetime import date

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell

from bot.files.reports import build_csv, build_workbook, name_file
from offers.metrics.entries import Entry
from offers.metrics.entry_facts import EntryFacts
from offers.metrics.figures import Counts, Figure, Report, build_figure

DAY = date(2026, 4, 1)
ENTRIES = (
    Entry("M-1", "A-1", ("P-1",), 1, 1),
    Entry("M-2", "A-2", ("P-2",), 0, 1),
)
FACTS = EntryFacts(
    ("customer", "serial_number", "installed"),
    {"M-1": ("Harbour Hotel", "NV-1", date(2025, 6, 1)), "M-2": ("=Quay()", None, None)},
)


def figure(group: dict[str, str | None], numerator: int, denominator: int) -> Figure:
    return build_figure(group, Counts(numerator, denominator, (0.1, 0.9), denominator), None)


def report(*rows: Figure, date_from: date | None = date(2026, 3, 1)) -> Report:
    return Report("coverage", DAY, date_from, DAY, "covered / all", rows, figure({}, 1, 2))


PARTNERS = report(figure({"partner": "P-1"}, 1, 1), figure({"partner": "P-2"}, 0, 1))


def read(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def test_the_rows_say_customer_machine_and_day_beside_their_ids() -> None:
    sheet = read(build_workbook(PARTNERS, ENTRIES, facts=FACTS))["rows"]
    header, first, second = sheet.iter_rows(values_only=True)
    assert header == (
        "partner", "id", "account", "customer", "serial_number", "installed", "numerator", "denominator",
    )  # fmt: skip
    assert (*first[:5], first[5].date(), *first[6:]) == (
        "P-1", "M-1", "A-1", "Harbour Hotel", "NV-1", date(2025, 6, 1), 1, 1,
    )  # fmt: skip
    assert second == ("P-2", "M-2", "A-2", "'=Quay()", None, None, 0, 1)
    written = csv.reader(io.StringIO(build_csv(PARTNERS, ENTRIES, FACTS).decode()))
    assert list(written)[1] == ["P-1", "M-1", "A-1", "Harbour Hotel", "NV-1", "2025-06-01", "1", "1"]


def test_ids_of_groups_have_their_names_beside_them_where_they_have_names() -> None:
    header, first, second, total = read(build_workbook(PARTNERS, names={"P-1": "Nordklima"}))[
        "coverage"
    ].iter_rows(max_col=4, values_only=True)
    assert header == ("partner", "partner name", "numerator", "denominator")
    assert (first[:2], second[:2], total[:2]) == (("P-1", "Nordklima"), ("P-2", None), ("total", None))


def test_what_is_filtered_and_sorted_leaves_the_total_alone() -> None:
    book = read(build_workbook(PARTNERS, ENTRIES))
    figures, rows = book["coverage"], book["rows"]
    assert figures.max_row == 4
    assert figures.auto_filter.ref == "A1:H3"
    assert rows.auto_filter.ref == "A1:E3"
    assert figures["A4"].value == "total"


@pytest.mark.parametrize(
    ("first_day", "shown"), [(date(2026, 3, 1), "2026-03-01"), (None, "the beginning of the records")]
)
def test_the_definitions_days_are_days(first_day: date | None, shown: str) -> None:
    of_window = replace(report(date_from=first_day), metric="units_attach")
    facts = read_definition(of_window)
    assert [name for name, cell in facts.items() if cell.is_date] == [
        *(["from"] if first_day else []),
        "to",
        "as of",
    ]
    assert str(facts["from"].value).removesuffix(" 00:00:00") == shown
    assert facts["as of"].value.date() == DAY


def test_a_figure_of_a_day_has_that_day_and_no_period() -> None:
    assert [name for name, cell in read_definition(PARTNERS).items() if cell.is_date] == ["on"]
    # By month it is of the end of each.
    months = report(figure({"month": "2026-02"}, 1, 2), figure({"month": "2026-03"}, 1, 2))
    assert [name for name, cell in read_definition(months).items() if cell.is_date] == ["from", "to", "as of"]


def read_definition(made: Report) -> dict[str, Cell]:
    """Return what the definition sheet says, by name."""
    return {
        row[0].value: row[1] for row in read(build_workbook(made, names={"P-1": "Nordklima"}))["definition"]
    }


def test_what_a_figure_was_narrowed_to_stands_in_every_file() -> None:
    part = replace(PARTNERS, only={"region": "Süd & Ost", "partner": "P-1"})
    facts = read_definition(part)
    assert (facts["only region"].value, facts["only partner"].value) == ("Süd & Ost", "Nordklima (P-1)")
    # The column of partners says which they are; the total is of the region too.
    header, first, _, total = csv.reader(io.StringIO(build_csv(part).decode()))
    assert header[:3] == ["region", "partner", "numerator"]
    assert (first[:2], total[:2]) == (["Süd & Ost", "P-1"], ["Süd & Ost", "total"])
    _, row, _ = csv.reader(io.StringIO(build_csv(part, ENTRIES, FACTS).decode()))
    assert row[:3] == ["Süd & Ost", "P-1", "M-1"]
    assert name_file(part, {"P-1": "Nordklima"}, "xlsx") == "coverage-Süd-Ost-Nordklima-2026-04-01.xlsx"
    assert name_file(PARTNERS, {}, "csv") == "coverage-2026-04-01.csv"


def test_a_currency_that_groups_are_split_by_stands_there_once() -> None:
    of_euro = Counts(100, 200, None, 2, currency="EUR")
    split = report(build_figure({"region": "North", "currency": "EUR"}, of_euro, None))
    assert build_csv(replace(split, metric="value_attach")).decode().splitlines()[0].count("currency") == 1


def test_months_are_drawn_as_a_line_and_each_bar_bears_all_of_its_dimensions() -> None:
    months = report(figure({"month": "2026-02"}, 1, 2), figure({"month": "2026-03"}, 1, 2))
    (line,) = read(build_workbook(months))["coverage"]._charts
    assert line.tagname == "lineChart"
    crossed = report(
        figure({"region": "North", "tier": "gold"}, 1, 2), figure({"region": "North", "tier": "silver"}, 0, 2)
    )
    (bars,) = read(build_workbook(crossed))["coverage"]._charts
    assert bars.tagname == "barChart"
    names = bars.series[0].cat
    assert (names.multiLvlStrRef or names.strRef or names.numRef).f == "coverage!$A$2:$B$3"
