"""Accepting an offer in two steps: a form that shows what it comes to, and the yes that books exactly that."""

import logging
from dataclasses import dataclass, field, replace
from typing import Any

from slack_sdk import WebClient
from slack_sdk.models.views import View
from sqlmodel import Session

from bot.access import OPERATOR, get_person
from bot.conduct.inbox import Claim
from bot.delivery import SLACK_FAILURES
from bot.deps import Deps
from bot.selling.deals import say_who_was_first, say_why_withdrawn, show_outcome
from bot.selling.hazards import HELD_BY_HAZARD, build_held, is_held_by_hazard
from bot.views.acceptance import (
    Filled,
    build_acceptance_form,
    build_closing,
    build_discount_form,
    read_acceptance_form,
)
from bot.views.notes import build_note
from bot.views.offer import build_offer
from bot.views.payloads import FormRef, OfferRef
from offers.errors import DiscountBelowCost, DiscountTooHigh
from offers.ledger import Accepted, AcceptResult, AlreadyAccepted, Open, Refreshed, Withdrawn, accept, review
from offers.money import Money, format_percent
from offers.people import PersonFacts
from offers.sales.agreements import Agreement
from offers.sales.cards import get_offer_card

logger = logging.getLogger(__name__)

OUTCOME = "outcome"
_FRESH = {
    "expired": "The earlier offer had expired. This is the fresh price; nothing is booked yet.",
    "repriced": "The price has changed meanwhile. This is the one that holds now; nothing is booked yet.",
    "unseen": "This is what it comes to now. Confirm once more to book it.",
}


@dataclass(frozen=True, slots=True)
class Submitted:
    """What a submitted form is answered with: errors by block, a view in its place, or nothing, and it closes.

    `claim` is what is left to do when it is answered.
    """

    errors: dict[str, str] = field(default_factory=dict)
    view: View | None = None
    claim: Claim | None = None

    def as_ack(self) -> dict[str, Any]:
        """Return the arguments of the acknowledgement."""
        if self.errors:
            return {"response_action": "errors", "errors": self.errors}
        return {"response_action": "update", "view": self.view} if self.view is not None else {}


def refer_to_card(ref: OfferRef, channel: str, ts: str, thread_ts: str | None) -> FormRef:
    """Return what a form knows of the card that it was opened from, before it has a price."""
    return FormRef(
        offer_id=ref.offer_id,
        version=ref.version,
        sku="",
        discount_bps=0,
        total_minor=0,
        currency="",
        channel=channel,
        ts=ts,
        thread_ts=thread_ts,
    )


def open_form(
    client: WebClient, ref: OfferRef, *, trigger_id: str, slack_user_id: str, place: FormRef, deps: Deps
) -> None:
    """Open the form at the price that holds now; where there is nothing left to accept, the card says so.

    While something dangerous is open there is no form; the card stays for when it is over.

    Args:
        place: Where the card stands; what else is in it is filled in here.
    """
    with deps.session_scope() as session:
        person = get_person(session, slack_user_id)
        is_held = is_held_by_hazard(session, ref.offer_id, slack_user_id, deps)
        found, why = _look(session, ref.offer_id, ref.version, person, _agree(deps), deps)
    if is_held and isinstance(found, Open):
        note = build_note(HELD_BY_HAZARD)
        deps.delivery.whisper(place.channel, slack_user_id, note, thread_ts=place.thread_ts)
        return
    if not isinstance(found, Open):
        _tell(found, place, slack_user_id, deps)
        return
    try:
        remark = _FRESH.get(why or "") or _find_warning(found, person)
        client.views_open(trigger_id=trigger_id, view=_build(found, place, remark=remark))
    except SLACK_FAILURES:
        logger.warning("a form of acceptance could not be opened")
        sentence = "The form could not be opened in time; nothing is booked. Press Accept once more."
        deps.delivery.whisper(place.channel, slack_user_id, build_note(sentence), thread_ts=place.thread_ts)
    if why is not None:
        deps.delivery.update(place.channel, place.ts, build_offer(found.card))


