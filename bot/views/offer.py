"""An offer card: why this customer gains, what it costs, and three ways to answer."""

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    Option,
    SectionBlock,
    StaticSelectElement,
)

from bot.mrkdwn import fact, format_day, format_moment, format_money
from bot.views.message import Message, cell, prose, to_plain
from bot.views.payloads import OfferRef
from offers.money import format_percent
from offers.sales.cards import OfferCard
from offers.sales.reactions import DECLINE_REASONS

_HEADLINE = {
    "renewal": "Keep this machine covered",
    "coverage_gap": "Cover this machine",
    "warranty_end": "Cover it before the warranty ends",
    "add_on": "An add-on that fits this machine",
    "upgrade": "A step up for this machine",
    "win_back": "Bring this machine back under contract",
    "bundle": "A bundle for this machine",
}


def build_offer(card: OfferCard, *, remark: str | None = None) -> Message:
    """Build the card in its present state: open with buttons, else with what became of it.

    Args:
        card: The offer as it stands now.
        remark: One plain sentence above the card, for example why it is shown again; escaped here.
    """
    headline = _HEADLINE.get(card.play, "An offer for this customer")
    target = f" · {fact(card.serial_number)}" if card.serial_number else ""
    lines = [
        f"*{headline}*{target}",
        f"*{fact(card.product_name)}* · *{format_money(card.price.amount_minor, card.price.currency)}*"
        + _term(card)
        + _discount(card),
    ]
    if card.status == "open":
        lines += _other_options(card)
    blocks: list[Block] = []
    if remark:
        blocks.append(SectionBlock(text=prose(fact(remark, 300))))
    blocks.append(SectionBlock(text=prose("\n".join(lines))))
    if card.items:
        blocks.append(SectionBlock(text=prose(_items(card))))
    if card.reasons:
        told = "\n".join(f"• {fact(reason)}" for reason in card.reasons)
        reasons = fact(card.wording, 600) if card.wording else told
        where = f"*Why {fact(card.account_name, 80)} gains*\n"
        blocks.append(SectionBlock(text=prose(where + reasons)))
    blocks += _buttons(card) if card.status == "open" else [_outcome(card)]
    if card.status == "accepted":
        value = OfferRef(offer_id=card.offer_id, version=card.version).encode()
        button = ButtonElement(text="Quote as PDF", action_id="quote_pdf", value=value)
        blocks.append(ActionsBlock(elements=[button]))
    return Message(text=_fallback(card, headline), blocks=to_plain(blocks))


def build_withdrawn(card: OfferCard, why: str) -> Message:
    """Build the card of an offer that can't be taken any more, with the reason in plain words; escaped here."""
    text = f"*{fact(card.product_name)}* can't be accepted now: {fact(why)}."
    return Message(text=text, blocks=to_plain([SectionBlock(text=prose(text))]))


def _term(card: OfferCard) -> str:
    return f" for {card.term_months} months" if card.term_months else ""


def _discount(card: OfferCard) -> str:
    if card.listed is None:
        return ""
    listed = format_money(card.listed.amount_minor, card.listed.currency)
    return f" ({format_percent(card.discount_bps)} off {listed})"


def _other_options(card: OfferCard) -> list[str]:
    return [
        f"or {fact(option.name, 80)} · {format_money(option.price.amount_minor, option.price.currency)}"
        for option in card.options
        if option.sku != card.sku
    ]


def _items(card: OfferCard) -> str:
    lines = [
        f"• {item.quantity} × {fact(item.name)}"
        f" ({format_money(item.list_price.amount_minor, item.list_price.currency)})"
        for item in card.items
    ]
    total = card.list_total
    if total is not None and total.amount_minor > card.price.amount_minor:
        saved = format_money(total.amount_minor - card.price.amount_minor, total.currency)
        lines.append(f"Apart they cost {format_money(total.amount_minor, total.currency)}: {saved} saved.")
    return "\n".join(lines)


def _buttons(card: OfferCard) -> list[Block]:
    value = OfferRef(offer_id=card.offer_id, version=card.version).encode()
    options = [Option(text=label, value=code) for code, label in DECLINE_REASONS.items()]
    return [
        ActionsBlock(
            block_id=f"offer:{card.offer_id}:{card.version}",
            elements=[
                ButtonElement(text="Accept", action_id="offer_accept", value=value, style="primary"),
                ButtonElement(text="Not now", action_id="offer_snooze", value=value),
                StaticSelectElement(placeholder="No, because …", action_id="offer_decline", options=options),
            ],
        ),
        ContextBlock(elements=[cell(f"This price holds until {format_day(card.expires_at.date())}.")]),
    ]


def _outcome(card: OfferCard) -> Block:
    if card.status == "accepted" and card.accepted is not None:
        done = card.accepted
        text = f":white_check_mark: *Accepted* by {fact(done.person_name)}, {format_moment(done.at)}"
        lines = (("order line", done.order_line_id), ("contract line", done.contract_line_id))
        booked = [f"{name} {fact(line)}" for name, line in lines if line]
        text += f"\nLogged once: {', '.join(booked)}."
    else:
        text = {
            "declined": ":x: *No, thanks.* Noted with the reason; it won't be offered again soon.",
            "snoozed": ":hourglass_flowing_sand: *Not now.* It may come back later"
            + (", not on this visit." if card.play != "bundle" else "."),
            "expired": ":hourglass_flowing_sand: *This offer has expired.*",
            "cancelled": ":no_entry: *This sale was cancelled.*",
            "returned": ":no_entry: *What was sold came back.*",
            "reversed": ":no_entry: *This sale was taken back; it is no conversion.*",
        }.get(card.status, f"This offer is {fact(card.status)}.")
    return SectionBlock(text=prose(text))


def _fallback(card: OfferCard, headline: str) -> str:
    price = format_money(card.price.amount_minor, card.price.currency)
    state = "" if card.status == "open" else f" ({card.status})"
    return fact(f"{headline}: {card.product_name}, {price}{state}", 300)
