"""The figures on Home, ready before they are asked for.

What is cheap is made again at once when anything has changed; what is dear is shown as it was last known, with its
moment, while a thread of its own makes it anew and publishes the pages again.
"""

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from bot.clock import Clock
from bot.database import SessionScope
from bot.figures.due_renewals import DueSum, find_due, keep_due, make_due
from bot.figures.shelf import Shelf, fill_shelf, list_specs
from offers.metrics.figures import MetricSettings
from offers.metrics.rollups import (
    FigureSpec,
    Kept,
    Viewpoint,
    count_rows,
    find_kept,
    keep,
    make,
    read_revision,
)
from offers.people import PersonFacts

logger = logging.getLogger(__name__)

_AT_ONCE_MS = 400
_PART_OF_SUM = 8
"""The sum of what comes up for renewal may take one such part of what the figures may that are made at once."""
_FIRST_TIME_MS = 1_500
_LARGE_ROWS = 300_000
_REST = 20
_LEAST_REST = timedelta(seconds=15)


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
            before = find_due(session, view)
            renewals = self._add_up_at_once(session, before, view, is_hasty=is_hasty)
        self._keep(made, view, renewals if renewals is not before else None)
        waiting: list[Kept | DueSum | None] = [kept.get(spec) for spec in stale if spec not in made]
        if renewals is None or not renewals.is_fresh:
            waiting.append(renewals)
        if waiting:
            self._put_off(reader, view, waiting)
        return fill_shelf(
            {**kept, **made}, renewals, now=view.now, is_behind=bool(waiting), settings=self._settings
        )

    def look_at_all(self, reader: PersonFacts) -> Shelf:
        """Return every report as it was last known; those never made are made first, however long it takes."""
        with self._read_scope() as session:
            view = self._view(reader, read_revision(session))
            kept = find_kept(session, self._specs, view)
            renewals = find_due(session, view)
        self._make_each([spec for spec in self._specs if spec not in kept], renewals, view)
        return self.look(reader, is_hasty=True)

    def _put_off(self, reader: PersonFacts, view: Viewpoint, waiting: Sequence[Kept | DueSum | None]) -> None:
        """Have figures made by `refresh`, as soon as the first of them has rested; None was never made."""
        due_at = min(_rested_at(one) if one is not None else view.now for one in waiting)
        with self._lock:
            self._behind[view.key_of(self._specs[0])] = reader, due_at

    def _add_up_at_once(
        self, session: Session, before: DueSum | None, view: Viewpoint, *, is_hasty: bool
    ) -> DueSum | None:
        """Return what comes up for renewal: added up anew where that is cheap, else as it was last known."""
        if before is None:
            return make_due(session, view) if not self._is_large(view) else None
        is_dear = is_hasty or before.cost_ms > self._at_once_ms // _PART_OF_SUM
        return before if before.is_fresh or is_dear else make_due(session, view)

    def _is_large(self, view: Viewpoint) -> bool:
        return count_rows(view.revision) > self._large_rows

    def _make_while_waited_for(
        self,
        session: Session,
        due: Sequence[FigureSpec],
        kept: Mapping[FigureSpec, Kept],
        view: Viewpoint,
    ) -> dict[FigureSpec, Kept]:
        """Return the reports that could be made: the first ones as time allows, a large company's never."""
        made: dict[FigureSpec, Kept] = {}
        until = time.monotonic() + (0 if self._is_large(view) else self._first_time_ms / 1000)
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
                renewals = find_due(session, view)
            stale = [spec for spec in self._specs if spec not in kept or not kept[spec].is_fresh]
            resting = [spec for spec in stale if spec in kept and _rested_at(kept[spec]) > view.now]
            self._make_each([spec for spec in stale if spec not in resting], renewals, view)
            if resting:
                self._put_off(reader, view, [kept[spec] for spec in resting])
        return bool(due)

    def _make_each(self, specs: Sequence[FigureSpec], renewals: DueSum | None, view: Viewpoint) -> None:
        """Make and keep one at a time: each is one snapshot of the database, and none is held for long."""
        if renewals is None or not renewals.is_fresh:
            with self._read_scope() as session:
                renewals = make_due(session, view)
            self._keep({}, view, renewals)
        for spec in specs:
            with self._read_scope() as session:
                made = make(session, spec, view)
            self._keep({spec: made}, view)

    def _view(self, reader: PersonFacts, revision: str) -> Viewpoint:
        return Viewpoint(reader, self._settings, self._clock(), revision)

    def _keep(self, made: Mapping[FigureSpec, Kept], view: Viewpoint, renewals: DueSum | None = None) -> None:
        if not made and renewals is None:
            return
        try:
            with self._session_scope() as session:
                keep(session, made, view)
                if renewals is not None:
                    keep_due(session, renewals, view)
        except IntegrityError:
            logger.info("another process keeps the same figures")


def _rested_at(kept: Kept | DueSum) -> datetime:
    """Return from when on a figure is made again while nobody asks for it.

    Making figures takes a small part of the machine at most, and pages are not published more often than Slack lets us.
    """
    return kept.known_at + max(_LEAST_REST, timedelta(milliseconds=_REST * kept.cost_ms))
