"""App Home: one page per role, figures with their numerator, denominator and interval."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    InteractiveElement,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.mrkdwn import fact, flatten, format_day, format_moment, format_money, shorten
from bot.views.figure_home import build_chart_choice
from bot.views.message import cell, prose
from bot.views.payloads import SaleRef, Shown
from bot.views.plays import name_play
from offers.conversions import Conversion, SaleEnd

_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ConversionRow:
    """A conversion and the link to its thread, None where the reader can't follow it.

    `is_private` says that the thread is in somebody else's direct messages.
    """

    conversion: Conversion
    thread_url: str | None
    is_private: bool = False


def build_manager_home(
    figures: Sequence[Block],
    rows: Sequence[ConversionRow],
    *,
    now: datetime,
    summary: Sequence[Block] = (),
    learning: Sequence[Block] = (),
    decisions: Sequence[Block] = (),
    failed: Sequence[Block] = (),
    more: int | None = None,
    can_rule: bool = False,
    narrowing: Sequence[Block] = (),
) -> View:
    """Build the manager's page: the figures, what failed, the conversions, the decisions, what is to be learnt.

    `more` is how many conversions to show when asked for more; None when all are shown.
    """
    blocks: list[Block] = [*figures]
    blocks += _refresh(now, build_chart_choice(), *([_plays_button()] if can_rule else []))
    blocks += summary
    blocks += failed
    blocks += [DividerBlock(), HeaderBlock(text="Conversions")]
    blocks += narrowing
    empty = "No offer has been accepted yet. The first one appears here at once."
    if len(narrowing) > 1:
        empty = "No conversion fits this filter."
    blocks += _conversions(rows, empty=empty, more=more)
    blocks += decisions
    blocks += learning
    return View(type="home", blocks=blocks)


def build_field_home(
    *,
    name: str,
    can_visit: bool,
    can_bundle: bool,
    conversions: str | None,
    rows: Sequence[ConversionRow],
    now: datetime,
    more: int | None = None,
    can_rule: bool = False,
) -> View:
    """Build the page of whoever is no manager: where to start, and under their title the conversions, if any."""
    intro = "Ask me in a message. I answer from the documents, with the page, or say that they don't answer."
    buttons = []
    if can_visit:
        intro += " Open a visit with `/visit` and a serial number, then ask in its thread."
        buttons.append(ButtonElement(text="Open a visit", action_id="home_visit", style="primary"))
    if can_bundle:
        intro += " With `/bundle` you price a bundle for a customer."
        buttons.append(ButtonElement(text="Bundle for a customer", action_id="home_bundle"))
    if can_rule:
        buttons.append(_plays_button())
    blocks: list[Block] = [
        HeaderBlock(text=shorten(flatten(f"Hello {name}"), 150)),
        SectionBlock(text=prose(intro)),
    ]
    if buttons:
        blocks.append(ActionsBlock(elements=buttons))
    if conversions is not None:
        blocks += [DividerBlock(), HeaderBlock(text=shorten(conversions, 150))]
        empty = "None yet. Offers that your customers accept are listed here."
        blocks += _conversions(rows, empty=empty, more=more)
    blocks += _refresh(now)
    return View(type="home", blocks=blocks)


def build_stranger_home() -> View:
    """Build the page of somebody who is not in the people file."""
    text = (
        "*I don't know you yet.* You can ask me about the public documents. "
        "For visits and offers, ask your admin to add you to the people file."
    )
    return View(type="home", blocks=[SectionBlock(text=prose(text))])


def build_conversion_details(
    row: ConversionRow, *, can_take_back: bool = False, can_book: bool = False
) -> View:
    """Build the form that shows everything about one conversion, with what the reader may do about it.

    `can_take_back` adds the way to undo it, `can_book` the word that it is in the books.
    """
    sale = row.conversion
    facts = [
        ("Who", fact(sale.person_name or _UNKNOWN) + _behind(sale.partner_name)),
        ("What", _what(sale) + (f" ({fact(sale.sku)})" if sale.sku else "")),
        ("Offer", f"{name_play(sale.play)} · `{fact(sale.offer_id)}`"),
        ("Where", (_where(sale) or _UNKNOWN) + _behind(sale.region)),
        ("Offered", format_moment(sale.offered_at) if sale.offered_at else _UNKNOWN),
        ("Accepted", format_moment(sale.accepted_at)),
        ("Work order", fact(sale.work_order_id or "none")),
        ("Amount", _amount(sale) or _UNKNOWN),
        ("Booked as", _bookings(sale)),
    ]
    if sale.booked is not None:
        facts.append(("Booked", format_moment(sale.booked.occurred_at) + _behind(sale.booked.person_name)))
    blocks: list[Block] = [SectionBlock(fields=[cell(f"*{label}*\n{text}") for label, text in facts])]
    blocks += [SectionBlock(text=prose(_end(end))) for end in sale.ends]
    buttons = []
    if row.thread_url:
        buttons.append(ButtonElement(text="Open the thread", action_id="thread_link", url=row.thread_url))
    ref = SaleRef(offer_id=sale.offer_id)
    if can_book:
        buttons.append(_book_button(ref))
    if can_take_back:
        buttons.append(ButtonElement(text="Reverse or cancel …", action_id="sale_step", value=ref.encode()))
    if buttons:
        blocks.append(ActionsBlock(elements=buttons))
    if row.is_private and not row.thread_url:
        whose = fact(f"{sale.person_name}'s" if sale.person_name else "somebody's")
        blocks.append(ContextBlock(elements=[cell(f"It was agreed in {whose} direct messages.")]))
    return View(type="modal", title="Conversion", close="Close", blocks=blocks)


def _book_button(ref: SaleRef) -> ButtonElement:
    confirm = ConfirmObject(
        title="Mark as booked?",
        text="It says that this sale is in the books, with your name. That can't be unsaid.",
        confirm="Mark as booked",
        deny="Cancel",
    )
    return ButtonElement(
        text="Mark as booked", action_id="sale_book", value=ref.encode(), style="primary", confirm=confirm
    )


def _end(end: SaleEnd) -> str:
    head = f"*{end.event.capitalize()}* {format_moment(end.occurred_at)}{_behind(end.person_name)}"
    return f"{head}\n{fact(end.reason, 500)}" if end.reason else head


def _plays_button() -> ButtonElement:
    return ButtonElement(text="Plays", action_id="rules_open")


def _refresh(now: datetime, *more: InteractiveElement) -> list[Block]:
    text = cell(f"Updated {format_moment(now)}")
    button = ButtonElement(text="Refresh", action_id="home_refresh")
    return [ContextBlock(elements=[text]), ActionsBlock(elements=[button, *more])]


def _conversions(rows: Sequence[ConversionRow], *, empty: str, more: int | None) -> list[Block]:
    if not rows:
        return [SectionBlock(text=prose(empty))]
    blocks = [_conversion(row) for row in rows]
    if more is not None:
        button = ButtonElement(text="Show more", action_id="home_more", value=Shown(count=more).encode())
        blocks.append(ActionsBlock(elements=[button]))
    return blocks


def _conversion(row: ConversionRow) -> Block:
    sale = row.conversion
    who = fact(sale.person_name or _UNKNOWN) + _behind(sale.partner_name)
    head = " · ".join(part for part in (f"*{name_play(sale.play)}: {_what(sale)}*", _amount(sale)) if part)
    foot = f"{who} · {format_moment(sale.accepted_at)}"
    foot += "".join(f" · *{end.event}* {format_day(end.occurred_at.date())}" for end in sale.ends)
    if row.thread_url:
        foot += f" · <{row.thread_url}|thread>"
    text = "\n".join(line for line in (head, _where(sale), foot) if line)
    details = ButtonElement(text="Details", action_id="home_conversion", value=sale.offer_id)
    return SectionBlock(text=prose(text), accessory=details)


def _what(sale: Conversion) -> str:
    return fact(sale.product_name or sale.sku or "from imported history")


def _where(sale: Conversion) -> str:
    return " · ".join(fact(part) for part in (sale.account_name, sale.serial_number) if part)


def _amount(sale: Conversion) -> str:
    return format_money(sale.amount.amount_minor, sale.amount.currency) if sale.amount else ""


def _bookings(sale: Conversion) -> str:
    booked = [line for line in (sale.order_line_id, sale.contract_line_id) if line]
    return ", ".join(fact(line) for line in booked) or "not booked"


def _behind(text: str | None) -> str:
    return f" · {fact(text)}" if text else ""
