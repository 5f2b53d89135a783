"""The months behind a figure and the months to come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from offers.errors import NotForecast
from offers.forecast import Forecast, ForecastPoint, forecast
from offers.metrics.currencies import keep_currency, list_currencies
from offers.metrics.figures import Figure, MetricSettings, Report
from offers.metrics.kinds import FORECAST, RATIOS
from offers.metrics.periods import first_of_months_ago, month_end
from offers.people import PersonFacts
from offers.reporting import get_metric, report

HISTORY_MONTHS = 24
MONTHS_AHEAD = 3
"""So far Home looks ahead, and so far a target's base is foreseen."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """A metric's complete months in order, and the forecast of those after; None is too little history.

    `months` are names as "2026-03"; `ahead` those of the forecast's points, of which the first may be under way.
    `is_mixed`: the figure is in several currencies, which are never added, so that there is neither; `parts` are the
    outlooks in each of them, where those were made.
    """

    metric: str
    months: tuple[str, ...]
    figures: tuple[Figure, ...]
    ahead: tuple[str, ...]
    forecast: Forecast | None
    is_mixed: bool = False
    currency: str | None = None
    parts: tuple["Outlook", ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the document that `attache forecast --json` prints."""
        found = self.forecast
        return {
            "metric": self.metric,
            **({"currency": self.currency} if self.currency is not None else {}),
            **({"currencies": [part.as_json() for part in self.parts]} if self.parts else {}),
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
    only: Mapping[str, str] | None = None,
) -> Outlook:
    """Return a metric's last complete months and its forecast; the options are those of `report`.

    Raises UnknownMetric, UnknownDimension, NotYourFigure.
    NotForecast: Its rate is not what a forecast of numerators and denominators is about.
    """
    get_metric(metric)
    if metric not in FORECAST:
        raise NotForecast(metric)
    first, ended = history_days(as_of or now.date())
    result = report(
        session,
        metric,
        by=("month",),
        date_from=first,
        date_to=ended,
        as_of=as_of,
        now=now,
        reader=reader,
        settings=settings,
        only=only,
    )
    return foresee(result, months=months)


def history_days(day: date) -> tuple[date, date]:
    """Return the first and the last day of the complete months that a forecast rests on."""
    ended = day if day == month_end(day) else day.replace(day=1) - timedelta(days=1)
    return first_of_months_ago(ended, HISTORY_MONTHS - 1), ended


def foresee(history: Report, *, months: int) -> Outlook:
    """Return the outlook of a report by month over complete months; of several currencies one for each."""
    currencies = list_currencies(history)
    if len(currencies) > 1:
        parts = tuple(foresee(keep_currency(history, one), months=months) for one in currencies)
        return replace(recall(history, None, months=months), parts=parts)
    counts = [(row.numerator or 0, row.denominator or 0) for row in _by_month(history)]
    is_proportion = history.metric not in RATIOS
    found = forecast(counts, months=months, is_proportion=is_proportion)
    return recall(history, found, months=months)


def recall(history: Report, found: Forecast | None, *, months: int) -> Outlook:
    """Return the outlook of a report by month whose forecast was made before."""
    if history.date_to is None:
        raise ValueError("a history ends on a day")
    ended = history.date_to
    ahead = tuple(f"{first_of_months_ago(ended, -number):%Y-%m}" for number in range(1, months + 1))
    currencies = list_currencies(history)
    if len(currencies) > 1:
        return Outlook(history.metric, (), (), ahead, None, is_mixed=True)
    figures = _by_month(history)
    names = tuple(str(row.group["month"]) for row in figures)
    return Outlook(history.metric, names, figures, ahead, found, currency=next(iter(currencies), None))


def months_until(day: date, last_day: date) -> int:
    """Return how many months lie between the last complete month of a day and the one that a later day is in."""
    ended = history_days(day)[1]
    return (last_day.year - ended.year) * 12 + last_day.month - ended.month


def pool(points: Sequence[ForecastPoint], *, is_level: bool) -> ForecastPoint:
    """Return one point for several months: of a level the last, else all of them added up.

    The band is the months' own, weighted by their bases: as if they were all off to the same side, which is wider than
    months that make up for each other.
    """
    if is_level or len(points) == 1:
        return points[-1]
    base = sum(point.denominator for point in points)
    shares = [point.denominator / base if base else 1 / len(points) for point in points]

    def mean(name: str) -> float:
        return sum(share * float(getattr(point, name)) for share, point in zip(shares, points, strict=True))

    return ForecastPoint(mean("rate"), mean("low"), mean("high"), base, sum(one.numerator for one in points))


def _by_month(history: Report) -> tuple[Figure, ...]:
    return tuple(sorted(history.rows, key=lambda row: str(row.group["month"])))
