"""What could be sold or lost, from a figure to the next step: listed, handed to who takes it up, offered."""

from collections.abc import Mapping
from datetime import datetime

from slack_sdk import WebClient
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from bot.access import OPERATOR, get_person, is_managing, require_managing, require_seller
from bot.conduct.inbox import Claim
from bot.conduct.posting import reply_once
from bot.conduct.threads import is_danger_open, join_thread, list_open_visits
from bot.delivery import SLACK_FAILURES, Place
from bot.deps import Deps
from bot.errors import apologise
from bot.selling.deals import say_why_withdrawn
from bot.selling.wording import word_offer
from bot.views.notes import build_note
from bot.views.offer import build_offer
from bot.views.opportunities import (
    Row,
    build_list_message,
    build_list_view,
    build_referral,
    build_waiting_view,
    describe_reason,
)
from bot.views.payloads import OpportunityRef
from bot.visits.guiding import has_open_walk
from offers.deciding.proposals import propose
from offers.errors import AlreadyReferred, UnknownAsset
from offers.installed_base.machines import AssetFacts, find_asset_by_id
from offers.ledger import Withdrawn, review
from offers.models import Offer
from offers.people import PersonFacts, find_person
from offers.sales.agreements import Agreement
from offers.sales.cards import OfferCard, get_offer_card
from offers.steering.opportunities import (
    Kind,
    Opportunity,
    find_open_offer,
    find_opportunity,
    find_prospect,
    find_receiver,
    find_referred,
    list_opportunities,
    refer,
)

REFERRAL, ASSET_OFFER, OPPORTUNITIES = "referral", "asset_offer", "opportunities"


def show_list(kind: Kind, place: Place, slack_user_id: str, deps: Deps) -> None:
    """Show somebody their list, to them alone.

    Raises:
        PersonUnknown, RoleNotAllowed: The person sells nothing.
    """
    message = build_list_message(kind, _read_own(kind, slack_user_id, deps))
    deps.delivery.show(place, slack_user_id, message)


def open_list(kind: Kind, slack_user_id: str, trigger_id: str, client: WebClient, deps: Deps) -> None:
    """Open somebody's list as a form: at once, because a trigger lapses, and then with what is on it."""
    opened = client.views_open(trigger_id=trigger_id, view=build_waiting_view(kind))
    view = build_list_view(kind, _read_own(kind, slack_user_id, deps))
    deps.delivery.update_view(str(opened["view"]["id"]), view)


def refresh_list(kind: Kind, slack_user_id: str, view_id: str, deps: Deps, *, said: str) -> None:
    """Show somebody's open list anew, with a sentence above it; in their messages where they have closed it."""
    view = build_list_view(kind, _read_own(kind, slack_user_id, deps), said=said)
    if not deps.delivery.update_view(view_id, view):
        deps.delivery.post(Place(deps.delivery.open_dm(slack_user_id), None), build_note(said))


def _read_own(kind: Kind, slack_user_id: str, deps: Deps) -> list[Row]:
    with deps.read_scope() as session:
        return _read_rows(session, kind, get_person(session, slack_user_id), deps)


def _read_rows(session: Session, kind: Kind, person: PersonFacts, deps: Deps) -> list[Row]:
    require_seller(person)
    now = deps.clock()
    found = list_opportunities(session, kind, now=now, reader=person)
    ids = [one.asset_id for one in found]
    referred = find_referred(session, kind, ids, now=now) if is_managing(person) else {}
    return [_read_row(session, one, person, referred, deps) for one in found]


def _read_row(
    session: Session,
    one: Opportunity,
    person: PersonFacts,
    referred: Mapping[str, tuple[str, datetime]],
    deps: Deps,
) -> Row:
    now, policy = deps.clock(), deps.settings.offer_policy
    if not is_managing(person):
        prospect = find_prospect(session, one, now=now, policy=policy, person_id=person.person_id)
        return Row(one, prospect, is_own=True)
    prospect = find_prospect(session, one, now=now, policy=policy)
    receiver = find_receiver(session, one.asset_id, now=now) if prospect.held is None else None
    passed = referred.get(one.asset_id)
    if passed is None:
        return Row(one, prospect, is_own=False, receiver=receiver)
    to = find_person(session, passed[0])
    name = to.name if to is not None else passed[0]
    return Row(one, prospect, is_own=False, receiver=receiver, passed_to=name, passed_on=passed[1])


def claim_referral(ref: OpportunityRef, slack_user_id: str, deps: Deps) -> tuple[Claim, str]:
    """Write down that a manager hands an opportunity to who is to take it up; return the work, and what to tell them.

    Raises:
        PersonUnknown, RoleNotAllowed: They are no manager.
        AlreadyReferred: Whoever it is was told of it this week.
        OfferError: It is no more, it is held, or nobody can be reached.
    """
    now = deps.clock()
    with deps.session_scope() as session:
        manager = get_person(session, slack_user_id)
        require_managing(manager, "hand on what could be sold")
        one = find_opportunity(session, Kind(ref.kind), ref.asset_id, now=now, reader=manager)
        receiver = refer(session, one, by=manager, now=now, policy=deps.settings.offer_policy)
        year, week, _ = now.isocalendar()
        key = f"{REFERRAL}:{ref.kind}:{ref.asset_id}:{receiver.person.person_id}:{year}-W{week:02}"
        said = f"{receiver.person.name} has it: {one.account_name}, {one.serial_number or one.asset_id}."
        payload = {
            "user": receiver.person.slack_user_id,
            "ref": ref.model_dump(),
            "manager": manager.name,
            "reader": manager.person_id,
            "why": receiver.why,
        }
        try:
            claim = deps.inbox.enlist(session, key, REFERRAL, payload)
        except IntegrityError as error:
            raise AlreadyReferred(receiver.person.name) from error
        if claim is None:
            raise AlreadyReferred(receiver.person.name)
    return claim, said