def reprice_form(client: WebClient, view: dict[str, Any], slack_user_id: str, deps: Deps) -> None:
    """Show in the open form what the option and the discount that stand in it come to."""
    ref, filled = FormRef.model_validate_json(view["private_metadata"]), _read(view)
    if "discount" in filled.wrong:
        return
    with deps.session_scope() as session:
        person = get_person(session, slack_user_id)
        is_held = is_held_by_hazard(session, ref.offer_id, slack_user_id, deps)
        found, why = _look(session, ref.offer_id, ref.version, person, _agree(deps, filled), deps)
    if is_held:
        update_form(client, view, build_held())
    elif isinstance(found, Open):
        remark = _FRESH.get(why or "") or _find_warning(found, person)
        update_form(client, view, _build(found, ref, remark=remark))
    else:
        update_form(client, view, _close(found))


def update_form(client: WebClient, view: dict[str, Any], body: View) -> None:
    """Replace an open form, unless it was replaced or closed meanwhile."""
    try:
        client.views_update(view_id=view["id"], hash=view["hash"], view=body)
    except SLACK_FAILURES:
        logger.info("a form was closed or changed meanwhile")


def submit_form(view: dict[str, Any], slack_user_id: str, deps: Deps) -> Submitted:
    """Book what the form showed; anything else than that is shown first."""
    ref, filled = FormRef.model_validate_json(view["private_metadata"]), _read(view)
    if filled.wrong:
        return Submitted(errors=filled.wrong)
    agreement = replace(
        _agree(deps, filled), confirmation=filled.confirmation, seen=Money(ref.total_minor, ref.currency)
    )
    try:
        with deps.session_scope() as session:
            person = get_person(session, slack_user_id)
            if is_held_by_hazard(session, ref.offer_id, slack_user_id, deps):
                return Submitted(view=build_held())
            outcome = accept(
                session,
                ref.offer_id,
                version=ref.version,
                person=person,
                now=deps.clock(),
                thread_ref=None,
                idempotency_key=f"form:{view['id']}",
                agreement=agreement,
            )
            claim = _enlist_outcome(session, outcome, ref, deps) if isinstance(outcome, Accepted) else None
    except (DiscountTooHigh, DiscountBelowCost) as error:
        return _turn_to_asking(
            ref, agreement, slack_user_id, deps, is_loss=isinstance(error, DiscountBelowCost)
        )
    if isinstance(outcome, Accepted):
        return Submitted(claim=claim)
    return _show_instead(outcome, ref, agreement, slack_user_id, deps)


def work_on_outcome(claim: Claim, deps: Deps) -> None:
    """Show on the offer's card what became of it."""
    facts = claim.payload
    with deps.read_scope() as session:
        card = get_offer_card(session, facts["offer_id"], reader=OPERATOR, now=deps.clock())
    deps.delivery.update(facts["channel"], facts["ts"], build_offer(card))


def find_open(
    session: Session, ref: FormRef, filled: Filled, person: PersonFacts, deps: Deps
) -> Open | AlreadyAccepted | Withdrawn:
    """Return what the form comes to as it is filled in; nothing is booked."""
    return _look(session, ref.offer_id, ref.version, person, _agree(deps, filled), deps)[0]


def refill_form(found: Open, ref: FormRef, *, remark: str) -> View:
    """Return the form again with a remark above it."""
    return _build(found, ref, remark=remark)


def read_form(view: dict[str, Any]) -> tuple[FormRef, Filled]:
    """Return what travels with a form, and what stands in it."""
    return FormRef.model_validate_json(view["private_metadata"]), _read(view)


def _read(view: dict[str, Any]) -> Filled:
    return read_acceptance_form(view["state"]["values"])


def _agree(deps: Deps, filled: Filled | None = None) -> Agreement:
    conditions = deps.settings.conditions
    if filled is None:
        return Agreement(conditions=conditions)
    return Agreement(sku=filled.sku, discount_bps=filled.discount_bps, conditions=conditions)


