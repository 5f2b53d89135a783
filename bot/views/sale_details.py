"""A conversion, opened: what was sold to whom, why it was offered, its quote, its life, and what may become of it."""

from collections.abc import Mapping

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

from bot.mrkdwn import fact, format_day, format_moment, format_money, heading
from bot.views.decisions import build_choice
from bot.views.home_conversions import ConversionRow, format_value, name_sold, name_status
from bot.views.message import cell, prose
from bot.views.payloads import SaleRef
from bot.views.plays import name_play
from bot.views.rewards import build_reward
from offers.money import format_percent
from offers.sales.conversions import Conversion
from offers.sales.rewards import RewardFacts
from offers.sales.story import Allowance, HandOver, LifeEvent, SaleStory, TakenOffer

_UNKNOWN = "unknown"
_EVENTS: Mapping[str, str] = {
    "surfaced": "shown",
    "viewed": "looked at",
    "accepted": "*accepted*",
    "booked": "*booked*",
    "cancelled": "*cancelled*",
    "returned": "*returned*",
    "reversed": "*reversed*",
    "snoozed": "put off",
}
_EVENTS_AT_MOST = 20
_REASON = 500


def build_sale_details(
    story: SaleStory,
    row: ConversionRow,
    *,
    can_take_back: bool = False,
    can_book: bool = False,
    remark: str | None = None,
    reward: RewardFacts | None = None,
) -> View:
    """Build the form that shows everything about one sale, with what the reader may do about it.

    `can_take_back` adds the way to undo it, `can_book` the word that it is in the books; `remark` stands under
    the quote. `reward` is what the sale accrued, None where the reader is not to see it.
    """
    blocks: list[Block] = []
    blocks += _head(story)
    blocks += _buttons(row, can_take_back=can_take_back, can_book=can_book)
    if story.offer is None:
        text = "It came with the imported history: there is no offer, decision or quote of ours behind it."
        blocks.append(ContextBlock(elements=[cell(text)]))
    else:
        blocks += _customer(story, story.offer)
        blocks += _quote(story)
        blocks += [ContextBlock(elements=[cell(remark)])] if remark is not None else []
        blocks += build_reward(reward)
    if story.decision is not None:
        blocks += [DividerBlock(), *build_choice(story.decision, story.names, sku=story.sale.sku)]
    blocks += [DividerBlock(), SectionBlock(text=prose("\n".join(["*Life*", *_life(story)])))]
    if story.hand_overs:
        lines = [_hand_over(one) for one in story.hand_overs[:10]]
        blocks.append(ContextBlock(elements=[cell("*Handed over*\n" + "\n".join(lines))]))
    return View(type="modal", title="Conversion", close="Close", blocks=blocks)


def _head(story: SaleStory) -> list[Block]:
    sale = story.sale
    who = fact(sale.person_name or _UNKNOWN) + _behind(sale.partner_name)
    machine = fact(sale.serial_number) if sale.serial_number else "none"
    shown_at = next((one.occurred_at for one in story.events if one.event == "surfaced"), None)
    offered_at = sale.offered_at or shown_at
    facts = [
        ("Customer", fact(sale.account_name or _UNKNOWN) + _behind(sale.region)),
        ("Machine", machine),
        ("Price", (format_value(sale) or _UNKNOWN) + _term(story.offer)),
        ("Who", who),
        ("Offered", format_moment(offered_at) if offered_at else _UNKNOWN),
        ("Accepted", format_moment(sale.accepted_at)),
        ("Work order", fact(sale.work_order_id or "none")),
        ("Booked as", _lines(sale)),
    ]
    play = name_play(sale.play) + (_behind(story.offer.rule_name) if story.offer else "")
    sku = f" · `{fact(sale.sku)}`" if sale.sku else ""
    return [
        HeaderBlock(text=heading(name_sold(sale), 150) or "–"),
        ContextBlock(elements=[cell(f"{play}{sku} · *{name_status(sale)}* · offer `{fact(sale.offer_id)}`")]),
        SectionBlock(fields=[cell(f"*{label}*\n{text}") for label, text in facts]),
    ]


def _term(offer: TakenOffer | None) -> str:
    if offer is None or offer.term_months is None:
        return ""
    start = f" from {format_day(offer.starts_on)}" if offer.starts_on else ""
    return f" for {offer.term_months} months{start}"


def _lines(sale: Conversion) -> str:
    lines = [
        f"{name} {fact(line)}"
        for name, line in (("order line", sale.order_line_id), ("contract line", sale.contract_line_id))
        if line
    ]
    return "\n".join(lines) or "not booked"


