"""The rows of a report: each group's figure with its target, in order, and that of them all."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from offers.attach_rate import Group
from offers.metrics.catalogue import Metric
from offers.metrics.figures import Counts, Figure, Window, build_figure
from offers.metrics.grouping import PERIODS
from offers.metrics.parts import NO_COUNTS
from offers.metrics.periods import period_end, read_period
from offers.metrics.ranking import rank
from offers.metrics.targets import find_target, group_of
from offers.models import Target

_RANKED = {("partner",), ("technician",)}


def build_rows(
    found: Metric,
    targets: Sequence[Target],
    window: Window,
    groups: Mapping[Group, Counts],
    kept: Mapping[str, str],
) -> tuple[Figure, ...]:
    """Return the groups' figures: people and partners by the lower end of their intervals, others by name."""
    ordered = list(groups)
    if not found.is_staged:
        ordered.sort(key=lambda group: tuple((value is None, value or "") for value in group))
    rows = []
    for key in ordered:
        # A currency joins the group where there are several.
        names = (*window.by, "currency")[: len(key)]
        group = dict(zip(names, key, strict=True))
        whole = {**kept, **group_of(window.scope), **group}
        target = find_target(targets, whole, _target_day(window, group))
        rows.append(build_figure(group, groups[key], target))
    if found.is_ranked and window.by in _RANKED:
        return rank(rows, is_low_best=found.is_low_best, can_shrink=not (found.is_money or found.is_estimate))
    return tuple(rows)


def build_total(
    targets: Sequence[Target], window: Window, total: Counts | None, kept: Mapping[str, str]
) -> Figure:
    """Return the figure of all groups, without counts where they can't be added."""
    target = find_target(targets, {**kept, **group_of(window.scope)}, _target_day(window, {}))
    if total is None:
        return replace(build_figure({}, NO_COUNTS, target), numerator=None, denominator=None)
    return build_figure({}, total, target)


def _target_day(window: Window, group: Mapping[str, str | None]) -> date:
    """Return the day whose target applies: the window's last so far, in a period's row the last of both.

    A window that lies ahead has the target of its own time.
    """
    is_ahead = window.first_day is not None and window.first_day > window.day
    last_day = window.last_day if is_ahead else min(window.last_day, window.day)
    unit = next((name for name in PERIODS if group.get(name) is not None), None)
    if unit is None:
        return last_day
    return min(last_day, period_end(unit, read_period(unit, str(group[unit]))))
