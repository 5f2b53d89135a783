"""What stands beside an attach figure that somebody asks for, with the answers that were marked as no help."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import and_, func, select
from sqlmodel import Session, col

from bot.access import OPERATOR
from bot.records import Turn
from offers.attach_rate import Group
from offers.guardrails import ATTACH_METRICS, METRIC_RAILS, Guardrails, find_days, find_guardrails
from offers.installed_base.service_health import Days
from offers.intervals import Share
from offers.metrics.figures import MetricSettings, Report, Scope
from offers.metrics.grouping import end_of_day, start_of_day
from offers.metrics.guardrail_rows import guard_rows
from offers.metrics.recent import DAYS, Viewer
from offers.metrics.rollups import FigureSpec, Span, Viewpoint, find_kept, read_revision
from offers.models import Person
from offers.people import PersonFacts
from offers.tables.versions import current

_DEAR_MS = 250
"""What took so long to make is not made anew while somebody waits for the figure that it stands beside."""

_ASKERS = {"region": col(Person.region), "partner": col(Person.partner_id)}
"""The dimensions that people have who ask."""


def find_beside(
    session: Session,
    found: Report,
    *,
    now: datetime,
    settings: MetricSettings,
    reader: PersonFacts | None = None,
    only: Mapping[str, str] | None = None,
    is_whole: bool = True,
) -> Guardrails | None:
    """Return what stands beside a report of an attach figure and its groups, as it was known then; None beside any
    other figure, and where there is nothing that the figure is of.

    Unless `is_whole`, of the groups those whose rate rose alone.

    Raises the errors of `offers.reporting.report`.
    """
    if found.total.denominator == 0 or found.metric not in ATTACH_METRICS:
        return None
    is_past = found.as_of < now.date()
    viewer = Viewer(min(now, end_of_day(found.as_of)), settings, reader=reader, only=only)
    last_day = min(found.date_to or found.as_of, found.as_of)
    first_day = found.date_from if found.date_from is None or found.date_from <= last_day else None
    is_recent = first_day in (None, last_day - timedelta(days=DAYS - 1)) and last_day == now.date()
    split = guard_rows(
        session,
        found,
        viewer,
        find_days(found.metric, first_day, last_day),
        is_past=is_past,
        is_whole=is_whole,
        read_unhelpful=lambda days, by: count_unhelpful_groups(
            session, Scope.of(reader), days, by, now=viewer.now, only=only
        ),
    )
    kept = _find_kept(session, found.metric, viewer) if is_recent and not only else {}
    beside = find_guardrails(
        session,
        found.metric,
        viewer,
        first_day=first_day,
        last_day=last_day,
        is_past=is_past,
        kept={**kept, **split.read},
        read_unhelpful=lambda days: count_unhelpful(
            session, Scope.of(reader), days, now=viewer.now, only=only
        ),
    )
    return replace(beside, rows=split.rows) if beside is not None else None


def _find_kept(session: Session, metric: str, viewer: Viewer) -> dict[FigureSpec, Report]:
    """Return what Home keeps of the last ninety days and those before: what is fresh, and what took long to make today.

    To make the dear ones anew, beside a figure that somebody waits for, takes ten seconds in a large company.
    """
    reader = viewer.reader or OPERATOR
    view = Viewpoint(reader, viewer.settings, viewer.now, read_revision(session))
    metrics = (metric, *METRIC_RAILS)
    specs = [FigureSpec(name, span) for name in metrics for span in (Span.RECENT, Span.BEFORE)]
    return {
        spec: one.report
        for spec, one in find_kept(session, specs, view).items()
        if one.is_fresh or (one.cost_ms >= _DEAR_MS and one.known_at.date() == viewer.now.date())
    }


def count_unhelpful(
    session: Session, scope: Scope, days: Days, *, now: datetime, only: Mapping[str, str] | None = None
) -> tuple[Share, Share] | None:
    """Return (marked as no help, marked at all) of a period and of the one before, by what the reader's people asked.

    None where the part has no people of its own: nobody asks in a product's name.
    """
    found = count_unhelpful_groups(session, scope, days, (), now=now, only=only)
    return found.get((), ((0, 0), (0, 0))) if found is not None else None


def count_unhelpful_groups(
    session: Session,
    scope: Scope,
    days: Days,
    by: Sequence[str],
    *,
    now: datetime,
    only: Mapping[str, str] | None = None,
) -> dict[Group, tuple[Share, Share]] | None:
    """Return the same of each group of people who ask; a group without a mark is left out."""
    part = dict(only or {})
    if not {*part, *by} <= _ASKERS.keys():
        return None
    kept = [_ASKERS[name] == value for name, value in part.items()]
    if scope.region is not None:
        kept.append(col(Person.region) == scope.region)
    if scope.is_external:
        kept += [col(Person.partner_id) == scope.partner_id, col(Person.partner_id).is_not(None)]
    groups = [_ASKERS[name] for name in by]

    def count(first: date, last: date) -> dict[Group, Share]:
        marked = (
            select(func.count(), func.count().filter(col(Turn.helpful).is_(False)), *groups)
            .select_from(Turn)
            .where(
                col(Turn.helpful).is_not(None),
                col(Turn.asked_at) >= start_of_day(first),
                col(Turn.asked_at) <= min(end_of_day(last), now),
            )
            .group_by(*groups)
        )
        if kept or groups:
            is_asker = and_(col(Person.person_id) == col(Turn.person_id), current(Person))
            marked = marked.join(Person, is_asker).where(*kept)
        return {tuple(group): (int(bad), int(every)) for every, bad, *group in session.execute(marked).all()}

    now_by, before_by = count(days.first, days.last), count(days.before_first, days.before_last)
    none: Share = (0, 0)
    return {group: (now_by.get(group, none), before_by.get(group, none)) for group in {*now_by, *before_by}}
