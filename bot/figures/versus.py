"""Two windows of a figure for who asks: compared as they may see them, in words."""

from dataclasses import replace

from sqlmodel import Session

from bot.deps import Deps
from bot.figures.names import load_names
from bot.views.compared import describe_comparison, describe_known_since
from bot.views.payloads import FigureRef
from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.figures import Report
from offers.metrics.grouping import PERIODS
from offers.metrics.kinds import STANDING
from offers.metrics.recent import Viewer
from offers.metrics.two_windows import Comparison, Span, compare_windows, read_known_now
from offers.people import PersonFacts


def describe_versus(
    session: Session,
    ref: FigureRef,
    windows: tuple[Span, Span],
    result: Report,
    person: PersonFacts,
    deps: Deps,
) -> tuple[Comparison, str]:
    """Return the two windows that a figure was asked for side by side, and in words as mrkdwn; `result` is the figure.

    Raises the errors of `offers.reporting.report`.
    """
    metric = METRIC_TABLE[ref.metric]
    found = compare_windows(
        session,
        ref.metric,
        Viewer(deps.clock(), deps.settings.metric_settings, reader=person, only=ref.only),
        windows,
        by=_list_groups(ref, person),
        # What stands on a day has its own day there.
        as_of=None if metric.is_of_a_day(ref.by) or ref.metric in STANDING else ref.as_of,
    )
    if ref.among:
        kept = tuple(one for one in found.groups if next(iter(one.group.values()), None) in ref.among)
        found = replace(found, groups=kept)
    rows = tuple(side for one in found.groups for side in (one.before, one.after) if side is not None)
    return found, describe_comparison(found, load_names(session, replace(result, rows=rows)))


def tell_known_since(
    session: Session, ref: FigureRef, result: Report, person: PersonFacts, deps: Deps
) -> tuple[str, ...]:
    """Return what a past figure was where nothing was recorded by then, as its records came in later; else ().

    Raises the errors of `offers.reporting.report`.
    """
    viewer = Viewer(deps.clock(), deps.settings.metric_settings, reader=person, only=ref.only)
    return find_known_since(session, result, viewer)


def find_known_since(session: Session, result: Report, viewer: Viewer) -> tuple[str, ...]:
    """Return what a past figure was of which nothing was recorded by its as-of day, as it is known now; else ().

    Raises the errors of `offers.reporting.report`.
    """
    if result.total.denominator != 0 or result.as_of >= viewer.now.date():
        return ()
    rows = read_known_now(session, result, viewer)
    return (describe_known_since(result.metric, result.as_of, rows),) if rows else ()


def _list_groups(ref: FigureRef, person: PersonFacts) -> tuple[str, ...]:
    """Return by what two windows are compared: no stages, and not by peers, who may be others in each window."""
    if METRIC_TABLE[ref.metric].is_staged or (person.is_external and "partner" in ref.by):
        return ()
    return tuple(name for name in ref.by if name not in PERIODS)
