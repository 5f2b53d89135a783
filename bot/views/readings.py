"""How a report is to be read where its figures alone would mislead: what has no rate, what is of another day."""

from bot.mrkdwn import format_day
from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.figures import Report
from offers.metrics.kinds import STANDING
from offers.metrics.one_sided import WHY_ONE_SIDED, is_split_by_side


def list_readings(found: Report) -> tuple[str, ...]:
    """Return what has to be known to read a report, a sentence or two each, as mrkdwn that reads well without marks."""
    said = []
    if is_split_by_side(found):
        title = METRIC_TABLE[found.metric].title
        said.append(
            f"*{title} has no rate for one product*: {WHY_ONE_SIDED}. Each product's units stand on its side, and they "
            "add up to the total; order attach by product tells the orders with each core product."
        )
    if is_known_later(found):
        said.append(
            f"*Sold and potential are as of {format_day(found.as_of)}*, later than the window's last day: "
            f"`--as-of {found.date_to}`, or “as of {found.date_to}” in words, tells them as they were known at its end."
        )
    return tuple(said)


def is_known_later(found: Report) -> bool:
    """Tell whether a part of the figure stands on a day after the window's last."""
    return found.metric in STANDING and found.date_to is not None and found.date_to < found.as_of


def tell_day(found: Report) -> str:
    """Return beside a figure the day that a part of it stands on: " (sold as of 23 Nov 2026)"; "" where it is plain."""
    return f" (sold as of {format_day(found.as_of)})" if is_known_later(found) else ""
