"""The months of a figure that was asked for without groups."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlmodel import Session

from offers.metrics.currencies import CURRENCY
from offers.metrics.figures import MetricSettings, Report
from offers.metrics.grouping import PERIODS
from offers.metrics.periods import first_of_months_ago
from offers.people import PersonFacts
from offers.reporting import get_metric, report

_MONTHS = 12


def find_trend(
    session: Session,
    result: Report,
    *,
    now: datetime,
    as_of: date | None = None,
    reader: PersonFacts | None = None,
    settings: MetricSettings | None = None,
    only: Mapping[str, str] | None = None,
) -> Report | None:
    """Return the twelve months up to a report's last day; None where it has groups, or its figure has no months.

    The options are those that the report was made with. Raises the errors of `offers.reporting.report`.
    """
    is_grouped = any(set(row.group) - {CURRENCY} for row in result.rows)
    if (
        is_grouped
        or "month" not in get_metric(result.metric).all_dimensions
        or set(only or ()) & set(PERIODS)
    ):
        return None
    last = min(result.date_to or result.as_of, result.as_of)
    return report(
        session,
        result.metric,
        by=("month",),
        date_from=first_of_months_ago(last, _MONTHS - 1),
        date_to=last,
        as_of=as_of,
        now=now,
        reader=reader,
        settings=settings,
        only=only,
    )
