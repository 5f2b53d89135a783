"""Chance in a decision: who is held out, and when something else than the best is shown. Pure and repeatable.

Everything random is drawn from a name, so that a decision replayed draws the same.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from offers.playbook.candidates import Candidate
from offers.playbook.policy import MAX_EXPLORATION_SHARE, Policy


@dataclass(frozen=True, slots=True)
class Choice:
    """Which candidate is shown, and with which probability each of them would have been.

    `probabilities` are in the order of the candidates and add up to 1; `is_exploring` says that chance decided.
    """

    index: int
    probabilities: tuple[float, ...]
    is_exploring: bool


def draw(*names: str) -> float:
    """Return a number in [0, 1), uniform over names and the same for the same ones."""
    digest = hashlib.sha256("\0".join(names).encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64


def is_held_out(account_id: str, policy: Policy) -> bool:
    """Tell whether an account belongs to those that are shown nothing unasked. It does for good, not for a visit."""
    return draw("hold-out", policy.hold_out_name, account_id) < policy.hold_out_share


def choose(candidates: Sequence[Candidate], policy: Policy, *, seed: str) -> Choice | None:
    """Return what is shown of the candidates (best first), or None of none.

    The best, except for `exploration_share` of the moments: then any of those that score not much less.
    """
    if not candidates:
        return None
    floor = candidates[0].score["total"] * policy.exploration_floor
    close = sum(one.score["total"] >= floor for one in candidates)
    share = min(policy.exploration_share, MAX_EXPLORATION_SHARE) if close > 1 else 0.0
    by_chance = share / close
    probabilities = tuple(
        (1.0 - share if index == 0 else 0.0) + (by_chance if index < close else 0.0)
        for index in range(len(candidates))
    )
    if draw("explore", seed) >= share:
        return Choice(0, probabilities, is_exploring=False)
    return Choice(int(draw("which", seed) * close), probabilities, is_exploring=True)
