"""What becomes of a sale, from Home: taking it back with a form, or the word that it is in the books."""

from collections.abc import Mapping
from typing import Any

from slack_sdk.models.views import View

from bot.access import get_person, require_managing
from bot.deps import Deps
from bot.views.fields import read_field
from bot.views.payloads import SaleRef
from bot.views.sale_step import build_sale_settled, build_sale_step_done, build_sale_step_form, list_choices
from offers.sales.conversions import get_conversion
from offers.sales.fulfilment import Notice, book, cancel, list_steps, record_return, reverse
from offers.vocabulary import OfferEventType, Origin

_ACTION = "take a sale back"
_TAKE = {
    OfferEventType.CANCELLED: cancel,
    OfferEventType.RETURNED: record_return,
    OfferEventType.REVERSED: reverse,
}


def find_sale_step_form(ref: SaleRef, slack_user_id: str, deps: Deps) -> View:
    """Return the form for a sale, or the word that nothing more can become of it.

    Raises:
        PersonUnknown, RoleNotAllowed, UnknownOffer: It is not this person's to take back.
    """
    with deps.read_scope() as session:
        person = get_person(session, slack_user_id)
        require_managing(person, _ACTION)
        sale = get_conversion(session, ref.offer_id, reader=person)
        steps = list_steps(session, ref.offer_id)
    if not list_choices(steps):
        return build_sale_settled()
    what = " · ".join(part for part in (sale.product_name, sale.account_name, sale.serial_number) if part)
    return build_sale_step_form(ref, steps, what=what or ref.offer_id)


def take_step(ref: SaleRef, values: Mapping[str, Any], slack_user_id: str, view_id: str, deps: Deps) -> View:
    """Let become of the sale what the form says, and return what to show then.

    Raises:
        PersonUnknown, RoleNotAllowed, UnknownOffer: The person may not, whatever they might when the form was opened.
        OfferError: The sale can't take this step (any more).
    """
    step = OfferEventType(read_field(values, "step"))
    now = deps.clock()
    with deps.session_scope() as session:
        person = get_person(session, slack_user_id)
        require_managing(person, _ACTION)
        # The region may have been changed since the form was opened, as the role may.
        get_conversion(session, ref.offer_id, reader=person)
        notice = Notice(
            person=person,
            now=now,
            idempotency_key=view_id,
            reason=read_field(values, "reason"),
            origin=Origin.HOME,
        )
        done = _TAKE[step](session, ref.offer_id, notice)
    return build_sale_step_done(done)


def mark_booked(ref: SaleRef, slack_user_id: str, view_id: str, deps: Deps) -> None:
    """Log that a sale is in the books; where somebody has said so before, nothing changes.

    Raises:
        PersonUnknown, UnknownOffer: It is not this person's to see.
        OfferError: They may not, or the sale was taken back meanwhile.
    """
    with deps.session_scope() as session:
        person = get_person(session, slack_user_id)
        # Of a colleague's sale a technician sees nothing, so nothing is theirs to say of it.
        get_conversion(session, ref.offer_id, reader=person)
        notice = Notice(person=person, now=deps.clock(), idempotency_key=view_id, origin=Origin.HOME)
        book(session, ref.offer_id, notice)
