"""What a reader does with an answer: opens the rest, says whether it helped."""

from bot.delivery import Place
from bot.deps import Deps
from bot.threads import find_thread, get_turn
from bot.turn import propose_in_thread
from bot.views.answer import build_rest
from bot.views.notes import build_note
from bot.views.offer import build_offer
from bot.views.payloads import Reaction
from knowledge.replies import Citation, Statement


def show_rest(turn_id: str, slack_user_id: str, channel: str, deps: Deps) -> None:
    """Show the rest of an answer in its thread; only where the answer itself stands."""
    with deps.read_scope() as session:
        turn = get_turn(session, turn_id)
    if turn is None or turn.channel != channel or not turn.rest:
        deps.delivery.whisper(channel, slack_user_id, build_note("There is no more to this answer."))
        return
    statements = [Statement(**fields) for fields in turn.rest]
    citations = [Citation(**fields) for fields in turn.citations]
    deps.delivery.post(Place(channel, turn.thread_ts), build_rest(statements, citations=citations))


def react(reaction: Reaction, slack_user_id: str, channel: str, deps: Deps) -> None:
    """Keep the reaction, thank the reader; an answer that helped may be followed by the visit's one offer."""
    now = deps.clock()
    card = None
    with deps.session_scope() as session:
        turn = get_turn(session, reaction.turn_id)
        if turn is None or turn.channel != channel:
            return
        turn.helpful, turn.reacted_at = reaction.helpful, now
        session.add(turn)
        thread = find_thread(session, turn.channel, turn.thread_ts)
        if reaction.helpful and not turn.abstained and thread is not None:
            card = propose_in_thread(session, thread, slack_user_id=slack_user_id, now=now)
        thread_ts = turn.thread_ts
    sentence = (
        "Thanks, noted." if reaction.helpful else "Thanks, noted. I'll count it as a gap in our documents."
    )
    deps.delivery.whisper(channel, slack_user_id, build_note(sentence), thread_ts=thread_ts)
    if card is not None:
        deps.delivery.post(Place(channel, thread_ts), build_offer(card))
