"""Where the targets of a report's rows stand, as columns beside its figures."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.files.report_tables import Cell, Table, major
from offers.attach_rate import Group
from offers.metrics.figures import Report
from offers.metrics.progress import Progress

PACE_COLUMNS = (
    "target_from", "target_to", "standing", "expected", "base_to_come", "needed", "days_left", "per_week",
    "required_rate",
)  # fmt: skip
_AMOUNTS = frozenset({"expected", "base_to_come", "needed", "per_week"})

EXPLAINED = (
    "expected: the numerator that the target asks for by now. needed: what is missing until target_to with the "
    "base_to_come, per_week of the days_left. required_rate: the share of what can still come in that has to."
)


def add_paces(table: Table, report: Report, paces: Mapping[Group, Progress]) -> Table:
    """Return a report's table with where each row's target stands; as it is where none has a target that is worked
    towards. Amounts are in major units of their currency.
    """
    if not paces:
        return table
    rows = [
        [*cells, *tabulate_pace(paces.get(tuple(row.group.values())))]
        for cells, row in zip(table.rows, report.rows, strict=True)
    ]
    is_money = any(pace.currency is not None for pace in paces.values())
    return replace(
        table,
        header=(*table.header, *PACE_COLUMNS),
        rows=rows,
        total=None if table.total is None else [*table.total, *tabulate_pace(paces.get(()))],
        amounts=table.amounts | _AMOUNTS if is_money else table.amounts,
    )


def tabulate_pace(pace: Progress | None) -> Sequence[Cell]:
    """Return where a target stands in the order of `PACE_COLUMNS`, empty cells of none."""
    if pace is None:
        return [None] * len(PACE_COLUMNS)
    sides = (pace.expected, pace.base_to_come, pace.needed)
    expected, to_come, needed = (_amount(one, pace) for one in sides)
    return [
        pace.term.first_day,
        pace.term.last_day,
        pace.standing.value,
        expected,
        to_come,
        needed,
        pace.term.days_left,
        _amount(pace.per_week, pace),
        pace.required,
    ]


def _amount(value: float | None, pace: Progress) -> float | None:
    return value if pace.currency is None else major(value, pace.currency)
