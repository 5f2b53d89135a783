"""What an import took and is odd: a target for a part that no record has, an end without its day."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlmodel import Session

from offers.importing.checks import CheckedRow, RowProblem
from offers.metrics.part_values import list_nearest, list_values
from offers.vocabulary import AssetStatus, ContractStatus

_PARTS = ("family", "tier", "region")
_NAMED = 5
_ENDED = {
    "contracts": (
        ContractStatus.CANCELLED.value,
        "cancelled_on",
        "cancelled without the day: figures take it as never in force, and as no cancellation",
    ),
    "assets": (
        AssetStatus.RETIRED.value,
        "retired_on",
        "retired without the day: figures of past days are without it",
    ),
}
"""By the file's kind: the status of what has ended, the column of its day, and what comes of a day that is missing."""


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


@dataclass(slots=True)
class UndatedEnds:
    """The lines of a file on contracts or machines that ended on no known day; of other kinds none."""

    kind: str
    lines: list[int] = field(default_factory=list)

    def note(self, rows: Iterable[CheckedRow]) -> None:
        """Look at more rows of the file."""
        if self.kind in _ENDED:
            status, column, _ = _ENDED[self.kind]
            self.lines += [
                row.line
                for row in rows
                if row.columns is not None and row.columns["status"] == status and row.columns[column] is None
            ]

    def tell(self) -> tuple[RowProblem, ...]:
        """Return one remark at the first of them, () without any."""
        if not self.lines:
            return ()
        _, column, reason = _ENDED[self.kind]
        others = len(self.lines) - 1
        more = f" (and {others:,} more like it)" if others else ""
        return (RowProblem(self.lines[0], column, f"{reason}{more}"),)
