"""Hand-overs to the CRM that failed, as managers see them on Home."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    SectionBlock,
)

from bot.mrkdwn import fact, format_moment
from bot.views.message import cell, prose
from offers.outbox.failures import FailedHandOver

SHOWN = 3
_LIMIT = 200
_TOPICS = {
    "offer.accepted": "Accepted offer",
    "offer.booked": "Booking",
    "offer.cancelled": "Cancellation",
    "offer.returned": "Return",
    "offer.reversed": "Reversal",
}


def build_failed_hand_overs(count: int, newest: Sequence[FailedHandOver]) -> list[Block]:
    """Build the section, at most seven blocks: how many failed, the newest with reason and button; [] for none."""
    if not count:
        return []
    blocks: list[Block] = [DividerBlock(), HeaderBlock(text="Hand-overs that failed")]
    blocks += [_line(one) for one in newest[:SHOWN]]
    noun = "hand-over to the CRM is" if count == 1 else "hand-overs to the CRM are"
    blocks.append(
        ContextBlock(elements=[cell(f"{count} {noun} not tried any more. All of them: `attache outbox`.")])
    )
    if count > 1:
        blocks.append(ActionsBlock(elements=[ButtonElement(text="Retry all", action_id="outbox_retry_all")]))
    return blocks


def _line(one: FailedHandOver) -> Block:
    what = _TOPICS.get(one.topic, fact(one.topic, _LIMIT))
    offer = f" `{fact(one.offer_id, _LIMIT)}`" if one.offer_id else ""
    text = f"*{what}*{offer} · {format_moment(one.dead_at)}\n{fact(one.reason, _LIMIT)}"
    button = ButtonElement(text="Retry", action_id="outbox_retry", value=one.message_id)
    return SectionBlock(text=prose(text), accessory=button)
