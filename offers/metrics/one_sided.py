"""Groups that by rule have one side of a ratio only, and no rate: a product is an add-on or a core unit."""

from collections.abc import Collection
from dataclasses import replace

from offers.metrics.figures import Figure, Report
from offers.metrics.kinds import ONE_SIDED

WHY_ONE_SIDED = "it sets add-ons against core units, and a product is one of the two"


def is_one_sided(metric: str, dimensions: Collection[str]) -> bool:
    """Tell whether what is split by or narrowed to these dimensions has the numerator or the denominator alone."""
    return metric in ONE_SIDED and "sku" in dimensions


def is_split_by_side(found: Report) -> bool:
    """Tell whether a report has groups, or is of a part, that have one side only."""
    return is_one_sided(found.metric, {*found.only, *(name for row in found.rows for name in row.group)})


def leave_out_rates(found: Report) -> Report:
    """Return the report without a rate and an interval where there is one side only; its counts still add up."""
    if not is_split_by_side(found):
        return found
    is_part = is_one_sided(found.metric, found.only)
    total = _without_rate(found.total) if is_part else found.total
    return replace(found, rows=tuple(map(_without_rate, found.rows)), total=total)


def _without_rate(row: Figure) -> Figure:
    return replace(row, rate=None, low=None, high=None, target=None)
