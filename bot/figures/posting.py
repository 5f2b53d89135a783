"""When figures are sent unasked, and to whom not."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from bot.deps import Deps
from bot.figures.hours import Hours
from bot.records import AlertChoice, DigestChoice, QuietHours

Choice = type[AlertChoice] | type[DigestChoice]
"""The table of those who want no such messages."""


def list_stopped(session: Session, choice: Choice) -> set[str]:
    """Return the Slack users who want none."""
    return set(session.exec(select(col(choice.slack_user_id))).all())


def stop(choice: Choice, slack_user_id: str, deps: Deps) -> None:
    """Send this person no more of them."""
    with deps.session_scope() as session:
        wish(session, choice, slack_user_id, is_wanted=False, now=deps.clock())


def start(choice: Choice, slack_user_id: str, deps: Deps) -> None:
    """Send them to this person again."""
    with deps.session_scope() as session:
        wish(session, choice, slack_user_id, is_wanted=True, now=deps.clock())


def wants(session: Session, choice: Choice, slack_user_id: str) -> bool:
    """Tell whether this person wants them: who said nothing does."""
    return session.get(choice, slack_user_id) is None


def wish(session: Session, choice: Choice, slack_user_id: str, *, is_wanted: bool, now: datetime) -> None:
    """Write whether this person wants them."""
    row = session.get(choice, slack_user_id)
    if row is None and not is_wanted:
        session.add(choice(slack_user_id=slack_user_id, stopped_at=now))
    elif row is not None and is_wanted:
        session.delete(row)


def load_hours(session: Session) -> Mapping[str, Hours]:
    """Return, by Slack user, in which hours those may be written to who have chosen it themselves."""
    return {
        row.slack_user_id: Hours(row.until_hour, row.from_hour, ZoneInfo(row.zone))
        for row in session.exec(select(QuietHours)).all()
    }
