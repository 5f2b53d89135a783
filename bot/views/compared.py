"""A figure of two windows side by side, in words: both with their days and intervals, and whether chance would do."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from bot.mrkdwn import flatten, format_day, format_money, format_rate
from bot.views.figures import describe_row, name_group
from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.figures import Figure
from offers.metrics.kinds import STANDING
from offers.metrics.movements import Movement
from offers.metrics.two_windows import Comparison, Sides, Span

_GROUPS = 8
_LEAST_POINTS = 0.05
"""A movement that is shown as none is none."""


def describe_comparison(found: Comparison, names: Mapping[str, str]) -> str:
    """Return both windows' figures, their difference and that of each group, as mrkdwn."""
    title = METRIC_TABLE[found.metric].title
    if not found.totals:
        return f"There is nothing to compare: no {title.lower()} for {' or '.join(_windows(found))}."
    lines = [line for sides in found.totals for line in _describe_total(found, sides)]
    if found.metric in STANDING:
        lines.append("What there was and what was under contract are each window's on its last day.")
    if found.overlaps:
        lines.append("The windows overlap: what lies in both counts in both.")
    if found.groups:
        lines += [f"• {_describe_group(found, sides, names)}" for sides in found.groups[:_GROUPS]]
        if len(found.groups) > _GROUPS:
            lines.append(f"{len(found.groups) - _GROUPS} more groups are not shown.")
    return "\n".join(lines)


def describe_known_since(metric: str, day: date, rows: Sequence[Figure]) -> str:
    """Return what a figure was on a day of which nothing was recorded then, as it is known now."""
    told = "; ".join(describe_row(metric, replace(row, target=None)) for row in rows)
    return f"Nothing of it was recorded by {format_day(day)}. As it is known now: {told}."


def note_comparison(said: str) -> list[tuple[str, str]]:
    """Return what a workbook's definition says of two windows that were told in words, a line each; [] of none."""
    return [("two windows", line.removeprefix("• ").replace("*", "")) for line in said.split("\n") if line]


def judge(movement: Movement) -> str:
    """Return whether a movement is more than chance, as a sentence; where nothing tells, that it isn't known."""
    if movement.is_sure:
        return "That is more than chance."
    if not movement.has_intervals:
        return (
            "Whether that is more than chance is not known: one of them rests on too little for an interval."
        )
    return "That is within chance: there may be nothing behind it."


def _describe_total(found: Comparison, sides: Sides) -> list[str]:
    """Return the difference, then each window's figure."""
    title = METRIC_TABLE[found.metric].title
    one = sides.after or sides.before
    money = f" in {one.currency}" if one is not None and one.currency is not None else ""
    rows = [
        f"• {window}: {describe_row(found.metric, replace(row, target=None)) if row is not None else 'nothing'}"
        for window, row in zip(_windows(found), (sides.before, sides.after), strict=True)
    ]
    movement = sides.movement
    if METRIC_TABLE[found.metric].shared_by is not None:
        return [f"*{title} in two windows*", *rows]
    if movement is None:
        return [f"*{title}{money} can't be compared*: one of the windows has no rate.", *rows]
    if abs(movement.points) < _LEAST_POINTS:
        return [f"*{title}{money} is the same in both.*", *rows]
    return [f"*{title}{money} {_say_difference(movement)}. {judge(movement)}", *rows]


def _say_difference(movement: Movement) -> str:
    verb = "rose" if movement.points > 0 else "fell"
    return (
        f"{verb} from {format_rate(movement.before.rate)} to {format_rate(movement.after.rate)}* "
        f"({movement.points:+.1f} points)"
    )


def _describe_group(found: Comparison, sides: Sides, names: Mapping[str, str]) -> str:
    """Return one group's rates, counts and difference: "North: 50.0 % (5 of 10), then 60.0 % (6 of 10), …"."""
    one = sides.after or sides.before
    name = name_group(one, names) if one is not None else ""
    if one is not None and one.currency is not None:
        name = f"{name}, {one.currency}"
    said = f"{flatten(name)}: {_count(sides.before)}, then {_count(sides.after)}"
    movement = sides.movement
    if movement is None or METRIC_TABLE[found.metric].shared_by is not None:
        return said
    doubt = "more than chance" if movement.is_sure else "within chance"
    return f"{said}, {movement.points:+.1f} points, {doubt if movement.has_intervals else 'chance not known'}"


def _count(row: Figure | None) -> str:
    if row is None:
        return "nothing"
    numerator, denominator = (
        f"{value or 0:,}" if row.currency is None else format_money(value or 0, row.currency)
        for value in (row.numerator, row.denominator)
    )
    return f"{format_rate(row.rate)} ({numerator} of {denominator})"


def _windows(found: Comparison) -> tuple[str, str]:
    """Return what both windows are called: their days, and that one of them is still running."""
    is_windowed = METRIC_TABLE[found.metric].is_windowed
    return (_name(found.before, found.as_of, is_windowed), _name(found.after, found.as_of, is_windowed))


def _name(window: Span, as_of: date, is_windowed: bool) -> str:
    first, last = window
    if not is_windowed:
        return format_day(min(last, as_of))
    if first == last:
        return format_day(first)
    so_far = " (so far)" if last > as_of else ""
    return f"{format_day(first)} to {format_day(last)}{so_far}"
