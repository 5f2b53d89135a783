"""Which part of the company moved a figure, in words: "most of it" is more than half of it."""

from collections.abc import Mapping, Sequence

from bot.mrkdwn import fact
from bot.views.plays import PLAYS
from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.figures import Figure
from offers.metrics.movements import Contribution, Movement

_LEAST_POINTS = 0.05
"""A movement that is shown as none has no parts."""

_AT = {"partner": "with", "technician": "with", "play": "with"}
"""What stands before a group's name: "in North", "with Mara"."""


def say_most(movement: Movement, why: Contribution | None, names: Mapping[str, str]) -> str:
    """Return ", most of it in North (-1.8 points)" or what the largest part was, "" where none goes its way."""
    if why is None or not why.goes_with(movement) or abs(movement.points) < _LEAST_POINTS:
        return ""
    part = f"{_AT.get(next(iter(why.group), ''), 'in')} {say_part(why, names)}"
    if why.is_most_of(movement):
        return f", most of it {part}"
    return f", the largest part {part}: less than half of it"


def say_hindsight(movement: Movement, when: str) -> str:
    """Return that a movement is told by when things happened, as nothing was recorded `when` it began; else ""."""
    return say_known_since(movement.metric, when) if movement.is_hindsight else ""


def say_known_since(metric: str, when: str) -> str:
    """Return that a figure was not recorded `when` it is set against, and is told of both days as it is known now."""
    title = METRIC_TABLE[metric].title.lower()
    return f"Nothing of it was recorded {when}: {title} of both days is as it is known now."


def say_parts(movement: Movement, parts: Sequence[Contribution], names: Mapping[str, str]) -> str:
    """Return the parts as a sentence, those that go its way, the largest first; "" without any."""
    going = [one for one in parts if one.goes_with(movement)]
    if not going:
        return ""
    said = ", then ".join(say_part(one, names) for one in going)
    return f"{'Most of it came from' if going[0].is_most_of(movement) else 'The largest parts:'} {said}."


def say_counts(why: Contribution) -> str:
    """Return a part's own figures, "There 40 of 40 became 10 of 40."; "" where they aren't known."""
    if why.before is None and why.after is None:
        return ""
    before, after = (_count(side) for side in (why.before, why.after))
    return f"There {before} became {after}."


def _count(side: Figure | None) -> str:
    if side is None or not (side.numerator or side.denominator):
        return "nothing"
    if not side.denominator:
        return f"{side.numerator or 0:,}"
    return f"{side.numerator or 0:,} of {side.denominator:,}"


def say_part(one: Contribution, names: Mapping[str, str]) -> str:
    """Return a part with its points, and that it was its base where that weighs more than its rate."""
    group = ", ".join(_name(name, value, names) for name, value in one.group.items())
    how = ", by its share of the base" if abs(one.of_base) > abs(one.of_rate) else ""
    return f"{group} ({one.points:+.1f} points{how})"


def _name(dimension: str, value: str | None, names: Mapping[str, str]) -> str:
    if not value:
        return "unknown"
    return PLAYS.get(value, fact(value)) if dimension == "play" else fact(names.get(value, value))
