"""Ranking: propensity x value x urgency, each term in 0..1 and shown."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from offers.money import Money, exponent_of
from offers.playbook.situations import PlayRecord
from offers.vocabulary import Play


@dataclass(frozen=True, slots=True)
class Weights:
    """The exponents of the three terms in the product; 0 switches a term off."""

    propensity: float = 1.0
    value: float = 1.0
    urgency: float = 1.0


WEIGHTS = Weights()

PRIOR_STRENGTH = 20.0
"""How many observed offers the prior mean is worth."""

PRIOR_MEANS: Mapping[Play, float] = {
    Play.RENEWAL: 0.45,
    Play.COVERAGE_GAP: 0.15,
    Play.WARRANTY_END: 0.20,
    Play.ADD_ON: 0.12,
    Play.UPGRADE: 0.08,
    Play.WIN_BACK: 0.06,
    Play.BUNDLE: 0.12,
}
"""Where learning starts from; a prior, not a measurement."""

_TOP_VALUE_MAJOR = 100_000.0
"""From this amount on, in major units, more money moves the rank no further."""


def estimate_propensity(play: Play, record: PlayRecord) -> float:
    """Return the beta-binomial posterior mean of the play's acceptance rate, in (0, 1)."""
    accepted = min(record.accepted, record.surfaced)
    return (PRIOR_MEANS[play] * PRIOR_STRENGTH + accepted) / (PRIOR_STRENGTH + record.surfaced)


def scale_value(money: Money) -> float:
    """Return the amount on a log scale in 0..1, so that ten times the price is not ten times the rank."""
    major = money.amount_minor / 10 ** exponent_of(money.currency)
    return min(1.0, math.log1p(major) / math.log1p(_TOP_VALUE_MAJOR))


def score_terms(
    play: Play, money: Money, urgency: float, record: PlayRecord, weights: Weights = WEIGHTS
) -> dict[str, float]:
    """Return the three terms and their weighted product as `total`, rounded to six decimals."""
    propensity, value = estimate_propensity(play, record), scale_value(money)
    total = propensity**weights.propensity * value**weights.value * urgency**weights.urgency
    return {
        "propensity": round(propensity, 6),
        "value": round(value, 6),
        "urgency": round(urgency, 6),
        "total": round(total, 6),
    }
