"""What stands beside each group of an attach figure that is split: every guardrail is read once for all of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from offers.attach_rate import Group
from offers.guardrails import (
    ATTACH_METRICS,
    Guardrail,
    Guardrails,
    Level,
    Rail,
    find_window,
    guard_figure,
    guard_health,
    guard_share,
    has_risen,
    list_metric_rails,
)
from offers.installed_base.service_health import HEALTH_DIMENSIONS, NO_TROUBLE, Days, read_health_groups
from offers.intervals import Share
from offers.metrics.figures import Figure, Report, Scope
from offers.metrics.grouping import PERIODS
from offers.metrics.guardrail_sides import Periods, Sides, Windows, key_of, name_dimensions
from offers.metrics.recent import Viewer
from offers.metrics.rollups import FigureSpec

ReadGroupShares = Callable[[Days, Sequence[str]], Mapping[Group, tuple[Share, Share]] | None]
"""How many answers were of no help of how many with a mark, by group; None where those who ask have no such groups."""

_NOBODY: tuple[Share, Share] = ((0, 0), (0, 0))
_NOTHING = Figure({}, 0, 0, None, None, None, None)


@dataclass(frozen=True, slots=True)
class Split:
    """What stands beside the groups of a report, and the reports by the same groups that it was read from.

    `read` are of the period and of the one before: their totals need not be counted again.
    """

    rows: Mapping[Group, Guardrails]
    read: Mapping[FigureSpec, Report]


def guard_rows(
    session: Session,
    found: Report,
    viewer: Viewer,
    days: Days,
    *,
    read_unhelpful: ReadGroupShares,
    is_past: bool = False,
    is_whole: bool = True,
) -> Split:
    """Return what stands beside each group of an attach figure, {} of what has no groups.

    A month, quarter or year is set against the one before it, any other group against itself in the days before. A
    partner's own group has guardrails, its peers' have none: their order differs from figure to figure. Unless
    `is_whole`, only groups whose rate rose by more than chance have them, and nothing is read where none did.

    Raises the errors of `offers.reporting.report`.
    """
    by = name_dimensions(found)
    if found.metric not in ATTACH_METRICS or not by:
        return Split({}, {})
    is_over_time = bool(set(by) & set(PERIODS))
    sides: Sides | None = (
        Periods.of(session, viewer, found, by) if is_over_time else Windows(session, viewer, days, by)
    )
    if sides is None:
        return Split({}, {})
    now, before = sides.find(found.metric, found)
    rose = {
        tuple(row.group.values()): has_risen(
            now[key_of(row, by)].get(row.currency), before[key_of(row, by)].get(row.currency)
        )
        for row in _list_own(found, Scope.of(viewer.reader), by)
    }
    groups = {group: group[: len(by)] for group, did in rose.items() if is_whole or did}
    rails = _Rails(session, viewer, days, sides, is_past)
    beside = rails.read(set(groups.values()), read_unhelpful) if groups else {}
    return Split(
        {
            group: Guardrails(sides.days_of(key), rose[group], tuple(beside[key]))
            for group, key in groups.items()
        },
        sides.read,
    )


@dataclass(frozen=True, slots=True)
class _Rails:
    """The guardrails of all groups of a split."""

    session: Session
    viewer: Viewer
    days: Days
    sides: Sides
    is_past: bool

    def read(self, groups: set[Group], read_unhelpful: ReadGroupShares) -> dict[Group, list[Guardrail]]:
        """Return them by group."""
        scope, only, by = Scope.of(self.viewer.reader), self.viewer.only or {}, self.sides.by
        dimensions = {*by, *only}
        found: dict[Group, list[Guardrail]] = {group: [] for group in groups}
        for name, rail in list_metric_rails(scope, dimensions).items():
            now, before = self.sides.find(name)
            for group, rails in found.items():
                rails.extend(self._guard_each(rail, now[group], before[group]))
        if dimensions <= set(HEALTH_DIMENSIONS):
            health = read_health_groups(
                self.session, scope, self.days, by, now=self.viewer.now, is_past=self.is_past, only=only
            )
            for group, rails in found.items():
                rails.extend(guard_health(health.get(group, NO_TROUBLE)))
        unhelpful = read_unhelpful(self.days, by)
        if unhelpful is not None:
            for group, rails in found.items():
                rails.append(guard_share(Rail.UNHELPFUL, *unhelpful.get(group, _NOBODY)))
        return found

    def _guard_each(
        self, rail: Rail, now: Mapping[str | None, Report], before: Mapping[str | None, Report]
    ) -> list[Guardrail]:
        """Return a figure's guardrail in each of its currencies; of nothing one that says so."""
        rails: list[Guardrail] = []
        for currency in sorted({*now, *before}, key=str):
            old = before.get(currency)
            new = now.get(currency) or _empty(old)
            rails += guard_figure(rail, new, old, self.viewer.settings)
        window = find_window(rail, self.viewer.settings)
        return rails or [Guardrail(rail, Level(0, 0), Level(0, 0), is_worse=False, within_days=window)]


def _empty(old: Report | None) -> Report | None:
    """Return the report of nothing in the same currency."""
    if old is None:
        return None
    return replace(old, total=replace(_NOTHING, currency=old.total.currency))


def _list_own(found: Report, scope: Scope, by: Sequence[str]) -> list[Figure]:
    """Return the rows that a reader knows by name: of a partner among peers its own."""
    if scope.is_external and "partner" in by:
        return [row for row in found.rows if row.group["partner"] == scope.partner_id]
    return list(found.rows)
