"""The form in which a manager takes a sale back, and what it says when that is done."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    InputBlock,
    Option,
    PlainTextInputElement,
    RadioButtonsElement,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.mrkdwn import fact
from bot.views.fields import FIELD
from bot.views.message import prose
from bot.views.payloads import SaleRef
from offers.sales.fulfilment import REASON_LIMIT, SaleStep
from offers.vocabulary import OfferEventType

_CHOICES = {
    OfferEventType.REVERSED: ("Reversed", "Accepted by mistake: only figures of what was ordered keep it."),
    OfferEventType.CANCELLED: ("Cancelled", "The customer cancelled: the contract ends today."),
    OfferEventType.RETURNED: ("Returned", "The goods came back; a contract sold with them goes on."),
}
_DONE = {
    OfferEventType.REVERSED: "This sale is reversed. Gross figures keep it; conversions, net and rewards don't.",
    OfferEventType.CANCELLED: "This sale is cancelled as of today.",
    OfferEventType.RETURNED: "The return is noted.",
}


def list_choices(steps: Sequence[OfferEventType]) -> list[OfferEventType]:
    """Return those of the possible steps that the form offers, in its order."""
    return [step for step in _CHOICES if step in steps]


def build_sale_step_form(ref: SaleRef, steps: Sequence[OfferEventType], *, what: str) -> View:
    """Build the form.

    Args:
        steps: What can become of the sale; at least one of those that `list_choices` knows.
        what: What was sold to whom.
    """
    options = [
        Option(text=_CHOICES[step][0], value=step.value, description=_CHOICES[step][1])
        for step in list_choices(steps)
    ]
    return View(
        type="modal",
        callback_id="sale_step_form",
        title="Take a sale back",
        submit="Save",
        close="Cancel",
        private_metadata=ref.encode(),
        blocks=[
            SectionBlock(
                text=prose(f"*{fact(what)}*\nWhat is saved here stays in the records, with your name.")
            ),
            InputBlock(
                block_id="step",
                label="What happened?",
                element=RadioButtonsElement(action_id=FIELD, options=options, initial_option=options[0]),
            ),
            InputBlock(
                block_id="reason",
                label="Why?",
                element=PlainTextInputElement(action_id=FIELD, multiline=True, max_length=REASON_LIMIT),
            ),
        ],
    )


def build_sale_step_done(step: SaleStep) -> View:
    """Build what stands there afterwards: that it is done, or was before, and what is left to the CRM."""
    text = _DONE.get(step.event, "Done.") if step.is_new else "That was noted before. Nothing has changed."
    if step.left_to_crm:
        rows = ", ".join(fact(row, 60) for row in step.left_to_crm[:10])
        text += f"\nThe CRM has booked it and has to follow: {rows} stand there as they were."
    return _build_word(text)


def build_sale_settled() -> View:
    """Build what stands there when somebody else was faster."""
    return _build_word("Nothing more can become of this sale: see its details.")


def _build_word(text: str) -> View:
    return View(
        type="modal", title="Take a sale back", close="Close", blocks=[SectionBlock(text=prose(text))]
    )
