"""What stands beside each group of an attach figure that is split: every guardrail is read once for all of them."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from offers.attach_rate import Group
from offers.guardrails import (
    ATTACH_METRICS,
    Guardrail,
    Guardrails,
    Rail,
    guard_figure,
    guard_health,
    guard_share,
    has_risen,
    list_metric_rails,
)
from offers.intervals import Share
from offers.metrics.causes import read_period
from offers.metrics.currencies import CURRENCY
from offers.metrics.figures import Figure, Report, Scope
from offers.metrics.grouping import PERIODS
from offers.metrics.recent import Viewer
from offers.metrics.rollups import FigureSpec, Span
from offers.reporting import get_metric
from offers.service_health import HEALTH_DIMENSIONS, NO_TROUBLE, Days, read_health_groups

ReadGroupShares = Callable[[Days, Sequence[str]], Mapping[Group, tuple[Share, Share]] | None]
"""How many answers were of no help of how many with a mark, by group; None where those who ask have no such groups."""

_Sides = tuple[Report, Report]
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
    """Return what stands beside each group of an attach figure; {} of periods and of what has no groups.

    A partner's own group has guardrails, its peers' have none: their order differs from figure to figure. Unless
    `is_whole`, only groups whose rate rose by more than chance have them, and nothing is read where none did.

    Raises the errors of `offers.reporting.report`.
    """
    by = tuple(dict.fromkeys(name for row in found.rows for name in row.group if name != CURRENCY))
    if found.metric not in ATTACH_METRICS or not by or set(by) & set(PERIODS):
        return Split({}, {})
    sides = _read_sides(session, found.metric, viewer, days, by, known=found)
    rows = _list_own(found, Scope.of(viewer.reader), by)
    then, later = _index(sides[1], by), _index(sides[0], by)
    rose = {
        tuple(row.group.values()): has_risen(
            later[_key(row, by)].get(row.currency), then[_key(row, by)].get(row.currency)
        )
        for row in rows
    }
    shown = [row for row in rows if is_whole or rose[tuple(row.group.values())]]
    read = {found.metric: sides}
    rails = _Rails(session, viewer, days, by, is_past)
    beside = rails.read({_key(row, by) for row in shown}, read, read_unhelpful) if shown else {}
    return Split(
        {
            group: Guardrails(days, rose[group], tuple(beside[_key(row, by)]))
            for row in shown
            for group in [tuple(row.group.values())]
        },
        _keep_totals(read),
    )


@dataclass(frozen=True, slots=True)
class _Rails:
    """The guardrails of all groups of a split."""

    session: Session
    viewer: Viewer
    days: Days
    by: tuple[str, ...]
    is_past: bool

    def read(
        self, groups: set[Group], read: dict[str, _Sides], read_unhelpful: ReadGroupShares
    ) -> dict[Group, list[Guardrail]]:
        """Return them by group, and note in `read` the figures that they come from."""
        scope, only = Scope.of(self.viewer.reader), self.viewer.only or {}
        dimensions = {*self.by, *only}
        found: dict[Group, list[Guardrail]] = {group: [] for group in groups}
        for name, rail in list_metric_rails(scope, dimensions).items():
            read[name] = _read_sides(self.session, name, self.viewer, self.days, self.by)
            now, before = (_index(side, self.by) for side in read[name])
            for group, rails in found.items():
                rails.extend(self._guard_each(rail, read[name][0], now[group], before[group]))
        if dimensions <= set(HEALTH_DIMENSIONS):
            health = read_health_groups(
                self.session, scope, self.days, self.by, now=self.viewer.now, is_past=self.is_past, only=only
            )
            for group, rails in found.items():
                rails.extend(guard_health(health.get(group, NO_TROUBLE)))
        unhelpful = read_unhelpful(self.days, self.by)
        if unhelpful is not None:
            for group, rails in found.items():
                rails.append(guard_share(Rail.UNHELPFUL, *unhelpful.get(group, _NOBODY)))
        return found

    def _guard_each(
        self,
        rail: Rail,
        whole: Report,
        now: Mapping[str | None, Report],
        before: Mapping[str | None, Report],
    ) -> list[Guardrail]:
        """Return a figure's guardrail in each of its currencies; of nothing one that says so."""
        rails: list[Guardrail] = []
        for currency in sorted({*now, *before}, key=str) or [None]:
            nothing = replace(whole, rows=(), total=replace(_NOTHING, currency=currency))
            settings = self.viewer.settings
            rails += guard_figure(rail, now.get(currency, nothing), before.get(currency), settings)
        return rails


def _read_sides(
    session: Session,
    metric: str,
    viewer: Viewer,
    days: Days,
    by: Sequence[str],
    *,
    known: Report | None = None,
) -> _Sides:
    """Return a figure by groups of the period and of the one before; `known` stands for itself where it is of it."""
    now = known if known is not None and _is_of(known, days) else None
    if now is None:
        now = read_period(session, metric, viewer, days.first, days.last, by)
    return now, read_period(session, metric, viewer, days.before_first, days.before_last, by)


def _is_of(found: Report, days: Days) -> bool:
    if get_metric(found.metric).is_windowed:
        return (found.date_from, found.date_to) == (days.first, days.last)
    return found.as_of == days.last


def _list_own(found: Report, scope: Scope, by: Sequence[str]) -> list[Figure]:
    """Return the rows that a reader knows by name: of a partner among peers its own."""
    if scope.is_external and "partner" in by:
        return [row for row in found.rows if row.group["partner"] == scope.partner_id]
    return list(found.rows)


def _key(row: Figure, by: Sequence[str]) -> Group:
    return tuple(row.group.get(name) for name in by)


def _index(made: Report, by: Sequence[str]) -> defaultdict[Group, dict[str | None, Report]]:
    """Return each group of a report as a report of its own, by its currency."""
    found: defaultdict[Group, dict[str | None, Report]] = defaultdict(dict)
    for row in made.rows:
        found[_key(row, by)][row.currency] = replace(made, rows=(), total=row)
    return found


def _keep_totals(read: Mapping[str, _Sides]) -> dict[FigureSpec, Report]:
    """Return the reports that have a total, which several currencies have none of, by what they are of."""
    return {
        FigureSpec(metric, span): side
        for metric, sides in read.items()
        for span, side in zip((Span.RECENT, Span.BEFORE), sides, strict=True)
        if side.total.numerator is not None
    }
