"""Handing a question to the experts: claimed once with everything it needs, posted once, and the asker is told."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from bot.access import is_within
from bot.conduct.inbox import Claim
from bot.conduct.threads import find_thread, get_turn
from bot.delivery import SLACK_FAILURES, Place, is_passing
from bot.deps import Deps
from bot.errors import PersonUnknown, apologise, explain
from bot.experts.channels import find_expert_channel, name_responsible
from bot.experts.log import HANDING_OVER, list_questions_before, place_expert_question
from bot.records import ExpertQuestion, Turn
from bot.views.expert import ExpertCase, build_expert_question
from bot.views.feedback import COMPLAINTS
from bot.views.notes import build_note
from bot.visits.guiding import list_ruled_out
from knowledge.documents import Audience
from knowledge.replies import Citation
from offers.installed_base.machines import AssetFacts, get_asset
from offers.people import PersonFacts, find_person, find_person_by_slack_id

logger = logging.getLogger(__name__)

EXPERT_QUESTION = "expert_question"
_PAGES = 3
_ALREADY = "The experts have this question already. Their answer comes back here."
_UNKNOWN = "I don't know this question any more. Ask it again, and then the experts."


@dataclass(frozen=True, slots=True)
class Click:
    """Who asked for an expert, where; `at` is the same when Slack delivers the click again."""

    slack_user_id: str
    channel: str
    at: str


def claim_expert_question(turn_id: str, click: Click, deps: Deps) -> Claim | str | None:
    """Claim the handing over of a question; a sentence says why there is nothing to do, None that it is being done.

    What was ruled out on the way is taken down now: the experts are told what was tried when they were asked.
    """
    try:
        with deps.session_scope() as session:
            _forget_lost(session, turn_id, deps)
            why_not = _find_obstacle(session, turn_id, click)
            if why_not is not None:
                return why_not
            payload = {"turn_id": turn_id, "history": _list_tried(session, turn_id)}
            key = f"{EXPERT_QUESTION}:{turn_id}:{click.at}"
            claim = deps.inbox.enlist(session, key, EXPERT_QUESTION, payload)
            if claim is not None:
                session.add(_build_row(session, turn_id, click, deps))
            return claim
    except IntegrityError:
        # Two clicks at once: the other one was first.
        return _ALREADY


def _forget_lost(session: Session, turn_id: str, deps: Deps) -> None:
    """Forget a handing over that was given up, because Slack could not be reached for a day."""
    row = session.get(ExpertQuestion, turn_id)
    if row is not None and row.expert_ts is None and deps.clock() - row.asked_at > HANDING_OVER:
        session.delete(row)
        session.flush()


def _find_obstacle(session: Session, turn_id: str, click: Click) -> str | None:
    turn = get_turn(session, turn_id)
    if turn is None or turn.channel != click.channel or turn.redacted_at is not None:
        return _UNKNOWN
    if find_person_by_slack_id(session, click.slack_user_id) is None:
        return explain(PersonUnknown(click.slack_user_id))
    if session.get(ExpertQuestion, turn_id) is not None:
        return _ALREADY
    if find_expert_channel(session, turn.family) is None:
        about = f"questions about {turn.family}" if turn.family else "such questions"
        return (
            f"No experts' channel is set for {about} yet. {name_responsible(session)} can set one: on my Home, "
            "under Experts' channels. Then ask again here."
        )
    return None


def _list_tried(session: Session, turn_id: str) -> list[str]:
    turn = session.get_one(Turn, turn_id)
    thread = find_thread(session, turn.channel, turn.thread_ts)
    visit_id = thread.visit_id if thread else None
    ruled_out = list_ruled_out(session, visit_id=visit_id, channel=turn.channel, thread_ts=turn.thread_ts)
    return [f"{one.symptom}: {one.check}" if one.symptom != one.check else one.check for one in ruled_out]


def _build_row(session: Session, turn_id: str, click: Click, deps: Deps) -> ExpertQuestion:
    turn = session.get_one(Turn, turn_id)
    person = find_person_by_slack_id(session, click.slack_user_id)
    return ExpertQuestion(
        turn_id=turn_id,
        slack_user_id=click.slack_user_id,
        person_id=person.person_id if person else "",
        channel=turn.channel,
        thread_ts=turn.thread_ts,
        audience=turn.audience,
        family=turn.family,
        expert_channel=find_expert_channel(session, turn.family) or "",
        asked_at=deps.clock(),
    )


def work_on_expert_question(claim: Claim, deps: Deps) -> None:
    """Post the question to the experts and tell the asker; where Slack refuses the channel, the asker is told that."""
    with deps.read_scope() as session:
        question = session.get(ExpertQuestion, claim.payload["turn_id"])
        turn = session.get(Turn, claim.payload["turn_id"])
    if question is None or turn is None:
        return
    place = Place(question.channel, question.thread_ts, after_ts=turn.reply_ts)
    with apologise(partial(_tell, place, claim, deps), unless=SLACK_FAILURES):
        about = f" for {question.family}" if question.family else ""
        sentence = f"I've asked the experts{about}. Their answer comes back here."
        if question.expert_ts is None:
            try:
                _hand_over(question, turn, claim, deps)
            except SlackApiError as error:
                if is_passing(error):
                    raise
                logger.warning("the experts' channel can't be written: %s", error.response.get("error"))
                sentence = _withdraw(question, deps)
        _tell(place, claim, deps, sentence)


def _hand_over(question: ExpertQuestion, turn: Turn, claim: Claim, deps: Deps) -> None:
    case = _collect_case(question, turn, deps, history=claim.payload["history"])
    there = Place(question.expert_channel, None, after_ts=turn.thread_ts)
    ts = deps.delivery.sent.find_post(there, key=claim.key) if claim.attempt > 1 else None
    ts = ts or deps.delivery.reply(there, build_expert_question(case), key=claim.key)
    with deps.session_scope() as session:
        place_expert_question(session, question.turn_id, ts)


def find_turn_id(key: str | None) -> str | None:
    """Return the turn whose handing over has this key, None for another key."""
    kind, _, rest = (key or "").partition(":")
    return rest.partition(":")[0] if kind == EXPERT_QUESTION else None


def _withdraw(question: ExpertQuestion, deps: Deps) -> str:
    """Forget that the question was handed over, so that it can be asked again; return what the asker is told."""
    with deps.session_scope() as session:
        row = session.get(ExpertQuestion, question.turn_id)
        if row is not None:
            session.delete(row)
        who = name_responsible(session)
    return f"I can't write in the experts' channel. {who} can invite me there or choose another on my Home."


def _tell(place: Place, claim: Claim, deps: Deps, sentence: str) -> None:
    key = f"{claim.key}:told"
    if claim.attempt == 1 or deps.delivery.sent.find_reply(place, key=key) is None:
        deps.delivery.reply(place, build_note(sentence), key=key)


def _collect_case(question: ExpertQuestion, turn: Turn, deps: Deps, *, history: Sequence[str]) -> ExpertCase:
    """Collect what the experts are told, as far as everybody in their channel may know it."""
    readers = deps.channel_audience.of(question.expert_channel)
    is_internal = readers is Audience.INTERNAL
    with deps.read_scope() as session:
        person = find_person(session, question.person_id)
        asset = get_asset(session, turn.asset_id) if turn.asset_id else None
        earlier = list_questions_before(session, turn) if is_internal else ()
    cited = turn.nearest if turn.abstained else turn.citations
    return ExpertCase(
        asker=describe_person(person),
        family=question.family,
        readers=Audience(question.audience),
        question=turn.question,
        machine=_describe_machine(asset, is_internal=is_internal) if asset else (),
        earlier=earlier,
        tried=tuple(history),
        answer="" if turn.abstained or not is_internal else turn.answer,
        complaint=COMPLAINTS.get(turn.feedback_reason or ""),
        pages=_readable([Citation(**one) for one in cited], readers, deps)[:_PAGES],
    )


def describe_person(person: PersonFacts | None) -> str:
    """Return name, role and partner of a person."""
    if person is None:
        return "somebody who is not in the people file any more"
    behind = person.partner_name or person.region
    return f"{person.name}, {person.role.replace('_', ' ')}" + (f", {behind}" if behind else "")


def _describe_machine(asset: AssetFacts, *, is_internal: bool) -> tuple[str, ...]:
    """Return the machine in lines; serial number, customer and site only where everybody is one of our own people."""
    serial = asset.serial_number if is_internal else None
    firmware = f"firmware {asset.firmware}" if asset.firmware else None
    lines = [" · ".join(part for part in (asset.product_name, asset.sku, serial, firmware) if part)]
    if is_internal:
        place = ", ".join(part for part in (asset.site_name, asset.site_address) if part)
        lines.append(" · ".join(part for part in (asset.account_name, place) if part))
    return tuple(lines)


def _readable(citations: Sequence[Citation], readers: Audience, deps: Deps) -> tuple[Citation, ...]:
    if readers is Audience.INTERNAL:
        return tuple(citations)
    audiences = {one.document: one.audience for one in deps.knowledge.list_documents()}
    return tuple(
        one for one in citations if one.document in audiences and is_within(audiences[one.document], readers)
    )
