"""Walking through the checks for a symptom: where a walk stands, what was ruled out, how it ended. SQL decides."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from sqlmodel import Session, col, select

from bot.ids import new_id
from bot.records import GuideRun
from bot.visits.walk_records import WalkPlace, check_key, list_runs, read_check
from knowledge.documents import Audience
from knowledge.replies import Citation, Guide

Verb = Literal["fixed", "next", "jump"]


@dataclass(frozen=True, slots=True)
class WalkStart:
    """What a walk is opened with beside its guide.

    Attributes:
        bench: The machine the search was narrowed to, as people call it, or None.
        is_widened: Whether nothing was found for that machine itself.
        has_more: Whether the answer holds more than the guide.
    """

    turn_id: str
    slack_user_id: str
    audience: Audience
    family: str | None
    bench: str | None
    is_widened: bool
    has_more: bool


@dataclass(frozen=True, slots=True)
class Step:
    """A click on a walk's card: what was clicked, and on the card of which check.

    Attributes:
        position: The check (from 0) that the card showed.
        target: For a jump the check it leads to.
    """

    run_id: str
    verb: Verb
    position: int
    slack_user_id: str
    channel: str
    target: int | None = None


@dataclass(frozen=True, slots=True)
class Stepped:
    """What came of a click.

    Attributes:
        refused: Why nothing changed: unknown, moved, fixed, unresolved, replaced or closed; None when it
            did, or when the same person had clicked the same before.
        by: Who had settled before what this click was about, as far as that is known.
        is_fixed_now: Whether this click ended the walk with a fix.
    """

    refused: str | None = None
    by: str | None = None
    is_fixed_now: bool = False


@dataclass(frozen=True, slots=True)
class RuledOut:
    """One check that somebody ruled out, in the document's words, for whoever takes over.

    Attributes:
        symptom: What was being looked for.
        document: The title of the document.
    """

    symptom: str
    check: str
    remedy: str | None
    document: str
    section: str | None
    page: int | None
    slack_user_id: str
    at: datetime


def open_walk(
    session: Session, guide: Guide, start: WalkStart, *, place: WalkPlace, now: datetime
) -> tuple[GuideRun, tuple[GuideRun, ...]]:
    """Open a walk and return it, and the walks of this person here that it replaces.

    Checks that were ruled out before at this place are passed over, and remembered as such.
    """
    earlier = list_runs(session, place)
    replaced = tuple(
        run for run in earlier if run.outcome is None and run.slack_user_id == start.slack_user_id
    )
    for run in replaced:
        _end(session, run, "replaced", now=now)
    known = {
        check_key(run.document, read_check(run.checks[passed["check"]]))
        for run in earlier
        for passed in run.ruled_out
        if passed["how"] != "jump"
    }
    ruled_out = [
        {"check": i, "by": start.slack_user_id, "at": now.isoformat(), "how": "earlier"}
        for i, check in enumerate(guide.checks)
        if not check.is_action and check_key(guide.document, check) in known
    ]
    run = GuideRun(
        run_id=new_id("walk"),
        visit_id=place.visit_id,
        channel=place.channel,
        thread_ts=place.thread_ts,
        turn_id=start.turn_id,
        slack_user_id=start.slack_user_id,
        audience=start.audience.value,
        family=start.family,
        document=guide.document,
        title=guide.title,
        intro=guide.intro,
        checks=[asdict(check) for check in guide.checks],
        notices=[asdict(notice) for notice in guide.notices],
        citations=[asdict(citation) for citation in guide.citations],
        ruled_out=ruled_out,
        bench=start.bench,
        is_widened=start.is_widened,
        has_more=start.has_more,
        started_at=now,
        updated_at=now,
    )
    _move(run, 0)
    session.add(run)
    session.flush()
    return run, replaced


def take_step(session: Session, step: Step, *, now: datetime) -> Stepped:
    """Do what a click asks for, once; a click that comes late changes nothing.

    The caller locks the visit first where it decides on that too.
    """
    run = session.get(GuideRun, step.run_id, with_for_update=True, populate_existing=True)
    if run is None or run.channel != step.channel:
        return Stepped(refused="unknown")
    passed = next((one for one in run.ruled_out if one["check"] == step.position), None)
    if run.outcome is not None or run.position != step.position:
        return _refuse(run, step, passed)
    if step.verb == "fixed":
        run.fixed_by = step.slack_user_id
        _end(session, run, "fixed", now=now)
        return Stepped(is_fixed_now=True)
    target = step.position + 1
    if step.verb == "jump":
        if step.target not in run.checks[step.position]["leads_to"]:
            return Stepped(refused="unknown")
        target = int(step.target or 0)
    by = {"by": step.slack_user_id, "at": now.isoformat()}
    over = [
        {"check": i, **by, "how": "jump"}
        for i in range(step.position + 1, target)
        if i not in {one["check"] for one in run.ruled_out}
    ]
    run.ruled_out = [*run.ruled_out, {"check": step.position, **by, "how": "next"}, *over]
    run.updated_at = now
    _move(run, target)
    session.add(run)
    return Stepped()


def show_list(session: Session, run_id: str, *, channel: str, is_wanted: bool) -> Stepped:
    """Open the whole list on a walk's card, or close it again."""
    run = session.get(GuideRun, run_id, with_for_update=True, populate_existing=True)
    if run is None or run.channel != channel:
        return Stepped(refused="unknown")
    if run.outcome is not None:
        return Stepped(refused=run.outcome, by=run.fixed_by)
    run.shows_all = is_wanted
    session.add(run)
    return Stepped()


