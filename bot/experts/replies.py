"""An expert's reply on its way back to whoever asked, and the further question on its way there."""

import logging
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlmodel import Session

from bot.access import is_within
from bot.conduct.inbox import Claim
from bot.conduct.threads import find_thread
from bot.delivery import SLACK_FAILURES, Place, is_passing
from bot.deps import Deps
from bot.errors import PersonUnknown, apologise
from bot.experts.channels import may_answer
from bot.experts.log import find_expert_question, is_handing_over, place_expert_question
from bot.experts.questions import find_turn_id
from bot.mrkdwn import relay
from bot.records import ExpertQuestion, ExpertReply
from bot.views.expert import build_asked_back, build_expert_answer, build_forwarded
from bot.views.notes import build_note
from bot.views.payloads import ReplyRef
from knowledge.documents import Audience
from offers.people import PersonFacts, find_person, find_person_by_slack_id

logger = logging.getLogger(__name__)

EXPERT_REPLY, ASKED_BACK = "expert_reply", "asked_back"


@dataclass(frozen=True, slots=True)
class IncomingReply:
    """What a person wrote in an experts' thread; `text` is as Slack delivers it, `files` how many came with it."""

    channel: str
    ts: str
    thread_ts: str
    user: str
    text: str
    files: int


def may_be_expert_thread(session: Session, channel: str, thread_ts: str, *, now: datetime) -> bool:
    """Return whether a question to the experts is the root of this thread, or may turn out to be."""
    if find_expert_question(session, channel, thread_ts) is not None:
        return True
    return is_handing_over(session, channel, now=now) and find_thread(session, channel, thread_ts) is None


def claim_expert_reply(reply: IncomingReply, deps: Deps) -> Claim | None:
    """Claim the forwarding of a reply, or return None when it was claimed before."""
    return deps.inbox.claim(f"{EXPERT_REPLY}:{reply.channel}:{reply.ts}", EXPERT_REPLY, asdict(reply))


def work_on_expert_reply(claim: Claim, deps: Deps) -> None:
    """Forward the reply to the asker once, and say under it that it arrived."""
    reply = IncomingReply(**claim.payload)
    tell = partial(_whisper, reply, deps)
    with apologise(tell, unless=SLACK_FAILURES):
        question = _find_question(reply, deps)
        if question is None or reply.user == question.slack_user_id:
            return
        with deps.read_scope() as session:
            person = find_person_by_slack_id(session, reply.user)
            asker = find_person(session, question.person_id)
        name = asker.name if asker else "the asker"
        if person is None or not may_answer(person):
            tell(f"Replies of experts, managers and admins go to {name}; yours stays here.")
            return
        remark = _forward(reply, question, person, claim, deps)
        done = build_forwarded(name, ref=ReplyRef(channel=reply.channel, ts=reply.ts), remark=remark)
        _post_once(
            Place(reply.channel, reply.thread_ts, after_ts=reply.ts), done, f"{claim.key}:done", claim, deps
        )


def _find_question(reply: IncomingReply, deps: Deps) -> ExpertQuestion | None:
    """Return the question at the root of the reply's thread, read from the root itself while it isn't written yet."""
    with deps.read_scope() as session:
        question = find_expert_question(session, reply.channel, reply.thread_ts)
    if question is not None:
        return question
    turn_id = find_turn_id(deps.delivery.sent.find_key(reply.channel, reply.thread_ts))
    if turn_id is None:
        return None
    with deps.session_scope() as session:
        return place_expert_question(session, turn_id, reply.thread_ts)


def _forward(
    reply: IncomingReply, question: ExpertQuestion, person: PersonFacts, claim: Claim, deps: Deps
) -> str:
    """Send the reply, whole, to where the question was asked; return a remark for the expert, "" when all is plain."""
    place, remark = _choose_place(question, deps)
    _log(reply, question, person, deps)
    message = build_expert_answer(
        person.name,
        relay(reply.text, partial(name_person, deps)),
        ref=ReplyRef(channel=reply.channel, ts=reply.ts),
        files=reply.files,
        asker_id=None if place.channel.startswith("D") else question.slack_user_id,
    )
    try:
        ts = _post_once(place, message, claim.key, claim, deps)
    except SLACK_FAILURES as error:
        if is_passing(error) or place.channel.startswith("D"):
            raise
        logger.warning("a thread can't be written any more, its asker gets a direct message")
        place, remark = Place(deps.delivery.open_dm(question.slack_user_id), None), "In a direct message."
        ts = deps.delivery.reply(place, message, key=claim.key)
    _note_forwarded(reply, question, ts, deps)
    if reply.files:
        remark = f"{remark} Files stay here: say in words what they show.".strip()
    return remark


