"""Where a figure stands to its target, and how far off a forecast is, in words that need no statistics."""

from bot.mrkdwn import format_day, format_month, format_rate, format_whole_money
from offers.forecast import Forecast
from offers.metrics.progress import Progress, Standing

TOO_LITTLE = "Too little history for a forecast: it takes three months with figures"
_NOUNS = {
    "coverage": "machines",
    "units_attach": "attached units",
    "net_attach": "attached units",
    "pos_attach": "units",
    "order_attach": "orders",
    "account_attach": "customers",
    "partner_attach": "customers",
    "renewal_rate": "renewals",
    "first_renewal_rate": "renewals",
    "conversion": "acceptances",
}


def describe_progress(metric: str, progress: Progress) -> str:
    """Return where a target stands, in up to three sentences of one line."""
    return " ".join(list_progress(metric, progress))


def list_progress(metric: str, progress: Progress) -> list[str]:
    """Return the same, a sentence each: where it is, what is needed, whether that was ever done."""
    if progress.standing is Standing.NO_BASE:
        return [f"Nothing to count towards the target until {_end(progress)}."]
    said = [_say_where(progress)]
    if progress.standing in (Standing.MET, Standing.MISSED):
        return [*said, f"The target of {format_rate(progress.term.target)} was {progress.standing.value}."]
    if progress.standing is Standing.REACHED:
        return [*said, f"Nothing more is needed for {format_rate(progress.term.target)} by {_end(progress)}."]
    said.append(_say_needed(metric, progress))
    if progress.standing is Standing.OUT_OF_REACH:
        said.append(_say_beyond(progress))
    elif progress.best is not None and progress.best_month is not None:
        said.append(f"The best month, {format_month(progress.best_month)}, had {describe_best(progress)}.")
    return said


def describe_test(found: Forecast) -> str:
    """Return how far off the forecast was, and what "as the month before" would have been, as a sentence."""
    if found.error is None or found.naive_error is None:
        return "It could not be tested yet: there are too few months."
    ours, naive = 100 * found.error, 100 * found.naive_error
    said = (
        f"Tested on the last {found.tested} months it was off by {ours:.1f} points on average; "
        f"“the same as last month” was off by {naive:.1f}"
    )
    return f"{said}, which was no worse: don't lean on it." if naive <= ours else f"{said}."


def _say_where(progress: Progress) -> str:
    have = f"{amount(progress, progress.numerator)} of {amount(progress, progress.denominator)}"
    begun = "Now" if progress.is_level else f"Since {format_day(progress.term.first_day)}"
    if progress.standing is Standing.NOT_BEGUN or not progress.denominator:
        return f"It begins on {format_day(progress.term.first_day)}."
    said = f"{begun} {have} ({format_rate(progress.rate)})"
    if progress.expected is not None and progress.term.days_left:
        said += f"; on target it would be {amount(progress, progress.expected)}"
    return f"{said}."


def _say_needed(metric: str, progress: Progress) -> str:
    said = f"To reach {format_rate(progress.term.target)} by {_end(progress)} it takes {count_more(metric, progress)}"
    if progress.per_week is not None:
        said += f", about {amount(progress, progress.per_week)} a week"
    if progress.required is not None and progress.base_to_come:
        said += f": {format_rate(progress.required)} of what is still to come"
    return f"{said}."


def _say_beyond(progress: Progress) -> str:
    if not progress.is_level and progress.required is None:
        return "Out of reach: nothing more to sell it with is expected."
    if progress.best is None or progress.best_month is None:
        return "Out of reach: it is more than there is."
    if progress.is_level and progress.best <= 0:
        return "Out of reach: it has not risen in any of the last 12 months."
    return f"Out of reach: the best month so far, {format_month(progress.best_month)}, had {describe_best(progress)}."


def count_more(metric: str, progress: Progress) -> str:
    """Return how many are still needed: "38 more machines"."""
    more = amount(progress, progress.needed)
    noun = _NOUNS.get(metric, "") if progress.currency is None else ""
    return f"{more} more {noun.removesuffix('s') if progress.needed == 1 else noun}".rstrip()


def describe_best(progress: Progress) -> str:
    """Return the best month's rate, of a level its gain."""
    if progress.best is None:
        return "–"
    if not progress.is_level:
        return format_rate(progress.best)
    return f"{amount(progress, progress.best * progress.denominator)} more"


def _end(progress: Progress) -> str:
    return format_day(progress.term.last_day)


def amount(progress: Progress, value: float) -> str:
    """Return a count or an amount of a progress: small ones with a decimal, money in its currency's whole units."""
    if progress.currency is not None:
        return format_whole_money(value, progress.currency)
    whole = round(value)
    return f"{whole:,}" if abs(value - whole) < 0.05 or value >= 10 else f"{value:.1f}"


def short_rate(rate: float) -> str:
    """Return a rate in whole percent: a band claims no more."""
    return f"{rate * 100:.0f} %"
