"""Targets that are missed by more than noise: found every day, told once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from offers.errors import OfferError
from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.currencies import keep_currency, list_currencies
from offers.metrics.drivers import find_movement
from offers.metrics.figures import Figure, MetricSettings
from offers.metrics.movements import Contribution, Movement
from offers.metrics.pacing import find_progress
from offers.metrics.progress import Progress
from offers.metrics.recent import Viewer
from offers.metrics.targets import COLUMNS, find_goal, judge, period_of
from offers.models import Target, TargetWatch
from offers.people import PersonFacts, list_people
from offers.reporting import report
from offers.tables.versions import current
from offers.vocabulary import Role

_WORST_FIRST = ("missed", "within its noise", "met", "no figure")


@dataclass(frozen=True, slots=True)
class Check:
    """A target with the figure of its period up to today, and how that stands to it.

    Of amounts in several currencies it is held in each: `total` is that of the one that stands worst.
    """

    target: Target
    total: Figure
    verdict: str


@dataclass(frozen=True, slots=True)
class Miss:
    """A missed target as it is told.

    `only` are the dimensions that it is for; `why` moved its figure most of late, None where nothing stands out.
    """

    target_key: str
    metric: str
    only: Mapping[str, str]
    total: Figure
    progress: Progress | None
    movement: Movement | None
    why: Contribution | None


def check_targets(session: Session, *, now: datetime, settings: MetricSettings) -> list[Check]:
    """Return every target whose period it is with its figure, the widest first; those of unknown metrics are none."""
    targets = session.exec(select(Target).where(current(Target)).order_by(col(Target.target_key))).all()
    checks = []
    for target in targets:
        of_metric = [one for one in targets if one.metric == target.metric]
        is_due = find_goal(of_metric, parts_of(target), now.date()) is target
        check = _check(session, target, now=now, settings=settings) if is_due else None
        if check is not None:
            checks.append(check)
    return sorted(checks, key=lambda one: (len(parts_of(one.target)), one.target.target_key))


def note_checks(session: Session, checks: Sequence[Check], *, now: datetime) -> list[Target]:
    """Write down which targets are missed, and return those that were not before.

    What is missed stays so until its figure has met it, or a new period has begun: a figure that only comes close and
    falls back is no news.
    """
    fresh = []
    for check in checks:
        first, _ = period_of(check.target, now.date())
        watch = session.exec(
            select(TargetWatch)
            .where(col(TargetWatch.target_key) == check.target.target_key)
            .with_for_update()
        ).first()
        if watch is None:
            watch = TargetWatch(target_key=check.target.target_key, first_day=first, changed_at=now)
        was_missed = watch.is_missed and watch.first_day == first
        is_missed = check.verdict == "missed" or (was_missed and check.verdict != "met")
        if (watch.first_day, watch.is_missed) != (first, is_missed):
            watch.first_day, watch.is_missed, watch.changed_at = first, is_missed, now
        session.add(watch)
        if is_missed and not was_missed:
            fresh.append(check.target)
    session.flush()
    return fresh


def find_miss(session: Session, target_key: str, *, now: datetime, settings: MetricSettings) -> Miss | None:
    """Return a missed target as it stands now, None when it is met by now or gone."""
    target = session.exec(select(Target).where(col(Target.target_key) == target_key, current(Target))).first()
    check = _check(session, target, now=now, settings=settings) if target is not None else None
    if target is None or check is None or check.verdict == "met":
        return None
    only = parts_of(target)
    currency = check.total.currency
    movement, why = find_movement(session, target.metric, Viewer(now, settings, only=only), currency=currency)
    progress = find_progress(session, target.metric, now=now, settings=settings, only=only, currency=currency)
    return Miss(target_key, target.metric, only, check.total, progress, movement, why)


def find_responsible(session: Session, only: Mapping[str, str]) -> list[PersonFacts]:
    """Return who answers for a target: the managers of its region, else those of the whole company, else the admins.

    Who can't be reached in Slack can't answer.
    """
    managers = [one for one in list_people(session, Role.MANAGER.value) if _is_reachable(one)]
    region = only.get("region")
    of_region = [one for one in managers if region is not None and one.region == region]
    of_all = [one for one in managers if one.region is None]
    return (
        of_region or of_all or [one for one in list_people(session, Role.ADMIN.value) if _is_reachable(one)]
    )


def parts_of(target: Target) -> dict[str, str]:
    """Return the dimensions that a target is for, with their values."""
    named = {name: getattr(target, column) for name, column in COLUMNS.items()}
    return {name: value for name, value in named.items() if value is not None}


def _is_reachable(person: PersonFacts) -> bool:
    return person.slack_user_id is not None and not person.is_external


def _check(session: Session, target: Target, *, now: datetime, settings: MetricSettings) -> Check | None:
    found = METRIC_TABLE.get(target.metric)
    if found is None:
        return None
    first, last = period_of(target, now.date())
    window = (first, min(last, now.date())) if found.is_windowed else (None, None)
    try:
        made = report(
            session,
            target.metric,
            date_from=window[0],
            date_to=window[1],
            now=now,
            settings=settings,
            only=parts_of(target),
        )
    except OfferError:
        # A target by a dimension that its metric doesn't have is nobody's figure.
        return None
    currencies = list_currencies(made)
    totals = [keep_currency(made, one).total for one in currencies] or [made.total]
    checks = [Check(target, total, judge(target.metric, total)) for total in totals]
    return min(checks, key=lambda one: (_WORST_FIRST.index(one.verdict), one.total.rate or 0.0))
