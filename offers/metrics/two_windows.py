"""A figure of two windows side by side, and whether they differ by more than chance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import Session

from offers.metrics.currencies import CURRENCY
from offers.metrics.figures import Figure, Report
from offers.metrics.hindsight import read_back
from offers.metrics.movements import Movement, compare
from offers.metrics.recent import Viewer, is_standing
from offers.reporting import report

Span = tuple[date, date]

_Key = tuple[tuple[tuple[str, str | None], ...], str | None]


@dataclass(frozen=True, slots=True)
class Sides:
    """One group, or one currency, of both windows: None on a side where there is nothing of it.

    `movement` is None where one side has no rate.
    """

    group: Mapping[str, str | None]
    before: Figure | None
    after: Figure | None
    movement: Movement | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A figure of two windows, both as they are known at the same time: in all, each currency apart, and by group."""

    metric: str
    before: Span
    after: Span
    as_of: date
    totals: tuple[Sides, ...]
    groups: tuple[Sides, ...]
    only: Mapping[str, str]

    @property
    def overlaps(self) -> bool:
        """Tell whether days lie in both windows."""
        return max(self.before[0], self.after[0]) <= min(self.before[1], self.after[1])


def compare_windows(
    session: Session,
    metric: str,
    viewer: Viewer,
    windows: tuple[Span, Span],
    *,
    by: Sequence[str] = (),
    as_of: date | None = None,
) -> Comparison:
    """Return a figure of two windows, the earlier first; what stands on a day of the last day of each that has come.

    Both are as they are known on the as-of day, so that what became known in between makes no difference.

    Raises the errors of `offers.reporting.report`.
    """
    sides = [_read(session, metric, viewer, window, by=(), as_of=as_of) for window in windows]
    parts = [_read(session, metric, viewer, window, by=by, as_of=as_of) for window in windows] if by else []
    found = sides[1]
    return Comparison(
        metric, *windows, found.as_of, tuple(_pair(sides)), tuple(_pair(parts)) if parts else (), found.only
    )


def read_known_now(session: Session, found: Report, viewer: Viewer) -> tuple[Figure, ...]:
    """Return a past figure in all as it is known now, in each currency; () where there is nothing of it.

    Raises the errors of `offers.reporting.report`.
    """
    if is_standing(found.metric):
        first = found.date_from if found.date_from is not None and found.date_from <= found.as_of else None
        known = read_back(session, found.metric, viewer, first, found.as_of)
    else:
        known = report(
            session,
            found.metric,
            date_from=found.date_from,
            date_to=found.date_to,
            now=viewer.now,
            reader=viewer.reader,
            settings=viewer.settings,
            only=viewer.only,
        )
    return tuple(_index(known).values())


def _read(
    session: Session, metric: str, viewer: Viewer, window: Span, *, by: Sequence[str], as_of: date | None
) -> Report:
    """Return a figure of a window; what stands on a day is that of the window's end, as known since."""
    first, last = window
    if is_standing(metric):
        return read_back(session, metric, viewer, first, last, by, as_of=as_of)
    return report(
        session,
        metric,
        by=by,
        date_from=first,
        date_to=last,
        as_of=as_of,
        now=viewer.now,
        reader=viewer.reader,
        settings=viewer.settings,
        only=viewer.only,
    )


def _pair(reports: Sequence[Report]) -> list[Sides]:
    """Return the groups of both reports, what is in several currencies in each of them."""
    before, after = (_index(one) for one in reports)
    return [
        _set_side_by_side(reports, before.get(key), after.get(key))
        for key in dict.fromkeys((*before, *after))
    ]


def _index(found: Report) -> dict[_Key, Figure]:
    """Return a report's figures by what they are of."""
    is_total = not any(set(row.group) - {CURRENCY} for row in found.rows)
    is_one = is_total and found.total.numerator is not None
    named = [
        replace(row, group={name: value for name, value in row.group.items() if name != CURRENCY})
        for row in ([found.total] if is_one else found.rows)
    ]
    return {
        (tuple(row.group.items()), row.currency): row for row in named if row.numerator or row.denominator
    }


def _set_side_by_side(reports: Sequence[Report], before: Figure | None, after: Figure | None) -> Sides:
    one = before or after
    movement = None
    if before is not None and after is not None:
        movement = compare(replace(reports[0], total=before), replace(reports[1], total=after))
    return Sides(one.group if one is not None else {}, before, after, movement)
