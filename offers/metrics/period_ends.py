"""A figure of a day over time: what it was at the end of each month, quarter or year of a window."""

from collections.abc import Iterator
from dataclasses import replace

from sqlmodel import Session

from offers.attach_rate import Group
from offers.metrics.catalogue import Metric
from offers.metrics.entries import Counted, Entry
from offers.metrics.figures import Counts, Window
from offers.metrics.grouping import PERIODS
from offers.metrics.periods import list_periods, name_period


def is_over_ends(found: Metric, window: Window) -> bool:
    """Tell whether a figure of a day is asked for by period."""
    return not found.is_windowed and bool(set(PERIODS) & set(window.by))


def count_ends(session: Session, found: Metric, window: Window) -> Counted:
    """Return a day's figure for the end of each period of the window, and for the as-of day in total."""
    groups: dict[Group, Counts] = {}
    for at in _look_back(window):
        counted, total = found.count(session, at)
        if not at.by and total is not None:
            counted = {(): total}
        groups |= {_name(window, at, key): counts for key, counts in counted.items()}
    if len({counts.currency for counts in groups.values()}) > 1:
        # A period of one currency beside one of several: it joins the group in all of them.
        length = len(window.by)
        groups = {(*key[:length], counts.currency): counts for key, counts in groups.items()}
    _, whole = found.count(session, replace(window, by=()))
    return groups, whole


def list_ends(session: Session, found: Metric, window: Window) -> list[Entry]:
    """Return the rows behind a day's figure at the end of each period of the window."""
    listing = found.list_entries
    return [
        replace(one, group=_name(window, at, one.group))
        for at in _look_back(window)
        for one in listing(session, at)
    ]


def _look_back(window: Window) -> Iterator[Window]:
    """Yield the window as of the last day of each period; of several kinds of periods, of the shortest."""
    unit = next(name for name in PERIODS if name in window.by)
    others = tuple(name for name in window.by if name not in PERIODS)
    for _, last in list_periods(unit, window.first_day, min(window.last_day, window.day)):
        yield replace(window, day=last, by=others, is_looking_back=last < window.day)


def _name(window: Window, at: Window, key: Group) -> Group:
    """Return a group of a period's end with the names of its periods, in the order asked for."""
    rest = iter(key)
    named = [name_period(name, at.day) if name in PERIODS else next(rest) for name in window.by]
    return (*named, *rest)
