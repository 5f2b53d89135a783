"""What a reader does with an answer: opens the rest, says whether it helped and why not."""

from bot.access import is_within
from bot.conduct.threads import find_thread, find_visit, get_turn
from bot.conduct.work import enlist_card, work_on
from bot.delivery import Place
from bot.deps import Deps
from bot.mrkdwn import shorten
from bot.records import ExpertQuestion
from bot.turn import propose_on_visit
from bot.views.answer import build_rest
from bot.views.feedback import COMPLAINTS, build_feedback_question
from bot.views.message import Message
from bot.views.notes import build_note
from bot.views.payloads import Complaint, Reaction
from knowledge.documents import Audience
from knowledge.replies import Citation, Statement

_COMMENTS_LIMIT = 4_000


def show_rest(turn_id: str, slack_user_id: str, channel: str, deps: Deps) -> None:
    """Show the rest of an answer, once, where the answer stands; only while everybody there may still read it."""
    with deps.read_scope() as session:
        turn = get_turn(session, turn_id)
    if turn is None or turn.channel != channel or not turn.rest:
        deps.delivery.whisper(channel, slack_user_id, build_note("There is no more to this answer."))
        return
    readers = Audience.INTERNAL if channel.startswith("D") else deps.channel_audience.of(channel)
    if not is_within(Audience(turn.audience), readers):
        sentence = "Somebody who may not read the rest has joined this channel. Ask me in a direct message."
        deps.delivery.whisper(channel, slack_user_id, build_note(sentence), thread_ts=turn.thread_ts)
        return
    if deps.inbox.claim(f"rest:{turn_id}", "rest", {}) is None:
        return
    statements = [Statement(**fields) for fields in turn.rest]
    citations = [Citation(**fields) for fields in turn.citations]
    deps.delivery.post(Place(channel, turn.thread_ts), build_rest(statements, citations=citations))
    deps.inbox.finish(f"rest:{turn_id}")


def react(reaction: Reaction, slack_user_id: str, channel: str, deps: Deps) -> None:
    """Keep the reaction, thank the reader; an answer that helped may be followed by the visit's one offer."""
    now = deps.clock()
    claim = None
    with deps.session_scope() as session:
        turn = get_turn(session, reaction.turn_id)
        if turn is None or turn.channel != channel:
            return
        turn.helpful, turn.reacted_at = reaction.helpful, now
        session.add(turn)
        thread = find_thread(session, turn.channel, turn.thread_ts)
        visit = find_visit(session, thread.visit_id if thread else None, for_update=True)
        if reaction.helpful and not turn.abstained and visit is not None:
            card = propose_on_visit(
                session, visit, slack_user_id=slack_user_id, settings=deps.settings, now=now
            )
            place = Place(turn.channel, turn.thread_ts)
            claim = enlist_card(session, card, place, deps) if card is not None else None
        thread_ts = turn.thread_ts
        can_ask = session.get(ExpertQuestion, turn.turn_id) is None
    thanks = (
        build_note("Thanks, noted.")
        if reaction.helpful
        else build_feedback_question(reaction.turn_id, can_ask=can_ask)
    )
    deps.delivery.whisper(channel, slack_user_id, thanks, thread_ts=thread_ts)
    if claim is not None:
        work_on(claim, deps)


def note_complaint(complaint: Complaint, channel: str, deps: Deps) -> Message | None:
    """Keep why an answer was no help; return what the question for it turns into, None when the answer is gone."""
    with deps.session_scope() as session:
        turn = get_turn(session, complaint.turn_id)
        if turn is None or turn.channel != channel or complaint.reason not in COMPLAINTS:
            return None
        turn.feedback_reason, turn.reacted_at = complaint.reason, deps.clock()
        session.add(turn)
        can_ask = session.get(ExpertQuestion, turn.turn_id) is None
    return build_feedback_question(complaint.turn_id, chosen=complaint.reason, can_ask=can_ask)


def note_comment(turn_id: str, text: str, slack_user_id: str, deps: Deps) -> None:
    """Keep what a reader wrote about an answer, behind what was written before, and thank them."""
    with deps.session_scope() as session:
        turn = get_turn(session, turn_id)
        if turn is None or turn.redacted_at is not None or not text.strip():
            return
        comments = [comment for comment in (turn.feedback_note, text.strip()) if comment]
        turn.feedback_note = shorten("\n".join(comments), _COMMENTS_LIMIT)
        turn.reacted_at = deps.clock()
        session.add(turn)
    thanks = build_note("Thanks. Whoever looks after the documents will read it, without your name.")
    deps.delivery.whisper(turn.channel, slack_user_id, thanks, thread_ts=turn.thread_ts)
