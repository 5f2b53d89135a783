"""The figures on Home, ready before they are asked for.

What is cheap is made again at once when anything has changed; what is dear is shown as it was last known, with its
moment, while a thread of its own makes it anew and publishes the pages again.
"""

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from slack_sdk.models.blocks import Block
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from bot.clock import Clock
from bot.database import SessionScope
from bot.figures.due_renewals import DueRenewals
from bot.views.figure_home import Beside, Kpi, build_figures
from bot.views.opportunities import build_opportunities
from offers.forecast import Forecast
from offers.guardrails import read_service_health
from offers.metrics.figures import Figure, MetricSettings, Report, Scope
from offers.metrics.outlook import Outlook, recall
from offers.metrics.pacing import KNOWN_AHEAD, build_progress
from offers.metrics.progress import Progress
from offers.metrics.rollups import (
    MONTHS_AHEAD,
    FigureSpec,
    Kept,
    Span,
    Viewpoint,
    count_rows,
    find_kept,
    keep,
    make,
    read_revision,
)
from offers.metrics.targets import find_readers_goal
from offers.people import PersonFacts
from offers.renewals import RenewalSummary
from offers.reporting import METRIC_TABLE

logger = logging.getLogger(__name__)

SHOWN = ("coverage", "value_attach", "units_attach", "net_attach", "renewal_rate", "conversion")
BESIDE = ("first_renewal_rate", "cancellation_rate")
_AT_ONCE_MS = 400
_FIRST_TIME_MS = 1_500
_LARGE_ROWS = 300_000
_REST = 20
_LEAST_REST = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Shelf:
    """The reports of one page, and what comes up for renewal.

    `known_at` is the oldest of their instants; `is_behind`: newer ones are being made.
    """

    reports: Mapping[FigureSpec, Report]
    known_at: datetime
    is_behind: bool
    forecasts: Mapping[str, Forecast | None] = field(default_factory=dict)
    due: RenewalSummary | None = None

    def find(self, metric: str, span: Span = Span.RECENT, by: tuple[str, ...] = ()) -> Report | None:
        """Return one of them, or None."""
        return self.reports.get(FigureSpec(metric, span, by))

    def find_outlook(self, metric: str) -> Outlook | None:
        """Return the complete months of a metric and those to come, None while they were never made."""
        history = self.find(metric, Span.AHEAD, ("month",))
        if history is None:
            return None
        return recall(history, self.forecasts.get(metric), months=MONTHS_AHEAD)


def build_home_figures(
    session: Session, shelf: Shelf, reader: PersonFacts, *, unhelpful: tuple[int, int], now: datetime
) -> list[Block]:
    """Build the figures' part of a manager's page from what was kept ready, and what is cheap to count now."""
    kpis = [
        Kpi(
            report,
            shelf.find(metric, Span.BEFORE),
            months.rows if months is not None else (),
            _find_progress(session, shelf, metric, reader, now=now),
            shelf.find_outlook(metric),
        )
        for metric in SHOWN
        if (report := shelf.find(metric)) is not None
        for months in [shelf.find(metric, Span.MONTHS, ("month",))]
    ]
    first, cancelled = (
        (_total(shelf.find(metric)), _total(shelf.find(metric, Span.BEFORE))) for metric in BESIDE
    )
    health = read_service_health(session, Scope.of(reader), now=now)
    beside = Beside(first, cancelled, health, unhelpful)
    funnel = shelf.find("funnel", by=("stage",))
    blocks = build_figures(kpis, beside, funnel, known_at=shelf.known_at, is_behind=shelf.is_behind)
    value = shelf.find("value_attach")
    rows = value.rows if value is not None else ()
    return blocks + (
        build_opportunities(_total(value), shelf.due, rows=rows) if shelf.due is not None else []
    )


def _find_progress(
    session: Session, shelf: Shelf, metric: str, reader: PersonFacts, *, now: datetime
) -> Progress | None:
    """Return where the reader's target stands, from what was kept; None without a target or before it was counted."""
    goal = find_readers_goal(session, metric, reader=reader, now=now)
    is_windowed = METRIC_TABLE[metric].is_windowed
    so_far = shelf.find(metric, Span.PERIOD if is_windowed else Span.RECENT)
    if goal is None or so_far is None:
        return None
    outlook = shelf.find_outlook(metric)
    rest = shelf.find(metric, Span.REST)
    months = outlook.figures if outlook is not None else ()
    return build_progress(
        goal, so_far.total, months, rest=rest.total if rest is not None else None, day=so_far.as_of
    )


def _total(report: Report | None) -> Figure | None:
    return report.total if report is not None else None


def list_specs() -> list[FigureSpec]:
    """Return what Home shows: each figure now, before, by month, to its target and ahead, and what stands beside it."""
    specs = [FigureSpec("funnel", by=("stage",))]
    for metric in SHOWN:
        specs += [
            FigureSpec(metric),
            FigureSpec(metric, Span.BEFORE),
            FigureSpec(metric, Span.MONTHS, ("month",)),
        ]
        if METRIC_TABLE[metric].is_windowed:
            specs.append(FigureSpec(metric, Span.PERIOD))
        if metric in KNOWN_AHEAD:
            specs.append(FigureSpec(metric, Span.REST))
    for metric in BESIDE:
        specs += [FigureSpec(metric), FigureSpec(metric, Span.BEFORE)]
    # What takes longest to make comes last: of a page's first figures as many are made as time allows.
    return specs + [FigureSpec(metric, Span.AHEAD, ("month",)) for metric in SHOWN]


