"""What a rule's file may say about rewards, and what is wrong with it in words for who wrote it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from offers.incentives import IncentiveTerms, Reward
from offers.money import Money, exponent_of, parse_currency, parse_minor_units, parse_percent
from offers.rulebook.hints import suggest
from offers.rulebook.nodes import Path

_WHO = ("partner", "technician")
_KEYS = ("percent", "amount", "currency")

Problem = tuple[Path, str]


def read_incentive(given: Any) -> tuple[IncentiveTerms, list[Problem]]:
    """Return the terms that a value says, and every problem with where it stands; what is wrong promises nothing."""
    top: Path = ("incentive",)
    if given is None:
        return IncentiveTerms(), []
    if not isinstance(given, Mapping):
        return IncentiveTerms(), [(top, "incentive must be a table of partner and technician")]
    problems: list[Problem] = []
    rewards: dict[str, Reward | None] = {}
    for who, said in given.items():
        if who not in _WHO:
            problems.append(((*top, who), f"there is no {who} in an incentive{suggest(who, _WHO)}"))
        elif said is not None:
            rewards[who], wrong = _read_reward((*top, who), said)
            problems += wrong
    return IncentiveTerms(**rewards), problems


def write_incentive(terms: IncentiveTerms) -> dict[str, dict[str, str]] | None:
    """Return what a file would say for the terms, None for none; `read_incentive` reads it back."""
    said = {"partner": terms.partner, "technician": terms.technician}
    return {who: _write_reward(reward) for who, reward in said.items() if reward is not None} or None


def _write_reward(reward: Reward) -> dict[str, str]:
    if reward.fixed is None:
        return {"percent": f"{(Decimal(reward.share_bps or 0) / 100).normalize():f}"}
    exponent = exponent_of(reward.fixed.currency)
    amount = Decimal(reward.fixed.amount_minor).scaleb(-exponent)
    return {"amount": f"{amount:.{exponent}f}", "currency": reward.fixed.currency}


def _read_reward(path: Path, said: Any) -> tuple[Reward | None, list[Problem]]:
    who = str(path[-1])
    if not isinstance(said, Mapping):
        return None, [(path, f"{who} must be a table: a percent, or an amount and its currency")]
    unknown = [
        ((*path, key), f"there is no {key} in a reward{suggest(key, _KEYS)}")
        for key in said
        if key not in _KEYS
    ]
    filled = {key: said[key] for key in _KEYS if said.get(key) is not None}
    if unknown or not filled:
        return None, unknown or [(path, f"{who} needs a percent, or an amount and its currency")]
    if "percent" in filled and len(filled) > 1:
        key = "amount" if "amount" in filled else "currency"
        return None, [((*path, key), f"{who} has a percent already: say that or an amount, not both")]
    return _read_percent(path, filled) if "percent" in filled else _read_amount(path, filled)


def _read_percent(path: Path, filled: Mapping[str, Any]) -> tuple[Reward | None, list[Problem]]:
    where = (*path, "percent")
    try:
        share_bps = parse_percent(_text(filled["percent"]))
    except ValueError as error:
        return None, [(where, str(error))]
    return (Reward(share_bps=share_bps), []) if share_bps else (None, [(where, _nothing("percent"))])


def _read_amount(path: Path, filled: Mapping[str, Any]) -> tuple[Reward | None, list[Problem]]:
    for key, other in (("currency", "amount"), ("amount", "currency")):
        if key not in filled:
            return None, [((*path, other), f"{key} is missing")]
    try:
        currency = parse_currency(_text(filled["currency"]))
    except ValueError as error:
        return None, [((*path, "currency"), str(error))]
    where = (*path, "amount")
    try:
        amount_minor = parse_minor_units(_text(filled["amount"]).strip(), currency)
    except ValueError as error:
        return None, [(where, str(error))]
    if not amount_minor:
        return None, [(where, _nothing("amount"))]
    return Reward(fixed=Money(amount_minor, currency)), []


def _nothing(key: str) -> str:
    return f"{key} is nothing: leave the reward out instead"


def _text(written: Any) -> str:
    """Return a scalar as it was written; a list or a table is no number, and says so when it is read as one."""
    return written if isinstance(written, str) else str(written)
