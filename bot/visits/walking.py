"""Walks in Slack: the card of an answer that rules out causes, and what a click on it does."""

from dataclasses import dataclass
from typing import Literal

from sqlmodel import Session

from bot.access import is_within
from bot.conduct.threads import find_latest_visit, find_visit
from bot.delivery import Place
from bot.deps import Deps
from bot.records import GuideRun
from bot.turn import Answered, Suggestion, propose_on_visit
from bot.views.brief import describe_asset
from bot.views.guide import WalkCard, build_walk, describe_walk
from bot.views.message import Message
from bot.views.notes import build_note
from bot.visits.guiding import (
    Step,
    Stepped,
    WalkStart,
    open_walk,
    show_list,
    take_step,
)
from bot.visits.walk_records import WalkPlace, find_open_run, find_run, read_walk
from knowledge.documents import Audience
from knowledge.language.remarks import read_remark
from knowledge.replies import Guide
from offers.people import find_person_by_slack_id

_REFUSED = {
    "unknown": "I don't know this list any more. Ask again and I start a new one.",
    "moved": "{who} already settled that check. The card shows the one to look at now.",
    "fixed": "{who} already marked this as fixed.",
    "unresolved": "No check is left on this list. Ask an expert with the button on it.",
    "replaced": "This list was set aside for a newer question. Ask again and I go on where it stopped.",
    "closed": "This list ended with the visit. Ask again and I start a new one.",
    "readers": "Somebody who may not read the next check has joined this channel. Ask me in a direct message.",
}


@dataclass(frozen=True, slots=True)
class Clicked:
    """A click on a walk's card, as it came in: plain values only, so that it can wait in the inbox.

    Attributes:
        position: The check (from 0) that the card showed.
        target: For a jump the check it leads to.
        shows_all: For a change of view whether the whole list is wanted.
        ts: The card; "" where words were typed before Slack had taken it.
        action_ts: When; the same when Slack delivers the click again.
        is_typed: Whether it was typed instead of clicked: then the answer is a message of its own too.
    """

    verb: Literal["fixed", "next", "jump", "view"]
    run_id: str
    user: str
    channel: str
    ts: str
    thread_ts: str | None
    action_ts: str
    position: int = 0
    target: int | None = None
    shows_all: bool = False
    is_typed: bool = False

    @property
    def key(self) -> str:
        """One click is one piece of work, however often it is delivered."""
        return f"walk:{self.run_id}:{self.verb}:{self.position}:{self.user}:{self.action_ts}"


@dataclass(frozen=True, slots=True)
class OpenedWalk:
    """A walk that was just written down: its card, and the walks it replaces."""

    run_id: str
    card: Message
    replaced: tuple[GuideRun, ...]


def open_card(answered: Answered, guide: Guide, place: Place, deps: Deps) -> OpenedWalk:
    """Write a walk down, before its buttons can be clicked, and return its first card."""
    start = WalkStart(
        turn_id=answered.turn_id,
        slack_user_id=answered.slack_user_id,
        audience=answered.audience,
        family=answered.asset.family if answered.asset else None,
        bench=describe_asset(answered.asset) if answered.asset else None,
        is_widened=answered.answer.widened,
        has_more=bool(answered.answer.rest),
    )
    where = WalkPlace(answered.visit_id, place.channel, place.thread_ts or "")
    with deps.session_scope() as session:
        find_visit(session, answered.visit_id, for_update=True)
        run, replaced = open_walk(session, guide, start, place=where, now=deps.clock())
        return OpenedWalk(run.run_id, _draw(session, run), replaced)


def show_set_aside(opened: OpenedWalk, deps: Deps) -> None:
    """Show on the cards of the walks that a new one replaces that they are set aside."""
    for run in opened.replaced:
        if run.message_ts is not None:
            show_walk(run.run_id, run.channel, run.message_ts, deps)


def apply_click(session: Session, click: Clicked, deps: Deps) -> tuple[Stepped, Suggestion | None]:
    """Do what a click asks for in the caller's transaction; a fix may be followed by the visit's one offer."""
    if click.verb == "view":
        return show_list(session, click.run_id, channel=click.channel, is_wanted=click.shows_all), None
    run = find_run(session, click.run_id)
    # The visit is locked before the walk everywhere: in different order two could wait for each other.
    visit = find_visit(session, run.visit_id if run else None, for_update=True)
    step = Step(click.run_id, click.verb, click.position, click.user, click.channel, click.target)
    stepped = take_step(session, step, now=deps.clock())
    if visit is None or not stepped.is_fixed_now:
        return stepped, None
    return stepped, propose_on_visit(
        session, visit, slack_user_id=click.user, settings=deps.settings, now=deps.clock()
    )


