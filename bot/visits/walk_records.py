"""Walks as they were written down: where one stands, what fixed the same symptom last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from bot.records import GuideRun
from knowledge.language.folding import fold
from knowledge.replies import Check, Citation, Guide, Notice

_RECENT_FIXES = 30


@dataclass(frozen=True, slots=True)
class WalkPlace:
    """Where a walk belongs. What was ruled out counts within the visit; without one, within the thread."""

    visit_id: str | None
    channel: str
    thread_ts: str


@dataclass(frozen=True, slots=True)
class LastFix:
    """Which of the present checks (from 0) fixed the same symptom on the same family last, and when."""

    position: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk as it stands. `passed` maps a check's place to how it was passed: next, jump or earlier."""

    guide: Guide
    position: int
    passed: dict[int, str]
    outcome: str | None
    fixed_by: str | None
    last_fix: LastFix | None


def find_run(session: Session, run_id: str) -> GuideRun | None:
    """Return a walk's row."""
    return session.get(GuideRun, run_id)


def find_open_run(session: Session, channel: str, thread_ts: str) -> GuideRun | None:
    """Return the walk that is under way in a thread, the latest one."""
    found = select(GuideRun).where(
        GuideRun.channel == channel, GuideRun.thread_ts == thread_ts, col(GuideRun.outcome).is_(None)
    )
    return session.exec(found.order_by(col(GuideRun.started_at).desc(), col(GuideRun.run_id))).first()


def list_runs(session: Session, place: WalkPlace) -> list[GuideRun]:
    """Return the walks at a place, oldest first."""
    found = select(GuideRun).order_by(col(GuideRun.started_at), col(GuideRun.run_id))
    if place.visit_id is not None:
        return list(session.exec(found.where(GuideRun.visit_id == place.visit_id)).all())
    here = found.where(GuideRun.channel == place.channel, GuideRun.thread_ts == place.thread_ts)
    return list(session.exec(here).all())


def read_walk(session: Session, run: GuideRun) -> Walk:
    """Return a walk as its card shows it."""
    guide = Guide(
        title=run.title,
        document=run.document,
        checks=tuple(read_check(check) for check in run.checks),
        notices=tuple(Notice(**notice) for notice in run.notices),
        citations=tuple(Citation(**citation) for citation in run.citations),
        intro=run.intro,
    )
    return Walk(
        guide=guide,
        position=run.position,
        passed={one["check"]: one["how"] for one in run.ruled_out},
        outcome=run.outcome,
        fixed_by=run.fixed_by,
        last_fix=_find_last_fix(session, run, guide.checks) if run.outcome is None else None,
    )


def read_check(stored: dict[str, Any]) -> Check:
    """Return a check as it was written down."""
    fields = {
        **stored,
        "focus": tuple(stored["focus"]),
        "leads_to": tuple(stored["leads_to"]),
        "notices": tuple(Notice(**notice) for notice in stored["notices"]),
    }
    return Check(**fields)


def check_key(document: str, check: Check) -> tuple[str, ...]:
    """Return what makes two checks the same: the document, and all that is to be looked at and done."""
    parts = (check.cause, check.test, check.remedy)
    return (document, *(" ".join(fold(part or "").split()) for part in parts))


def _find_last_fix(session: Session, run: GuideRun, checks: Sequence[Check]) -> LastFix | None:
    """Return what fixed the same symptom last, on a machine of the same family, by the same document."""
    same = (
        select(GuideRun)
        .where(
            GuideRun.outcome == "fixed",
            GuideRun.document == run.document,
            GuideRun.title == run.title,
            GuideRun.family == run.family if run.family else col(GuideRun.family).is_(None),
        )
        .order_by(col(GuideRun.updated_at).desc())
        .limit(_RECENT_FIXES)
    )
    places = {check_key(run.document, check): i for i, check in enumerate(checks)}
    for earlier in session.exec(same).all():
        fixed = read_check(earlier.checks[earlier.position])
        position = places.get(check_key(earlier.document, fixed))
        if position is not None:
            return LastFix(position, earlier.updated_at)
    return None
