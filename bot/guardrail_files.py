"""What stands beside an attach figure as a CSV of its own: a file of the figure's rows has room for nothing else."""

from pathlib import PurePath

from bot.report_files import build_table_csv
from bot.report_tables import Cell, Table, major, name_part
from bot.views.guardrails import name_rail
from offers.guardrails import Guardrail, Guardrails, Level
from offers.metrics.figures import Report

_HEADER = (
    "beside", "guardrail", "numerator", "denominator", "rate", "numerator before", "denominator before",
    "rate before", "currency", "lines without cost", "worse", "worse while it rises", "from", "to", "before from",
    "before to",
)  # fmt: skip


def build_guardrail_csv(report: Report, beside: Guardrails) -> bytes:
    """Return the guardrails of a report's figure as UTF-8 CSV, one a row."""
    table = name_part(tabulate_guardrails(report.metric, beside), report.only)
    return build_table_csv(table.header, table.all_rows)


def tabulate_guardrails(metric: str, beside: Guardrails) -> Table:
    """Return guardrails as typed cells, each with where it stood before; amounts in major units of their currency.

    "worse" is by more than chance; "worse while it rises" is what the figure is flagged for.
    """
    days: list[Cell] = [
        beside.days.first,
        beside.days.last,
        beside.days.before_first,
        beside.days.before_last,
    ]
    return Table(
        _HEADER,
        [
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
        ],
    )


def name_beside(file_name: str) -> str:
    """Return what the guardrails' file is called beside a report's: "coverage-guardrails.csv"."""
    path = PurePath(file_name)
    return f"{path.stem}-guardrails{path.suffix}"


def _level(one: Guardrail, level: Level) -> list[Cell]:
    if one.currency is None:
        return [level.numerator, level.denominator, level.rate]
    return [major(level.numerator, one.currency), major(level.denominator, one.currency), level.rate]