def _choose_place(question: ExpertQuestion, deps: Deps) -> tuple[Place, str]:
    """Return where the answer goes: the asker's thread, or their direct messages when others read along meanwhile."""
    if not question.channel.startswith("D"):
        readers = deps.channel_audience.of(question.channel)
        if not is_within(Audience(question.audience), readers):
            dm = deps.delivery.open_dm(question.slack_user_id)
            return Place(dm, None), "In a direct message: somebody new reads along where it was asked."
    return Place(question.channel, question.thread_ts), ""


def _post_once(place: Place, message: Any, key: str, claim: Claim, deps: Deps) -> str:
    sent = None
    if claim.attempt > 1:
        find = deps.delivery.sent.find_reply if place.thread_ts else deps.delivery.sent.find_post
        sent = find(place, key=key)
    return sent or deps.delivery.reply(place, message, key=key)


def _log(reply: IncomingReply, question: ExpertQuestion, person: PersonFacts, deps: Deps) -> None:
    with deps.session_scope() as session:
        if session.get(ExpertReply, (reply.channel, reply.ts)) is None:
            session.add(
                ExpertReply(
                    channel=reply.channel,
                    ts=reply.ts,
                    turn_id=question.turn_id,
                    slack_user_id=reply.user,
                    person_id=person.person_id,
                    name=person.name,
                    text=reply.text,
                    files=reply.files,
                    received_at=deps.clock(),
                )
            )


def _note_forwarded(reply: IncomingReply, question: ExpertQuestion, ts: str, deps: Deps) -> None:
    with deps.session_scope() as session:
        row = session.get_one(ExpertReply, (reply.channel, reply.ts))
        row.forwarded_ts = ts
        asked = session.get_one(ExpertQuestion, question.turn_id)
        asked.answered_at = asked.answered_at or deps.clock()
        session.add(row)
        session.add(asked)


def name_person(deps: Deps, slack_user_id: str) -> str:
    """Return the name of whoever has this Slack user id, "somebody" for strangers."""
    with deps.read_scope() as session:
        person = find_person_by_slack_id(session, slack_user_id)
    return person.name if person is not None else "somebody"


def _whisper(reply: IncomingReply, deps: Deps, sentence: str) -> None:
    deps.delivery.whisper(reply.channel, reply.user, build_note(sentence), thread_ts=reply.thread_ts)


def find_reply(ref: ReplyRef, slack_user_id: str, deps: Deps) -> tuple[ExpertReply, PersonFacts] | None:
    """Return a reply and who clicks under it; None when it isn't known any more.

    Raises:
        PersonUnknown: Nobody in the people file has this Slack user id.
    """
    with deps.read_scope() as session:
        person = find_person_by_slack_id(session, slack_user_id)
        row = session.get(ExpertReply, (ref.channel, ref.ts))
    if person is None:
        raise PersonUnknown(slack_user_id)
    return (row, person) if row is not None and row.text else None


def claim_asked_back(ref: ReplyRef, text: str, slack_user_id: str, view_id: str, deps: Deps) -> Claim | None:
    """Claim the way of a further question to the expert, or return None when it was claimed before."""
    payload = {"channel": ref.channel, "ts": ref.ts, "text": text, "user": slack_user_id}
    return deps.inbox.claim(f"{ASKED_BACK}:{view_id}", ASKED_BACK, payload)


def work_on_asked_back(claim: Claim, deps: Deps) -> None:
    """Post the further question in the experts' thread, and tell the asker that it is there."""
    facts = claim.payload
    with deps.read_scope() as session:
        reply = session.get(ExpertReply, (facts["channel"], facts["ts"]))
        question = session.get(ExpertQuestion, reply.turn_id) if reply else None
        person = find_person_by_slack_id(session, facts["user"])
    if reply is None or question is None or person is None:
        return
    there = Place(question.expert_channel, question.expert_ts, after_ts=reply.ts)
    here = Place(question.channel, question.thread_ts)
    tell = partial(_tell_asker, here, facts["user"], deps)
    with apologise(tell, unless=SLACK_FAILURES):
        _post_once(there, build_asked_back(person.name, facts["text"]), claim.key, claim, deps)
        tell(f"{reply.name} has your question. The answer comes back here.")


def _tell_asker(place: Place, slack_user_id: str, deps: Deps, sentence: str) -> None:
    deps.delivery.whisper(place.channel, slack_user_id, build_note(sentence), thread_ts=place.thread_ts)