def find_typed_click(
    text: str, *, user: str, channel: str, ts: str, thread_ts: str, deps: Deps
) -> Clicked | None:
    """Return the click that typed words stand for ("next", "fixed it") where a walk is under way, else None.

    The walk is the one of the thread; beside any thread of a direct message, the one on the person's visit.
    """
    remark = read_remark(text)
    if remark is None:
        return None
    with deps.read_scope() as session:
        run = find_open_run(session, channel, thread_ts)
        if run is None and channel.startswith("D") and ts == thread_ts:
            lasts_h = deps.settings.visit_lasts_h
            visit = find_latest_visit(session, user, now=deps.clock(), lasts_h=lasts_h)
            run = find_open_run(session, channel, visit.thread_ts) if visit is not None else None
        if run is None:
            return None
        return Clicked(
            remark.value,
            run.run_id,
            user=user,
            channel=channel,
            ts=run.message_ts or "",
            thread_ts=thread_ts,
            action_ts=ts,
            position=run.position,
            is_typed=True,
        )


def say_where_it_stands(click: Clicked, deps: Deps, *, key: str, is_again: bool) -> None:
    """Answer typed words where they were typed: the card that they moved may be far above."""
    place = Place(click.channel, click.thread_ts, after_ts=click.action_ts)
    if is_again and deps.delivery.sent.find_reply(place, key=key):
        return
    with deps.read_scope() as session:
        run = find_run(session, click.run_id)
        text = describe_walk(_build_card(session, run)) if run is not None else None
    if text is not None:
        deps.delivery.reply(place, build_note(text), key=key)


def may_be_shown(click: Clicked, deps: Deps) -> bool:
    """Return whether everybody in the channel may still read the walk. Whoever may read it may click."""
    if click.channel.startswith("D"):
        return True
    with deps.read_scope() as session:
        run = find_run(session, click.run_id)
    return run is None or is_within(Audience(run.audience), deps.channel_audience.of(click.channel))


def show_walk(run_id: str, channel: str, ts: str, deps: Deps) -> None:
    """Draw a walk's card as the walk stands, and again if it went on meanwhile: a slow update never stays.

    Without `ts` it is the card that is written down; one that is still on its way is drawn when it has arrived.
    """
    drawn: Message | None = None
    while True:
        with deps.read_scope() as session:
            run = find_run(session, run_id)
            card = _draw(session, run) if run is not None else None
            place = ts or (run.message_ts if run is not None else None)
        if card is None or card == drawn or not place:
            return
        deps.delivery.update(channel, place, card)
        drawn = card


def tell_refusal(refused: str, click: Clicked, deps: Deps, *, by: str | None = None) -> None:
    """Tell whoever clicked, and nobody else, why nothing changed."""
    with deps.read_scope() as session:
        person = find_person_by_slack_id(session, by) if by else None
    who = "You" if by == click.user else (person.name if person else "Somebody")
    note = build_note(_REFUSED[refused].format(who=who))
    deps.delivery.whisper(click.channel, click.user, note, thread_ts=click.thread_ts)


def _draw(session: Session, run: GuideRun) -> Message:
    return build_walk(_build_card(session, run))


def _build_card(session: Session, run: GuideRun) -> WalkCard:
    walk = read_walk(session, run)
    is_shared = not run.channel.startswith("D")
    fixer = find_person_by_slack_id(session, walk.fixed_by) if is_shared and walk.fixed_by else None
    last = walk.last_fix
    return WalkCard(
        run_id=run.run_id,
        turn_id=run.turn_id,
        guide=walk.guide,
        position=walk.position,
        passed=walk.passed,
        outcome=walk.outcome,
        fixed_by=fixer.name if fixer else None,
        last_fix=(last.position, last.at.date()) if last else None,
        shows_all=run.shows_all,
        has_more=run.has_more,
        bench=run.bench,
        is_widened=run.is_widened,
    )
