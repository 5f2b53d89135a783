"""What a figure was on a past day as it is known now: by when things happened, whenever they were recorded."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlmodel import Session

from offers.metrics.figures import Report
from offers.metrics.recent import Viewer, is_standing
from offers.reporting import open_window, report_window, require_seen


def is_unrecorded(found: Report) -> bool:
    """Tell whether a figure stands on a day by which nothing of it was recorded."""
    return is_standing(found.metric) and found.total.denominator == 0


def read_back(
    session: Session,
    metric: str,
    viewer: Viewer,
    first: date | None,
    last: date,
    by: Sequence[str] = (),
    *,
    as_of: date | None = None,
) -> Report:
    """Return a standing figure as it was on the last day, or on the as-of day if that is earlier.

    Without a first day its window starts with the records. Known is what is known on the as-of day, without one what
    is known now; what was installed after the last day was not there on it. Raises the errors of
    `offers.reporting.report`.
    """
    kept = dict(viewer.only or {})
    window = open_window(
        metric,
        by=(*kept, *(name for name in by if name not in kept)),
        date_from=first,
        date_to=last,
        as_of=as_of,
        now=viewer.now,
        reader=viewer.reader,
        settings=viewer.settings,
    )
    require_seen(metric, viewer.reader, kept)
    day = min(last, window.day)
    return report_window(session, metric, replace(window, day=day, is_looking_back=day < window.day), kept)
