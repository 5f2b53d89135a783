"""The weekly digest: once a week to managers, and in their own numbers to partners and technicians who want it."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from bot.access import is_managing
from bot.conduct.inbox import Claim
from bot.conduct.posting import post_once
from bot.deps import Deps
from bot.figures.hours import Hours
from bot.figures.names import load_part_names
from bot.figures.next_step import suggest_step
from bot.figures.posting import list_stopped, load_hours
from bot.records import DigestChoice
from bot.settings import Settings
from bot.views.digest import Digest, Line, build_digest
from bot.views.message import Message
from offers.metrics.drivers import find_movement
from offers.metrics.figures import MetricSettings
from offers.metrics.recent import DAYS, Viewer, read_ninety_days
from offers.metrics.targets import judge
from offers.people import PersonFacts, list_people
from offers.playbook.policy import Policy
from offers.vocabulary import Role

logger = logging.getLogger(__name__)

DIGEST = "digest"
STOPPED = "No more weekly figures. `/attach digest on` brings them back."
STARTED = "Your figures come once a week again."
READERS = (Role.MANAGER, Role.ADMIN, Role.PARTNER, Role.TECHNICIAN)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_OF_MANAGERS = ("coverage", "units_attach", "net_attach", "conversion", "renewal_rate", "cancellation_rate")
_OF_PARTNERS = ("coverage", "units_attach", "conversion", "renewal_rate")
_OF_TECHNICIANS = ("conversion",)


def is_due(now: datetime, settings: Settings, hours: Hours | None = None) -> bool:
    """Tell whether it is the weekday and an hour in which a digest goes out; nothing is sent at night.

    Args:
        hours: The reader's own; without them day and hours are the company's, UTC.
    """
    hours = hours or Hours.of_company(settings)
    weekday = _WEEKDAYS[now.astimezone(hours.zone).weekday()]
    return settings.digest_weekday == weekday and hours.includes(now)


def name_week(now: datetime, hours: Hours | None = None) -> str:
    """Return the week where the reader is, as in "2026-W48": it may be Monday there while it is Sunday here."""
    year, week, _ = now.astimezone(hours.zone if hours is not None else UTC).isocalendar()
    return f"{year}-W{week:02}"


def claim_digests(deps: Deps) -> list[Claim]:
    """Claim this week's digest of everybody for whom it is due and who hasn't had it: a key is of the week, so once."""
    now, settings = deps.clock(), deps.settings
    if settings.digest_weekday == "off":
        return []
    with deps.read_scope() as session:
        stopped, hours = list_stopped(session, DigestChoice), load_hours(session)
        people = [
            person
            for role in READERS
            for person in list_people(session, role.value)
            if person.slack_user_id and person.slack_user_id not in stopped
        ]
    claims = []
    for person in people:
        own = hours.get(person.slack_user_id or "")
        if is_due(now, settings, own):
            key = f"digest:{name_week(now, own)}:{person.person_id}"
            claims.append(deps.inbox.claim(key, DIGEST, {"user": person.slack_user_id}))
    return [claim for claim in claims if claim is not None]


def work_on_digest(claim: Claim, deps: Deps) -> None:
    """Send somebody's digest; who has nothing to read gets none."""

    def compose(session: Session, person: PersonFacts) -> Message | None:
        digest = compose_digest(
            session,
            person,
            now=deps.clock(),
            settings=deps.settings.metric_settings,
            policy=deps.settings.offer_policy,
        )
        return build_digest(digest) if digest is not None else None

    post_once(claim, deps, compose)


def compose_digest(
    session: Session,
    person: PersonFacts,
    *,
    now: datetime,
    settings: MetricSettings,
    policy: Policy,
) -> Digest | None:
    """Return somebody's digest in what they may see; None when they have no figure at all.

    Args:
        policy: What may be offered, so that nobody is sent where nothing may be.
    """
    today = now.date()
    lines = [
        line
        for metric in _metrics_of(person)
        if (line := _compose_line(session, metric, person, now=now, settings=settings)) is not None
    ]
    if not lines:
        return None
    return Digest(
        whose=_name(person),
        first_day=today - timedelta(days=DAYS - 1),
        last_day=today,
        lines=lines,
        names=_name_groups(session, lines),
        missed=[line for line in lines if judge(line.metric, line.total) == "missed"],
        next_step=suggest_step(session, person, now=now, settings=settings, policy=policy),
        settings=settings,
    )


def _metrics_of(person: PersonFacts) -> Sequence[str]:
    if is_managing(person):
        return _OF_MANAGERS
    return _OF_PARTNERS if person.is_external else _OF_TECHNICIANS


def _name(person: PersonFacts) -> str:
    if is_managing(person):
        return person.region or "The whole company"
    return person.partner_name or "Your own" if person.is_external else "Your own"


def _compose_line(
    session: Session, metric: str, person: PersonFacts, *, now: datetime, settings: MetricSettings
) -> Line | None:
    viewer = Viewer(now, settings, reader=person)
    after = read_ninety_days(session, metric, viewer, last=now.date())
    if not after.total.denominator:
        return None
    movement, why = find_movement(session, metric, viewer, after=after)
    return Line(metric, after.total, movement, why)


def _name_groups(session: Session, lines: Sequence[Line]) -> dict[str, str]:
    """Return what the groups are called that moved figures."""
    names: dict[str, str] = {}
    for line in lines:
        group = line.why.group if line.why is not None else {}
        names |= load_part_names(session, {name: value for name, value in group.items() if value is not None})
    return names
