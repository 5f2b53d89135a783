"""From a target and the figures of its period to its progress."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from offers.attach_rate import Group, divide
from offers.forecast import Forecast
from offers.metrics.currencies import CURRENCY, keep_currency
from offers.metrics.figures import Figure, MetricSettings, Report
from offers.metrics.grouping import end_of_day
from offers.metrics.kinds import RATIOS
from offers.metrics.open_units import count_open_units
from offers.metrics.outlook import HISTORY_MONTHS, MONTHS_AHEAD, foresee, history_days, months_until
from offers.metrics.periods import first_of_months_ago
from offers.metrics.progress import PastMonth, Progress, Term, measure_flow, measure_level
from offers.metrics.targets import AT_MOST, COLUMNS, find_readers_goal, period_of
from offers.models import Target
from offers.people import PersonFacts
from offers.reporting import find_rows, get_metric, report

KNOWN_AHEAD = frozenset({"renewal_rate", "renewal_value", "first_renewal_rate"})
"""Metrics whose base to come stands in the books: the contract lines that will end."""

OPEN_FOR_DAYS = KNOWN_AHEAD | {"conversion"}
"""Metrics of which what came into the base last may still come into the numerator for a while."""

_STAYING = frozenset({"account_attach", "partner_attach"})
"""Metrics of customers: whoever is in the base may still buy until the period ends."""

_MONTHS = 12


def find_progress(
    session: Session,
    metric: str,
    *,
    now: datetime,
    as_of: date | None = None,
    reader: PersonFacts | None = None,
    settings: MetricSettings | None = None,
    only: Mapping[str, str] | None = None,
    currency: str | None = None,
) -> Progress | None:
    """Return where a metric's target stands on the as-of day, None without a target.

    `only` keeps the groups with these values of dimensions, and takes their target. Amounts in several currencies have
    no progress but in one `currency` of them.

    Raises UnknownMetric, UnknownDimension, NotYourFigure.
    """
    known, day = (end_of_day(as_of), as_of) if as_of is not None else (now, now.date())
    goal = find_readers_goal(session, metric, reader=reader, now=known, day=day, only=only)
    if goal is None or not is_paced(metric):
        return None
    first, last = period_of(goal, day)
    is_windowed = get_metric(metric).is_windowed

    options: dict[str, Any] = {
        "as_of": as_of,
        "now": now,
        "reader": reader,
        "settings": settings,
        "only": only,
    }

    def read(date_from: date | None, date_to: date | None, by: Sequence[str] = ()) -> Report:
        made = report(session, metric, by=by, date_from=date_from, date_to=date_to, **options)
        return made if currency is None else keep_currency(made, currency)

    so_far = read(first, day) if is_windowed else read(None, None)
    rest = read(day + timedelta(days=1), last) if metric in KNOWN_AHEAD and day < last else None
    in_force = settings or MetricSettings()
    days = open_days(metric, first, day, in_force)
    still = read(days, day) if days is not None else None
    open_units = None
    if metric == "pos_attach":
        entries = find_rows(session, metric, date_from=first, date_to=day, **options)
        open_units = count_open_units(session, entries, day=day, known=known, pos_days=in_force.pos_days)
    ended = history_days(day)[1]
    # A level's base is foreseen from as many months as every forecast is.
    is_foreseen = not is_windowed and 0 < months_until(day, last) <= MONTHS_AHEAD
    months = read(
        first_of_months_ago(ended, HISTORY_MONTHS - 1 if is_foreseen else _MONTHS), ended, ("month",)
    )
    return build_progress(
        goal,
        so_far.total,
        months.rows,
        rest=rest.total if rest else None,
        still=still.total if still else None,
        open_units=open_units,
        ahead=foresee(months, months=MONTHS_AHEAD).forecast if is_foreseen else None,
        day=day,
        is_past=day < now.date(),
    )


def open_days(metric: str, first_day: date, day: date, settings: MetricSettings) -> date | None:
    """Return the day from which on what is in the base may still come into the numerator after the day.

    An opportunity may be accepted within the attribution window, a successor start within the grace. None where what
    is in the base is settled when it comes in, or stays open until the period ends.
    """
    if metric not in OPEN_FOR_DAYS:
        return None
    days = settings.attribution_days if metric == "conversion" else settings.grace_days
    # Tomorrow has to be one of its days.
    return min(day, max(first_day, day - timedelta(days=days - 1)))


def find_progress_of(
    session: Session,
    result: Report,
    *,
    now: datetime,
    as_of: date | None = None,
    reader: PersonFacts | None = None,
    settings: MetricSettings | None = None,
    only: Mapping[str, str] | None = None,
) -> dict[Group, Progress]:
    """Return where the targets of a report's rows stand, by the values of their groups; () is the total.

    A report of a window that has ended has none: its targets are no longer worked towards. Nor has one of a window that
    lies ahead, whose term has not begun, nor have periods.
    """
    is_past = result.date_to is not None and result.date_to < result.as_of
    is_ahead = result.date_from is not None and result.date_from > result.as_of
    found: dict[Group, Progress] = {}
    for row in () if is_past or is_ahead else (*result.rows, result.total):
        if row.target is None or not set(row.group) <= {*COLUMNS, CURRENCY}:
            continue
        parts = {name: value for name, value in row.group.items() if value is not None and name != CURRENCY}
        progress = find_progress(
            session,
            result.metric,
            now=now,
            as_of=as_of,
            reader=reader,
            settings=settings,
            only={**(only or {}), **parts},
            currency=row.currency,
        )
        if progress is not None:
            found[tuple(row.group.values())] = progress
    return found


def is_paced(metric: str) -> bool:
    """Tell whether a target of the metric can be worked towards: a rate of counts, of which more is better."""
    return metric not in AT_MOST and not get_metric(metric).is_staged


def build_progress(
    goal: Target,
    so_far: Figure,
    months: Sequence[Figure],
    *,
    rest: Figure | None = None,
    still: Figure | None = None,
    open_units: int | None = None,
    ahead: Forecast | None = None,
    day: date,
    is_past: bool = False,
) -> Progress | None:
    """Return the progress made of figures that were counted; None where they are in several currencies or estimates.

    Args:
        so_far: The figure of the period up to the day; of a level, that of the day.
        months: Complete months by name, oldest first; the last thirteen count.
        rest: The figure of the days to come, where those stand in the books.
        still: The figure of the days whose base is still open, where those are not the whole period.
        open_units: How much of the base is still open, where no report says it.
        ahead: The forecast of the months after the last complete one, which says the base that a level will have.
        is_past: The day is not today.
    """
    if so_far.numerator is None or so_far.denominator is None:
        return None
    if so_far.rate is not None and so_far.rate != divide(so_far.numerator, so_far.denominator):
        return None
    first, last = period_of(goal, day)
    term = Term(goal.value, first, last, day)
    past = [_past(row) for row in months if row.currency == so_far.currency]
    if not get_metric(goal.metric).is_windowed:
        before = f"{first_of_months_ago(first, 1):%Y-%m}" if first.day == 1 else None
        found = measure_level(
            term,
            so_far.numerator,
            so_far.denominator,
            start_rate=next((one.rate for one in past if one.month == before), None),
            months=past[-_MONTHS - 1 :],
            base_by_end=_foresee_base(ahead, months_until(day, last), now=so_far.denominator, past=past),
            currency=so_far.currency,
        )
    else:
        open_ = so_far if goal.metric in _STAYING else still
        found = measure_flow(
            term,
            so_far.numerator,
            so_far.denominator,
            months=past[-_MONTHS:],
            known_base=rest.denominator if rest is not None else None,
            booked=(rest.numerator or 0) if rest is not None else 0,
            open_base=open_units or (_left(open_) if open_ is not None else 0),
            is_proportion=goal.metric not in RATIOS,
            currency=so_far.currency,
        )
    return replace(found, is_past=is_past)


def _foresee_base(
    ahead: Forecast | None, months: int, *, now: int, past: Sequence[PastMonth]
) -> float | None:
    """Return the base of the forecast's month in which a period ends, None where it does not reach so far.

    What the base has today beyond all that the forecast runs through in the month under way, a customer's whole fleet
    that came or went since, is there at the end too.
    """
    if ahead is None or not past or not 0 < months <= len(ahead.points):
        return None
    sides = past[-1].denominator, ahead.points[0].denominator
    # In whole pieces: a part of one is the forecast's own.
    unforeseen = round(now - min(max(now, min(sides)), max(sides)))
    return max(0.0, ahead.points[months - 1].denominator + unforeseen)


def _left(figure: Figure) -> int:
    return max(0, (figure.denominator or 0) - (figure.numerator or 0))


def _past(row: Figure) -> PastMonth:
    return PastMonth(str(row.group["month"]), row.numerator or 0, row.denominator or 0)
