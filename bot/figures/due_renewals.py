"""What comes up for renewal, as Home says it: added up anew when something has changed and the last sum has rested."""

import threading
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from offers.metrics.figures import Scope
from offers.metrics.rollups import Viewpoint
from offers.opportunities import RENEWAL_DAYS
from offers.renewals import RenewalSummary, summarise

_REST = 20
_CHEAP_MS = 50


@dataclass(frozen=True, slots=True)
class _Kept:
    summary: RenewalSummary
    revision: str
    day: date
    at: datetime
    cost_ms: float

    def holds_for(self, view: Viewpoint) -> bool:
        """Tell whether it is what would come out now, or was dear and is so fresh that it is let stand."""
        if self.day != view.now.date():
            return False
        rest = timedelta(milliseconds=_REST * self.cost_ms if self.cost_ms > _CHEAP_MS else 0)
        return self.revision == view.revision or view.now - self.at < rest


class DueRenewals:
    """The sums of this process, by who sees what."""

    def __init__(self) -> None:
        self._kept: dict[Scope, _Kept] = {}
        self._lock = threading.Lock()

    def find(self, session: Session, view: Viewpoint) -> RenewalSummary:
        """Return the reader's sum: over a million machines it takes half a second, and every page asks."""
        scope = Scope.of(view.reader)
        with self._lock:
            kept = self._kept.get(scope)
        if kept is not None and kept.holds_for(view):
            return kept.summary
        started = time.perf_counter()
        day = view.now.date()
        summary = summarise(session, day=day, days=RENEWAL_DAYS, reader=view.reader, region=scope.region)
        cost_ms = 1000 * (time.perf_counter() - started)
        with self._lock:
            self._kept[scope] = _Kept(summary, view.revision, day, view.now, cost_ms)
        return summary
