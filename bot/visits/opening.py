"""Opening and closing a service call: the brief goes to the person's own messages, never into a channel."""

import logging
from datetime import datetime

from sqlmodel import Session

from bot.access import get_person, require_visitor
from bot.conduct.threads import find_visit, list_open_visits, open_visit, place_visit
from bot.conduct.work import enlist_card, work_on
from bot.delivery import SLACK_FAILURES, Place
from bot.deps import Deps
from bot.ids import new_id
from bot.records import Visit
from bot.turn import propose_on_visit
from bot.views.brief import build_brief
from bot.views.message import Message
from bot.views.notes import build_link_note, build_note
from bot.visits.guiding import close_walks
from offers.audit import write_audit_entry
from offers.errors import UnknownAsset
from offers.installed_base.machines import AssetFacts, find_asset, find_asset_by_id, suggest_assets
from offers.installed_base.visits import VisitBrief
from offers.installed_base.visits import build_brief as collect_brief
from offers.people import PersonFacts, find_person_by_slack_id
from offers.vocabulary import Origin

logger = logging.getLogger(__name__)


def find_visit_asset(text: str, slack_user_id: str, deps: Deps) -> AssetFacts | None:
    """Return the machine with this serial number, or None when there is none that the person may see.

    Raises:
        PersonUnknown, RoleNotAllowed: The person goes on no service calls.
    """
    with deps.read_scope() as session:
        person = _visitor(session, slack_user_id)
        return find_asset(session, text, reader=person) if text.strip() else None


def search_assets(text: str, slack_user_id: str, deps: Deps) -> list[AssetFacts]:
    """Return machines that the person may mean, best first."""
    with deps.read_scope() as session:
        return suggest_assets(session, text, reader=_visitor(session, slack_user_id), limit=20)


def find_chosen_asset(asset_id: str, slack_user_id: str, deps: Deps) -> AssetFacts | None:
    """Return the machine with exactly this id, or None when there is none that the person may see.

    Raises:
        PersonUnknown, RoleNotAllowed: The person goes on no service calls.
    """
    with deps.read_scope() as session:
        return find_asset_by_id(session, asset_id, reader=_visitor(session, slack_user_id))


def start_visit(asset: AssetFacts, slack_user_id: str, origin: str, deps: Deps) -> None:
    """Post the brief as the root of a new thread in the person's own messages, and open the visit there."""
    now = deps.clock()
    visit_id = new_id("visit")
    with deps.read_scope() as session:
        person = _visitor(session, slack_user_id)
        brief = collect_brief(session, asset.asset_id, now=now, reader=person)
        earlier = [visit.visit_id for visit in list_open_visits(session, slack_user_id)]
    dm = deps.delivery.open_dm(slack_user_id)
    with deps.session_scope() as session:
        # Written before the brief with its button is there to be clicked; where its thread is follows.
        open_visit(
            session,
            slack_user_id=slack_user_id,
            person_id=person.person_id,
            asset_id=asset.asset_id,
            work_order_id=_work_order(brief),
            channel=dm,
            visit_id=visit_id,
            now=now,
            lasts_h=deps.settings.visit_lasts_h,
        )
        for verb, one in [("opened", visit_id), *(("closed", one) for one in earlier)]:
            visit = find_visit(session, one)
            if visit is not None:
                _audit(session, verb, visit, person, now=now)
    closed = [_show_closed(one, deps) for one in earlier]
    customer = next((name for name in closed if name), None)
    message = build_brief(brief, visit_id=visit_id, today=now.date(), closes=customer)
    ts = deps.delivery.post(Place(dm, None), message)
    with deps.session_scope() as session:
        place_visit(session, visit_id, thread_ts=ts, now=now)
    if origin != dm:
        deps.delivery.whisper(origin, slack_user_id, _pointer(asset, dm, ts, deps))


def close_visit(visit_id: str, slack_user_id: str, place: Place, deps: Deps) -> None:
    """Close the visit; if nothing was offered on it yet and something helps this customer, now is the moment."""
    now = deps.clock()
    claim, is_theirs = None, False
    with deps.session_scope() as session:
        visit = find_visit(session, visit_id, for_update=True)
        if visit is None or visit.slack_user_id != slack_user_id:
            sentence = "I don't know this visit any more. Open it anew with /visit."
        else:
            place_visit(session, visit_id, thread_ts=str(place.thread_ts), now=now)
            close_walks(session, visit_id, now=now)
            was_open = visit.closed_at is None
            sentence = "Visit closed. Thank you." if was_open else "This visit is already closed."
            card = propose_on_visit(
                session, visit, slack_user_id=slack_user_id, settings=deps.settings, now=now
            )
            if card is not None:
                remark = "One thing for the customer before you leave:"
                claim = enlist_card(session, card, place, deps, remark=remark)
            visit.closed_at = visit.closed_at or now
            session.add(visit)
            if was_open:
                person = find_person_by_slack_id(session, slack_user_id)
                _audit(session, "closed", visit, person, now=now)
            is_theirs = True
    deps.delivery.whisper(place.channel, slack_user_id, build_note(sentence), thread_ts=place.thread_ts)
    if is_theirs:
        _show_closed(visit_id, deps)
    if claim is not None:
        work_on(claim, deps)


def _show_closed(visit_id: str, deps: Deps) -> str | None:
    """Show on a closed visit's brief since when it is closed; returns whose machine it was, None for no visit.

    Slack out of reach leaves the brief as it was: its button then says that the visit is closed.
    """
    with deps.read_scope() as session:
        visit = find_visit(session, visit_id)
        if visit is None or visit.closed_at is None:
            return None
        try:
            reader = find_person_by_slack_id(session, visit.slack_user_id)
            brief = collect_brief(session, visit.asset_id, now=visit.closed_at, reader=reader)
        except UnknownAsset:
            return None
        channel, ts, closed_at = visit.channel, visit.thread_ts, visit.closed_at
    if ts:
        message = build_brief(brief, visit_id=visit_id, today=closed_at.date(), closed_at=closed_at)
        try:
            deps.delivery.update(channel, ts, message)
        except SLACK_FAILURES:
            logger.warning("a closed visit's brief could not be updated")
    return brief.asset.account_name


def _audit(session: Session, verb: str, visit: Visit, person: PersonFacts | None, *, now: datetime) -> None:
    write_audit_entry(
        session,
        f"visit.{verb}",
        subject=("visit", visit.visit_id),
        at=now,
        person=person,
        thread_ref=f"{visit.channel}:{visit.thread_ts}" if visit.thread_ts else None,
        # A visit that is being opened has no thread yet: its brief, which is written down first, will be its root.
        origin=Origin.THREAD,
        details={"asset_id": visit.asset_id},
    )


def _visitor(session: Session, slack_user_id: str) -> PersonFacts:
    person = get_person(session, slack_user_id)
    require_visitor(person)
    return person


def _work_order(brief: VisitBrief) -> str | None:
    return brief.open_work_order.work_order_id if brief.open_work_order else None


def _pointer(asset: AssetFacts, dm: str, ts: str, deps: Deps) -> Message:
    sentence = f"Your visit for {asset.serial_number} is open in your messages with me."
    url = deps.delivery.sent.permalink(dm, ts)
    return build_link_note(sentence, label="Go to the visit", url=url) if url else build_note(sentence)
