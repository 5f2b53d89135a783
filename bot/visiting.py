"""Opening and closing a service call: the brief goes to the person's own messages, never into a channel."""

from sqlmodel import Session

from bot.access import get_person, require_visitor
from bot.delivery import Place
from bot.deps import Deps
from bot.guiding import close_walks
from bot.ids import new_id
from bot.threads import find_visit, open_visit, place_visit
from bot.turn import propose_on_visit
from bot.views.brief import build_brief
from bot.views.message import Message
from bot.views.notes import build_link_note, build_note
from bot.work import enlist_card, work_on
from offers.machines import AssetFacts, find_asset, find_asset_by_id, suggest_assets
from offers.people import PersonFacts
from offers.visits import VisitBrief
from offers.visits import build_brief as collect_brief


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
        brief = collect_brief(session, asset.asset_id, now=now)
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
        )
    ts = deps.delivery.post(Place(dm, None), build_brief(brief, visit_id=visit_id, today=now.date()))
    with deps.session_scope() as session:
        place_visit(session, visit_id, thread_ts=ts, now=now)
    if origin != dm:
        deps.delivery.whisper(origin, slack_user_id, _pointer(asset, dm, ts, deps))


def close_visit(visit_id: str, slack_user_id: str, place: Place, deps: Deps) -> None:
    """Close the visit; if nothing was offered on it yet and something helps this customer, now is the moment."""
    now = deps.clock()
    claim = None
    with deps.session_scope() as session:
        visit = find_visit(session, visit_id, for_update=True)
        if visit is None or visit.slack_user_id != slack_user_id:
            sentence = "I don't know this visit any more. Open it anew with /visit."
        else:
            place_visit(session, visit_id, thread_ts=str(place.thread_ts), now=now)
            close_walks(session, visit_id, now=now)
            sentence = (
                "Visit closed. Thank you." if visit.closed_at is None else "This visit is already closed."
            )
            card = propose_on_visit(session, visit, slack_user_id=slack_user_id, now=now)
            if card is not None:
                remark = "One thing for the customer before you leave:"
                claim = enlist_card(session, card, place, deps, remark=remark)
            visit.closed_at = visit.closed_at or now
            session.add(visit)
    deps.delivery.whisper(place.channel, slack_user_id, build_note(sentence), thread_ts=place.thread_ts)
    if claim is not None:
        work_on(claim, deps)


def _visitor(session: Session, slack_user_id: str) -> PersonFacts:
    person = get_person(session, slack_user_id)
    require_visitor(person)
    return person


def _work_order(brief: VisitBrief) -> str | None:
    return brief.open_work_order.work_order_id if brief.open_work_order else None


def _pointer(asset: AssetFacts, dm: str, ts: str, deps: Deps) -> Message:
    sentence = f"Your visit for {asset.serial_number} is open in your messages with me."
    url = deps.delivery.permalink(dm, ts)
    return build_link_note(sentence, label="Go to the visit", url=url) if url else build_note(sentence)
