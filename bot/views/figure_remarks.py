"""What is asked beside a rate, in words: why it moved, what is not covered, how much was sold."""

from collections.abc import Mapping, Sequence

from bot.mrkdwn import fact, format_day, format_rate
from bot.views.compared import judge
from bot.views.contract_moves import count_moves
from bot.views.guardrails import list_flagged, outline_guardrails, warn_of
from bot.views.meanings import count_units
from bot.views.moved import say_hindsight, say_parts
from bot.views.pace import describe_progress
from offers.contract_moves import ContractMoves
from offers.guardrails import Guardrails
from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.causes import Cause
from offers.metrics.figures import Figure, Report
from offers.metrics.progress import Progress

_FLAGS = 8
_PARTS = 3
_CALLED = {"sku": "product"}


def describe_cause(cause: Cause, names: Mapping[str, str]) -> str:
    """Return how a figure moved and where that came from: sure only where it is more than chance."""
    title = METRIC_TABLE[cause.after.metric].title
    is_windowed = METRIC_TABLE[cause.after.metric].is_windowed
    days = f"{format_day(cause.before_first)} to {format_day(cause.before_last)}"
    against = days if is_windowed else format_day(cause.before_last)
    movement = cause.movement
    if movement is None:
        return f"There is nothing to compare it with: no {title.lower()} for {against}."
    since = say_hindsight(movement, f"by {format_day(cause.before_last)}")
    if abs(movement.points) < 0.05:
        said = f"*{title} has not moved* against {against} ({format_rate(movement.before.rate)})."
        return f"{said} {since}".rstrip()
    verb = "rose" if movement.points > 0 else "fell"
    said = (
        f"*{title} {verb} from {format_rate(movement.before.rate)} to {format_rate(movement.after.rate)}* "
        f"({movement.points:+.1f} points) against {against}."
    )
    if not movement.is_sure:
        return f"{said} {judge(movement)} {since}".rstrip()
    parts = say_parts(movement, cause.contributions[:_PARTS], names)
    return " ".join(one for one in (said, parts, since) if one)


def describe_pace(metric: str, progress: Progress) -> str:
    """Return where the target stands in one currency of several."""
    return f"*Target in {progress.currency}.* {describe_progress(metric, progress)}"


def describe_uncovered(total: Figure) -> str:
    """Return how many machines no contract covers."""
    if total.numerator is None or total.denominator is None:
        return "There are no machines in use."
    left = total.denominator - total.numerator
    return (
        f"*{left:,} of {total.denominator:,} machines in use have no contract.* `/attach white space` lists them, "
        "the most value first."
    )


def describe_sales(total: Figure) -> str:
    """Return what was sold, in units: figures hold no revenue."""
    return (
        f"*{count_units(total.numerator or 0, 'add-on and service unit')}* "
        f"{'was' if total.numerator == 1 else 'were'} ordered, and {count_units(total.denominator or 0, 'core unit')}. "
        "Sales are told in units: no figure holds revenue."
    )


def describe_sellers(
    sold: Mapping[str | None, int], names: Mapping[str, str], *, of_partners: bool = False
) -> str:
    """Return who sold the most in number, how many sold as many as the last of them, and what nobody known sold.

    `sold` are units by the seller's id, `of_partners`: of partners alone.
    """
    ordered = sorted(
        ((names.get(seller, seller), units) for seller, units in sold.items() if seller is not None),
        key=lambda one: (-one[1], one[0]),
    )
    nobodys = sold.get(None, 0)
    by_nobody = "by no partner" if of_partners else "by nobody who is known"
    unknown = f" {nobodys:,} {'was' if nobodys == 1 else 'were'} sold {by_nobody}." if nobodys else ""
    if not ordered:
        return f"Nobody who is known sold an add-on in this time.{unknown}"
    named, rest = ordered[:_PARTS], ordered[_PARTS:]
    least = named[-1][1]
    tied = sum(1 for _, units in rest if units == least)
    listed = ", ".join(f"{fact(name)} ({units:,})" for name, units in named)
    more = f" and {tied} more with {least:,}" if tied else ""
    return (
        f"*Most add-on units sold:* {listed}{more}.{unknown} The table has partners, the surest rate first."
    )


def describe_cancelled(moves: ContractMoves) -> str:
    """Return how many contracts were cancelled in a rate's window, whenever they were sold."""
    if not moves.contracts:
        return "No contract was cancelled in these days, whenever it was sold."
    return f"*{count_moves(moves)}* in these days, whenever they were sold."


def describe_among(values: Sequence[str], dimension: str) -> str:
    """Return that only some groups are shown, and that the total is of all."""
    listed, called = ", ".join(fact(value) for value in values), _CALLED.get(dimension, dimension)
    return f"Side by side: {listed}. The rate above is of every {called}."


def describe_beside(found: Guardrails) -> str:
    """Return what stands beside an attach figure, and that it rises while some of it gets worse."""
    said = f"*Beside it*, {outline_guardrails(found)}"
    warning = warn_of("The figure", found.flagged)
    return said if warning is None else f":warning: *{warning}*\n{said}"


def describe_flags(report: Report, found: Guardrails, names: Mapping[str, str]) -> str | None:
    """Return which groups rise at whose cost, a line each, None where none does."""
    flagged = list_flagged(report, found)
    lines = [f":warning: {warn_of(f'*{_name(row.group, names)}*', worse)}" for row, worse in flagged[:_FLAGS]]
    if len(flagged) > _FLAGS:
        lines.append(f"and {len(flagged) - _FLAGS} more: the files have each.")
    return "\n".join(lines) or None


def _name(group: Mapping[str, str | None], names: Mapping[str, str]) -> str:
    return ", ".join(fact(names.get(value, value)) if value else "unknown" for value in group.values())
