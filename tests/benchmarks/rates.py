"""The attach rate over a million machines: each metric made from nothing and as it is kept, and Home's as a whole.

Every reading is told as soon as it is there. What takes long is read once, and Home's figures are made for so long at
most: what was not made by then is counted.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from itertools import chain
from pathlib import Path

from bot.access import OPERATOR
from bot.database import SessionScope, build_read_scope, build_session_scope
from bot.figures.book import FigureBook
from bot.figures.shelf import list_specs
from offers.metrics.figures import MetricSettings
from offers.metrics.recent import DAYS
from offers.metrics.rollups import (
    FigureSpec,
    Kept,
    Viewpoint,
    find_kept,
    keep,
    make,
    read_revision,
)
from offers.reporting import METRIC_TABLE
from tests.benchmarks.base_home import Base, sqlite_base
from tests.benchmarks.company_events import LONG_STANDING
from tests.benchmarks.figures import Figure, Peer, format_number, single
from tests.benchmarks.first_home import first_and_later, open_first_homes
from tests.benchmarks.home import Home
from tests.benchmarks.plain_rates import BY_HAND, count_by_hand
from tests.benchmarks.progress import say
from tests.benchmarks.readings import Readings, time_each_ms, time_s

_REPEATS = 3
_ENOUGH_S = 3.0
"""After so long nothing is read once more."""
_LOOKS = 20
_STARTS = 5
_HOME_S = 600.0
"""How long Home's figures are made for, all together."""


class KeptOtherwise(RuntimeError):
    """A figure that was kept is not the one that was made."""


def measure_rates(home: Home) -> list[Figure]:
    """Return the figures on SQLite; metrics that share a query share its readings. Raises KeptOtherwise."""
    figures: list[Figure] = []
    with sqlite_base(home.cache, assets=home.scale.base, shape=LONG_STANDING) as base:
        desk = _Desk(base)
        for figure in chain(
            _page_figures(desk, home.folder, "its figures yet to be made"),
            _metric_figures(desk),
            _home_figures(desk),
            _page_figures(desk, home.folder, "its figures kept"),
        ):
            _tell(figure)
            figures.append(figure)
    return figures


class _Desk:
    """The base as everything is measured on it: for who sees all of it, on its last day."""

    def __init__(self, base: Base) -> None:
        self.base = base
        self.scopes: tuple[SessionScope, SessionScope] = (
            build_read_scope(base.engine),
            build_session_scope(base.engine),
        )

    def view(self) -> Viewpoint:
        """Return what figures are made and kept with, at the database's revision."""
        with self.scopes[0]() as session:
            return Viewpoint(OPERATOR, MetricSettings(), self.base.now, read_revision(session))

    def make(self, spec: FigureSpec) -> Kept:
        """Make a figure from nothing."""
        view = self.view()
        with self.scopes[0]() as session:
            return make(session, spec, view)

    def keep(self, spec: FigureSpec, made: Kept) -> None:
        """Keep a figure in the database."""
        with self.scopes[1]() as session:
            keep(session, {spec: made}, self.view())

    def find(self, spec: FigureSpec) -> Kept | None:
        """Return a figure as it is kept, the revision looked at."""
        view = self.view()
        with self.scopes[0]() as session:
            return find_kept(session, [spec], view).get(spec)


def _tell(figure: Figure) -> None:
    peer = f"; {figure.peer.name}: {format_number(figure.peer.readings.median)}" if figure.peer else ""
    say(f"  {figure.subject}: {format_number(figure.readings.median)} {figure.unit}{peer}")


def _metric_figures(desk: _Desk) -> Iterator[Figure]:
    """Yield of each metric how long it takes from nothing, beside plain SQL, and as it is kept."""
    day = desk.base.now.date()
    first = day - timedelta(days=DAYS - 1)
    timed: dict[str, Readings] = {}
    for metric in METRIC_TABLE:
        by_hand = BY_HAND[metric]
        if by_hand.query not in timed:
            timed[by_hand.query] = _time_by_hand(desk.base, by_hand.query, first)
        yield from _figures_of(desk, FigureSpec(metric), Peer(by_hand.name, timed[by_hand.query]))


def _figures_of(desk: _Desk, spec: FigureSpec, peer: Peer) -> Iterator[Figure]:
    made: list[Kept] = []
    scratch = _read_for_a_while(lambda: made.append(desk.make(spec)))
    desk.keep(spec, made[-1])
    kept = desk.find(spec)
    if kept is None or not kept.is_fresh or kept.report != made[-1].report:
        raise KeptOtherwise(spec.metric)
    looks = time_each_ms(lambda _: desk.find(spec), range(_LOOKS))
    yield Figure(f"{desk.base.name}: {spec.metric} from nothing", "ms", scratch, peer)
    yield Figure(f"{desk.base.name}: {spec.metric} kept", "ms", looks, Peer("the same from nothing", scratch))


def _read_for_a_while(call: Callable[[], object]) -> Readings:
    """Return a few readings, or as many as were begun before it had taken long enough; at least one."""
    taken: list[float] = []
    while len(taken) < _REPEATS and sum(taken) < 1000 * _ENOUGH_S:
        taken.append(1000 * time_s(call)[1])
    return Readings(tuple(taken))


def _time_by_hand(base: Base, query: str, first: date) -> Readings:
    def call() -> None:
        with base.engine.connect() as connection:
            count_by_hand(connection, query, first=first, now=base.now)

    return _read_for_a_while(call)


def _home_figures(desk: _Desk) -> Iterator[Figure]:
    """Yield what making all of Home's figures takes, one after the other, and what looking at them does then."""
    specs = list_specs()
    seconds = _make_for_a_while(desk, specs)
    done = f"{len(seconds)} of {len(specs)} figures of Home"
    made = single(f"{desk.base.name}: {done} from nothing", "ms", 1000 * sum(seconds))
    yield made
    book = FigureBook(*desk.scopes, clock=lambda: desk.base.now, settings=MetricSettings())
    book.look(OPERATOR)
    looks = time_each_ms(lambda _: book.look(OPERATOR), range(_LOOKS))
    peer = Peer("the same from nothing", made.readings)
    yield Figure(f"{desk.base.name}: {done}, kept", "ms", looks, peer)


def _page_figures(desk: _Desk, folder: Path, what: str) -> Iterator[Figure]:
    """Yield how long a manager's page takes to open: the first one in a new process, and those after it."""
    first, later = first_and_later(open_first_homes(desk.base.url, folder / "first-home", starts=_STARTS))
    name = f"{desk.base.name}: Home with {what}"
    peer = Peer("those after it", Readings(later))
    yield Figure(f"{name}, the first in a new process", "ms", Readings(first), peer)


def _make_for_a_while(desk: _Desk, specs: Sequence[FigureSpec]) -> list[float]:
    """Make and keep the figures until all are there or the time is over; return the seconds of each."""
    until = time.monotonic() + _HOME_S
    taken: list[float] = []
    for spec in specs:
        if time.monotonic() > until:
            break
        made, seconds = time_s(desk.make, spec)
        desk.keep(spec, made)
        taken.append(seconds)
        say(f"    {spec.metric}, {spec.span.value}: {seconds:.1f} s")
    return taken
