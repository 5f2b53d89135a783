"""An offer card: why this customer gains, what it costs, and three ways to answer."""

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    MarkdownTextObject,
    Option,
    SectionBlock,
    StaticSelectElement,
)

from bot.mrkdwn import escape_mrkdwn, format_day, format_moment, format_money, shorten
from bot.views.message import Message, to_plain
from bot.views.payloads import OfferRef
from offers.cards import OfferCard
from offers.ledger import DECLINE_REASONS

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
    target = f" · {escape_mrkdwn(card.serial_number)}" if card.serial_number else ""
    lines = [
        f"*{headline}*{target}",
        f"*{escape_mrkdwn(card.product_name)}* · *{format_money(card.price.amount_minor, card.price.currency)}*"
        + _term(card),
    ]
    blocks: list[Block] = []
    if remark:
        blocks.append(SectionBlock(text=MarkdownTextObject(text=escape_mrkdwn(remark))))
    blocks.append(SectionBlock(text=MarkdownTextObject(text="\n".join(lines))))
    if card.items:
        blocks.append(SectionBlock(text=MarkdownTextObject(text=_items(card))))
    if card.reasons:
        reasons = "\n".join(f"• {escape_mrkdwn(reason)}" for reason in card.reasons)
        where = f"*Why {escape_mrkdwn(shorten(card.account_name, 80))} gains*\n"
        blocks.append(SectionBlock(text=MarkdownTextObject(text=shorten(where + reasons, 2900))))
    blocks += _buttons(card) if card.status == "open" else [_outcome(card)]
    return Message(text=_fallback(card, headline), blocks=to_plain(blocks))


def build_withdrawn(card: OfferCard, why: str) -> Message:
    """Build the card of an offer that can't be taken any more, with the reason in plain words; escaped here."""
    text = f"*{escape_mrkdwn(card.product_name)}* can't be accepted now: {escape_mrkdwn(why)}."
    return Message(text=text, blocks=to_plain([SectionBlock(text=MarkdownTextObject(text=text))]))


def _term(card: OfferCard) -> str:
    return f" for {card.term_months} months" if card.term_months else ""


def _items(card: OfferCard) -> str:
    lines = [
        f"• {item.quantity} × {escape_mrkdwn(item.name)}"
        f" ({format_money(item.list_price.amount_minor, item.list_price.currency)})"
        for item in card.items
    ]
    total = card.list_total
    if total is not None and total.amount_minor > card.price.amount_minor:
        saved = format_money(total.amount_minor - card.price.amount_minor, total.currency)
        lines.append(f"Apart they cost {format_money(total.amount_minor, total.currency)}: {saved} saved.")
    return shorten("\n".join(lines), 2900)


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
        ContextBlock(
            elements=[
                MarkdownTextObject(text=f"This price holds until {format_day(card.expires_at.date())}.")
            ]
        ),
    ]


def _outcome(card: OfferCard) -> Block:
    if card.status == "accepted" and card.accepted is not None:
        done = card.accepted
        text = f"✅ *Accepted* by {escape_mrkdwn(done.person_name)}, {format_moment(done.at)}"
        lines = (("order line", done.order_line_id), ("contract line", done.contract_line_id))
        booked = [f"{name} {escape_mrkdwn(line)}" for name, line in lines if line]
        text += f"\nLogged once: {', '.join(booked)}."
    else:
        text = {
            "declined": "✖️ *No, thanks.* Noted with the reason; it won't be offered again soon.",
            "snoozed": "⏳ *Not now.* It may come back later, not on this visit.",
            "expired": "⌛ *This offer has expired.*",
        }.get(card.status, f"This offer is {escape_mrkdwn(card.status)}.")
    return SectionBlock(text=MarkdownTextObject(text=text))


def _fallback(card: OfferCard, headline: str) -> str:
    price = format_money(card.price.amount_minor, card.price.currency)
    state = "" if card.status == "open" else f" ({card.status})"
    return escape_mrkdwn(shorten(f"{headline}: {card.product_name}, {price}{state}", 300))
