"""What stands beside an attach figure as a CSV of its own: a file of the figure's rows has room for nothing else."""

from pathlib import PurePath

from bot.files.report_tables import Cell, Table, major, name_part
from bot.files.reports import build_table_csv
from bot.views.guardrails import name_rail
from offers.guardrails import Guardrail, Guardrails, Level
from offers.metrics.currencies import CURRENCY
from offers.metrics.figures import Report

_HEADER = (
    "beside", "guardrail", "numerator", "denominator", "rate", "numerator before", "denominator before",
    "rate before", "currency", "lines without cost", "worse", "worse while it rises", "from", "to", "before from",
    "before to",
)  # fmt: skip


def build_guardrail_csv(report: Report, beside: Guardrails) -> bytes:
    """Return the guardrails of a report's figure and of its groups as UTF-8 CSV, one a row."""
    table = name_part(tabulate_guardrails(report, beside), report.only)
    return build_table_csv(table.header, table.all_rows)


def tabulate_guardrails(report: Report, beside: Guardrails) -> Table:
    """Return guardrails as typed cells, each with where it stood before; amounts in major units of their currency.

    Those of the figure's groups come first, with the group in front; then those of all of it. "worse" is by more than
    chance; "worse while it rises" is what the figure is flagged for.
    """
    names = list(report.rows[0].group) if beside.rows else []
    label: list[Cell] = ["total" if not index else None for index in range(len(names))]
    rows = [
        [*row.group.values(), *cells]
        for row in report.rows
        if (own := beside.rows.get(tuple(row.group.values()))) is not None
        for cells in _list_rows(report.metric, own)
    ]
    rows += [[*label, *cells] for cells in _list_rows(report.metric, beside)]
    # A currency may be one of the groups: the guardrail's own is another.
    header = (*("of currency" if name == CURRENCY else name for name in names), *_HEADER)
    return Table(header, rows)


def _list_rows(metric: str, beside: Guardrails) -> list[list[Cell]]:
    days: list[Cell] = [
        beside.days.first,
        beside.days.last,
        beside.days.before_first,
        beside.days.before_last,
    ]
    return [
        [
            metric,
            name_rail(one),
            *_level(one, one.now),
            *_level(one, one.before),
            one.currency,
            one.without_cost or None,
            "yes" if one.is_worse else "no",
            "yes" if one in beside.flagged else "no",
            *days,
        ]
        for one in beside.rails
    ]


def name_beside(file_name: str) -> str:
    """Return what the guardrails' file is called beside a report's: "coverage-guardrails.csv"."""
    path = PurePath(file_name)
    return f"{path.stem}-guardrails{path.suffix}"


def _level(one: Guardrail, level: Level) -> list[Cell]:
    if one.currency is None:
        return [level.numerator, level.denominator, level.rate]
    return [major(level.numerator, one.currency), major(level.denominator, one.currency), level.rate]
