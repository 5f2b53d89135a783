"""Contracts that were cancelled or renewed in a period: how many of how many customers, and which."""

from collections import Counter
from collections.abc import Mapping

from slack_sdk.models.blocks import Block, ContextBlock, SectionBlock

from bot.mrkdwn import fact, flatten, format_day, format_money
from bot.views.figures import TABLE_ROWS, FigureMessage, build_buttons, build_table
from bot.views.message import Message, cell, prose, to_plain
from bot.views.payloads import FigureRef
from offers.contract_moves import ContractMove, ContractMoves

_CUSTOMERS = 15
_GROUPS = 10
_UNKNOWN = "unknown"


def name_moves(found: ContractMoves, names: Mapping[str, str]) -> str:
    """Return what the list is called: "Contracts cancelled, South"."""
    return ", ".join([f"Contracts {found.move}", *(names.get(value, value) for value in found.only.values())])


def build_moves_message(found: ContractMoves, *, names: Mapping[str, str], ref: FigureRef) -> FigureMessage:
    """Build the message: how many, whose, the contracts as a table, the definition, and the files.

    `names` are what customers' and other ids are called.
    """
    title = name_moves(found, names)
    said = describe_moves(found, names)
    head: list[Block] = [SectionBlock(text=prose(f"*{flatten(title)}*\n{said}"))]
    if found.by and found.contracts:
        head.append(SectionBlock(text=prose(_describe_groups(found, names))))
    days = f"{_since(found)} to {format_day(found.last_day)}, as of {format_day(found.as_of)}"
    tail: list[Block] = [ContextBlock(elements=[cell(found.definition), cell(days)]), build_buttons(ref)]
    rows = [_row(one, names) for one in found.contracts[:TABLE_ROWS]]
    header = ["customer", "contract", f"{found.move} on", "lines", "value"]
    best, plain = to_plain(head), to_plain(head)
    if rows:
        best.append(build_table(title, [header, *rows]))
        listed = "\n".join(flatten(f"• {cells[0]}: {cells[1]}, {cells[2]} ({cells[4]})") for cells in rows)
        plain += to_plain([SectionBlock(text=prose(listed))])
    text = f"{title}: {said}"
    return FigureMessage(Message(text, [*best, *to_plain(tail)]), Message(text, [*plain, *to_plain(tail)]))


def describe_moves(found: ContractMoves, names: Mapping[str, str]) -> str:
    """Return how many contracts of whom, those of the most first."""
    if not found.contracts:
        return f"No contract was {found.move}."
    counted = Counter(one.account_id for one in found.contracts)
    ordered = sorted(counted.items(), key=lambda one: (-one[1], _name(one[0], names)))
    listed = ", ".join(
        f"{fact(_name(account_id, names))}{f' ({count})' if count > 1 else ''}"
        for account_id, count in ordered[:_CUSTOMERS]
    )
    more = f" and {len(ordered) - _CUSTOMERS} more" if len(ordered) > _CUSTOMERS else ""
    return f"*{count_moves(found)}:* {listed}{more}. The Excel file has each contract."


def count_moves(found: ContractMoves) -> str:
    """Return how many it was: "3 contracts of 2 customers were cancelled"."""
    contracts, customers = len(found.contracts), found.customers
    return (
        f"{contracts:,} {'contract' if contracts == 1 else 'contracts'} of {customers:,} "
        f"{'customer' if customers == 1 else 'customers'} {'was' if contracts == 1 else 'were'} {found.move}"
    )


def _describe_groups(found: ContractMoves, names: Mapping[str, str]) -> str:
    counted = Counter(group for one in found.contracts for group in one.groups)
    ordered = sorted(counted.items(), key=lambda one: (-one[1], tuple(value or "" for value in one[0])))
    listed = "; ".join(
        f"{fact(', '.join(_name(value, names) for value in group))} {count:,}"
        for group, count in ordered[:_GROUPS]
    )
    more = f"; and {len(ordered) - _GROUPS} more" if len(ordered) > _GROUPS else ""
    return f"*By {' and '.join(found.by)}:* {listed}{more}"


def _row(one: ContractMove, names: Mapping[str, str]) -> list[str]:
    value = " and ".join(format_money(part.amount_minor, part.currency) for part in one.values)
    return [
        _name(one.account_id, names),
        one.contract_id,
        format_day(one.day),
        f"{one.lines:,}",
        value or "–",
    ]


def _name(value: str | None, names: Mapping[str, str]) -> str:
    return names.get(value, value) if value is not None else _UNKNOWN


def _since(found: ContractMoves) -> str:
    return format_day(found.first_day) if found.first_day is not None else "the beginning"
