"""Computing a figure for who asks: the report, where its target stands, and what was asked beside the rate."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import Session

from bot.deps import Deps
from bot.figures.asking import FigureRequest
from bot.figures.aspects import MOVED, PARTNERS, SALES, SELLERS, UNCOVERED
from bot.figures.beside import find_beside
from bot.figures.directs import refer_to
from bot.figures.names import load_names, load_part_names
from bot.figures.sellers import count_sellers
from bot.figures.versus import describe_versus, tell_known_since
from bot.views.figure_remarks import (
    describe_among,
    describe_beside,
    describe_cancelled,
    describe_cause,
    describe_flags,
    describe_pace,
    describe_sales,
    describe_sellers,
    describe_uncovered,
)
from bot.views.figures import FigureMessage, build_figure_message
from bot.views.payloads import FigureRef
from bot.views.readings import list_readings
from offers.contract_moves import find_moves
from offers.guardrails import Guardrails
from offers.metrics.causes import Cause, find_cause
from offers.metrics.currencies import CURRENCY
from offers.metrics.figures import Report
from offers.metrics.pacing import find_progress_of
from offers.metrics.progress import Progress
from offers.metrics.recent import Viewer
from offers.metrics.two_windows import Comparison
from offers.people import PersonFacts
from offers.reporting import find_curve, report, require_own
from offers.survival import SurvivalCurve


@dataclass(frozen=True, slots=True)
class FigureAnswer:
    """A report as somebody may see it: what its ids are called, where its target stands, the curve behind it.

    `remarks` are what was asked beside the rate, as mrkdwn; `beside` are an attach figure's guardrails,
    `compared` the two windows that were asked for, in words, and `windows` themselves.
    """

    report: Report
    ref: FigureRef
    names: Mapping[str, str]
    progress: Progress | None = None
    curve: SurvivalCurve | None = None
    remarks: tuple[str, ...] = ()
    beside: Guardrails | None = None
    compared: str = ""
    windows: Comparison | None = None

    def build(self) -> FigureMessage:
        """Build the message."""
        return build_figure_message(
            self.report,
            names=self.names,
            ref=self.ref,
            progress=self.progress,
            curve=self.curve,
            remarks=(*([self.compared] if self.compared else []), *self._list_remarks()),
        )

    def _list_remarks(self) -> tuple[str, ...]:
        if self.beside is None:
            return self.remarks
        flags = describe_flags(self.report, self.beside, self.names)
        return (*self.remarks, describe_beside(self.beside), *([flags] if flags else []))


def compute(
    session: Session,
    request: FigureRequest | FigureRef,
    person: PersonFacts,
    deps: Deps,
    *,
    is_whole: bool = False,
) -> FigureAnswer:
    """Return the figure as this person may see it; `is_whole`: with what stands beside each of its groups.

    Raises the errors of `offers.reporting.report`.
    """
    ref = request if isinstance(request, FigureRef) else refer_to(request)
    options = read_options(ref, person, deps)
    for value in ref.among:
        require_own(person, {ref.by[0]: value})
    cause = _find_cause(session, ref, person, deps)
    result = cause.after if cause is not None else report(session, ref.metric, only=ref.only, **options)
    if ref.among:
        result = replace(result, rows=tuple(row for row in result.rows if _first(row.group) in ref.among))
    shared = {name: options[name] for name in ("now", "as_of", "reader", "settings")}
    # A total of several currencies is each of them.
    total = replace(result, rows=tuple(row for row in result.rows if set(row.group) == {CURRENCY}))
    paces = find_progress_of(session, total, only=ref.only, **shared)
    curve = find_curve(session, ref.metric, only=ref.only, **options)
    names = load_names(session, result)
    if ref.versus is not None and cause is not None and cause.movement is None:
        # What the company was long ago may have become known since: both are told as they are known now.
        cause = None
    remarks = _list_remarks(session, ref, result, cause, names, options)
    windows, compared = None, ""
    if ref.versus is not None and cause is None:
        windows, compared = describe_versus(session, ref, ref.versus, result, person, deps)
    remarks = (*tell_known_since(session, ref, result, person, deps), *list_readings(result), *remarks)
    in_currencies = tuple(describe_pace(ref.metric, pace) for key, pace in paces.items() if key)
    beside = find_beside(
        session,
        result,
        now=options["now"],
        settings=options["settings"],
        reader=person,
        only=ref.only,
        is_whole=is_whole,
    )
    return FigureAnswer(
        result, ref, names, paces.get(()), curve, remarks + in_currencies, beside, compared, windows
    )


def _find_cause(session: Session, ref: FigureRef, person: PersonFacts, deps: Deps) -> Cause | None:
    """Return why a figure moved, where that is asked; of two windows against the earlier of them."""
    if ref.aspect != MOVED:
        return None
    viewer = Viewer(deps.clock(), deps.settings.metric_settings, reader=person, only=ref.only)
    last = ref.date_to or ref.as_of or deps.clock().date()
    before = ref.versus[0] if ref.versus is not None else None
    return find_cause(
        session, ref.metric, viewer, by=ref.by, first_day=ref.date_from, last_day=last, before=before
    )


def _first(group: Mapping[str, str | None]) -> str | None:
    return next(iter(group.values()), None)


def _list_remarks(
    session: Session,
    ref: FigureRef,
    result: Report,
    cause: Cause | None,
    names: Mapping[str, str],
    options: Mapping[str, Any],
) -> tuple[str, ...]:
    """Return what was asked beside the rate, in words."""
    remarks = []
    if cause is not None:
        parts = dict(names)
        for one in cause.contributions:
            parts |= load_part_names(session, {name: value for name, value in one.group.items() if value})
        remarks.append(describe_cause(cause, parts))
    if ref.aspect == UNCOVERED:
        remarks.append(describe_uncovered(result.total))
    if ref.aspect == SALES:
        remarks.append(describe_sales(result.total))
    if ref.aspect in (SELLERS, PARTNERS):
        of_partners = ref.aspect == PARTNERS
        sold, called = count_sellers(session, ref, result, options, of_partners=of_partners)
        remarks.append(describe_sellers(sold, called, of_partners=of_partners))
    if ref.metric == "cancellation_rate":
        # The rate is of what was sold in the window: what was cancelled in it is something else.
        moves = find_moves(session, ref.metric, only=ref.only, **{**options, "by": ()})
        remarks.append(describe_cancelled(moves))
    if ref.among:
        remarks.append(describe_among([names.get(value, value) for value in ref.among], ref.by[0]))
    return tuple(remarks)


def read_options(ref: FigureRef, person: PersonFacts, deps: Deps) -> dict[str, Any]:
    """Return what a report and the rows behind it are asked with."""
    return {
        "by": ref.by,
        "date_from": ref.date_from,
        "date_to": ref.date_to,
        "as_of": ref.as_of,
        "now": deps.clock(),
        "reader": person,
        "settings": deps.settings.metric_settings,
    }
