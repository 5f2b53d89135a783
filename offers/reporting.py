"""`attache report`: a metric by dimensions, over a window, as it was known on a day."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlmodel import Session

from offers.attach_rate import Group
from offers.errors import (
    AnotherPart,
    InternalFigure,
    NotYourFigure,
    UnknownDimension,
    UnknownMetric,
    WindowReversed,
)
from offers.metrics.catalogue import METRIC_TABLE, METRICS, Metric
from offers.metrics.entries import Counted, Entry
from offers.metrics.entry_facts import EntryFacts, load_entry_facts
from offers.metrics.figures import Counts, Figure, MetricSettings, Report, Scope, Window
from offers.metrics.grouping import end_of_day
from offers.metrics.one_sided import leave_out_rates
from offers.metrics.parts import (
    count_base,
    find_total,
    keep_entries,
    keep_groups,
    rebase,
    without_share,
)
from offers.metrics.period_ends import count_ends, is_over_ends, list_ends
from offers.metrics.ranking import add_peers
from offers.metrics.refusals import explain_refusal
from offers.metrics.report_rows import build_rows, build_total
from offers.metrics.targets import group_of, load_targets
from offers.metrics.time_to_attach import estimate_curves
from offers.people import PersonFacts
from offers.survival import SurvivalCurve

__all__ = [
    "METRICS",
    "METRIC_TABLE",
    "Figure",
    "Metric",
    "Report",
    "find_curve",
    "find_facts",
    "find_rows",
    "open_window",
    "report",
    "report_window",
]


def report(
    session: Session,
    metric: str,
    *,
    by: Sequence[str] = (),
    date_from: date | None = None,
    date_to: date | None = None,
    as_of: date | None = None,
    now: datetime,
    reader: PersonFacts | None = None,
    settings: MetricSettings | None = None,
    only: Mapping[str, str] | None = None,
) -> Report:
    """Return a metric's figures: people and partners by the lower end of their intervals, other groups by name.

    An `as_of` date means its end, UTC; None means now. A window without a beginning starts with the records,
    without an end it ends on the as-of day. A partner's reader gets the partner's own figures, by partner among peers
    without names; a manager of a region that region's; anybody else what they did themselves. A figure of a day by
    period stands for the end of each, as it is known at `as_of`. `only` keeps the groups with these values of
    dimensions.

    Raises:
        UnknownMetric: There is no such metric.
        UnknownDimension: A dimension doesn't exist or doesn't apply to the metric.
        WindowReversed: The window ends before it begins.
        NotYourFigure: The figure can't be narrowed to what the reader did.
        InternalFigure: The reader is external, and the figure is not for them.
        AnotherPart: The reader sees another region, partner or person than `only` names.
    """
    found = get_metric(metric)
    kept = dict(only or {})
    by = tuple(name for name in dict.fromkeys(by) if name not in kept)
    window = open_window(
        metric, by=(*kept, *by), date_from=date_from, date_to=date_to, as_of=as_of, now=now,
        reader=reader, settings=settings or MetricSettings(),
    )  # fmt: skip
    require_seen(metric, reader, kept)
    made = report_window(session, metric, window, kept)
    return made if found.is_windowed else replace(made, date_to=date_to)


def report_window(session: Session, metric: str, window: Window, kept: Mapping[str, str]) -> Report:
    """Return what `report` returns for a window whose first dimensions are those of `kept`."""
    found, by = get_metric(metric), window.by[len(kept) :]
    groups, total = _count(session, found, window)
    if kept:
        groups, total = _keep_part(session, found, window, groups, kept)
        window = replace(window, by=by)
    own = {name: value for name, value in group_of(window.scope).items() if value is not None}
    if found.is_ranked and by == ("partner",) and window.scope.partner_id is not None and not kept:
        own = {}
        everyone, _ = found.count(session, replace(window, scope=Scope()))
        groups = add_peers(groups, everyone, is_low_best=found.is_low_best)
    targets = load_targets(session, metric, window.known)
    made = Report(
        metric=metric,
        as_of=window.day,
        date_from=window.first_day,
        date_to=window.last_day,
        definition=found.define(window.settings),
        rows=build_rows(found, targets, window, {key: one for key, one in groups.items() if key}, kept),
        total=build_total(targets, window, total, kept),
        only={**own, **kept},
        is_looking_back=window.is_looking_back,
    )
    return leave_out_rates(made)


def find_rows(
    session: Session,
    metric: str,
    *,
    now: datetime,
    by: Sequence[str] = (),
    only: Mapping[str, str] | None = None,
    reader: PersonFacts | None = None,
    **options: object,
) -> list[Entry]:
    """Return the rows behind a figure; the options are those of `report`, `only` keeps the rows of these groups.

    Raises:
        UnknownMetric, UnknownDimension, WindowReversed.
        NotYourFigure: The figure can't be narrowed to what the reader did.
        InternalFigure: The reader is external, and the figure is not for them.
        AnotherPart: The reader sees another region, partner or person than `only` names.
    """
    found = get_metric(metric)
    kept = dict(only or {})
    by = tuple(name for name in dict.fromkeys(by) if name not in kept)
    window = open_window(metric, by=(*kept, *by), now=now, reader=reader, **options)  # type: ignore[arg-type]
    require_seen(metric, reader, kept)
    return keep_entries(_list_entries(session, found, window), tuple(kept.values()))


def find_facts(session: Session, result: Report, entries: Sequence[Entry], *, now: datetime) -> EntryFacts:
    """Return what the rows behind a report are recognised by, as it was known when the report was true."""
    known = min(now, end_of_day(result.as_of))
    return load_entry_facts(session, get_metric(result.metric).entry_kind, entries, known=known)


def find_curve(
    session: Session,
    metric: str,
    *,
    now: datetime,
    only: Mapping[str, str] | None = None,
    reader: PersonFacts | None = None,
    **options: object,
) -> SurvivalCurve | None:
    """Return the curve that a figure is read from, or None of a metric that has none, or where nothing was observed.

    The options are those of `report`; `by` has no curve of its own. Raises what `report` raises.
    """
    if metric != "time_to_attach":
        return None
    kept = dict(only or {})
    options.pop("by", None)
    window = open_window(metric, by=tuple(kept), now=now, reader=reader, **options)  # type: ignore[arg-type]
    require_seen(metric, reader, kept)
    estimate = estimate_curves(session, window).get(tuple(kept.values()) or None)
    return estimate.curve if estimate is not None and estimate.curve.points else None


def require_seen(metric: str, reader: PersonFacts | None, only: Mapping[str, str]) -> None:
    """Refuse a metric that is not for who reads it, and a part of the company that is not theirs.

    Raises:
        NotYourFigure, InternalFigure, AnotherPart.
    """
    found, scope = METRIC_TABLE[metric], Scope.of(reader)
    if scope.person_id is not None and not found.is_personal:
        raise NotYourFigure(metric)
    if scope.is_external and found.is_internal:
        raise InternalFigure(metric)
    require_own(reader, only)


def require_own(reader: PersonFacts | None, only: Mapping[str, str]) -> None:
    """Raise AnotherPart where `only` names another region, partner or person than the reader sees."""
    for name, own in group_of(Scope.of(reader)).items():
        if reader is not None and only.get(name, own) != own:
            is_region = name == "region"
            raise AnotherPart(name, (reader.region if is_region else reader.partner_name) or reader.name)


def _list_entries(session: Session, found: Metric, window: Window) -> list[Entry]:
    """Return the entries of a window; a day's figure by period has those of each period's end."""
    if is_over_ends(found, window):
        return list_ends(session, found, window)
    return found.list_entries(session, window)


def get_metric(metric: str) -> Metric:
    """Return the metric of this name. Raises UnknownMetric."""
    found = METRIC_TABLE.get(metric)
    if found is None:
        raise UnknownMetric(metric, METRICS)
    return found


def open_window(
    metric: str,
    *,
    now: datetime,
    by: Sequence[str] = (),
    date_from: date | None = None,
    date_to: date | None = None,
    as_of: date | None = None,
    reader: PersonFacts | None = None,
    settings: MetricSettings | None = None,
) -> Window:
    """Return the window that a report's options mean. Raises UnknownMetric, UnknownDimension, WindowReversed."""
    found = get_metric(metric)
    for dimension in by:
        if dimension not in found.all_dimensions:
            raise UnknownDimension(
                dimension, metric, found.all_dimensions, explain_refusal(metric, dimension)
            )
    day = now.date() if as_of is None else as_of
    last_day = date_to or day
    if date_from is not None and date_from > last_day:
        raise WindowReversed(date_from, last_day)
    return Window(
        day=day,
        known=now if as_of is None else end_of_day(as_of),
        first_day=date_from,
        last_day=last_day,
        by=tuple(dict.fromkeys(by)),
        scope=Scope.of(reader),
        settings=settings or MetricSettings(),
    )


def _count(session: Session, found: Metric, window: Window) -> Counted:
    if is_over_ends(found, window):
        return count_ends(session, found, window)
    return found.count(session, window)


def _keep_part(
    session: Session, found: Metric, window: Window, groups: Mapping[Group, Counts], kept: Mapping[str, str]
) -> tuple[dict[Group, Counts], Counts | None]:
    """Return the groups of a part of the company and what it has in all."""
    values = tuple(kept.values())
    groups = keep_groups(groups, values)
    total = find_total(_count(session, found, replace(window, by=tuple(kept)))[0], values)
    if found.shared_by is None or total is None:
        return groups, total
    base = count_base(session, window, kept, count=found.count, shared_by=found.shared_by)
    total = rebase(total, base)
    return (
        {key: rebase(one, base) for key, one in groups.items()},
        total if found.shared_by in kept else without_share(total),
    )
