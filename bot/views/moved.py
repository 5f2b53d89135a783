"""Which part of the company moved a figure, in words: "most of it" is more than half of it."""

from collections.abc import Mapping, Sequence

from bot.mrkdwn import fact
from offers.metrics.movements import Contribution, Movement

_LEAST_POINTS = 0.05
"""A movement that is shown as none has no parts."""


def say_most(movement: Movement, why: Contribution | None, names: Mapping[str, str]) -> str:
    """Return ", most of it in North (-1.8 points)" or what the largest part was, "" where none goes its way."""
    if why is None or not why.goes_with(movement) or abs(movement.points) < _LEAST_POINTS:
        return ""
    part = say_part(why, names)
    if why.is_most_of(movement):
        return f", most of it in {part}"
    return f", the largest part in {part}: less than half of it"


def say_parts(movement: Movement, parts: Sequence[Contribution], names: Mapping[str, str]) -> str:
    """Return the parts as a sentence, those that go its way, the largest first; "" without any."""
    going = [one for one in parts if one.goes_with(movement)]
    if not going:
        return ""
    said = ", then ".join(say_part(one, names) for one in going)
    return f"{'Most of it came from' if going[0].is_most_of(movement) else 'The largest parts:'} {said}."


def say_part(one: Contribution, names: Mapping[str, str]) -> str:
    """Return a part with its points, and that it was its base where that weighs more than its rate."""
    group = ", ".join(fact(names.get(value, value)) if value else "unknown" for value in one.group.values())
    how = ", by its share of the base" if abs(one.of_base) > abs(one.of_rate) else ""
    return f"{group} ({one.points:+.1f} points{how})"
