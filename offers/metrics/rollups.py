"""Figures kept ready: each is a report as it was known at an instant, the same when it is made again from nothing."""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from offers.forecast import Forecast, ForecastPoint, Method
from offers.metrics.figures import Figure, MetricSettings, Report, Scope
from offers.metrics.hindsight import is_unrecorded, read_back
from offers.metrics.moments import find_next_moment
from offers.metrics.outlook import MONTHS_AHEAD, foresee, history_days
from offers.metrics.pacing import open_days
from offers.metrics.periods import first_of_months_ago
from offers.metrics.recent import DAYS, Viewer
from offers.metrics.targets import find_readers_goal, period_of
from offers.models import (
    Account,
    Asset,
    BundleItem,
    ContractLine,
    Decision,
    FigureRollup,
    OfferEvent,
    OrderLine,
    Partner,
    PricebookEntry,
    Product,
    ProductRelationship,
    ServiceContract,
    Target,
)
from offers.people import PersonFacts
from offers.reporting import METRIC_TABLE, report

_SOURCES: Sequence[Any] = (
    Account,
    Asset,
    BundleItem,
    ContractLine,
    Decision,
    OfferEvent,
    OrderLine,
    Partner,
    PricebookEntry,
    Product,
    ProductRelationship,
    ServiceContract,
    Target,
)


class Span(StrEnum):
    """A window that moves with the day."""

    RECENT = "the last 90 days"
    BEFORE = "the 90 days before"
    MONTHS = "the last 12 months"
    PERIOD = "the target's period so far"
    REST = "the rest of the target's period"
    OPEN = "the days of the target's period whose base is still open"
    AHEAD = "the complete months and those to come, each currency apart"


_OUTLOOK_RESTS = timedelta(hours=1)
"""What a forecast rests on are complete months: that they change at all is rare, and it takes long to make."""
_UNTIL = "holds_until"


