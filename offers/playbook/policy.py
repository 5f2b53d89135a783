"""What the company decided about offering: weights, caps, rests and experiments."""

from dataclasses import dataclass

MAX_EXPLORATION_SHARE = 0.2
"""No setting makes more moments than this an experiment in which offer to show."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The exponents of the three terms in the product; 0 switches a term off."""

    propensity: float = 1.0
    value: float = 1.0
    urgency: float = 1.0


@dataclass(frozen=True, slots=True)
class Caps:
    """How many offers are shown unasked at most: to a machine and an account in 30 days, by a person in one."""

    asset_30d: int = 3
    account_30d: int = 12
    person_1d: int = 12


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything that can be set about ranking, restraint and learning.

    `typical_margin` is the margin's share (0..1) of a price whose cost is unknown. In `exploration_share` of the
    moments with a choice, one of the candidates that score at least `exploration_floor` of the best is shown at
    random. Accounts in the `hold_out_share` are shown nothing unasked, so that what offering adds can be
    measured; `hold_out_name` names the experiment, and another name draws other accounts.
    """

    weights: Weights = Weights()
    caps: Caps = Caps()
    typical_margin: float = 0.4
    exploration_share: float = 0.0
    exploration_floor: float = 0.5
    hold_out_share: float = 0.0
    hold_out_name: str = "1"
