"""`attache report`: a metric by dimensions, over a window, as it was known on a day."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from offers.attach_rate import Group
from offers.errors import UnknownDimension, UnknownMetric, WindowReversed
from offers.metrics.figures import Counts, Figure, Report, Window, build_figure
from offers.metrics.grouping import end_of_day
from offers.metrics.installed_base import COVERAGE_DIMENSIONS, count_coverage
from offers.metrics.offers import CONVERSION_DIMENSIONS, count_conversion
from offers.metrics.orders import ORDER_DIMENSIONS, count_units_attach
from offers.metrics.targets import find_target, load_targets
from offers.people import PersonFacts

__all__ = ["ATTRIBUTION_DAYS", "METRICS", "METRIC_TABLE", "Figure", "Metric", "Report", "report"]

ATTRIBUTION_DAYS = 90
"""A sale counts for who surfaced it when it closes no later than this many days after."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric: its definition as a sentence, the dimensions that apply to it, and how to count it.

    `count` returns the groups and the total. `{attribution_days}` in the definition is the setting in force.
    """

    definition: str
    dimensions: tuple[str, ...]
    is_windowed: bool
    count: Callable[[Session, Window], tuple[dict[Group, Counts], Counts]]


METRIC_TABLE: Mapping[str, Metric] = {
    "coverage": Metric(
        "Active, serviceable assets with a live contract line on the as-of date / active, serviceable assets. "
        "Retired and competitor assets are out; a warranty alone is no coverage. Interval: Wilson, 95 %.",
        COVERAGE_DIMENSIONS,
        is_windowed=False,
        count=count_coverage,
    ),
    "units_attach": Metric(
        "Attached units (attach and service products, bundles as their items) / core units, both ordered in "
        "the window; gross of returns; may exceed 100 %. Interval: bootstrap over accounts, 95 %.",
        ORDER_DIMENSIONS,
        is_windowed=True,
        count=count_units_attach,
    ),
    "conversion": Metric(
        "Opportunities accepted within {attribution_days} days and not reversed / eligible opportunities of the "
        "window, once per account, asset and play. Interval: Wilson, 95 %.",
        CONVERSION_DIMENSIONS,
        is_windowed=True,
        count=count_conversion,
    ),
}

METRICS: tuple[str, ...] = tuple(METRIC_TABLE)


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
    attribution_days: int = ATTRIBUTION_DAYS,
) -> Report:
    """Return a metric's figures, in the order of their groups, unknown groups last.

    An `as_of` date means its end, UTC; None means now. A window without a beginning starts with the records,
    without an end it ends on the as-of day. A partner's reader gets the partner's own figures.

    Raises:
        UnknownMetric: There is no such metric.
        UnknownDimension: A dimension doesn't exist or doesn't apply to the metric.
        WindowReversed: The window ends before it begins.
    """
    found = METRIC_TABLE.get(metric)
    if found is None:
        raise UnknownMetric(metric, METRICS)
    for dimension in by:
        if dimension not in found.dimensions:
            raise UnknownDimension(dimension, metric, found.dimensions)
    day = now.date() if as_of is None else as_of
    last_day = date_to or day
    if date_from is not None and date_from > last_day:
        raise WindowReversed(date_from, last_day)
    window = Window(
        day=day,
        known=now if as_of is None else end_of_day(as_of),
        first_day=date_from,
        last_day=last_day,
        by=tuple(dict.fromkeys(by)),
        partner_id=reader.partner_id if reader else None,
        is_external=reader is not None and reader.is_external,
        attribution_days=attribution_days,
    )
    groups, total = found.count(session, window)
    return Report(
        metric=metric,
        as_of=day,
        date_from=date_from,
        date_to=last_day if found.is_windowed else date_to,
        definition=found.definition.format(attribution_days=attribution_days),
        rows=_build_rows(session, metric, window, groups),
        total=_build_total(session, metric, window, total),
    )


def _build_rows(
    session: Session, metric: str, window: Window, groups: Mapping[Group, Counts]
) -> tuple[Figure, ...]:
    if not window.by:
        return ()
    targets = load_targets(session, metric, window.known)
    ordered = sorted(groups, key=lambda group: tuple((value is None, value or "") for value in group))
    labelled = [(dict(zip(window.by, group, strict=True)), groups[group]) for group in ordered]
    return tuple(
        build_figure(group, counts, find_target(targets, group, _target_day(window, group)))
        for group, counts in labelled
    )


def _build_total(session: Session, metric: str, window: Window, total: Counts) -> Figure:
    targets = load_targets(session, metric, window.known)
    return build_figure({}, total, find_target(targets, {}, _target_day(window, {})))


def _target_day(window: Window, group: Mapping[str, str | None]) -> date:
    """Return the day whose target applies: the window's last, in a month's row the last of both."""
    last_day = min(window.last_day, window.day)
    month = group.get("month")
    if month is None:
        return last_day
    year, number = map(int, month.split("-"))
    first_of_next = date(year + number // 12, number % 12 + 1, 1)
    return min(last_day, date.fromordinal(first_of_next.toordinal() - 1))
