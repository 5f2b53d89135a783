"""Why a figure moved: its period, the period before, and the parts of the company that account for the difference."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session

from offers.metrics.figures import Report, Scope
from offers.metrics.hindsight import is_unrecorded, read_back
from offers.metrics.movements import Contribution, Movement, compare, find_contributions
from offers.metrics.periods import first_of_months_ago, month_end
from offers.metrics.recent import DAYS, Viewer, is_standing
from offers.reporting import get_metric, report

_SPLITS = ("region", "family", "partner")


@dataclass(frozen=True, slots=True)
class Cause:
    """A figure of a period with its groups, and how it stands to the days before.

    `movement` is None where one of the two has no rate; `contributions` are those that go its way, the largest first.
    """

    after: Report
    before_first: date
    before_last: date
    movement: Movement | None
    contributions: tuple[Contribution, ...]


def find_cause(
    session: Session,
    metric: str,
    viewer: Viewer,
    *,
    by: Sequence[str] = (),
    first_day: date | None,
    last_day: date,
    before: tuple[date, date] | None = None,
) -> Cause:
    """Return how a figure moved against the time before, by the groups asked for.

    Without groups by the first of region, family and partner that the figure has, isn't narrowed to, and in which the
    reader has more than one. A whole month, quarter or year is set against the one before, any other window against as
    many days; a figure of a day against the one ninety days before. `before` is another time to set it against.
    What stands on a day by which nothing was recorded is set against it as both are known now.

    Raises the errors of `offers.reporting.report`.
    """
    found = get_metric(metric)
    split = tuple(by) or _find_split(metric, viewer)
    if not found.is_windowed or first_day is None:
        first_day = last_day - timedelta(days=DAYS - 1)
    before_first, before_last = before or find_days_before(first_day, last_day)
    if not found.is_windowed and before is None:
        before_last = last_day - timedelta(days=DAYS)
    after = read_window(session, metric, viewer, first_day, last_day, split)
    windows = (before_first, before_last), (first_day, last_day)
    old, new = read_both(session, metric, viewer, *windows, by=split, after=after)
    movement = compare(old, new, is_hindsight=old.is_looking_back)
    contributions = find_contributions(old, new) if movement is not None and split else []
    going = [one for one in contributions if movement is not None and one.goes_with(movement)]
    return Cause(after, before_first, before_last, movement, tuple(going))


def find_days_before(first_day: date, last_day: date) -> tuple[date, date]:
    """Return the period before one: as many months of one that has whole months, else as many days."""
    if first_day.day == 1 and last_day == month_end(last_day):
        months = 12 * (last_day.year - first_day.year) + last_day.month - first_day.month + 1
        return first_of_months_ago(first_day, months), first_day - timedelta(days=1)
    return first_day - (last_day - first_day) - timedelta(days=1), first_day - timedelta(days=1)


def _find_split(metric: str, viewer: Viewer) -> tuple[str, ...]:
    scope = Scope.of(viewer.reader)
    own = {"region"} if scope.region is not None else {"partner"} if scope.is_external else set()
    taken = own | set(viewer.only or {})
    return tuple(name for name in _SPLITS if name in get_metric(metric).dimensions and name not in taken)[:1]


def read_window(
    session: Session, metric: str, viewer: Viewer, first: date, last: date, by: Sequence[str] = ()
) -> Report:
    """Return a figure of a period; what stands on a day as it was known on the last.

    Raises the errors of `offers.reporting.report`.
    """
    is_windowed = get_metric(metric).is_windowed
    return report(
        session,
        metric,
        by=by,
        date_from=first if is_windowed else None,
        date_to=last if is_windowed else None,
        as_of=last if is_standing(metric) and last < viewer.now.date() else None,
        now=viewer.now,
        reader=viewer.reader,
        settings=viewer.settings,
        only=viewer.only,
    )


def read_both(
    session: Session,
    metric: str,
    viewer: Viewer,
    before_days: tuple[date, date],
    days: tuple[date, date],
    *,
    by: Sequence[str] = (),
    after: Report | None = None,
) -> tuple[Report, Report]:
    """Return a figure of a period before and of a period; what stands on a day as it was known on the last of each.

    Where nothing of it was recorded by the end of the period before, both are by when things happened, as it is known
    now. `after` is the figure of the period where it is read already. Raises the errors of `offers.reporting.report`.
    """
    before = read_window(session, metric, viewer, *before_days, by)
    if is_unrecorded(before):
        return (
            read_back(session, metric, viewer, *before_days, by),
            read_back(session, metric, viewer, *days, by),
        )
    return before, after or read_window(session, metric, viewer, *days, by)
