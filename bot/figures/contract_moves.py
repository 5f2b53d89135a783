"""Which contracts were cancelled or renewed, and whose: told to who asks, and as a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from bot.figures.names import load_account_names, load_part_names
from bot.files.lists import ListFile
from bot.files.report_tables import Cell, Table, major
from bot.files.reports import name_words
from bot.views.contract_moves import build_moves_message, name_moves
from bot.views.figures import FigureMessage
from bot.views.payloads import FigureRef
from offers.contract_moves import ContractMove, ContractMoves, find_moves


@dataclass(frozen=True, slots=True)
class MovesAnswer:
    """The contracts as somebody may see them, with what their ids are called."""

    found: ContractMoves
    ref: FigureRef
    names: Mapping[str, str]

    def build(self) -> FigureMessage:
        """Build the message."""
        return build_moves_message(self.found, names=self.names, ref=self.ref)


def look_up_moves(session: Session, ref: FigureRef, options: Mapping[str, Any]) -> MovesAnswer:
    """Return which contracts a question is about. Raises the errors of `offers.reporting.report`."""
    found = find_moves(session, ref.metric, only=ref.only, among=ref.among, **options)
    names = load_account_names(session, {one.account_id for one in found.contracts if one.account_id})
    groups = {group for one in found.contracts for group in one.groups}
    for group in [tuple(found.only.items()), *(tuple(zip(found.by, group, strict=True)) for group in groups)]:
        names |= load_part_names(session, {name: value for name, value in group if value is not None})
    return MovesAnswer(found, ref, names)


def describe_moves_file(answer: MovesAnswer) -> ListFile:
    """Return the contracts as a file: one a row, and of several currencies one for each."""
    found = answer.found
    rows: list[list[Cell]] = [row for one in found.contracts for row in _tabulate(one, answer.names)]
    parts = [answer.names.get(value, value) for value in found.only.values()]
    header = ("account", "customer", "contract", f"{found.move} on", "lines", "amount", "currency")
    first: Cell = found.first_day or "the beginning of the records"
    return ListFile(
        "-".join([f"contracts-{found.move}", *name_words(parts)]),
        name_moves(found, answer.names),
        found.as_of,
        {f"contracts {found.move}": Table(header, rows, amounts=frozenset({"amount"}))},
        [("what", found.definition), ("from", first), ("to", found.last_day)],
    )


def _tabulate(one: ContractMove, names: Mapping[str, str]) -> list[list[Cell]]:
    known: list[Cell] = [
        one.account_id, names.get(one.account_id or ""), one.contract_id, one.day, one.lines,
    ]  # fmt: skip
    amounts: list[list[Cell]] = [
        [major(part.amount_minor, part.currency), part.currency] for part in one.values
    ]
    return [[*known, *amount] for amount in amounts or [[None, None]]]
