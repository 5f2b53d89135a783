"""What must not get worse while an attach figure rises: margin, renewals, cancellations, failures, escalations, …"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from math import exp, lgamma, log
from typing import Any

from sqlmodel import Session

from offers.attach_rate import CONFIDENCE, Group, divide
from offers.installed_base.service_health import HEALTH_DIMENSIONS, Days, ServiceHealth, read_service_health
from offers.intervals import Share, difference_interval
from offers.metrics.causes import find_days_before, read_both
from offers.metrics.figures import Figure, MetricSettings, Report, Scope
from offers.metrics.margin import WITHOUT_COST
from offers.metrics.movements import compare
from offers.metrics.recent import DAYS, Viewer
from offers.metrics.rollups import FigureSpec, Span
from offers.reporting import get_metric

ATTACH_METRICS = frozenset(
    {
        "coverage",
        "value_attach",
        "units_attach",
        "net_attach",
        "order_attach",
        "account_attach",
        "partner_attach",
        "pos_attach",
    }
)
"""The figures that guardrails stand beside."""


class Rail(StrEnum):
    """What stands beside an attach figure."""

    MARGIN = "margin"
    FIRST_RENEWAL = "first_renewal"
    CANCELLATIONS = "cancellations"
    REPEAT_FAILURES = "repeat_failures"
    OPEN_ESCALATIONS = "open_escalations"
    UNHELPFUL = "unhelpful_answers"


METRIC_RAILS: Mapping[str, Rail] = {
    "margin": Rail.MARGIN,
    "first_renewal_rate": Rail.FIRST_RENEWAL,
    "cancellation_rate": Rail.CANCELLATIONS,
}
"""The guardrails that are figures themselves."""

_MORE_IS_BETTER = frozenset({Rail.MARGIN, Rail.FIRST_RENEWAL})


@dataclass(frozen=True, slots=True)
class Level:
    """Where a guardrail stands: a count, or a share where there is a base. Amounts are in minor units."""

    numerator: int
    denominator: int | None = None

    @property
    def rate(self) -> float | None:
        """The share; None of a count, and without a base."""
        return divide(self.numerator, self.denominator) if self.denominator is not None else None

    def as_json(self) -> dict[str, Any]:
        """Return it as a document has it."""
        share = {"denominator": self.denominator, "rate": self.rate} if self.denominator is not None else {}
        return {"numerator": self.numerator, **share}


@dataclass(frozen=True, slots=True)
class Guardrail:
    """One of them, now and before. `is_worse`: by more than chance. `without_cost`: lines left out of a margin.

    `within_days` is the cancellation window, of what is counted by it.
    """

    rail: Rail
    now: Level
    before: Level
    is_worse: bool
    currency: str | None = None
    without_cost: int = 0
    within_days: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as `attache report --json` prints it."""
        return {
            "name": self.rail.value,
            "now": self.now.as_json(),
            "before": self.before.as_json(),
            "is_worse": self.is_worse,
            **({"currency": self.currency} if self.currency is not None else {}),
            **({WITHOUT_COST: self.without_cost} if self.rail is Rail.MARGIN else {}),
            **({"within_days": self.within_days} if self.within_days is not None else {}),
        }


@dataclass(frozen=True, slots=True)
class Guardrails:
    """What stands beside an attach figure of a period. `has_risen`: the figure, by more than chance.

    `rows` are those beside its groups, by the values of each.
    """

    days: Days
    has_risen: bool
    rails: tuple[Guardrail, ...]
    rows: Mapping[Group, "Guardrails"] = field(default_factory=dict)

    @property
    def flagged(self) -> tuple[Guardrail, ...]:
        """Those that got worse while the figure rose."""
        return tuple(one for one in self.rails if one.is_worse) if self.has_risen else ()

    def as_json(self) -> dict[str, Any]:
        """Return the document that stands beside a report."""
        return {
            "from": self.days.first.isoformat(),
            "to": self.days.last.isoformat(),
            "before_from": self.days.before_first.isoformat(),
            "before_to": self.days.before_last.isoformat(),
            "has_risen": self.has_risen,
            "flagged": list(dict.fromkeys(one.rail.value for one in self.flagged)),
            "beside": [one.as_json() for one in self.rails],
        }


ReadShares = Callable[[Days], tuple[Share, Share] | None]
"""How many answers were of no help of how many with a mark, in a period and before; None: not of this part."""


def find_guardrails(
    session: Session,
    metric: str,
    viewer: Viewer,
    *,
    first_day: date | None,
    last_day: date,
    read_unhelpful: ReadShares,
    is_past: bool = False,
    kept: Mapping[FigureSpec, Report] | None = None,
) -> Guardrails | None:
    """Return what stands beside an attach figure in the reader's part of the company, None beside any other figure.

    A window is set against the one before it, a figure of a day or of all time by its last ninety days. What the reader
    may not see, and what can't be told of the part, is left out. `is_past`: the viewer's instant is before the present.
    Reports that were `kept` of the last ninety days and those before stand for themselves.

    Raises the errors of `offers.reporting.report`.
    """
    if metric not in ATTACH_METRICS:
        return None
    days = find_days(metric, first_day, last_day)
    scope, only = Scope.of(viewer.reader), set(viewer.only or {})
    rails: list[Guardrail] = []
    for name, rail in list_metric_rails(scope, only).items():
        rails += guard_figure(rail, *_read_both(session, name, viewer, days, kept or {}), viewer.settings)
    if only <= set(HEALTH_DIMENSIONS):
        health = read_service_health(session, scope, days, now=viewer.now, is_past=is_past, only=viewer.only)
        rails += guard_health(health)
    unhelpful = read_unhelpful(days)
    if unhelpful is not None:
        rails.append(guard_share(Rail.UNHELPFUL, *unhelpful))
    rose = has_risen(*_read_both(session, metric, viewer, days, kept or {}))
    return Guardrails(days, rose, tuple(rails))


