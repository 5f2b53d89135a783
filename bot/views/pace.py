"""Where a figure stands to its target, and how far off a forecast is, in words that need no statistics."""

from bot.mrkdwn import format_day, format_month, format_rate, format_whole_money
from offers.forecast import Forecast
from offers.metrics.kinds import RATIOS
from offers.metrics.progress import MONTH_DAYS, Progress, Standing

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
        said.append(f"{_capitalise(outline_best(progress))}.")
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
    return " ".join(one for one in (f"{said}.", warn_of_test(found)) if one)


def warn_of_test(found: Forecast) -> str:
    """Return that the forecast was worse, or no better, in tests than "the same as last month"; "" where it was better.

    By the errors as they are told, in tenths of a point.
    """
    if found.error is None or found.naive_error is None:
        return ""
    ours, naive = round(100 * found.error, 1), round(100 * found.naive_error, 1)
    if ours < naive:
        return ""
    than = "worse" if ours > naive else "no better"
    return f"In the tests the forecast was {than} than “the same as last month”: don't lean on it."


def _say_where(progress: Progress) -> str:
    have = f"{amount(progress, progress.numerator)} of {amount(progress, progress.denominator)}"
    begun = _say_when(progress)
    if progress.standing is Standing.NOT_BEGUN or not progress.denominator:
        return f"It begins on {format_day(progress.term.first_day)}."
    said = f"{begun} {have} ({format_rate(progress.rate)})"
    if progress.expected is not None and progress.term.days_left:
        said += f"; on target it would be {amount(progress, progress.expected)}"
    return f"{said}."


def _say_when(progress: Progress) -> str:
    first, day = format_day(progress.term.first_day), format_day(progress.term.day)
    if progress.is_level:
        return f"On {day}" if progress.is_past else "Now"
    return f"From {first} to {day}" if progress.is_past else f"Since {first}"


def _say_needed(metric: str, progress: Progress) -> str:
    said = f"To reach {format_rate(progress.term.target)} by {_end(progress)} it takes {count_more(metric, progress)}"
    if progress.per_week is not None:
        said += f", about {amount(progress, progress.per_week)} a week"
    share = describe_share(metric, progress)
    return f"{said}: {share}." if share else f"{said}."


def describe_share(metric: str, progress: Progress) -> str:
    """Return which share of what can still come it takes; "" of a level, and where all of it would not do."""
    if progress.is_level or progress.required is None or progress.standing is Standing.OUT_OF_REACH:
        return ""
    of = "of what is " + _say_candidates(progress)
    if metric in RATIOS and progress.required > 1:
        return (
            f"{progress.required:.1f} to each {of}"
            if progress.currency is None
            else f"more than the value {of}"
        )
    return f"{format_rate(progress.required)} {of}"


def _say_candidates(progress: Progress) -> str:
    """Return "open (57) and still to come (15)", or one of them."""
    to_come = progress.base_to_come - progress.closed_base
    if not progress.open_base:
        return "still to come"
    still = f"open ({amount(progress, progress.open_base)})"
    return f"{still} and still to come ({amount(progress, to_come)})" if to_come > 0 else still


def _say_beyond(progress: Progress) -> str:
    if progress.is_level:
        return "Out of reach: it is more than there is."
    if progress.candidates <= 0:
        return "Out of reach: nothing is open, and nothing more is expected to come."
    everything = amount(progress, progress.candidates)
    return f"Out of reach: all {everything} that is {_say_candidates(progress)} would not do."


def outline_best(progress: Progress) -> str:
    """Return what the best month was, and that it takes more than it was: "the best month, Feb 2026, had 90.0 %"."""
    month = format_month(progress.best_month or "")
    if progress.is_level and (progress.best or 0.0) <= 0:
        return "it has not risen in any of the last 12 months"
    if is_beyond_best(progress):
        return f"no month so far did as much: the best, {month}, {describe_best(progress)}"
    return f"the best month, {month}, {describe_best(progress)}"


def is_beyond_best(progress: Progress) -> bool:
    """Tell whether it takes a higher rate than any month had; of a level, more in a month than any month gained."""
    if progress.best is None or not progress.needed:
        return False
    if not progress.is_level:
        return progress.required is not None and progress.required > progress.best + 1e-9
    if not progress.term.days_left or not progress.denominator:
        return False
    # In points of the rate, whatever the base grows by.
    missing = progress.needed - progress.term.target * progress.base_to_come
    a_month = missing / progress.denominator / progress.term.days_left * MONTH_DAYS
    return a_month > progress.best + 1e-9


def _capitalise(said: str) -> str:
    return said[:1].upper() + said[1:]


def count_more(metric: str, progress: Progress) -> str:
    """Return how many are still needed: "38 more machines", "45 more machines (of about 462 by then)"."""
    more = amount(progress, progress.needed)
    noun = _NOUNS.get(metric, "") if progress.currency is None else ""
    said = f"{more} more {noun.removesuffix('s') if progress.needed == 1 else noun}".rstrip()
    by_then = amount(progress, progress.denominator + progress.base_to_come)
    is_same = by_then == amount(progress, progress.denominator)
    return said if not progress.is_level or is_same else f"{said} (of about {by_then} by then)"


def describe_best(progress: Progress) -> str:
    """Return what the best month did: "had 90.0 %"; of a level "went from 231 of 397 to 237 of 400 (+1.1 points)"."""
    if progress.best is None:
        return "–"
    if not progress.is_level:
        return f"had {format_rate(progress.best)}"
    before, after = (
        f"{amount(progress, one.numerator)} of {amount(progress, one.denominator)}"
        for one in progress.best_sides
    )
    return f"went from {before} to {after} ({100 * progress.best:+.1f} points)"


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
