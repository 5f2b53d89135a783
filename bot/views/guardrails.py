"""What stands beside an attach figure, in words: where it is, where it was, and what the figure rises at cost of."""

from collections.abc import Sequence

from bot.mrkdwn import format_day, format_money, format_rate
from offers.guardrails import Guardrail, Guardrails, Level, Rail
from offers.metrics.figures import Figure, Report

_NAMES = {
    Rail.MARGIN: "margin",
    Rail.FIRST_RENEWAL: "first renewal",
    Rail.CANCELLATIONS: "cancelled",
    Rail.REPEAT_FAILURES: "machines that keep failing",
    Rail.OPEN_ESCALATIONS: "open escalations",
    Rail.UNHELPFUL: "answers marked no help",
}
_WORSE = {
    Rail.MARGIN: "the margin falls",
    Rail.FIRST_RENEWAL: "first renewals fall",
    Rail.CANCELLATIONS: "cancellations rise",
    Rail.REPEAT_FAILURES: "machines that keep failing rise",
    Rail.OPEN_ESCALATIONS: "open escalations rise",
    Rail.UNHELPFUL: "answers marked as no help rise",
}


def outline_guardrails(found: Guardrails) -> str:
    """Return where everything beside the figure stands, with where it stood before in brackets: plain text."""
    days = found.days
    before = f"in brackets {format_day(days.before_first)} to {format_day(days.before_last)}"
    return f"{format_day(days.first)} to {format_day(days.last)}, {before}: {list_rails(found.rails)}."


def note_guardrails(found: Guardrails | None) -> list[tuple[str, str]]:
    """Return what a workbook's definition says of it, with what each is about."""
    if found is None:
        return []
    warning = warn_of("The figure", found.flagged)
    return [("beside it", outline_guardrails(found)), *([("look", warning)] if warning is not None else [])]


def name_rail(one: Guardrail) -> str:
    """Return what a guardrail is called, with the window that it is counted by: "cancelled within 90 days"."""
    name = _NAMES[one.rail]
    return name if one.within_days is None else f"{name} within {one.within_days} days"


def list_rails(rails: Sequence[Guardrail]) -> str:
    """Return each guardrail with its two levels."""
    return "; ".join(map(_describe, rails))


def warn_of(subject: str, rails: Sequence[Guardrail], *, verb: str = "rises") -> str | None:
    """Return that a figure rises while these get worse, None where none does: plain text."""
    if not rails:
        return None
    worse = list(dict.fromkeys(_describe_worse(one) for one in rails))
    return f"{subject} {verb} while {' and '.join(worse)}."


def list_flagged(report: Report, found: Guardrails) -> list[tuple[Figure, tuple[Guardrail, ...]]]:
    """Return the groups whose rate rises while something beside them gets worse, each with what does, in order."""
    beside = ((row, found.rows.get(tuple(row.group.values()))) for row in report.rows)
    return [(row, one.flagged) for row, one in beside if one is not None and one.flagged]


def _describe(one: Guardrail) -> str:
    said = f"{name_rail(one)} {_level(one, one.now)} ({_level(one, one.before)})"
    if one.without_cost:
        return f"{said}, without {one.without_cost:,} lines of unknown cost"
    return said


def _level(one: Guardrail, level: Level) -> str:
    if level.denominator is None:
        return f"{level.numerator:,}"
    if level.rate is None:
        return "–"
    if one.currency is not None:
        return f"{format_rate(level.rate)} of {format_money(level.denominator, one.currency)}"
    return f"{format_rate(level.rate)}, {level.numerator:,} of {level.denominator:,}"


def _describe_worse(one: Guardrail) -> str:
    said = _WORSE[one.rail]
    if one.now.denominator is None:
        return f"{said} from {one.before.numerator:,} to {one.now.numerator:,}"
    if one.currency is not None:
        return f"{said} from {format_rate(one.before.rate)} to {format_rate(one.now.rate)} in {one.currency}"
    return f"{said} from {format_rate(one.before.rate)} to {format_rate(one.now.rate)}"