def _look(
    session: Session, offer_id: str, version: int, person: PersonFacts, agreement: Agreement, deps: Deps
) -> tuple[Open | AlreadyAccepted | Withdrawn, str | None]:
    """Return what the offer comes to, at a fresh price where the earlier one doesn't hold, and then why not."""
    now = deps.clock()
    found = review(session, offer_id, version=version, person=person, now=now, agreement=agreement)
    why: str | None = None
    if isinstance(found, Refreshed):
        why, card = found.why, found.card
        if agreement.sku not in {card.sku, *(option.sku for option in card.options)}:
            agreement = replace(agreement, sku=None)
        found = review(session, offer_id, version=card.version, person=person, now=now, agreement=agreement)
    if isinstance(found, Refreshed):
        # It was refreshed twice within one transaction, which holds the machine: the clock stands between its days.
        return Withdrawn(found.card, "no_price"), why
    if isinstance(found, Accepted):
        return AlreadyAccepted(found.card), why
    return found, why


def _build(found: Open, place: FormRef, *, remark: str | None) -> View:
    return build_acceptance_form(found, _refer(found, place), remark=remark)


def _refer(found: Open, place: FormRef) -> FormRef:
    figures = found.quote.figures
    return place.model_copy(
        update={
            "offer_id": found.card.offer_id,
            "version": found.card.version,
            "sku": found.quote.sku,
            "discount_bps": figures.discount_bps,
            "total_minor": figures.total_minor,
            "currency": figures.currency,
        }
    )


def _find_warning(found: Open, person: PersonFacts) -> str | None:
    if found.quote.figures.discount_bps > found.allowed_bps:
        limit = format_percent(found.allowed_bps)
        return f"You may give up to {limit}: confirming this asks for approval and books nothing."
    # Where the cost lies is nothing for a partner to find out by trying.
    if not found.needs_approval or person.is_external:
        return None
    return "This price is below cost: confirming this asks for an admin's yes and books nothing."


def _turn_to_asking(
    ref: FormRef, agreement: Agreement, slack_user_id: str, deps: Deps, *, is_loss: bool
) -> Submitted:
    with deps.session_scope() as session:
        person = get_person(session, slack_user_id)
        found, _ = _look(session, ref.offer_id, ref.version, person, replace(agreement, seen=None), deps)
    if not isinstance(found, Open):
        return Submitted(view=_close(found))
    is_told = is_loss and not person.is_external
    remark = "This price is below cost: it takes an admin's yes." if is_told else None
    return Submitted(view=build_discount_form(found, _refer(found, ref), remark=remark))


def _show_instead(
    outcome: AcceptResult, ref: FormRef, agreement: Agreement, slack_user_id: str, deps: Deps
) -> Submitted:
    if not isinstance(outcome, Refreshed):
        _update(outcome, ref, deps)
        return Submitted(view=_close(outcome))
    with deps.session_scope() as session:
        person = get_person(session, slack_user_id)
        version = outcome.card.version
        found, _ = _look(session, ref.offer_id, version, person, replace(agreement, seen=None), deps)
    if not isinstance(found, Open):
        _update(found, ref, deps)
        return Submitted(view=_close(found))
    if outcome.why != "unseen":
        _update(outcome, ref, deps)
    return Submitted(view=_build(found, ref, remark=_FRESH[outcome.why]))


def _close(outcome: AcceptResult) -> View:
    if isinstance(outcome, Withdrawn):
        sentence = f"{outcome.card.product_name} can't be accepted now: {say_why_withdrawn(outcome)}."
        return build_closing("Nothing is booked", sentence)
    return build_closing("Accepted before", say_who_was_first(outcome.card))


def _update(outcome: AcceptResult, ref: FormRef, deps: Deps) -> None:
    """Show the outcome on the card; the form says it anyway, so that Slack being slow here loses nothing."""
    try:
        deps.delivery.update(ref.channel, ref.ts, show_outcome(outcome))
    except SLACK_FAILURES:
        logger.warning("a card could not be updated")


def _tell(outcome: AcceptResult, place: FormRef, slack_user_id: str, deps: Deps) -> None:
    deps.delivery.update(place.channel, place.ts, show_outcome(outcome))
    if isinstance(outcome, AlreadyAccepted):
        note = build_note(say_who_was_first(outcome.card))
        deps.delivery.whisper(place.channel, slack_user_id, note)


def _enlist_outcome(session: Session, outcome: Accepted, ref: FormRef, deps: Deps) -> Claim | None:
    where = {"offer_id": outcome.card.offer_id, "channel": ref.channel, "ts": ref.ts}
    return deps.inbox.enlist(session, f"{OUTCOME}:{outcome.card.offer_id}", OUTCOME, where)