def place_card(session: Session, run_id: str, *, message_ts: str) -> bool:
    """Remember where a walk's card stands; returns whether a step was taken while it was on its way."""
    run = session.get_one(GuideRun, run_id)
    run.message_ts = message_ts
    session.add(run)
    return run.outcome == "fixed" or any(passed["how"] != "earlier" for passed in run.ruled_out)


def has_open_walk(session: Session, visit_id: str) -> bool:
    """Return whether a walk is under way on this visit."""
    found = select(GuideRun.run_id).where(GuideRun.visit_id == visit_id, col(GuideRun.outcome).is_(None))
    return session.exec(found).first() is not None


def close_walks(session: Session, visit_id: str, *, now: datetime) -> None:
    """End the walks that are under way on a visit that is being closed."""
    open_runs = select(GuideRun).where(GuideRun.visit_id == visit_id, col(GuideRun.outcome).is_(None))
    for run in session.exec(open_runs.with_for_update()).all():
        _end(session, run, "closed", now=now)


def list_ruled_out(
    session: Session, *, visit_id: str | None, channel: str, thread_ts: str
) -> tuple[RuledOut, ...]:
    """Return what was ruled out on a visit, or without one in a thread, oldest first, each check once."""
    found: list[RuledOut] = []
    for run in list_runs(session, WalkPlace(visit_id, channel, thread_ts)):
        citations = {citation["number"]: Citation(**citation) for citation in run.citations}
        for passed in run.ruled_out:
            if passed["how"] != "next":
                continue
            check = read_check(run.checks[passed["check"]])
            cited = citations[check.citation]
            found.append(
                RuledOut(
                    symptom=check.symptom or run.title,
                    check=check.label,
                    remedy=check.remedy if check.remedy != check.label else None,
                    document=cited.title,
                    section=cited.section,
                    page=cited.page,
                    slack_user_id=passed["by"],
                    at=datetime.fromisoformat(passed["at"]),
                )
            )
    return tuple(sorted(found, key=lambda one: one.at))


def _refuse(run: GuideRun, step: Step, passed: dict[str, Any] | None) -> Stepped:
    """Return why a late click changes nothing; a second click of the same person on the same is no matter."""
    if step.verb == "fixed" and run.outcome == "fixed":
        is_same = run.fixed_by == step.slack_user_id and run.position == step.position
        return Stepped() if is_same else Stepped(refused="fixed", by=run.fixed_by)
    if step.verb != "fixed" and passed is not None and passed["by"] == step.slack_user_id:
        return Stepped()
    by = run.fixed_by if run.outcome == "fixed" else (passed or {}).get("by")
    return Stepped(refused=run.outcome or "moved", by=by)


def _move(run: GuideRun, position: int) -> None:
    """Go to the first check from `position` on that is not passed; a walk without one ends unresolved."""
    passed = {one["check"] for one in run.ruled_out}
    run.position = next((i for i in range(position, len(run.checks)) if i not in passed), len(run.checks))
    if run.position == len(run.checks):
        run.outcome, run.shows_all = "unresolved", False


def _end(session: Session, run: GuideRun, outcome: str, *, now: datetime) -> None:
    run.outcome, run.shows_all, run.updated_at = outcome, False, now
    session.add(run)
