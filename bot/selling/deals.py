"""Offers in Slack: bundles on request, and what a click on a card does. The ledger decides, this only tells."""

import logging
from datetime import timedelta

from sqlmodel import col, select

from bot.access import get_person, require_seller
from bot.conduct.threads import is_danger_open, join_thread
from bot.delivery import Place
from bot.deps import Deps
from bot.mrkdwn import format_day
from bot.views.message import Message
from bot.views.notes import build_link_note, build_note
from bot.views.offer import build_offer, build_withdrawn
from bot.views.payloads import OfferRef
from offers.deciding.proposals import propose_bundles
from offers.installed_base.machines import AccountFacts, find_accounts
from offers.ledger import AcceptResult, Refreshed, Withdrawn
from offers.models import Asset
from offers.sales.cards import OfferCard
from offers.sales.reactions import decline, snooze
from offers.tables.versions import current

logger = logging.getLogger(__name__)

_WITHDRAWN = {
    "no_price": "it has no price any more",
    "machine_gone": "the machine is no longer in the records",
    "machine_retired": "the machine is retired",
    "machine_replaced": "another machine stands in its place",
    "contract_cancelled": "the contract was cancelled meanwhile",
    "contract_gone": "the contract that it follows is no longer in force on this machine",
    "contract_changed": "the contract no longer ends on the day that the offer counted on",
    "renews_itself": "the contract renews by itself now",
    "under_warranty": "the machine is under warranty when it would begin",
    "not_serviceable": "the machine is no longer one that we service",
    "already_covered": "the machine is covered meanwhile",
    "already_renewed": "the contract was renewed meanwhile",
    "already_installed": "it is installed meanwhile",
    "escalated_case": "an escalated case is open at this customer; service comes first",
    "do_not_sell": "this customer does not want offers for now",
    "repeat_failures": "the machine keeps failing after repairs; service comes first",
}
_SNOOZE = timedelta(days=14)


def find_account_named(text: str, slack_user_id: str, deps: Deps) -> AccountFacts | None:
    """Return the one customer that this text names among those the person may see, else None.

    Raises:
        PersonUnknown, RoleNotAllowed: The person sells nothing.
    """
    with deps.read_scope() as session:
        person = get_person(session, slack_user_id)
        require_seller(person)
        found = find_accounts(session, text, reader=person, limit=5) if text.strip() else []
    exact = [account for account in found if account.name.casefold() == text.strip().casefold()]
    if len(exact) == 1:
        return exact[0]
    return found[0] if len(found) == 1 else None


def search_accounts(text: str, slack_user_id: str, deps: Deps) -> list[AccountFacts]:
    """Return customers that the person may mean, best first.

    Raises:
        PersonUnknown, RoleNotAllowed: The person sells nothing.
    """
    with deps.read_scope() as session:
        person = get_person(session, slack_user_id)
        require_seller(person)
        return find_accounts(session, text, reader=person, limit=20)


def show_bundles(account_id: str, slack_user_id: str, deps: Deps, *, origin: str | None = None) -> None:
    """Post the priced bundles that fit this customer's machines to the person's own messages.

    Whoever asked elsewhere, in the channel `origin`, is told there where to look.

    Raises:
        PersonUnknown, RoleNotAllowed, NotYourAccount: The person may not ask for them.
    """
    now = deps.clock()
    with deps.read_scope() as session:
        require_seller(get_person(session, slack_user_id))
    dm = deps.delivery.open_dm(slack_user_id)
    root = deps.delivery.post(Place(dm, None), build_note("Pricing bundles …"))
    with deps.session_scope() as session:
        person = get_person(session, slack_user_id)
        join_thread(session, dm, root, now=now)
        machines = select(Asset.asset_id).where(col(Asset.account_id) == account_id, current(Asset))
        found = propose_bundles(
            session,
            account_id=account_id,
            person=person,
            now=now,
            thread_ref=f"{dm}:{root}",
            has_open_hazard=is_danger_open(
                session, slack_user_id, machines, now=now, lasts_h=deps.settings.visit_lasts_h
            ),
            policy=deps.settings.offer_policy,
        )
    if origin is not None and origin != dm:
        _point_to(root, dm, found.account.name, origin, slack_user_id, deps)
    if not found.offers:
        why = found.held or "no machine of theirs is without cover and accessories"
        deps.delivery.update(dm, root, build_note(f"No bundle for {found.account.name} now: {why}."))
        return
    first, *others = found.offers
    deps.delivery.update(dm, root, build_offer(first, remark=f"For {found.account.name}:"))
    for card in others:
        deps.delivery.post(Place(dm, root), build_offer(card))


def _point_to(root: str, dm: str, customer: str, origin: str, slack_user_id: str, deps: Deps) -> None:
    sentence = f"Bundles for {customer}: the answer is in your messages with me."
    url = deps.delivery.sent.permalink(dm, root)
    note = build_link_note(sentence, label="Go to the bundles", url=url) if url else build_note(sentence)
    deps.delivery.whisper(origin, slack_user_id, note)


def snooze_offer(ref: OfferRef, *, slack_user_id: str, channel: str, ts: str, key: str, deps: Deps) -> None:
    """Put the offer off."""
    now = deps.clock()
    with deps.session_scope() as session:
        person = get_person(session, slack_user_id)
        card = snooze(session, ref.offer_id, person=person, now=now, until=now + _SNOOZE, idempotency_key=key)
    deps.delivery.update(channel, ts, build_offer(card))


def decline_offer(
    offer_id: str, reason: str, *, slack_user_id: str, channel: str, ts: str, key: str, deps: Deps
) -> None:
    """Take the "No" with its reason."""
    with deps.session_scope() as session:
        person = get_person(session, slack_user_id)
        card = decline(session, offer_id, reason=reason, person=person, now=deps.clock(), idempotency_key=key)
    deps.delivery.update(channel, ts, build_offer(card))


def show_outcome(outcome: AcceptResult) -> Message:
    """Return the card of an offer after somebody wanted to accept it."""
    if isinstance(outcome, Refreshed):
        why = "has expired" if outcome.why == "expired" else "has a new price"
        return build_offer(outcome.card, remark=f"The earlier offer {why}; here is the fresh one.")
    if isinstance(outcome, Withdrawn):
        return build_withdrawn(outcome.card, say_why_withdrawn(outcome))
    return build_offer(outcome.card)


def say_why_withdrawn(outcome: Withdrawn) -> str:
    """Return why the offer can't be accepted, as the end of a sentence."""
    return _WITHDRAWN.get(outcome.why, "it no longer fits")


def say_who_was_first(card: OfferCard) -> str:
    """Return the sentence for whoever comes second."""
    done = card.accepted
    if done is None:
        return "This offer was accepted before."
    return f"{done.person_name} accepted this on {format_day(done.at.date())} at {done.at:%H:%M} UTC. It counts once."
