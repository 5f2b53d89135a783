"""The two sides of a split: each of its groups in the period that it is of, and in the one before."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from sqlmodel import Session

from offers.attach_rate import Group
from offers.installed_base.service_health import Days
from offers.metrics.causes import read_both
from offers.metrics.currencies import CURRENCY
from offers.metrics.figures import Figure, Report
from offers.metrics.grouping import PERIODS
from offers.metrics.periods import name_period, period_end, read_period
from offers.metrics.recent import Viewer
from offers.metrics.rollups import FigureSpec, Span
from offers.reporting import get_metric, report

Groups = defaultdict[Group, dict[str | None, Report]]
"""Each group of a report as a report of its own, by its currency."""


def name_dimensions(found: Report) -> tuple[str, ...]:
    """Return what a report is grouped by."""
    return tuple(dict.fromkeys(name for row in found.rows for name in row.group if name != CURRENCY))


def key_of(row: Figure, by: Sequence[str]) -> Group:
    """Return a row's group without the currency."""
    return tuple(row.group.get(name) for name in by)


def index_groups(made: Report, by: Sequence[str]) -> Groups:
    """Return a report's groups, each as a report of its own."""
    found: Groups = defaultdict(dict)
    for row in made.rows:
        found[key_of(row, by)][row.currency] = replace(made, rows=(), total=row)
    return found


@dataclass(frozen=True, slots=True)
class Windows:
    """Groups of one window, set against the window before; `read` is what was read of both, whole."""

    session: Session
    viewer: Viewer
    days: Days
    by: tuple[str, ...]
    read: dict[FigureSpec, Report] = field(default_factory=dict)

    def find(self, metric: str, known: Report | None = None) -> tuple[Groups, Groups]:
        """Return a figure's groups now and before; `known` stands for itself where it is of the window."""
        days = self.days
        now = known if known is not None and self._is_of_window(known) else None
        windows = (days.before_first, days.before_last), (days.first, days.last)
        before, now = read_both(self.session, metric, self.viewer, *windows, by=self.by, after=now)
        for span, side in ((Span.RECENT, now), (Span.BEFORE, before)):
            # A total of several currencies is not there: each of them has to be read by itself.
            if side.total.numerator is not None:
                self.read[FigureSpec(metric, span)] = side
        return index_groups(now, self.by), index_groups(before, self.by)

    def days_of(self, _group: Group) -> Days:
        """Return the window, which is every group's."""
        return self.days

    def _is_of_window(self, found: Report) -> bool:
        if get_metric(found.metric).is_windowed:
            return (found.date_from, found.date_to) == (self.days.first, self.days.last)
        return found.as_of == self.days.last


@dataclass(frozen=True, slots=True)
class Periods:
    """Groups by month, quarter or year, each set against the period before its own. Nothing of it is read whole."""

    session: Session
    viewer: Viewer
    by: tuple[str, ...]
    unit: str
    first: date
    last: date
    read: dict[FigureSpec, Report] = field(default_factory=dict)

    @classmethod
    def of(cls, session: Session, viewer: Viewer, found: Report, by: tuple[str, ...]) -> "Periods | None":
        """Return the periods of a report, None where it is by several kinds of them."""
        units = [name for name in by if name in PERIODS]
        if len(units) != 1:
            return None
        (unit,) = units
        first = min(read_period(unit, str(row.group[unit])) for row in found.rows)
        return cls(session, viewer, by, unit, first, min(found.date_to or found.as_of, found.as_of))

    def find(self, metric: str, known: Report | None = None) -> tuple[Groups, Groups]:
        """Return a figure's groups of their periods and of those before; `known` has all but the first one before."""
        begins = self._before(self.first)
        until = self.last if known is None else self.first - timedelta(days=1)
        made = report(
            self.session,
            metric,
            by=self.by,
            date_from=begins,
            date_to=until,
            now=self.viewer.now,
            reader=self.viewer.reader,
            settings=self.viewer.settings,
            only=self.viewer.only,
        )
        found = index_groups(made, self.by)
        if known is not None:
            found |= index_groups(known, self.by)
        later: Groups = defaultdict(dict)
        for key, groups in found.items():
            if key[self.by.index(self.unit)] is not None:
                later[self._shift(key)] = groups
        return found, later

    def days_of(self, group: Group) -> Days:
        """Return the group's period as far as it has come, and the one before."""
        begins = read_period(self.unit, str(group[self.by.index(self.unit)]))
        ends = min(period_end(self.unit, begins), self.last)
        return Days(begins, ends, self._before(begins), begins - timedelta(days=1))

    def _before(self, begins: date) -> date:
        return read_period(self.unit, name_period(self.unit, begins - timedelta(days=1)))

    def _shift(self, key: Group) -> Group:
        """Return the group of the period after."""
        place = self.by.index(self.unit)
        ends = period_end(self.unit, read_period(self.unit, str(key[place])))
        return (*key[:place], name_period(self.unit, ends + timedelta(days=1)), *key[place + 1 :])


Sides = Windows | Periods
