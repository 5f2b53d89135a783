"""A figure of the last ninety days and of those before, and what moved it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from offers.metrics.currencies import keep_currency
from offers.metrics.figures import MetricSettings, Report
from offers.metrics.movements import Contribution, Movement, compare, find_contributions
from offers.metrics.rollups import DAYS
from offers.people import PersonFacts
from offers.reporting import get_metric, report

SPLITS = ("region", "family", "partner")


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose figures are read, of which part of the company, with which settings, and when it is."""

    now: datetime
    settings: MetricSettings
    reader: PersonFacts | None = None
    only: Mapping[str, str] | None = None


def read_ninety_days(
    session: Session, metric: str, viewer: Viewer, *, last: date, by: Sequence[str] = ()
) -> Report:
    """Return the figure of the ninety days up to a day; a figure of a day as it was known on that day."""
    is_windowed = get_metric(metric).is_windowed
    return report(
        session,
        metric,
        by=by,
        date_from=last - timedelta(days=DAYS - 1) if is_windowed else None,
        date_to=last if is_windowed else None,
        as_of=last if not is_windowed and last < viewer.now.date() else None,
        now=viewer.now,
        reader=viewer.reader,
        settings=viewer.settings,
        only=viewer.only,
    )


def find_movement(
    session: Session, metric: str, viewer: Viewer, *, currency: str | None = None
) -> tuple[Movement | None, Contribution | None]:
    """Return how a figure moved against the ninety days before, and which part of the company moved it most.

    The parts are the first of region, family and partner that the figure has and isn't narrowed to. Amounts in several
    currencies move in one `currency` of them.
    """
    today = viewer.now.date()
    days = (today - timedelta(days=DAYS), today)

    def read(day: date, *by: str) -> Report:
        made = read_ninety_days(session, metric, viewer, last=day, by=by)
        return made if currency is None else keep_currency(made, currency)

    before, after = (read(day) for day in days)
    movement = compare(before, after)
    split = next(
        (
            name
            for name in SPLITS
            if name in get_metric(metric).dimensions and name not in (viewer.only or {})
        ),
        None,
    )
    if movement is None or split is None:
        return movement, None
    old, new = (read(day, split) for day in days)
    return movement, next(iter(find_contributions(old, new)), None)
