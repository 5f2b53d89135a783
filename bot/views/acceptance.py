"""The form in which an offer is accepted: what it comes to, and who at the customer said yes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    EmailInputElement,
    InputBlock,
    NumberInputElement,
    Option,
    PlainTextInputElement,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from bot.mrkdwn import fact, flatten, format_day, format_money, shorten
from bot.views.fields import FIELD, read_field
from bot.views.message import cell, prose
from bot.views.payloads import FormRef
from offers.ledger import Open
from offers.money import format_percent, parse_percent
from offers.quoting.sheets import Confirmation, QuoteFacts
from offers.quoting.sheets import Option as Product

NAME_LIMIT, EMAIL_LIMIT, ORDER_LIMIT, REASON_LIMIT = 120, 200, 60, 500
_OPTION_LIMIT = 75


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in the form; None where it has no such field.

    `wrong` is by block id what can't be taken, {} when all can.
    """

    sku: str | None
    discount_bps: int | None
    confirmation: Confirmation
    wrong: dict[str, str]


def build_acceptance_form(shown: Open, ref: FormRef, *, remark: str | None = None) -> View:
    """Build the form.

    Args:
        shown: What accepting comes to.
        ref: What travels with the form; its price is the one that is shown.
        remark: One plain sentence above it, for example why the price is another; escaped here.
    """
    card = shown.card
    blocks: list[Block] = []
    if remark:
        blocks.append(SectionBlock(text=prose(f":information_source: {fact(remark, 300)}")))
    machine = f" · {fact(card.serial_number)}" if card.serial_number else ""
    head = f"*{fact(shown.quote.product_name)}*\n{fact(card.account_name, 80)}{machine}"
    blocks.append(SectionBlock(text=prose(f"{head}\n{describe_price(shown.quote)}")))
    # What Slack can't carry can't be chosen here; the offer's own product needs no choosing.
    options = [option for option in card.options if len(option.sku) <= _OPTION_LIMIT]
    if len(options) > 1:
        blocks.append(_option(shown, options))
    if shown.allowed_bps:
        blocks.append(_discount(shown))
    blocks += [
        _text("said_by", "Who said yes", limit=NAME_LIMIT, placeholder="Name at the customer"),
        InputBlock(
            block_id="email", label="E-mail", element=EmailInputElement(action_id=FIELD), optional=True
        ),
        _text("purchase_order", "Purchase order", limit=ORDER_LIMIT, is_optional=True),
        ActionsBlock(
            block_id="quote",
            elements=[ButtonElement(text="Send the PDF", action_id="quote_send", value="send")],
        ),
    ]
    return View(
        type="modal",
        callback_id="acceptance_form",
        title="Accept the offer",
        submit="Confirm and book",
        close="Cancel",
        private_metadata=ref.encode(),
        blocks=blocks,
    )


def describe_price(quote: QuoteFacts) -> str:
    """Return term, discount, tax and total as mrkdwn lines."""
    figures = quote.figures

    def money(amount_minor: int) -> str:
        return format_money(amount_minor, figures.currency)

    lines = []
    if quote.term_months:
        lines.append(f"{quote.term_months} months" + _start(quote))
    total = f"*{money(figures.total_minor)}*"
    if figures.discount_bps:
        lines.append(f"{format_percent(figures.discount_bps)} off: {money(figures.subtotal_minor)}")
    if figures.tax_bps:
        if not figures.discount_bps:
            lines.append(f"Price: {money(figures.subtotal_minor)}")
        lines.append(f"Tax {format_percent(figures.tax_bps)}: {money(figures.tax_minor)}")
        lines.append(f"Total {total}")
    else:
        lines.append(f"Total {total}, plus tax")
    lines.append(f"Valid until {format_day(quote.valid_until.date())}")
    return "\n".join(lines)