def _buttons(row: ConversionRow, *, can_take_back: bool, can_book: bool) -> list[Block]:
    ref = SaleRef(offer_id=row.conversion.offer_id)
    buttons: list[InteractiveElement] = []
    if row.thread_url:
        buttons.append(ButtonElement(text="Open the thread", action_id="thread_link", url=row.thread_url))
    if can_book:
        buttons.append(_book_button(ref))
    if can_take_back:
        buttons.append(ButtonElement(text="Reverse or cancel …", action_id="sale_step", value=ref.encode()))
    blocks: list[Block] = [ActionsBlock(elements=buttons)] if buttons else []
    if row.is_private and not row.thread_url:
        name = row.conversion.person_name
        whose = fact(f"{name}'s" if name else "somebody's")
        blocks.append(ContextBlock(elements=[cell(f"It was agreed in {whose} direct messages.")]))
    return blocks


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


def _customer(story: SaleStory, offer: TakenOffer) -> list[Block]:
    lines = [f"• {fact(reason, 300)}" for reason in offer.reasons]
    if story.quote is not None:
        said = story.quote.confirmation
        yes = [
            f"{fact(said.said_by)} said yes" if said.said_by else "",
            fact(said.email) if said.email else "",
            f"purchase order {fact(said.purchase_order)}" if said.purchase_order else "",
        ]
        told = " · ".join(part for part in yes if part)
        lines += [f"_{told}_"] if told else []
    if not lines:
        return []
    return [DividerBlock(), SectionBlock(text=prose("\n".join(["*For this customer*", *lines])))]


def _quote(story: SaleStory) -> list[Block]:
    quote = story.quote
    if quote is None:
        return [ContextBlock(elements=[cell("No quote was written for this sale.")])]
    figures = quote.figures
    tax = f" with {format_percent(figures.tax_bps)} tax" if figures.tax_bps else ""
    book = f"price book {fact(quote.pricebook)}"
    if quote.price_valid_from is not None:
        book += f", prices from {format_day(quote.price_valid_from)}"
    lines = [
        f"*Quote {fact(str(quote.quote_id))}*",
        f"{format_money(figures.total_minor, figures.currency)}{tax} · {book}"
        f" · valid until {format_moment(quote.valid_until)}",
    ]
    if figures.discount_bps:
        lines.append(_discount(figures.discount_bps, story.allowance))
    button = ButtonElement(
        text="Send the PDF", action_id="sale_quote", value=SaleRef(offer_id=story.sale.offer_id).encode()
    )
    return [DividerBlock(), SectionBlock(text=prose("\n".join(lines)), accessory=button)]


def _discount(discount_bps: int, allowance: Allowance | None) -> str:
    text = f"{format_percent(discount_bps)} discount"
    if allowance is None or allowance.discount_bps != discount_bps:
        return f"{text}, for which nobody had to be asked"
    by = f" by {fact(allowance.decided_by_name)}" if allowance.decided_by_name else ""
    when = f" {format_moment(allowance.decided_at)}" if allowance.decided_at else ""
    asked = f"\n_asked for{_by(allowance.asked_by_name)}: {fact(allowance.asked_for, _REASON)}_"
    remark = f"\n_{fact(allowance.remark, _REASON)}_" if allowance.remark else ""
    return f"{text}, approved{by}{when}{asked}{remark}"


def _life(story: SaleStory) -> list[str]:
    """Return a line for each event; of very many the first and the last."""
    lines = [_event(one, is_foreign=story.offer is not None and not one.is_own) for one in story.events]
    if len(lines) > _EVENTS_AT_MOST:
        half = _EVENTS_AT_MOST // 2
        lines = [*lines[:half], f"… {len(lines) - 2 * half} more …", *lines[-half:]]
    return lines


def _event(one: LifeEvent, *, is_foreign: bool) -> str:
    what = _EVENTS.get(one.event, fact(one.event))
    text = f"• {format_moment(one.occurred_at)} · {what}{_behind(one.person_name)}"
    if is_foreign:
        text += " · from a file"
    return f"{text}\n> {fact(one.reason, _REASON)}" if one.reason else text


def _hand_over(one: HandOver) -> str:
    topic = fact(one.topic)
    if one.delivered_at is not None:
        return f"• {topic}: arrived {format_moment(one.delivered_at)}"
    tries = f"{one.attempts} {'try' if one.attempts == 1 else 'tries'}"
    if one.dead_at is not None:
        return f"• {topic}: *failed* after {tries}: {fact(one.last_error or _UNKNOWN, 120)}"
    return f"• {topic}: waits" + (f", {tries} so far" if one.attempts else "")


def _by(name: str | None) -> str:
    return f" by {fact(name)}" if name else ""


def _behind(text: str | None) -> str:
    return f" · {fact(text)}" if text else ""
