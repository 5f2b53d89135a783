"""What it takes to a target, and where a figure is heading, in the few words that there is room for on Home."""

from bot.mrkdwn import format_day, format_month, format_rate
from bot.views.pace import amount, count_more, describe_share, describe_test, outline_best, short_rate
from offers.metrics.outlook import Outlook
from offers.metrics.progress import Progress, Standing

_WIDEST_BAND = 0.25
"""A wider band leaves everything open: who asks for the forecast is told, and nobody else."""


def outline_progress(metric: str, progress: Progress) -> str | None:
    """Return what a target takes, in one clause: "65.0 % by 31 Dec 2026: 38 more machines, about 7 a week".

    What is counted over the target's term begins with its rate so far, which is not that of the page's ninety days.
    None where there is nothing to say yet.
    """
    if progress.standing in (Standing.NO_BASE, Standing.NOT_BEGUN):
        return None
    target = f"{format_rate(progress.term.target)} by {format_day(progress.term.last_day)}"
    if not progress.is_level and progress.rate is not None:
        target = f"{format_rate(progress.rate)} since {format_day(progress.term.first_day)}; {target}"
    if progress.standing is not Standing.OPEN and progress.standing is not Standing.OUT_OF_REACH:
        return f"{target}: {progress.standing.value}"
    needed = count_more(metric, progress)
    if progress.per_week is not None:
        needed += f", about {amount(progress, progress.per_week)} a week"
    share = describe_share(metric, progress)
    needed += f", {share}" if share else ""
    is_beyond = progress.standing is Standing.OUT_OF_REACH
    said = f"{target}: {'out of reach, ' if is_beyond else ''}{needed}"
    if is_beyond or progress.best is None or progress.best_month is None:
        return said
    return f"{said}; {outline_best(progress)}"


def outline_forecast(outlook: Outlook) -> str | None:
    """Return the band of the last month to come, or that there is too little history for one.

    None where it is wide: nobody should lean on it. One that was worse in tests than "as last month" is not told, and
    that it was, with both errors.
    """
    found = outlook.forecast
    if outlook.is_mixed:
        return None
    if found is None or not found.points:
        return "Too little history for a forecast"
    last = found.points[-1]
    if found.error is None or found.naive_error is None:
        return None
    if found.error > found.naive_error:
        return f"Forecast: {describe_test(found).removesuffix('.')}"
    if last.high - last.low > _WIDEST_BAND:
        return None
    month = format_month(outlook.ahead[len(found.points) - 1])
    off = f"such forecasts were off by {100 * found.error:.1f} points"
    return f"Heading for {short_rate(last.low)} to {short_rate(last.high)} in {month} ({off})"
