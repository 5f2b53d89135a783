"""Discounts that somebody has to say yes to: asking in direct messages, deciding there, and telling what came of it."""

from typing import Any

from bot.access import OPERATOR, get_person
from bot.conduct.inbox import Claim
from bot.delivery import Place
from bot.deps import Deps
from bot.selling.acceptance import Submitted
from bot.selling.deals import say_who_was_first, show_outcome
from bot.selling.hazards import build_held, is_held_by_hazard
from bot.views.acceptance import build_closing
from bot.views.discount import build_discount_answer, build_discount_question
from bot.views.fields import read_field
from bot.views.message import Message
from bot.views.offer import build_offer
from bot.views.payloads import DiscountRef, FormRef
from offers.errors import NobodyMayApprove
from offers.money import format_percent
from offers.people import find_person
from offers.sales.agreements import Agreement
from offers.sales.discount_requests import get_request
from offers.sales.discounts import Asked, AskedBefore, Decided, ask_for_discount, decide_discount

DISCOUNT_ASKED, DISCOUNT_DECIDED = "discount_asked", "discount_decided"


def submit_request(view: dict[str, Any], slack_user_id: str, deps: Deps) -> Submitted:
    """Write the request; the form says who is asked."""
    ref = FormRef.model_validate_json(view["private_metadata"])
    reason = read_field(view["state"]["values"], "reason").strip()
    if not reason:
        return Submitted(errors={"reason": "Whoever decides wants to know why."})
    claim: Claim | None = None
    with deps.session_scope() as session:
        person = get_person(session, slack_user_id)
        if is_held_by_hazard(session, ref.offer_id, slack_user_id, deps):
            return Submitted(view=build_held())
        agreement = Agreement(ref.sku, ref.discount_bps, conditions=deps.settings.conditions)
        try:
            outcome = ask_for_discount(
                session,
                ref.offer_id,
                version=ref.version,
                agreement=agreement,
                reason=reason,
                card_ref=f"{ref.channel}:{ref.ts}",
                person=person,
                now=deps.clock(),
            )
        except NobodyMayApprove:
            return Submitted(
                errors={"reason": f"Nobody who could approve {_name(ref.discount_bps)} is known to me."}
            )
        if isinstance(outcome, Asked):
            request_id = outcome.request.request_id
            payload = {"request_id": request_id, "approvers": [one.person_id for one in outcome.approvers]}
            claim = deps.inbox.enlist(
                session, f"{DISCOUNT_ASKED}:{request_id}", DISCOUNT_ASKED, {**payload, "after": _stamp(deps)}
            )
            names = ", ".join(one.name for one in outcome.approvers)
            closing = f"Asked: {names}. You are told in your messages with me as soon as it is decided."
            return Submitted(view=build_closing("Asked for approval", closing), claim=claim)
    if isinstance(outcome, AskedBefore):
        off, name = _name(outcome.request.discount_bps), outcome.request.asked_by_name
        sentence = f"{name} has asked for {off} on this offer already; it is not decided yet."
        return Submitted(view=build_closing("Asked before", sentence))
    deps.delivery.update(ref.channel, ref.ts, show_outcome(outcome))
    sentence = "The offer is no longer what it was when you asked; its card shows how it stands."
    if outcome.card.accepted is not None:
        sentence = say_who_was_first(outcome.card)
    return Submitted(view=build_closing("Nothing to ask for", sentence))


def decide(
    ref: DiscountRef, slack_user_id: str, deps: Deps, *, is_approved: bool, reason: str | None = None
) -> Claim | None:
    """Decide on a request and show it where the click was; None when it was decided before.

    Raises:
        OfferError: It is not this person's to decide.
    """
    with deps.session_scope() as session:
        person = get_person(session, slack_user_id)
        outcome = decide_discount(
            session,
            ref.request_id,
            is_approved=is_approved,
            reason=reason,
            person=person,
            now=deps.clock(),
            conditions=deps.settings.conditions,
        )
        claim: Claim | None = None
        if isinstance(outcome, Decided):
            payload = {"request_id": ref.request_id, "after": _stamp(deps)}
            key = f"{DISCOUNT_DECIDED}:{ref.request_id}"
            claim = deps.inbox.enlist(session, key, DISCOUNT_DECIDED, payload)
    deps.delivery.update(ref.channel, ref.ts, build_discount_question(outcome.request))
    return claim


def work_on_discount_asked(claim: Claim, deps: Deps) -> None:
    """Ask everybody who may decide, each once."""
    facts = claim.payload
    with deps.read_scope() as session:
        request = get_request(session, facts["request_id"], reader=OPERATOR, now=deps.clock())
        people = [find_person(session, person_id) for person_id in facts["approvers"]]
    for person in people:
        if person is not None and person.slack_user_id:
            key = f"{claim.key}:{person.person_id}"
            _send(person.slack_user_id, build_discount_question(request), key, claim, deps)


def work_on_discount_decided(claim: Claim, deps: Deps) -> None:
    """Show the offer as it stands now on its card, and tell whoever asked."""
    with deps.read_scope() as session:
        request = get_request(session, claim.payload["request_id"], reader=OPERATOR, now=deps.clock())
    channel, _, ts = (request.card_ref or "").partition(":")
    if channel and ts:
        deps.delivery.update(channel, ts, build_offer(request.card))
    if request.asked_by_slack_id:
        _send(request.asked_by_slack_id, build_discount_answer(request), claim.key, claim, deps)


def _name(discount_bps: int) -> str:
    return format_percent(discount_bps) if discount_bps else "this price"


def _send(slack_user_id: str, message: Message, key: str, claim: Claim, deps: Deps) -> None:
    place = Place(deps.delivery.open_dm(slack_user_id), None, after_ts=claim.payload.get("after"))
    if claim.attempt > 1 and deps.delivery.sent.find_post(place, key=key):
        return
    deps.delivery.reply(place, message, key=key)


def _stamp(deps: Deps) -> str:
    """Return now as Slack stamps messages: nothing sent for this work is older."""
    return f"{deps.clock().timestamp() - 60:.6f}"
