"""Where a monthly rate is going: damped Holt from a year of history, carry-forward below, and an honest error. Pure.

The rate is forecast on a scale on which it has no ends: the logit of a proportion, the logarithm of a ratio that may
exceed one. Damped Holt is ETS(A,Ad,N): Hyndman, Koehler, Ord and Snyder, Forecasting with Exponential Smoothing (2008),
section 3.4, fitted by statsmodels.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offers.intervals import fit_beta

FULL_HISTORY = 12
LEAST_HISTORY = 3
_BACKTESTS = 6
_BAND = 0.95

Month = tuple[int, int]
"""Numerator and denominator of a month."""


class Method(StrEnum):
    """How a forecast was made."""

    DAMPED_HOLT = "damped Holt"
    CARRIED_FORWARD = "beta-binomial carry-forward"


@dataclass(frozen=True, slots=True)
class ForecastPoint:
    """One month to come: the rate with its 95 % band, and the base and attached counts that go with it."""

    rate: float
    low: float
    high: float
    denominator: float
    numerator: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """The months to come in order. The errors are mean absolute ones of the rate, one month ahead, None when untested.

    `error` is this method's over the last `tested` months, `naive_error` that of "as last month".
    """

    method: Method
    points: tuple[ForecastPoint, ...]
    months_of_history: int
    tested: int
    error: float | None
    naive_error: float | None


def forecast(history: Sequence[Month], *, months: int, is_proportion: bool) -> Forecast | None:
    """Return the forecast of so many months, or None with too little history to say anything.

    `history` is in order, complete months only; a month without a denominator has no rate and is left out.
    """
    known = [month for month in history if month[1] > 0]
    if len(known) < LEAST_HISTORY:
        return None
    method, rates = _predict(known, months, is_proportion=is_proportion)
    bases = _predict_bases(known, months)
    points = tuple(
        ForecastPoint(rate, low, high, base, rate * base)
        for (rate, low, high), base in zip(rates, bases, strict=True)
    )
    tested, error, naive = _backtest(known, is_proportion=is_proportion)
    return Forecast(method, points, len(known), tested, error, naive)


Rates = list[tuple[float, float, float]]


def _predict(known: Sequence[Month], months: int, *, is_proportion: bool) -> tuple[Method, Rates]:
    if len(known) < FULL_HISTORY:
        return Method.CARRIED_FORWARD, _carry_forward(known, months, is_proportion=is_proportion)
    # Half a success keeps a month of none or of all on the scale.
    rates = np.array([(hits + 0.5) / (tries + 1) for hits, tries in known])
    scaled = np.log(rates / (1 - rates)) if is_proportion else np.log(rates)
    predicted = _smooth(scaled, months)
    unscaled = 1 / (1 + np.exp(-predicted)) if is_proportion else np.exp(predicted)
    return Method.DAMPED_HOLT, [(float(row[0]), float(row[1]), float(row[2])) for row in unscaled]


def _predict_bases(known: Sequence[Month], months: int) -> list[float]:
    """Return how large the base will be: damped Holt, below a full history the mean."""
    bases = np.array([tries for _, tries in known], dtype=np.float64)
    if len(known) < FULL_HISTORY:
        return [float(bases.mean())] * months
    # As they are, not by their logarithm: a fleet that grew from two machines to thirty by two a month would be said
    # to grow by a third in the next.
    return [max(0.0, float(value)) for value in _smooth(bases, months)[:, 0]]


def _smooth(series: NDArray[np.float64], months: int) -> NDArray[np.float64]:
    """Return (months, 3): mean, low and high of a damped Holt forecast."""
    if float(np.ptp(series)) < 1e-9:
        return np.repeat(series[-1:], months)[:, None].repeat(3, axis=1)
    import pandas as pd
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    with warnings.catch_warnings():
        # A series that is nearly a line ends the search for parameters early; the forecast is still the line.
        warnings.simplefilter("ignore")
        fitted: Any = ETSModel(pd.Series(series), error="add", trend="add", damped_trend=True).fit(disp=False)
        found: Any = fitted.get_prediction(start=len(series), end=len(series) + months - 1)
        band: Any = found.pred_int(alpha=1 - _BAND)
    table = np.column_stack([np.asarray(found.predicted_mean), np.asarray(band)])
    return np.asarray(table, dtype=np.float64)


def _carry_forward(known: Sequence[Month], months: int, *, is_proportion: bool) -> Rates:
    """Return what all months have in common, with the spread of a month of the usual size."""
    usual = max(1, round(sum(tries for _, tries in known) / len(known)))
    if not is_proportion or any(hits > tries for hits, tries in known):
        return [_spread_ratio(known)] * months
    from scipy.stats import betabinom

    alpha, beta = fit_beta(tuple(sorted(known)))
    drawn = betabinom(usual, alpha, beta)
    low, high = (float(drawn.ppf(point)) / usual for point in ((1 - _BAND) / 2, (1 + _BAND) / 2))
    return [(alpha / (alpha + beta), low, high)] * months


def _spread_ratio(known: Sequence[Month]) -> tuple[float, float, float]:
    """Return the pooled ratio with the spread of the months around it, as Student's t has it for a next one."""
    from scipy.stats import t

    ratio = sum(hits for hits, _ in known) / sum(tries for _, tries in known)
    rates = np.array([hits / tries for hits, tries in known])
    spread = float(rates.std(ddof=1)) * np.sqrt(1 + 1 / len(known))
    half = float(t.ppf((1 + _BAND) / 2, len(known) - 1)) * spread
    return ratio, max(0.0, ratio - half), ratio + half


def _backtest(known: Sequence[Month], *, is_proportion: bool) -> tuple[int, float | None, float | None]:
    """Return how many of the last months were forecast from what came before each, and both mean errors."""
    errors: list[tuple[float, float]] = []
    for place in range(max(LEAST_HISTORY, len(known) - _BACKTESTS), len(known)):
        _, ((rate, _low, _high), *_) = _predict(known[:place], 1, is_proportion=is_proportion)
        hits, tries = known[place]
        last_hits, last_tries = known[place - 1]
        errors.append((abs(rate - hits / tries), abs(last_hits / last_tries - hits / tries)))
    if not errors:
        return 0, None, None
    return (
        len(errors),
        sum(error for error, _ in errors) / len(errors),
        sum(naive for _, naive in errors) / len(errors),
    )
