"""What has become of a past figure as a table: what it was and is, and each entry that made the difference, and why."""

from pathlib import PurePath

from bot.files.report_tables import Cell, Table, major, name_part
from bot.files.reports import build_table_csv
from offers.metrics.figures import Counts, Report
from offers.metrics.restatement import EntryChange, Restatement, Sides

_HEADER = (
    "id", "account", "numerator before", "denominator before", "numerator now", "denominator now", "currency",
    "currency now", "reasons",
)  # fmt: skip


def tabulate_restatement(changed: Restatement) -> Table:
    """Return the entries that count otherwise than they did, then the totals; amounts in major units."""
    totals = [_tabulate_total(currency, *both) for currency, both in changed.currencies.items()]
    totals = totals or [_tabulate_total(None, changed.before, changed.after)]
    priced = ("numerator before", "denominator before", "numerator now", "denominator now")
    is_money = any(row[_HEADER.index("currency")] is not None for row in totals)
    return Table(
        _HEADER,
        [*(_tabulate(one) for one in changed.changes), *totals[:-1]],
        total=totals[-1],
        amounts=frozenset(priced if is_money else ()),
    )


def build_restated_csv(report: Report, changed: Restatement) -> bytes:
    """Return what has become of a report's figure as UTF-8 CSV."""
    table = name_part(tabulate_restatement(changed), report.only)
    return build_table_csv(table.header, table.all_rows)


def name_restated(file_name: str) -> str:
    """Return what the restatement's file is called beside a report's: "coverage-restated.csv"."""
    path = PurePath(file_name)
    return f"{path.stem}-restated{path.suffix}"


def _tabulate(one: EntryChange) -> list[Cell]:
    return [
        one.entry_id,
        one.account_id,
        *_amounts(one.before, one.currency),
        *_amounts(one.after, one.now_in or one.currency),
        one.currency,
        one.now_in,
        "; ".join(one.reasons),
    ]


def _tabulate_total(currency: str | None, before: Counts | None, after: Counts | None) -> list[Cell]:
    known = currency or next((one.currency for one in (before, after) if one is not None), None)
    then, now = (None if one is None else (one.numerator, one.denominator) for one in (before, after))
    return ["total", None, *_amounts(then, known), *_amounts(now, known), known, None, None]


def _amounts(sides: Sides | None, currency: str | None) -> list[Cell]:
    if sides is None:
        return [None, None]
    return list(sides) if currency is None else [major(one, currency) for one in sides]
