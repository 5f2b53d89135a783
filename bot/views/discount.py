"""Messages about discounts: the question to whoever may decide, and what was decided."""

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    InputBlock,
    PlainTextInputElement,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.mrkdwn import fact, format_money
from bot.views.acceptance import REASON_LIMIT
from bot.views.fields import FIELD
from bot.views.message import Message, prose, to_plain
from bot.views.payloads import DiscountRef
from offers.money import format_percent
from offers.sales.discount_requests import RequestFacts
from offers.vocabulary import DiscountDecision


def build_discount_question(request: RequestFacts) -> Message:
    """Build the message to whoever may decide; with what was decided instead of its buttons when that is done."""
    text = f"*{fact(request.asked_by_name, 80)} {_wish(request)}*"
    machine = f" · {fact(request.card.serial_number)}" if request.card.serial_number else ""
    lines = [
        text,
        f"{fact(request.product_name)} for {fact(request.card.account_name, 80)}{machine}",
        f"*{_amount(request)}* instead of {_listed(request)}"
        if request.discount_bps
        else f"*{_amount(request)}*",
        f"_Why:_ {fact(request.reason, 500)}",
    ]
    blocks: list[Block] = [SectionBlock(text=prose("\n".join(lines)))]
    if request.decision is None:
        value = DiscountRef(request_id=request.request_id).encode()
        blocks.append(
            ActionsBlock(
                elements=[
                    ButtonElement(text="Approve", action_id="discount_approve", value=value, style="primary"),
                    ButtonElement(text="Refuse", action_id="discount_refuse", value=value),
                ]
            )
        )
    else:
        blocks.append(SectionBlock(text=prose(_outcome(request))))
    fallback = f"{request.asked_by_name} {_wish(request)}: {request.product_name}"
    return Message(text=fact(fallback, 300), blocks=to_plain(blocks))


def build_discount_answer(request: RequestFacts) -> Message:
    """Build the message to whoever asked."""
    product = fact(request.product_name)
    off = format_percent(request.discount_bps)
    what = f"*{off} off {product}*" if request.discount_bps else f"*{product} at its list price*"
    lines = [f"{what} for {fact(request.card.account_name, 80)}", _outcome(request)]
    if request.decision == DiscountDecision.APPROVED.value:
        lines.append(f"The offer's card shows the new price: {_amount(request)}. Accept it there.")
    text = "\n".join(lines)
    return Message(text=text, blocks=to_plain([SectionBlock(text=prose(text))]))


def build_refusal_form(ref: DiscountRef) -> View:
    """Build the form for the reason of a refusal, which may stay empty."""
    return View(
        type="modal",
        callback_id="discount_refusal",
        title="Refuse the discount",
        submit="Refuse",
        close="Cancel",
        private_metadata=ref.encode(),
        blocks=[
            InputBlock(
                block_id="reason",
                label="Why",
                hint="Whoever asked reads it.",
                element=PlainTextInputElement(action_id=FIELD, max_length=REASON_LIMIT, multiline=True),
                optional=True,
            )
        ],
    )


def _wish(request: RequestFacts) -> str:
    """Return what is asked for; without a discount it is only ever a price that has come to lie below cost."""
    if request.discount_bps:
        return f"asks for {format_percent(request.discount_bps)} off"
    return "asks to sell at the list price, which is below cost"


def _outcome(request: RequestFacts) -> str:
    who = fact(request.decided_by_name or "somebody", 80)
    why = f": {fact(request.decision_reason, 500)}" if request.decision_reason else "."
    return {
        DiscountDecision.APPROVED.value: f":white_check_mark: Approved by {who}{why}",
        DiscountDecision.REFUSED.value: f":x: Refused by {who}{why}",
    }.get(
        request.decision or "",
        ":hourglass_flowing_sand: The offer was accepted, has expired or has another price meanwhile: "
        "there was nothing left to decide.",
    )


def _amount(request: RequestFacts) -> str:
    return format_money(request.amount.amount_minor, request.amount.currency)


def _listed(request: RequestFacts) -> str:
    otherwise = request.card.listed or request.card.price
    listed = {option.sku: option.listed for option in request.card.options}.get(request.sku, otherwise)
    return format_money(listed.amount_minor, listed.currency)