def read_acceptance_form(values: Mapping[str, Any]) -> Filled:
    """Return what was filled in; `values` is the view's state."""
    wrong: dict[str, str] = {}
    discount_bps = 0 if "discount" in values else None
    typed = str((values.get("discount", {}).get("acceptance_discount") or {}).get("value") or "")
    if typed:
        try:
            discount_bps = parse_percent(typed)
        except ValueError:
            wrong["discount"] = "A percentage from 0 to 100 with at most two decimals, such as 7.5."
    said_by, email = read_field(values, "said_by").strip(), read_field(values, "email").strip()
    if not said_by:
        wrong["said_by"] = "Who at the customer said yes?"
    if len(email) > EMAIL_LIMIT or (email and not _is_address(email)):
        wrong["email"] = "This is no e-mail address."
    order = read_field(values, "purchase_order").strip()
    chosen = [fields["acceptance_option"] for fields in values.values() if "acceptance_option" in fields]
    option = chosen[0].get("selected_option") if chosen else None
    return Filled(
        sku=option["value"] if option else None,
        discount_bps=discount_bps,
        confirmation=Confirmation(flatten(said_by) or None, email or None, flatten(order) or None),
        wrong=wrong,
    )


def build_discount_form(shown: Open, ref: FormRef, *, remark: str | None = None) -> View:
    """Build the form that asks for more discount than the person may give, or for a price below cost."""
    what = format_percent(ref.discount_bps) if ref.discount_bps else "this price"
    lines = f"*{fact(shown.quote.product_name)}* for {fact(shown.card.account_name, 80)}"
    is_above = ref.discount_bps > shown.allowed_bps
    limit = f"You may give up to {format_percent(shown.allowed_bps)}." if is_above else ""
    why = fact(remark, 200) if remark else limit
    return View(
        type="modal",
        callback_id="discount_form",
        title="Ask for approval",
        submit="Ask for approval",
        close="Cancel",
        private_metadata=ref.encode(),
        blocks=[
            SectionBlock(text=prose(f"{lines}\n{describe_price(shown.quote)}")),
            ContextBlock(
                elements=[cell(f"{why} For {what} somebody has to say yes; nothing is booked yet.".strip())]
            ),
            _text("reason", "Why", limit=REASON_LIMIT, is_long=True),
        ],
    )


def build_closing(title: str, sentence: str) -> View:
    """Build what takes a form's place when it is done: one plain sentence; escaped here."""
    return View(
        type="modal", title=title, close="Close", blocks=[SectionBlock(text=prose(fact(sentence, 600)))]
    )


def _start(quote: QuoteFacts) -> str:
    if quote.starts_on is None or quote.starts_on <= quote.created_at.date():
        return " from today"
    return f" from {format_day(quote.starts_on)}"


def _option(shown: Open, offered: Sequence[Product]) -> InputBlock:
    options = [
        Option(
            text=shorten(
                f"{format_money(option.price.amount_minor, option.price.currency)} · {flatten(option.name)}",
                _OPTION_LIMIT,
            ),
            value=option.sku,
        )
        for option in offered
    ]
    chosen = next((option for option in options if option.value == shown.quote.sku), options[0])
    element = StaticSelectElement(action_id="acceptance_option", options=options, initial_option=chosen)
    # What was chosen of an earlier version of the offer must not stay chosen in the next.
    block_id = f"option:{shown.card.version}"
    return InputBlock(block_id=block_id, label="Which one", element=element, dispatch_action=True)


def _discount(shown: Open) -> InputBlock:
    given = shown.quote.figures.discount_bps
    return InputBlock(
        block_id="discount",
        label="Discount %",
        hint=f"Up to {format_percent(shown.allowed_bps)}; for more, somebody has to say yes.",
        element=NumberInputElement(
            action_id="acceptance_discount",
            is_decimal_allowed=True,
            initial_value=format_percent(given).removesuffix(" %") if given else None,
            min_value="0",
            max_value="100",
        ),
        optional=True,
        dispatch_action=True,
    )


def _text(
    block_id: str,
    label: str,
    *,
    limit: int,
    placeholder: str | None = None,
    is_optional: bool = False,
    is_long: bool = False,
) -> InputBlock:
    element = PlainTextInputElement(
        action_id=FIELD, placeholder=placeholder, max_length=limit, multiline=is_long
    )
    return InputBlock(block_id=block_id, label=label, element=element, optional=is_optional)


def _is_address(text: str) -> bool:
    name, at, domain = text.rpartition("@")
    return bool(name and at and "." in domain.strip(".")) and not any(
        character.isspace() or character in "<>,;@" for character in name + domain
    )
