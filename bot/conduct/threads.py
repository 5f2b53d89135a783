"""What the bot knows of a thread: its visit, its earlier questions, whether an offer was shown there."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, and_, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.ids import new_id
from bot.records import HomeReader, Thread, Turn, Visit
from offers.sales.conversion_filter import ConversionFilter

_REMEMBERED_QUESTIONS = 4
_FILTER = TypeAdapter(ConversionFilter)


def find_thread(session: Session, channel: str, thread_ts: str) -> Thread | None:
    """Return the thread when the bot takes part in it."""
    return session.get(Thread, (channel, thread_ts))


def join_thread(
    session: Session, channel: str, thread_ts: str, *, now: datetime, visit_id: str | None = None
) -> Thread:
    """Return the thread, taking part in it from now on; a visit that it belongs to is kept with it."""
    thread = find_thread(session, channel, thread_ts)
    if thread is None:
        try:
            with session.begin_nested():
                session.add(Thread(channel=channel, thread_ts=thread_ts, visit_id=visit_id, started_at=now))
        except IntegrityError:
            # Two messages of a new thread at once: the other one was first.
            session.expire_all()
        thread = session.get_one(Thread, (channel, thread_ts))
    if visit_id is not None and thread.visit_id is None:
        thread.visit_id = visit_id
        session.add(thread)
    return thread


def find_visit(session: Session, visit_id: str | None, *, for_update: bool = False) -> Visit | None:
    """Return a visit by its id; `for_update` makes others that decide on it wait (SQLite has one writer anyway)."""
    return session.get(Visit, visit_id, with_for_update=for_update or None) if visit_id else None


def find_latest_visit(session: Session, slack_user_id: str, *, now: datetime, lasts_h: int) -> Visit | None:
    """Return the visit that this person has open, the latest first; None when it is closed or too old."""
    return session.exec(
        select(Visit)
        .where(
            col(Visit.slack_user_id) == slack_user_id,
            col(Visit.closed_at).is_(None),
            col(Visit.opened_at) > now - timedelta(hours=lasts_h),
        )
        .order_by(col(Visit.opened_at).desc())
    ).first()


def list_open_visits(session: Session, slack_user_id: str) -> list[Visit]:
    """Return the visits that this person has not closed, however old, the latest first."""
    return list(
        session.exec(
            select(Visit)
            .where(col(Visit.slack_user_id) == slack_user_id, col(Visit.closed_at).is_(None))
            .order_by(col(Visit.opened_at).desc())
        ).all()
    )


def is_danger_open(
    session: Session,
    slack_user_id: str,
    machines: Sequence[str] | SelectOfScalar[Any],
    *,
    now: datetime,
    lasts_h: int,
) -> bool:
    """Return whether a danger is open on the person's own visit, or on anybody's visit to one of these machines.

    A danger ends with its visit. What somebody else left open counts no longer than a visit lasts.
    """
    is_here = and_(col(Visit.asset_id).in_(machines), col(Visit.opened_at) > now - timedelta(hours=lasts_h))
    found = select(Visit.visit_id).where(
        col(Visit.danger_reported_at).is_not(None),
        col(Visit.closed_at).is_(None),
        or_(col(Visit.slack_user_id) == slack_user_id, is_here),
    )
    return session.exec(found).first() is not None


def open_visit(
    session: Session,
    *,
    slack_user_id: str,
    person_id: str,
    asset_id: str,
    work_order_id: str | None,
    channel: str,
    visit_id: str,
    now: datetime,
    lasts_h: int,
) -> Visit:
    """Write the visit, whose thread is not there yet; the person's earlier visit is closed by it.

    A danger that was reported on an earlier one to the same machine is not over because the visit was opened again; it
    is with the time that a visit lasts.
    """
    danger_reported_at: datetime | None = None
    for other in list_open_visits(session, slack_user_id):
        other.closed_at = now
        if other.asset_id == asset_id and other.opened_at > now - timedelta(hours=lasts_h):
            danger_reported_at = danger_reported_at or other.danger_reported_at
        session.add(other)
    visit = Visit(
        visit_id=visit_id,
        slack_user_id=slack_user_id,
        person_id=person_id,
        asset_id=asset_id,
        work_order_id=work_order_id,
        channel=channel,
        thread_ts="",
        opened_at=now,
        danger_reported_at=danger_reported_at,
    )
    session.add(visit)
    return visit


def place_visit(session: Session, visit_id: str, *, thread_ts: str, now: datetime) -> None:
    """Write where the visit's thread is, unless that is known; the brief is its root."""
    visit = session.get_one(Visit, visit_id)
    if not visit.thread_ts:
        visit.thread_ts = thread_ts
        session.add(visit)
    join_thread(session, visit.channel, visit.thread_ts, now=now, visit_id=visit_id)


def list_questions(session: Session, channel: str, thread_ts: str) -> tuple[str, ...]:
    """Return the last questions of a thread, oldest first."""
    newest = session.exec(
        select(Turn.question)
        .where(
            col(Turn.channel) == channel, col(Turn.thread_ts) == thread_ts, col(Turn.redacted_at).is_(None)
        )
        .order_by(col(Turn.asked_at).desc())
        .limit(_REMEMBERED_QUESTIONS)
    ).all()
    return tuple(reversed(newest))


def get_turn(session: Session, turn_id: str) -> Turn | None:
    """Return a logged turn."""
    return session.get(Turn, turn_id)


def new_turn_id() -> str:
    """Return the id for a turn that is about to be answered."""
    return new_id("turn")


def note_home_reader(session: Session, slack_user_id: str, *, now: datetime) -> None:
    """Remember that this person has Home open."""
    reader = session.get(HomeReader, slack_user_id) or HomeReader(slack_user_id=slack_user_id, opened_at=now)
    reader.opened_at = now
    session.add(reader)


def find_home_filter(session: Session, slack_user_id: str) -> ConversionFilter:
    """Return how this person filtered the conversions on their Home."""
    reader = session.get(HomeReader, slack_user_id)
    return _FILTER.validate_python(reader.shown_only or {}) if reader is not None else ConversionFilter()


def note_home_filter(session: Session, slack_user_id: str, only: ConversionFilter, *, now: datetime) -> None:
    """Remember how this person filters the conversions on their Home."""
    reader = session.get(HomeReader, slack_user_id) or HomeReader(slack_user_id=slack_user_id, opened_at=now)
    reader.shown_only = _FILTER.dump_python(only, mode="json")
    session.add(reader)


def list_home_readers(session: Session, *, since: datetime) -> list[str]:
    """Return who opened Home since then, the latest first."""
    return list(
        session.exec(
            select(HomeReader.slack_user_id)
            .where(col(HomeReader.opened_at) >= since)
            .order_by(col(HomeReader.opened_at).desc())
        ).all()
    )