@dataclass(frozen=True, slots=True)
class FigureSpec:
    """Which report is kept ready. A figure of a day stands for the span's last day."""

    metric: str
    span: Span = Span.RECENT
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept report, when its knowledge ends, whether anything has changed since, and what it cost to make.

    `forecasts` go with a report of the months that they were made from: by currency, "" of what is no amount; too
    little history has none.
    """

    report: Report
    known_at: datetime
    is_fresh: bool
    cost_ms: int
    forecasts: Mapping[str, Forecast] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """For whom figures are kept, with which settings, and when it is. `revision` comes from `read_revision`."""

    reader: PersonFacts
    settings: MetricSettings
    now: datetime
    revision: str
    _scope: str = field(init=False)

    def __post_init__(self) -> None:
        scope = "|".join(f"{key}={value}" for key, value in asdict(Scope.of(self.reader)).items())
        object.__setattr__(self, "_scope", scope)

    def key_of(self, spec: FigureSpec) -> str:
        """Return the key of a report, the same for everybody who sees the same."""
        names = (spec.metric, spec.span.value, *spec.by, self._scope, str(asdict(self.settings)))
        return hashlib.sha256("\0".join(names).encode()).hexdigest()


def read_revision(session: Session) -> str:
    """Return a mark that changes with every row that a figure could be made of. Costs one look at each index."""
    newest = [select(func.coalesce(func.max(col(model.row_id)), 0)).scalar_subquery() for model in _SOURCES]
    return ".".join(str(value) for value in session.execute(select(*newest)).one())


def count_rows(revision: str) -> int:
    """Return how many rows the longest table of a revision has ever had."""
    return max(map(int, revision.split(".")))


def find_kept(session: Session, specs: Sequence[FigureSpec], view: Viewpoint) -> dict[FigureSpec, Kept]:
    """Return the kept reports there are, fresh or not."""
    keys = {view.key_of(spec): spec for spec in specs}
    rows = session.execute(select(FigureRollup).where(col(FigureRollup.key).in_(keys))).scalars()
    return {
        keys[row.key]: Kept(
            read_report(row.document),
            row.known_at,
            _is_fresh(row, keys[row.key], view),
            row.cost_ms,
            {name: read_forecast(one) for name, one in row.document.get("forecasts", {}).items()},
        )
        for row in rows
    }


def _is_fresh(row: FigureRollup, spec: FigureSpec, view: Viewpoint) -> bool:
    if row.day != view.now.date():
        return False
    if spec.span is Span.AHEAD and view.now - row.known_at < _OUTLOOK_RESTS:
        return True
    until = row.document.get(_UNTIL)
    return row.revision == view.revision and (until is None or view.now < datetime.fromisoformat(until))


def make(session: Session, spec: FigureSpec, view: Viewpoint) -> Kept:
    """Return the report made from nothing as it is known now.

    A figure of a day before is as it was known then, or, where nothing of it was recorded by then, as it is known now.
    """
    begun = time.perf_counter()
    first, last = _find_days(session, spec, view)
    is_windowed = METRIC_TABLE[spec.metric].is_windowed
    is_by_month = "month" in spec.by
    made = report(
        session,
        spec.metric,
        by=spec.by,
        date_from=first if is_windowed or is_by_month else None,
        date_to=last if is_windowed or is_by_month else None,
        as_of=last if not is_windowed and not is_by_month and last < view.now.date() else None,
        now=view.now,
        reader=view.reader,
        settings=view.settings,
    )
    if spec.span is Span.BEFORE and is_unrecorded(made):
        viewer = Viewer(view.now, view.settings, view.reader)
        made = read_back(session, spec.metric, viewer, first if is_windowed else None, last, spec.by)
    forecasts = _foretell(made) if spec.span is Span.AHEAD else {}
    cost_ms = round(1000 * (time.perf_counter() - begun))
    return Kept(made, view.now, is_fresh=True, cost_ms=cost_ms, forecasts=forecasts)


def _foretell(history: Report) -> dict[str, Forecast]:
    """Return the forecasts of a report by month: of amounts one in each currency, else one under ""."""
    whole = foresee(history, months=MONTHS_AHEAD)
    return {one.currency or "": one.forecast for one in whole.parts or (whole,) if one.forecast is not None}


def keep(session: Session, made: Mapping[FigureSpec, Kept], view: Viewpoint) -> None:
    """Store reports in place of the ones before; of two that are stored at once, the later knowledge stays."""
    for spec, one in made.items():
        document = write_report(one.report)
        if one.forecasts:
            document["forecasts"] = {name: asdict(found) for name, found in one.forecasts.items()}
        until = find_next_moment(session, spec.metric, after=one.known_at)
        if until is not None:
            document[_UNTIL] = until.isoformat()
        store(session, view.key_of(spec), view, known_at=one.known_at, cost_ms=one.cost_ms, document=document)


def store(
    session: Session,
    key: str,
    view: Viewpoint,
    *,
    known_at: datetime,
    cost_ms: int,
    document: dict[str, Any],
) -> None:
    """Store what was worked out under a key, unless what stands there is known later."""
    row = session.execute(
        select(FigureRollup).where(col(FigureRollup.key) == key).with_for_update()
    ).scalar_one_or_none()
    if row is None:
        row = FigureRollup(key=key, revision="", day=date.min, known_at=known_at, cost_ms=0, document={})
        session.add(row)
    elif row.known_at > known_at:
        return
    row.revision, row.day, row.known_at = view.revision, view.now.date(), known_at
    row.cost_ms, row.document = cost_ms, document


def write_report(made: Report) -> dict[str, Any]:
    """Return a report as JSON that `read_report` turns back."""
    return {
        "metric": made.metric,
        "as_of": made.as_of.isoformat(),
        "date_from": made.date_from.isoformat() if made.date_from else None,
        "date_to": made.date_to.isoformat() if made.date_to else None,
        "definition": made.definition,
        "rows": [asdict(row) for row in made.rows],
        "total": asdict(made.total),
        "only": dict(made.only),
        "is_looking_back": made.is_looking_back,
    }


def read_report(document: Mapping[str, Any]) -> Report:
    """Return the report that `write_report` wrote."""
    return Report(
        metric=document["metric"],
        as_of=date.fromisoformat(document["as_of"]),
        date_from=date.fromisoformat(document["date_from"]) if document["date_from"] else None,
        date_to=date.fromisoformat(document["date_to"]) if document["date_to"] else None,
        definition=document["definition"],
        rows=tuple(Figure(**row) for row in document["rows"]),
        total=Figure(**document["total"]),
        only=document.get("only", {}),
        is_looking_back=document.get("is_looking_back", False),
    )


def read_forecast(document: Mapping[str, Any]) -> Forecast:
    """Return a forecast that was stored beside a report."""
    points = tuple(ForecastPoint(**point) for point in document["points"])
    return Forecast(**{**document, "method": Method(document["method"]), "points": points})


def _find_days(session: Session, spec: FigureSpec, view: Viewpoint) -> tuple[date, date]:
    day = view.now.date()
    if spec.span is Span.AHEAD:
        return history_days(day)
    if spec.span is Span.MONTHS:
        return first_of_months_ago(day, 11), day
    if spec.span in (Span.PERIOD, Span.REST, Span.OPEN):
        goal = find_readers_goal(session, spec.metric, reader=view.reader, now=view.now)
        first, last = period_of(goal, day) if goal is not None else (day.replace(month=1, day=1), day)
        if spec.span is Span.REST:
            return day + timedelta(days=1), max(last, day + timedelta(days=1))
        still = open_days(spec.metric, first, day, view.settings) if spec.span is Span.OPEN else None
        return still or first, day
    last = day if spec.span is Span.RECENT else day - timedelta(days=DAYS)
    return last - timedelta(days=DAYS - 1), last