def list_metric_rails(scope: Scope, dimensions: Collection[str]) -> dict[str, Rail]:
    """Return the guardrails that are figures which the reader may see and which have these dimensions."""
    return {
        name: rail
        for name, rail in METRIC_RAILS.items()
        for found in [get_metric(name)]
        if set(dimensions) <= set(found.dimensions) and not (found.is_internal and scope.is_external)
    }


def guard_figure(
    rail: Rail, now: Report | None, before: Report | None, settings: MetricSettings | None = None
) -> list[Guardrail]:
    """Return the guardrail that a figure is, each currency apart; [] where nothing is known of it now."""
    if now is None:
        return []
    window = find_window(rail, settings)
    rails = []
    for figure in _list_totals(now):
        old = _find_same(before, figure)
        is_worse = False
        if before is not None and old is not None:
            movement = compare(replace(before, total=old), replace(now, total=figure))
            sign = 1 if rail in _MORE_IS_BETTER else -1
            is_worse = movement is not None and movement.is_sure and sign * movement.points < 0
        unknown = figure.asides.get(WITHOUT_COST, 0)
        rails.append(Guardrail(rail, _level(figure), _level(old), is_worse, figure.currency, unknown, window))
    return rails


def find_window(rail: Rail, settings: MetricSettings | None) -> int | None:
    """Return the days of the window that a guardrail is counted by, None of one that has none."""
    return (settings or MetricSettings()).cancellation_days if rail is Rail.CANCELLATIONS else None


def guard_health(health: ServiceHealth) -> list[Guardrail]:
    """Return the guardrails that are counted in the field."""
    return [
        guard_count(Rail.REPEAT_FAILURES, *health.repeat_failures),
        guard_count(Rail.OPEN_ESCALATIONS, *health.open_escalations),
    ]


def guard_share(rail: Rail, now: Share, before: Share) -> Guardrail:
    """Return the guardrail of a share that had better be small: worse when Newcombe's interval lies above nought."""
    interval = difference_interval(now, before)
    return Guardrail(rail, Level(*now), Level(*before), interval is not None and interval[0] > 0)


def guard_count(rail: Rail, now: int, before: int) -> Guardrail:
    """Return the guardrail of a count that had better be small."""
    return Guardrail(rail, Level(now), Level(before), is_more(now, before))


def is_more(now: int, before: int) -> bool:
    """Tell whether a count rose by more than chance over a time of the same length.

    The exact test of two Poisson counts: given both together, the later one is binomial with one half, and rose where
    so many or more have a chance of at most .025. Przyborowski and Wilenski (1940), Biometrika 31. 2 -> 10: 79/4096.
    """
    both = now + before
    if now <= before:
        return False
    chance = sum(
        exp(lgamma(both + 1) - lgamma(count + 1) - lgamma(both - count + 1) - both * log(2))
        for count in range(now, both + 1)
    )
    return chance <= (1 - CONFIDENCE) / 2


def has_risen(now: Report | None, before: Report | None) -> bool:
    """Tell whether a figure rose by more than chance, in any of its currencies."""
    if now is None or before is None:
        return False
    for figure in _list_totals(now):
        old = _find_same(before, figure)
        movement = compare(replace(before, total=old), replace(now, total=figure)) if old else None
        if movement is not None and movement.is_sure and movement.points > 0:
            return True
    return False


def find_days(metric: str, first_day: date | None, last_day: date) -> Days:
    """Return the period that a figure's guardrails are of, and the one before."""
    if first_day is None or not get_metric(metric).is_windowed:
        return Days.up_to(last_day, count=DAYS)
    return Days(first_day, last_day, *find_days_before(first_day, last_day))


def _read_both(
    session: Session, metric: str, viewer: Viewer, days: Days, kept: Mapping[FigureSpec, Report]
) -> tuple[Report, Report]:
    """Return a figure of the period and of the one before."""
    ready = kept.get(FigureSpec(metric)), kept.get(FigureSpec(metric, Span.BEFORE))
    if ready[0] is not None and ready[1] is not None:
        return ready[0], ready[1]
    windows = (days.before_first, days.before_last), (days.first, days.last)
    before, now = read_both(session, metric, viewer, *windows)
    return now, before


def _list_totals(found: Report) -> list[Figure]:
    """Return the total, or one for each currency where there are several."""
    if found.total.numerator is not None:
        return [found.total]
    return [row for row in found.rows if row.currency is not None]


def _find_same(before: Report | None, figure: Figure) -> Figure | None:
    """Return the earlier total in the same currency."""
    if before is None:
        return None
    return next((one for one in _list_totals(before) if one.currency == figure.currency), None)


def _level(figure: Figure | None) -> Level:
    if figure is None:
        return Level(0, 0)
    return Level(figure.numerator or 0, figure.denominator or 0)
