"""What one language says of dangers: a set of patterns over folded text."""

from __future__ import annotations

import re
from dataclasses import dataclass


def one_of(*phrases: str) -> re.Pattern[str]:
    """Return a pattern that finds any of these where a word begins."""
    return re.compile(rf"\b(?:{'|'.join(phrases)})")


@dataclass(frozen=True, slots=True)
class Phrases:
    """How one language reports a danger. All patterns read folded text, a clause at a time.

    Attributes:
        alarms: What is a report however it is put ("why is there smoke?").
        reports: What is one unless it is asked about or names an everyday matter.
        unreal: What makes neither a report: hypothetical, denied, or past and mended.
        asking: How a question about a procedure or a fact begins.
        everyday: What a harmless sentence with the same words is about.
        triggers: The words that are recognised with a slip of the finger in them.
        lookalikes: Real words that a trigger with a slip would swallow.
        joins: What begins a new statement after a comma.
    """

    alarms: re.Pattern[str]
    reports: re.Pattern[str]
    unreal: re.Pattern[str]
    asking: re.Pattern[str]
    everyday: re.Pattern[str]
    triggers: frozenset[str]
    joins: re.Pattern[str]
    lookalikes: frozenset[str] = frozenset()
