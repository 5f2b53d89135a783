"""Ranking: propensity x value x urgency, each term in 0..1 and shown."""

from collections.abc import Mapping

from offers.money import Money, exponent_of
from offers.playbook.policy import Policy
from offers.playbook.situations import PriceFacts
from offers.playbook.track_record import PlayHistory, PlayRecord
from offers.vocabulary import Play

PRIOR_STRENGTH = 20.0
"""How many observed offers the mean of the level above is worth."""

PRIOR_MEANS: Mapping[Play, float] = {
    Play.RENEWAL: 0.45,
    Play.COVERAGE_GAP: 0.15,
    Play.WARRANTY_END: 0.20,
    Play.ADD_ON: 0.12,
    Play.UPGRADE: 0.08,
    Play.WIN_BACK: 0.15,
    Play.BUNDLE: 0.12,
}
"""Where learning starts from; a prior, not a measurement."""

TOP_VALUE_MAJOR = 10_000
"""From this margin on, in major units, more money moves the rank no further: a call is no place for a project."""

_TOP_VALUES_MAJOR: Mapping[str, int] = {
    "PLN": 40_000,
    "DKK": 75_000,
    "CNY": 80_000,
    "NOK": 115_000,
    "SEK": 115_000,
    "MXN": 200_000,
    "ZAR": 200_000,
    "CZK": 250_000,
    "TWD": 330_000,
    "THB": 360_000,
    "TRY": 400_000,
    "PHP": 600_000,
    "INR": 900_000,
    "ISK": 1_500_000,
    "JPY": 1_600_000,
    "HUF": 4_000_000,
    "CLP": 9_500_000,
    "KRW": 15_000_000,
    "COP": 45_000_000,
    "IDR": 170_000_000,
    "VND": 270_000_000,
}
"""About as much in currencies of small units, or everything in them would rank as a project: no rate, and no money."""


def shrink(mean: float, record: PlayRecord) -> float:
    """Return the mean of a beta-binomial posterior whose prior has this mean and the standing strength, in (0, 1)."""
    accepted = max(0, min(record.accepted, record.surfaced))
    return (mean * PRIOR_STRENGTH + accepted) / (PRIOR_STRENGTH + record.surfaced)


def estimate_propensity(
    play: Play, history: PlayHistory, *, family: str | None = None, segment: str | None = None
) -> float:
    """Return how likely an offer is accepted, in (0, 1): the play's rate, the family's in it, the segment's in that.

    Each level is a beta-binomial posterior mean whose prior is the level above, so that few offers move it little.
    """
    mean = shrink(PRIOR_MEANS[play], history.of_play(play))
    mean = shrink(mean, history.of_family(play, family))
    return shrink(mean, history.of_segment(play, family, segment))


def expect_margin(price: PriceFacts, typical_margin: float) -> Money:
    """Return what the company earns by a sale: price less cost, or the typical share where no cost is known."""
    money = price.money
    if price.unit_cost_minor is not None:
        return Money(money.amount_minor - price.unit_cost_minor, money.currency)
    return Money(round(money.amount_minor * typical_margin), money.currency)


def find_top_value(currency: str) -> int:
    """Return the margin in major units from which more counts no more."""
    return _TOP_VALUES_MAJOR.get(currency, TOP_VALUE_MAJOR)


def scale_value(money: Money, *, top_major: int = TOP_VALUE_MAJOR) -> float:
    """Return the amount as a share, 0..1, of the one from which more counts no more.

    It is straight, not a logarithm: propensity times it is the margin to expect, and a rank by anything else earns
    less (`python -m tests.benchmarks learning`).
    """
    major = max(0, money.amount_minor) / 10 ** exponent_of(money.currency)
    return min(1.0, float(major) / top_major)


def score_terms(propensity: float, value: float, urgency: float, policy: Policy) -> dict[str, float]:
    """Return the three terms and their weighted product as `total`, rounded to six decimals."""
    weights = policy.weights
    total = propensity**weights.propensity * value**weights.value * urgency**weights.urgency
    return {
        "propensity": round(propensity, 6),
        "value": round(value, 6),
        "urgency": round(urgency, 6),
        "total": round(total, 6),
    }