class FigureBook:
    """Keeps the reports of Home in the database, for all processes, and knows which are to be made again.

    Args:
        at_once_ms: What costs no more than this together is made again while somebody waits.
        first_time_ms: How long somebody waits for figures that there were none of.
        large_rows: With more rows in a table than this, one figure may take seconds: nobody waits for the first ones.
    """

    def __init__(
        self,
        read_scope: SessionScope,
        session_scope: SessionScope,
        *,
        clock: Clock,
        settings: MetricSettings,
        at_once_ms: int = _AT_ONCE_MS,
        first_time_ms: int = _FIRST_TIME_MS,
        large_rows: int = _LARGE_ROWS,
    ) -> None:
        self._at_once_ms = at_once_ms
        self._first_time_ms = first_time_ms
        self._large_rows = large_rows
        self._read_scope = read_scope
        self._session_scope = session_scope
        self._clock = clock
        self._settings = settings
        self._specs = list_specs()
        self._lock = threading.Lock()
        self._behind: dict[str, tuple[PersonFacts, datetime]] = {}
        self._due = DueRenewals()

    def look(self, reader: PersonFacts, *, is_hasty: bool = False) -> Shelf:
        """Return the reports as this person sees them, at once: the dear ones as they were last known.

        Args:
            is_hasty: All of them as they were last known: somebody waits for something else on the page.
        """
        with self._read_scope() as session:
            view = self._view(reader, read_revision(session))
            kept = find_kept(session, self._specs, view)
            stale = [spec for spec in self._specs if spec not in kept or not kept[spec].is_fresh]
            due = [] if is_hasty and kept else self._choose(stale, kept)
            made = self._make_while_waited_for(session, due, kept, view)
            renewals = self._due.find(session, view)
        self._keep(made, view)
        waiting = [spec for spec in stale if spec not in made]
        if waiting:
            self._put_off(reader, view, waiting, kept)
        return _shelve({**kept, **made}, renewals, now=view.now, is_behind=bool(waiting))

    def _put_off(
        self,
        reader: PersonFacts,
        view: Viewpoint,
        waiting: Sequence[FigureSpec],
        kept: Mapping[FigureSpec, Kept],
    ) -> None:
        """Have figures made by `refresh`, as soon as the first of them has rested."""
        due_at = min(_rested_at(kept[spec]) if spec in kept else view.now for spec in waiting)
        with self._lock:
            self._behind[view.key_of(self._specs[0])] = reader, due_at

    def _make_while_waited_for(
        self,
        session: Session,
        due: Sequence[FigureSpec],
        kept: Mapping[FigureSpec, Kept],
        view: Viewpoint,
    ) -> dict[FigureSpec, Kept]:
        """Return the reports that could be made: the first ones as time allows, a large company's never."""
        made: dict[FigureSpec, Kept] = {}
        is_large = count_rows(view.revision) > self._large_rows
        until = time.monotonic() + (0 if is_large else self._first_time_ms / 1000)
        for spec in due:
            if spec in kept or time.monotonic() < until:
                made[spec] = make(session, spec, view)
        return made

    def _choose(self, stale: Sequence[FigureSpec], kept: Mapping[FigureSpec, Kept]) -> list[FigureSpec]:
        """Return what is made while somebody waits: what there is none of, and the cheapest of the others."""
        due = [spec for spec in stale if spec not in kept]
        spent = 0
        for spec in sorted((spec for spec in stale if spec in kept), key=lambda spec: kept[spec].cost_ms):
            spent += kept[spec].cost_ms
            if spent > self._at_once_ms:
                break
            due.append(spec)
        return due

    def refresh(self) -> bool:
        """Make the reports again that somebody saw as they were before; returns whether any were due."""
        now = self._clock()
        with self._lock:
            due = {key: reader for key, (reader, at) in self._behind.items() if at <= now}
            for key in due:
                del self._behind[key]
        for reader in due.values():
            with self._read_scope() as session:
                view = self._view(reader, read_revision(session))
                kept = find_kept(session, self._specs, view)
            stale = [spec for spec in self._specs if spec not in kept or not kept[spec].is_fresh]
            resting = [spec for spec in stale if spec in kept and _rested_at(kept[spec]) > view.now]
            self._make_each([spec for spec in stale if spec not in resting], view)
            if resting:
                self._put_off(reader, view, resting, kept)
        return bool(due)

    def _make_each(self, specs: Sequence[FigureSpec], view: Viewpoint) -> None:
        """Make and keep one at a time: each is one snapshot of the database, and none is held for long."""
        for spec in specs:
            with self._read_scope() as session:
                made = make(session, spec, view)
            self._keep({spec: made}, view)

    def _view(self, reader: PersonFacts, revision: str) -> Viewpoint:
        return Viewpoint(reader, self._settings, self._clock(), revision)

    def _keep(self, made: Mapping[FigureSpec, Kept], view: Viewpoint) -> None:
        if not made:
            return
        try:
            with self._session_scope() as session:
                keep(session, made, view)
        except IntegrityError:
            logger.info("another process keeps the same figures")


def _rested_at(kept: Kept) -> datetime:
    """Return from when on a figure is made again while nobody asks for it.

    Making figures takes a small part of the machine at most, and pages are not published more often than Slack lets us.
    """
    return kept.known_at + max(_LEAST_REST, timedelta(milliseconds=_REST * kept.cost_ms))


def _shelve(kept: Mapping[FigureSpec, Kept], due: RenewalSummary, *, now: datetime, is_behind: bool) -> Shelf:
    # A forecast is of complete months: when it was made says nothing about how new the figures are.
    counted = [one.known_at for spec, one in kept.items() if spec.span is not Span.AHEAD]
    known_at = min(counted, default=now)
    forecasts = {spec.metric: one.forecast for spec, one in kept.items() if spec.span is Span.AHEAD}
    return Shelf({spec: one.report for spec, one in kept.items()}, known_at, is_behind, forecasts, due)