def work_on_referral(claim: Claim, deps: Deps) -> None:
    """Send the card to who is to take it up; what was settled or held meanwhile is not sent any more."""
    facts = claim.payload
    user = str(facts["user"])
    place = Place(deps.delivery.open_dm(user), None)
    if claim.attempt > 1 and deps.delivery.sent.find_post(place, key=claim.key):
        return
    ref, now = OpportunityRef.model_validate(facts["ref"]), deps.clock()
    with apologise(lambda _sentence: None, unless=SLACK_FAILURES):
        with deps.read_scope() as session:
            manager = find_person(session, facts["reader"]) or OPERATOR
            one = find_opportunity(session, Kind(ref.kind), ref.asset_id, now=now, reader=manager)
        message = build_referral(
            one, manager=facts["manager"], why=facts["why"], offer_reason=describe_reason(one)
        )
        deps.delivery.show(place, user, message, key=claim.key)


def work_on_list(claim: Claim, deps: Deps) -> None:
    """Answer a direct message that asks for a list, once, in its thread."""
    kind = Kind(claim.payload["kind"])
    reply_once(
        claim,
        deps,
        lambda session, person: _read_rows(session, kind, person, deps),
        lambda rows, place, user: deps.delivery.show(
            place, user, build_list_message(kind, rows), key=claim.key
        ),
    )


def claim_asset_offer(ref: OpportunityRef, slack_user_id: str, clicked: str, deps: Deps) -> Claim | None:
    """Claim the opening of a machine's offer; None when the click was delivered before."""
    payload = {"asset_id": ref.asset_id, "user": slack_user_id}
    return deps.inbox.claim(f"{ASSET_OFFER}:{slack_user_id}:{clicked}", ASSET_OFFER, payload)


def work_on_asset_offer(claim: Claim, deps: Deps) -> None:
    """Show the machine's offer in the person's own messages: the one that is open, else a new one, else why none."""
    user, asset_id = str(claim.payload["user"]), str(claim.payload["asset_id"])
    dm = deps.delivery.open_dm(user)

    def tell(sentence: str) -> None:
        deps.delivery.post(Place(dm, None), build_note(sentence))

    with apologise(tell, unless=SLACK_FAILURES):
        with deps.read_scope() as session:
            require_seller(get_person(session, user))
        root = _find_root(claim, dm, deps)
        card, held, machine = _find_card(asset_id, user, f"{dm}:{root}", deps)
        where = f"{machine.account_name}, {machine.serial_number}"
        if card is None:
            note = build_note(f"Nothing is offered for {where} now: {held or 'nothing fits it'}.")
            deps.delivery.update(dm, root, note)
            return
        deps.delivery.update(dm, root, build_offer(word_offer(card, deps), remark=f"For {where}:"))


def _find_root(claim: Claim, dm: str, deps: Deps) -> str:
    """Return the message that becomes the card; an earlier try's where there is one."""
    root = claim.payload.get("root_ts")
    if root is None and claim.attempt > 1:
        root = deps.delivery.sent.find_post(Place(dm, None), key=claim.key)
    if root is None:
        root = deps.delivery.reply(Place(dm, None), build_note("Looking for what fits …"), key=claim.key)
    deps.inbox.note(claim.key, root_ts=root)
    return str(root)


def _find_card(
    asset_id: str, user: str, thread_ref: str, deps: Deps
) -> tuple[OfferCard | None, str | None, AssetFacts]:
    """Return the offer for the machine, or why there is none. Raises PersonUnknown, UnknownAsset."""
    now = deps.clock()
    with deps.session_scope() as session:
        person = get_person(session, user)
        machine = find_asset_by_id(session, asset_id, reader=person)
        if machine is None:
            raise UnknownAsset(asset_id)
        channel, _, root = thread_ref.partition(":")
        join_thread(session, channel, root, now=now)
        has_danger = is_danger_open(session, user, [asset_id], now=now, lasts_h=deps.settings.visit_lasts_h)
        made = session.exec(select(Offer.offer_id).where(col(Offer.thread_ref) == thread_ref)).first()
        one = made or find_open_offer(session, machine.account_id, asset_id, now=now)
        if one is not None and not has_danger:
            return *_find_standing(session, one, person, deps), machine
        visits = [visit for visit in list_open_visits(session, user) if visit.asset_id == asset_id]
        if any(has_open_walk(session, visit.visit_id) for visit in visits):
            return None, "a fault is being looked for there, check by check", machine
        found = propose(
            session,
            asset_id=asset_id,
            person=person,
            now=now,
            thread_ref=thread_ref,
            has_open_hazard=has_danger,
            policy=deps.settings.offer_policy,
        )
        return found.offer, found.goodwill or found.held, machine


def _find_standing(
    session: Session, offer_id: str, person: PersonFacts, deps: Deps
) -> tuple[OfferCard | None, str | None]:
    """Return an offer that was made as it stands now, or why nobody can take it."""
    now = deps.clock()
    card = get_offer_card(session, offer_id, reader=person, now=now)
    if card.accepted is not None:
        return card, None
    agreement = Agreement(conditions=deps.settings.conditions)
    found = review(session, offer_id, version=card.version, person=person, now=now, agreement=agreement)
    return (None, say_why_withdrawn(found)) if isinstance(found, Withdrawn) else (found.card, None)
