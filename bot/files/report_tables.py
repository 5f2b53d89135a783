"""A report and the entries behind it as tables of typed cells, in the words of people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.currencies import keep_currency, list_currencies
from offers.metrics.entries import Entry
from offers.metrics.entry_facts import EntryFacts
from offers.metrics.figures import Figure, Report
from offers.metrics.grouping import PERIODS
from offers.money import exponent_of

Cell = str | int | float | date | None

RATES = frozenset(
    {
        "rate",
        "rate before",
        "low",
        "high",
        "target",
        "shrunk",
        "required_rate",
        "mean error",
        "naive mean error",
    }
)
"""The columns that are shares of one."""

_FIELDS = ("numerator", "denominator", "rate", "low", "high", "target", "n")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Table:
    """A header, its rows, and the row that is of all of them; `amounts` are the columns in units of a currency.

    `course`: its rows are months, whose rates a workbook draws under this title as a line between `low` and `high`.
    """

    header: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell] | None = None
    amounts: frozenset[str] = frozenset()
    course: str = ""

    @property
    def all_rows(self) -> list[Sequence[Cell]]:
        """The rows with the total last."""
        return [*self.rows, *([] if self.total is None else [self.total])]


def build_figure_table(report: Report, names: Mapping[str, str] | None = None) -> Table:
    """Return a report's rows and total; amounts in major units of their currency.

    Args:
        names: What ids in the groups are called; a dimension with such ids gets a column of names beside it.
    """
    figures = [*report.rows, report.total]
    called = names or {}
    dimensions = list(dict.fromkeys(name for row in report.rows for name in row.group))
    named = [name for name in dimensions if any((row.group.get(name) or "") in called for row in report.rows)]
    asides = list(dict.fromkeys(name for row in figures for name in row.asides))
    extra = [
        name
        for name in ("shrunk", "currency")
        if name not in dimensions and any(getattr(row, name) is not None for row in figures)
    ]
    lead: list[tuple[str, bool]] = []
    for name in dimensions:
        lead += [(name, False), *([(name, True)] if name in named else [])]
    rows = [
        [
            *(
                called.get(row.group.get(name) or "") if is_name else row.group.get(name)
                for name, is_name in lead
            ),
            *_cells(report, row, extra, asides),
        ]
        for row in report.rows
    ]
    label: list[Cell] = ["total" if not index else None for index in range(len(lead))]
    is_money = any(row.currency is not None for row in figures)
    return Table(
        header=(*(f"{name} name" if is_name else name for name, is_name in lead), *_FIELDS, *extra, *asides),
        rows=rows,
        total=[*label, *_cells(report, report.total, extra, asides)],
        amounts=frozenset(
            {"numerator", "denominator", *METRIC_TABLE[report.metric].amounts} if is_money else ()
        ),
    )


def _cells(report: Report, row: Figure, extra: Sequence[str], asides: Sequence[str]) -> list[Cell]:
    amounts = METRIC_TABLE[report.metric].amounts if row.currency is not None else ()
    counts: list[Cell] = [row.numerator, row.denominator]
    if row.currency is not None:
        counts = [major(row.numerator, row.currency), major(row.denominator, row.currency)]
    return [
        *counts,
        *(getattr(row, name) for name in _FIELDS[2:]),
        *(getattr(row, name) for name in extra),
        *(
            major(row.asides.get(name), str(row.currency)) if name in amounts else row.asides.get(name)
            for name in asides
        ),
    ]


def build_entry_table(report: Report, entries: Sequence[Entry], facts: EntryFacts | None = None) -> Table:
    """Return the entries behind a report, one a row, with what a person recognises each by."""
    names = list(report.rows[0].group) if report.rows else []
    width = max((len(entry.group) for entry in entries), default=0)
    has_currency = any(entry.currency for entry in entries)
    facts = facts or EntryFacts((), {})
    unknown = (None,) * len(facts.columns)
    return Table(
        header=(
            *names[:width], "id", "account", *facts.columns, "numerator", "denominator",
            *(["currency"] if has_currency else []),
        ),
        rows=[
            [
                *entry.group,
                entry.entry_id,
                entry.account_id,
                *facts.cells.get(entry.entry_id, unknown),
                *_sides(entry),
                *([entry.currency] if has_currency else []),
            ]
            for entry in entries
        ],
        amounts=frozenset({"numerator", "denominator"} if has_currency else ()),
    )  # fmt: skip


def build_trend_tables(trend: Report | None) -> dict[str, Table]:
    """Return a report's months or quarters as tables by the name of their sheet, of several currencies one for each."""
    if trend is None:
        return {}
    parts = {f"trend {name}": keep_currency(trend, name) for name in list_currencies(trend)}
    if len(parts) < 2:
        parts = {"trend": trend}
    period = next((name for row in trend.rows for name in row.group if name in PERIODS), PERIODS[0])
    title = f"{METRIC_TABLE[trend.metric].title} by {period}"
    return {
        name: replace(build_figure_table(part), total=None, course=name.replace("trend", title))
        for name, part in parts.items()
    }


def name_part(table: Table, only: Mapping[str, str]) -> Table:
    """Return the table with what it is narrowed to in front of each row, but for what a column says already."""
    named = {name: value for name, value in only.items() if name not in table.header}
    values = list(named.values())
    return replace(
        table,
        header=(*named, *table.header),
        rows=[[*values, *row] for row in table.rows],
        total=None if table.total is None else [*values, *table.total],
    )


def name_days(report: Report) -> list[tuple[str, Cell]]:
    """Return the day that a figure is of, or the window and the day that it is as of, each with what it is."""
    if METRIC_TABLE[report.metric].is_of_a_day(report.rows[0].group if report.rows else ()):
        return [("on", report.as_of)]
    first = report.date_from or "the beginning of the records"
    return [("from", first), ("to", report.date_to or report.as_of), ("as of", report.as_of)]


def _sides(entry: Entry) -> tuple[Cell, Cell]:
    if entry.currency is None:
        return entry.numerator, entry.denominator
    return major(entry.numerator, entry.currency), major(entry.denominator, entry.currency)


def major(amount_minor: float | None, currency: str) -> float | None:
    """Return an amount in major units of its currency, or None of none."""
    return None if amount_minor is None else amount_minor / 10 ** exponent_of(currency)


def neutral(cell: Cell) -> Cell:
    """Return a cell that no spreadsheet runs as a formula (OWASP, CSV injection)."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else cell
