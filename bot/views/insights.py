"""What goes together and what products lack: a table to sort, and what stands for it where Slack refuses it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from slack_sdk.models.blocks import ActionsBlock, Block, ContextBlock, SectionBlock

from bot.mrkdwn import fact, flatten, format_day, format_money, format_rate, shorten
from bot.needs import Need, rank
from bot.views.figures import FigureMessage
from bot.views.file_buttons import build_file_buttons
from bot.views.message import SECTION_LIMIT, Message, cell, prose, to_plain
from bot.views.payloads import ListRef
from offers.sales.reactions import DECLINE_REASONS
from offers.steering.affinity import LEAST_TOGETHER, Affinity

ROWS_AT_MOST = 100
_LISTED = 20
_PAGE = 10
_CELL = 150
_UNKNOWN = "unknown"
_BY = {"family": "product family", "sku": "product"}
_PAIRS = ("Core product", "Add-on", "Customers with both", "of", "Share", "Times chance", "In the catalogue")
_PAIRS_MEAN = (
    "*Share*: of the core product's customers who bought the add-on. *Times chance*: that share against the share of "
    "all customers. What the catalogue doesn't relate yet may be a new play."
)
_NEEDS_MEAN = (
    "*Declined*: offers that customers refused. *Unanswered*, *no help*: questions that the documents don't answer, "
    "and answers that were marked so. *Failed again*: call-outs within 30 days of another to the same machine."
)


@dataclass(frozen=True, slots=True)
class _Shown:
    """A list as it is to be shown: what is said above it, its table, a line for each row, and what it means."""

    title: str
    head: str
    header: tuple[str, ...]
    rows: Sequence[Sequence[dict[str, Any]]]
    lines: Sequence[str]
    meaning: str
    ref: ListRef


def build_affinity_message(
    found: Sequence[Affinity], names: Mapping[str, str], *, parts: Sequence[str], ref: ListRef
) -> FigureMessage:
    """Build the message on which add-ons customers buy with which core products.

    Args:
        names: What products are called.
        parts: What it is narrowed to, in words.
    """
    title = ", ".join(["Add-ons that go with core products", *parts])
    lines = [_say_pair(one, names) for one in found]
    pairs = "1 pair that" if len(found) == 1 else f"{len(found):,} pairs that"
    head = f"{pairs} at least {LEAST_TOGETHER} customers own, more often than chance would have it."
    if not found:
        head = f"No pair is owned by {LEAST_TOGETHER} customers more often than chance would have it."
    rows = [_pair_row(one, names) for one in found[:ROWS_AT_MOST]]
    return _build(_Shown(title, head, _PAIRS, rows, lines, _PAIRS_MEAN, ref))


def build_needs_message(
    needs: Sequence[Need],
    names: Mapping[str, str],
    *,
    days: tuple[date, date],
    parts: Sequence[str],
    ref: ListRef,
) -> FigureMessage:
    """Build the message on what products lack, what costs most first.

    Args:
        names: What products are called, where they are listed by.
        days: The first and the last that are looked at.
        parts: What it is narrowed to, in words.
    """
    first, last = (format_day(day) for day in days)
    title = ", ".join([f"What products lack, by {_BY[ref.by]}", *parts, f"{first} to {last}"])
    head = "What customers refused, asked in vain and called about again; what cost most comes first."
    if not needs:
        head = "Nothing of these days says what products lack."
    header = (
        _BY[ref.by].capitalize(), "Declined", "Worth", "Unanswered", "No help", "Failed again", "Why",
        "Asked in vain",
    )  # fmt: skip
    rows = [_need_row(one, names) for one in needs[:ROWS_AT_MOST]]
    lines = [_say_need(one, names) for one in needs]
    return _build(_Shown(title, head, header, rows, lines, _NEEDS_MEAN, ref))


def _build(shown: _Shown) -> FigureMessage:
    text = f"{shown.title}: {shown.head}"
    head: list[Block] = [SectionBlock(text=prose(f"*{fact(shown.title, _CELL)}*\n{shown.head}"))]
    if not shown.rows:
        message = Message(text, to_plain(head))
        return FigureMessage(message, message)
    hidden = len(shown.lines) - len(shown.rows)
    more = f" Excel and CSV have {hidden:,} more." if hidden else ""
    tail: list[Block] = [
        ContextBlock(elements=[cell(f"{shown.meaning}{more}")]),
        ActionsBlock(elements=list(build_file_buttons(shown.ref))),
    ]
    table = {
        "type": "data_table",
        "caption": shorten(flatten(shown.title), _CELL),
        "page_size": _PAGE,
        "rows": [[_raw(name) for name in shown.header], *shown.rows],
    }
    listed = SectionBlock(text=prose("\n".join(_fit(shown.lines))))
    return FigureMessage(
        Message(text, [*to_plain(head), table, *to_plain(tail)]),
        Message(text, to_plain([*head, listed, *tail])),
    )


def _fit(lines: Sequence[str]) -> list[str]:
    """Return as many lines as a section holds, twenty at most."""
    kept: list[str] = []
    room = SECTION_LIMIT
    for line in lines[:_LISTED]:
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    return kept


def _pair_row(one: Affinity, names: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        _raw(names.get(one.core_sku, one.core_sku)),
        _raw(names.get(one.attach_sku, one.attach_sku)),
        _number(one.together, f"{one.together:,}"),
        _number(one.owners, f"{one.owners:,}"),
        _number(round(100 * one.confidence, 1), format_rate(one.confidence)),
        _number(round(one.lift, 1), f"{one.lift:.1f}"),
        _raw("yes" if one.is_related else "no"),
    ]


def _say_pair(one: Affinity, names: Mapping[str, str]) -> str:
    core, attach = (fact(names.get(sku, sku), 60) for sku in (one.core_sku, one.attach_sku))
    new = "" if one.is_related else ", not in the catalogue"
    share = f"{one.together:,} of {one.owners:,} customers ({format_rate(one.confidence)})"
    return f"• {core} + {attach}: {share}, {one.lift:.1f} times chance{new}"


def _need_row(one: Need, names: Mapping[str, str]) -> list[dict[str, Any]]:
    declined = one.shortcoming.declines.total()
    return [
        _raw(_name(one, names)),
        _number(declined, f"{declined:,}"),
        _raw(_worth(one)),
        _number(one.unanswered, f"{one.unanswered:,}"),
        _number(one.disliked, f"{one.disliked:,}"),
        _number(one.shortcoming.repeat_failures, f"{one.shortcoming.repeat_failures:,}"),
        _raw(_why(one)),
        _raw("; ".join(one.questions)),
    ]


def _say_need(one: Need, names: Mapping[str, str]) -> str:
    declined, worth, why = one.shortcoming.declines.total(), _worth(one), _why(one)
    said = f"• *{fact(_name(one, names), 60)}*: {declined:,} declined"
    said += f" ({'; '.join(part for part in (worth, why) if part)})" if declined else ""
    said += f", {one.unanswered:,} unanswered, {one.disliked:,} no help"
    return f"{said}, {one.shortcoming.repeat_failures:,} failed again"


def _name(one: Need, names: Mapping[str, str]) -> str:
    return names.get(one.part, one.part) if one.part is not None else _UNKNOWN


def _worth(one: Need) -> str:
    amounts = sorted(one.shortcoming.declined_minor.items())
    return ", ".join(format_money(amount, currency) for currency, amount in amounts)


def _why(one: Need) -> str:
    reasons = rank(one.shortcoming.declines)
    return ", ".join(
        f"{DECLINE_REASONS.get(reason, reason or 'not said')} {count}" for reason, count in reasons
    )


def _raw(text: str) -> dict[str, Any]:
    return {"type": "raw_text", "text": shorten(flatten(text), _CELL) or "–"}


def _number(value: float, text: str) -> dict[str, Any]:
    return {"type": "raw_number", "value": value, "text": text}
