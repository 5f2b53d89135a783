"""The chart on Home: the first figure's months as a picture, uploaded once for the same numbers of the same people.

A page never waits for it: it is published with what there is, the numbers are noted, and a job draws, uploads and
publishes again.
"""

import hashlib
import logging
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from bot.charts import Month, draw_history
from bot.clock import Clock
from bot.database import SessionScope
from bot.figures.shelf import SHOWN, Shelf
from bot.home.pictures import PictureFiles
from bot.records import HomePicture
from bot.views.home_chart import Picture, describe_history, name_history, name_month
from offers.metrics.figures import Scope
from offers.metrics.rollups import Span
from offers.people import PersonFacts

logger = logging.getLogger(__name__)

_KEPT = timedelta(hours=1)
"""How long a replaced picture stays: pages that were published with it may still be looked at."""
_REFUSED = timedelta(minutes=15)
"""How long numbers that Slack refused the picture of are left without one."""


@dataclass(frozen=True, slots=True)
class HomeChart:
    """What is drawn, and of whose figures: `scope` and `digest` are marks of whose and which numbers."""

    scope: str
    digest: str
    title: str
    alt_text: str
    months: tuple[Month, ...]
    target: float | None


@dataclass(slots=True)
class Wanted:
    """A chart that pages were published without, and with how many conversions each reader's page was."""

    chart: HomeChart
    readers: dict[str, int] = field(default_factory=dict)


def read_chart(shelf: Shelf, reader: PersonFacts) -> HomeChart | None:
    """Return the chart of the page's first figure; None with fewer than two months of it."""
    metric = SHOWN[0]
    history, now = shelf.find(metric, Span.MONTHS, ("month",)), shelf.find(metric)
    if history is None:
        return None
    known = [(str(row.group["month"]), row) for row in history.rows if row.rate is not None]
    if len(known) < 2:
        return None
    months = tuple(
        Month(name_month(name, is_first=not index), row.rate or 0.0, row.low, row.high)
        for index, (name, row) in enumerate(known)
    )
    target = now.total.target if now is not None else None
    scope = Scope.of(reader)
    title = name_history(metric, scope.region)
    # What rounds to the same picture is the same picture.
    drawn = [
        [
            month.label,
            *(None if value is None else round(value, 4) for value in (month.rate, month.low, month.high)),
        ]
        for month in months
    ]
    return HomeChart(
        scope=_mark(metric, asdict(scope)),
        digest=_mark(title, drawn, target),
        title=title,
        alt_text=describe_history(title, months, target),
        months=months,
        target=target,
    )


