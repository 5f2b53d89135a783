"""What a reader does with an answer: opens the rest, says whether it helped."""

from bot.access import is_within
from bot.delivery import Place
from bot.deps import Deps
from bot.threads import find_thread, find_visit, get_turn
from bot.turn import propose_on_visit
from bot.views.answer import build_rest
from bot.views.notes import build_note
from bot.views.payloads import Reaction
from bot.work import enlist_card, work_on
from knowledge.documents import Audience
from knowledge.replies import Citation, Statement


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
            card = propose_on_visit(session, visit, slack_user_id=slack_user_id, now=now)
            place = Place(turn.channel, turn.thread_ts)
            claim = enlist_card(session, card, place, deps) if card is not None else None
        thread_ts = turn.thread_ts
    sentence = (
        "Thanks, noted." if reaction.helpful else "Thanks, noted. I'll count it as a gap in our documents."
    )
    deps.delivery.whisper(channel, slack_user_id, build_note(sentence), thread_ts=thread_ts)
    if claim is not None:
        work_on(claim, deps)
