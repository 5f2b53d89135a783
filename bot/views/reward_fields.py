"""The fields of a play's form for what who sells by it gets: a share such as "5 %", or an amount such as "15 EUR"."""

from collections.abc import Mapping
from typing import Any

from slack_sdk.models.blocks import Block, InputBlock, PlainTextInputElement

from bot.views.fields import FIELD, read_field
from offers.incentives import IncentiveTerms
from offers.rulebook.incentive_shape import write_incentive

_LABELS = {"partner": "Reward for partners", "technician": "Reward for technicians"}
_HINT = 'For each sale: a share of the net price such as "5 %", or an amount such as "15 EUR". Empty: none.'
_LIMIT = 40


def build_reward_fields(terms: IncentiveTerms | None) -> list[Block]:
    """Build a field for each of those who may be promised something."""
    written = (write_incentive(terms) if terms else None) or {}
    return [
        InputBlock(
            block_id=who,
            label=label,
            hint=_HINT,
            optional=True,
            element=PlainTextInputElement(
                action_id=FIELD, initial_value=_say(written.get(who)), max_length=_LIMIT
            ),
        )
        for who, label in _LABELS.items()
    ]


def _say(reward: Mapping[str, str] | None) -> str | None:
    if reward is None:
        return None
    return f"{reward['percent']} %" if "percent" in reward else f"{reward['amount']} {reward['currency']}"


def read_reward_fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was filled in as a rule's file would say it; {} for a form without these fields."""
    shown = [who for who in _LABELS if who in values]
    if not shown:
        return {}
    texts = {who: (read_field(values, who) or "").strip() for who in shown}
    return {"incentive": {who: _read(text) for who, text in texts.items() if text} or None}


def _read(text: str) -> dict[str, str]:
    """Return a reward as a file would say it; what is wrong with it is for whoever reads that to tell."""
    words = text.split()
    if len(words) == 2 and words[0].isalpha():
        words.reverse()
    if len(words) == 2 and words[1].isalpha():
        return {"amount": words[0], "currency": words[1]}
    return {"percent": text}
