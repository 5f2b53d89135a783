"""When figures are sent unasked, and to whom not."""

from datetime import datetime

from sqlmodel import Session, col, select

from bot.deps import Deps
from bot.records import AlertChoice, DigestChoice
from bot.settings import Settings

Choice = type[AlertChoice] | type[DigestChoice]
"""The table of those who want no such messages."""


def is_waking_hour(now: datetime, settings: Settings) -> bool:
    """Tell whether figures may be sent unasked at this hour (UTC)."""
    return settings.digest_from_hour <= now.hour < settings.digest_until_hour


def list_stopped(session: Session, choice: Choice) -> set[str]:
    """Return the Slack users who want none."""
    return set(session.exec(select(col(choice.slack_user_id))).all())


def stop(choice: Choice, slack_user_id: str, deps: Deps) -> None:
    """Send this person no more of them."""
    with deps.session_scope() as session:
        if session.get(choice, slack_user_id) is None:
            session.add(choice(slack_user_id=slack_user_id, stopped_at=deps.clock()))


def start(choice: Choice, slack_user_id: str, deps: Deps) -> None:
    """Send them to this person again."""
    with deps.session_scope() as session:
        row = session.get(choice, slack_user_id)
        if row is not None:
            session.delete(row)
