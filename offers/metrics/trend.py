"""The months of a figure that was asked for without groups."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlmodel import Session

from offers.metrics.currencies import CURRENCY
from offers.metrics.figures import MetricSettings, Report
from offers.metrics.grouping import PERIODS
from offers.metrics.periods import first_of_months_ago
from offers.metrics.rollups import FigureSpec, Span, Viewpoint, count_rows, find_kept, read_revision
from offers.people import PersonFacts
from offers.reporting import get_metric, report

_MONTHS, _QUARTERS = 12, 4
_MANY_ROWS = 50_000
"""With more rows in a table than this, a figure of a day is counted for the ends of quarters: each takes its time."""


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

    Those that Home keeps are taken where they are the same. In a large company a figure of a day has four quarters'
    ends. The options are those that the report was made with. Raises the errors of `offers.reporting.report`.
    """
    found = get_metric(result.metric)
    is_grouped = any(set(row.group) - {CURRENCY} for row in result.rows)
    if is_grouped or "month" not in found.all_dimensions or set(only or ()) & set(PERIODS):
        return None
    last = min(result.date_to or result.as_of, result.as_of)
    revision = read_revision(session)
    if reader is not None and as_of is None and last == now.date() and not only:
        spec = FigureSpec(result.metric, Span.MONTHS, ("month",))
        view = Viewpoint(reader, settings or MetricSettings(), now, revision)
        kept = find_kept(session, [spec], view).get(spec)
        if kept is not None and kept.is_fresh:
            return kept.report
    is_rough = not found.is_windowed and count_rows(revision) > _MANY_ROWS
    months_ago = 3 * (_QUARTERS - 1) if is_rough else _MONTHS - 1
    return report(
        session,
        result.metric,
        by=("quarter" if is_rough else "month",),
        date_from=first_of_months_ago(last, months_ago),
        date_to=last,
        as_of=as_of,
        now=now,
        reader=reader,
        settings=settings,
        only=only,
    )