def _mark(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


class HomeCharts:
    """Which pictures there are, which are wanted, and which Slack refused."""

    def __init__(
        self, files: PictureFiles, read_scope: SessionScope, session_scope: SessionScope, *, clock: Clock
    ) -> None:
        self._files = files
        self._read_scope = read_scope
        self._session_scope = session_scope
        self._clock = clock
        self._lock = threading.Lock()
        self._wanted: dict[str, Wanted] = {}
        self._refused: dict[tuple[str, str], datetime] = {}

    def find(
        self, session: Session, chart: HomeChart, reader: str, *, shown: int, is_trial: bool = False
    ) -> Picture | None:
        """Return the picture of these numbers, or of those before while it is being made; None where there is none.

        Args:
            reader: Whose page it is, which shows so many conversions (`shown`), for when it is published again.
            is_trial: Also one that Slack has not yet taken on any page.
        """
        row = _find(session, chart)
        if row is not None and (row.shown_at is not None or is_trial):
            if row.replaced_at is not None:
                self._want(chart, reader, shown)
            return Picture(row.file_id, chart.title, chart.alt_text)
        if self._is_refused(chart):
            return None
        self._want(chart, reader, shown)
        before = session.exec(
            select(HomePicture).where(
                col(HomePicture.scope) == chart.scope,
                col(HomePicture.shown_at).is_not(None),
                col(HomePicture.replaced_at).is_(None),
            )
        ).first()
        return Picture(before.file_id, chart.title, before.alt_text) if before is not None else None

    def take_wanted(self) -> list[Wanted]:
        """Return what pages were published without since the last call."""
        with self._lock:
            wanted, self._wanted = list(self._wanted.values()), {}
        return wanted

    def upload(self, chart: HomeChart) -> str | None:
        """Return the file id of the chart's picture, uploaded unless it is there; None when Slack doesn't take it."""
        with self._read_scope() as session:
            row = _find(session, chart)
        if row is not None:
            return row.file_id
        content = draw_history(chart.title, chart.months, target=chart.target)
        file_id = self._files.upload(content, name="attach-rate.png", title=chart.title)
        if file_id is None:
            self._refuse(chart)
            return None
        try:
            with self._session_scope() as session:
                session.add(
                    HomePicture(
                        file_id=file_id,
                        scope=chart.scope,
                        digest=chart.digest,
                        alt_text=chart.alt_text,
                        uploaded_at=self._clock(),
                    )
                )
        except IntegrityError:
            # Another process drew the same numbers: its picture stays.
            self._files.delete(file_id)
            with self._read_scope() as session:
                row = _find(session, chart)
            return row.file_id if row is not None else None
        return file_id

    def confirm(self, chart: HomeChart) -> None:
        """Note that Slack shows the chart: it takes the place of the one before."""
        now = self._clock()
        with self._session_scope() as session:
            for row in session.exec(select(HomePicture).where(col(HomePicture.scope) == chart.scope)).all():
                if row.digest == chart.digest:
                    row.shown_at, row.replaced_at = row.shown_at or now, None
                elif row.replaced_at is None:
                    row.replaced_at = now
                session.add(row)

    def give_up(self, chart: HomeChart) -> None:
        """Note that Slack takes no such chart for now; the one before goes too, as its numbers are old."""
        logger.warning("Slack takes no chart on Home")
        self._refuse(chart)
        with self._session_scope() as session:
            rows = session.exec(select(HomePicture).where(col(HomePicture.scope) == chart.scope)).all()
            for row in rows:
                row.replaced_at = row.replaced_at or self._clock()
                session.add(row)

    def lose(self, file_ids: Sequence[str]) -> None:
        """Forget pictures that Slack took before and refuses now, as when somebody deleted them."""
        for file_id in file_ids:
            self._files.delete(file_id)
            with self._session_scope() as session:
                row = session.get(HomePicture, file_id)
                if row is not None:
                    session.delete(row)

    def tidy(self) -> int:
        """Delete the pictures that were replaced, or never shown, some time ago; returns how many."""
        before = self._clock() - _KEPT
        with self._read_scope() as session:
            old = [
                row.file_id
                for row in session.exec(select(HomePicture)).all()
                if (row.replaced_at or (row.uploaded_at if row.shown_at is None else None) or before) < before
            ]
        gone = [file_id for file_id in old if self._files.delete(file_id)]
        with self._session_scope() as session:
            for file_id in gone:
                row = session.get(HomePicture, file_id)
                if row is not None:
                    session.delete(row)
        return len(gone)

    def _want(self, chart: HomeChart, reader: str, shown: int) -> None:
        with self._lock:
            wanted = self._wanted.get(chart.scope)
            readers = wanted.readers if wanted is not None else {}
            self._wanted[chart.scope] = Wanted(chart, {**readers, reader: shown})

    def _refuse(self, chart: HomeChart) -> None:
        now = self._clock()
        with self._lock:
            kept = {key: at for key, at in self._refused.items() if now - at < _REFUSED}
            self._refused = {**kept, (chart.scope, chart.digest): now}

    def _is_refused(self, chart: HomeChart) -> bool:
        with self._lock:
            at = self._refused.get((chart.scope, chart.digest))
        return at is not None and self._clock() - at < _REFUSED


def _find(session: Session, chart: HomeChart) -> HomePicture | None:
    return session.exec(
        select(HomePicture).where(
            col(HomePicture.scope) == chart.scope, col(HomePicture.digest) == chart.digest
        )
    ).first()
