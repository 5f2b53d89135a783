"""The months behind a figure and the months to come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from offers.forecast import Forecast, forecast
from offers.metrics.figures import Figure, MetricSettings
from offers.metrics.periods import first_of_months_ago, month_end
from offers.people import PersonFacts
from offers.reporting import get_metric, report

HISTORY_MONTHS = 24
RATIOS = frozenset({"units_attach", "net_attach", "renewal_value"})
"""Metrics that may exceed one."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """A metric's complete months in order, and the forecast of those after; None is too little history.

    `months` are names as "2026-03"; `ahead` those of the forecast's points, of which the first may be under way.
    """

    metric: str
    months: tuple[str, ...]
    figures: tuple[Figure, ...]
    ahead: tuple[str, ...]
    forecast: Forecast | None

    def as_json(self) -> dict[str, Any]:
        """Return the document that `attache forecast --json` prints."""
        found = self.forecast
        return {
            "metric": self.metric,
            "history": [
                {
                    "month": month,
                    "numerator": figure.numerator,
                    "denominator": figure.denominator,
                    "rate": figure.rate,
                }
                for month, figure in zip(self.months, self.figures, strict=True)
            ],
            "method": found.method.value if found else None,
            "forecast": [
                {
                    "month": month,
                    "rate": point.rate,
                    "low": point.low,
                    "high": point.high,
                    "numerator": point.numerator,
                    "denominator": point.denominator,
                }
                for month, point in zip(self.ahead, found.points if found else (), strict=False)
            ],
            "tested_months": found.tested if found else 0,
            "error": found.error if found else None,
            "naive_error": found.naive_error if found else None,
        }


def look_ahead(
    session: Session,
    metric: str,
    *,
    months: int,
    now: datetime,
    as_of: date | None = None,
    reader: PersonFacts | None = None,
    settings: MetricSettings | None = None,
) -> Outlook:
    """Return a metric's last complete months and its forecast. Raises UnknownMetric, UnknownDimension."""
    get_metric(metric)
    day = as_of or now.date()
    ended = day if day == month_end(day) else day.replace(day=1) - timedelta(days=1)
    result = report(
        session,
        metric,
        by=("month",),
        date_from=first_of_months_ago(ended, HISTORY_MONTHS - 1),
        date_to=ended,
        as_of=as_of,
        now=now,
        reader=reader,
        settings=settings,
    )
    figures: Mapping[str, Figure] = {str(row.group["month"]): row for row in result.rows}
    names = tuple(sorted(figures))
    history = [(figures[name].numerator or 0, figures[name].denominator or 0) for name in names]
    ahead = tuple(f"{first_of_months_ago(ended, -number):%Y-%m}" for number in range(1, months + 1))
    found = forecast(history, months=months, is_proportion=metric not in RATIOS)
    return Outlook(metric, names, tuple(figures[name] for name in names), ahead, found)
