"""What it says of a missed target: a rate below what it was to reach, or above what it was to stay under."""

from bot.mrkdwn import format_rate
from offers.metrics.figures import Figure
from offers.metrics.targets import AT_MOST


def name_target(metric: str, target: float | None) -> str:
    """Return a target: "60.0 %", of a limit "at most 5.0 %"."""
    return f"{'at most ' if metric in AT_MOST else ''}{format_rate(target)}"


def say_missed(metric: str, total: Figure) -> str:
    """Return that a target is missed by more than noise, on which side, and what its interval leaves open."""
    side, end = ("above", total.low) if metric in AT_MOST else ("below", total.high)
    bound = f"{'at least' if metric in AT_MOST else 'at most'} {format_rate(end)}"
    target = name_target(metric, total.target)
    return f"is {side} its target of {target} by more than noise: {format_rate(total.rate)}, {bound}"
