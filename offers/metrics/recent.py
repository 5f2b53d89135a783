"""A figure of ninety days, as somebody sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from offers.metrics.figures import MetricSettings, Report
from offers.metrics.kinds import STANDING
from offers.people import PersonFacts
from offers.reporting import get_metric, report

DAYS = 90


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose figures are read, of which part of the company, with which settings, and when it is."""

    now: datetime
    settings: MetricSettings
    reader: PersonFacts | None = None
    only: Mapping[str, str] | None = None


def is_standing(metric: str) -> bool:
    """Tell whether what a figure is of stands on one day, with or without a window beside it. Raises UnknownMetric."""
    return not get_metric(metric).is_windowed or metric in STANDING


def read_ninety_days(
    session: Session, metric: str, viewer: Viewer, *, last: date, by: Sequence[str] = ()
) -> Report:
    """Return the figure of the ninety days up to a day; what stands on a day as it was known on that day."""
    is_windowed = get_metric(metric).is_windowed
    return report(
        session,
        metric,
        by=by,
        date_from=last - timedelta(days=DAYS - 1) if is_windowed else None,
        date_to=last if is_windowed else None,
        as_of=last if is_standing(metric) and last < viewer.now.date() else None,
        now=viewer.now,
        reader=viewer.reader,
        settings=viewer.settings,
        only=viewer.only,
    )
