"""What an import took and is odd: a target for a part of the company that no record has."""

from collections.abc import Iterable

from sqlmodel import Session

from offers.importing.checks import CheckedRow, RowProblem
from offers.metrics.part_values import list_nearest, list_values

_PARTS = ("family", "tier", "region")
_NAMED = 5


def find_unknown_parts(session: Session, rows: Iterable[CheckedRow]) -> tuple[RowProblem, ...]:
    """Return the parts that targets name and no product, partner or account has, with the nearest that there are.

    They are no errors: the files may come in any order, and a target before its region.
    """
    values = {column: list_values(session, column) for column in _PARTS}
    found = []
    for row in rows:
        for column in _PARTS:
            named = row.columns[column] if row.columns is not None else None
            if named is None or named in {value for value, _ in values[column]}:
                continue
            near = ", ".join(list_nearest(named, values[column], limit=_NAMED))
            hint = f"; known, the nearest first: {near}" if near else ""
            found.append(
                RowProblem(row.line, column, f"no record has {named!r}, so nothing is held to it{hint}")
            )
    return tuple(found)
