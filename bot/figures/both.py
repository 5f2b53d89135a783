"""Reading a question that sets one figure against another: "coverage vs units attach". Pure; by rules alone."""

import re
from datetime import date

from bot.figures.asking import FigureRequest, Values, read_figure_request, take_metric
from offers.metrics.catalogue import METRIC_TABLE

_JOINED = re.compile(
    r"\b(?:vs|versus|against|compared?|comparison|than|or|and|between|difference|both|higher|lower)\b"
)


def read_two_figures(
    plain: str, *, today: date, values: Values
) -> tuple[FigureRequest, FigureRequest] | None:
    """Return the two figures that a restated text asks for at once, None unless it is wholly understood as that."""
    rest, one = take_metric(plain)
    rest, other = take_metric(rest)
    if one is None or other is None or one == other:
        return None
    # Two windows may be set against each other as well: then one word alone stands between the figures.
    for bare in (_JOINED.sub(" ", rest), _JOINED.sub(" ", rest, count=1)):
        first, second = (
            read_figure_request(f"{METRIC_TABLE[name].title} {bare}", today=today, values=values)
            for name in (one, other)
        )
        if first is not None and second is not None and _is_whole(first, one) and _is_whole(second, other):
            return first, second
    return None


def _is_whole(found: FigureRequest, metric: str) -> bool:
    return found.metric == metric and not found.unread and not found.untold
