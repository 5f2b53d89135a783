"""Rewards on Home and in a sale's details: whose may be seen by whom."""

from datetime import date
from typing import Any

from sqlmodel import Session

from bot.access import is_managing
from bot.deps import Deps
from bot.views.rewards import describe_quarter
from offers.metrics.figures import Scope
from offers.people import PersonFacts
from offers.sales.rewards import RewardFacts, add_up, list_rewards


def describe_rewards(session: Session, reader: PersonFacts, deps: Deps) -> str | None:
    """Return what the rewards of this quarter's sales come to: a partner's, or the reader's own.

    None where there are none.
    """
    since = find_quarter_start(deps.clock().date())
    return describe_quarter(add_up(_list_seen(session, reader, deps, since=since)))


def find_reward(session: Session, offer_id: str, reader: PersonFacts, deps: Deps) -> RewardFacts | None:
    """Return the reward of a sale for whoever manages or whose it is; None for everybody else, and for none."""
    found = _list_seen(session, reader, deps, offer_id=offer_id)
    seen = [one for one in found if is_managing(reader) or one.person_id == reader.person_id]
    return seen[0] if seen else None


def _list_seen(session: Session, reader: PersonFacts, deps: Deps, **narrowed: Any) -> list[RewardFacts]:
    """Return the rewards that the reader looks over, as they stand now; `narrowed` as `list_rewards` takes it."""
    now = deps.clock()
    return list_rewards(
        session,
        scope=Scope.of(reader),
        day=now.date(),
        now=now,
        cancellation_days=deps.settings.cancellation_days,
        **narrowed,
    )


def find_quarter_start(day: date) -> date:
    """Return the first day of the calendar quarter."""
    return day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)
