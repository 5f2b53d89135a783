"""How far a target is from here: what is expected by now, what is left to do, and whether that can be done. Pure.

A metric of a window is added up over the target's period: what is sold from now on counts on top. A metric of a day is
a level: it has to be raised to the target by the period's last day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from math import ceil
from typing import Any

_WEEK = 7
MONTH_DAYS = 365.25 / 12
_SETTLED_DAYS = 28
"""A period younger than this says too little about how much there is to come."""

_LEAST_SHARE = 0.25
"""A month with a smaller share of the usual base is no best month: two of two would be hard to beat."""


class Standing(StrEnum):
    """Where a target stands.

    `REACHED`: nothing more is needed by the period's end, as far as can be foreseen. `OUT_OF_REACH`: even all that is
    open or to come would not do.
    """

    NOT_BEGUN = "not begun"
    NO_BASE = "no base"
    REACHED = "reached"
    OPEN = "open"
    OUT_OF_REACH = "out of reach"
    MET = "met"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Term:
    """A target's value and its period, both days included, and the day on which it is looked at."""

    target: float
    first_day: date
    last_day: date
    day: date

    @property
    def days(self) -> int:
        """How long the period is."""
        return (self.last_day - self.first_day).days + 1

    @property
    def days_gone(self) -> int:
        """How many days of it have begun, the day itself included; 0 before it begins."""
        return min(self.days, max(0, (self.day - self.first_day).days + 1))

    @property
    def days_left(self) -> int:
        """How many days come after the day."""
        return self.days - self.days_gone


@dataclass(frozen=True, slots=True)
class PastMonth:
    """A complete month ("2026-03") of a figure."""

    month: str
    numerator: int
    denominator: int

    @property
    def rate(self) -> float | None:
        """Numerator over denominator, None without a denominator."""
        return self.numerator / self.denominator if self.denominator else None


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a target stands.

    `expected` is the numerator that the target asks for by now; `base_to_come` how much the denominator is expected to
    grow until the end (a level's may shrink); `needed` how much of the numerator is missing then, 0 when nothing is.
    `open_base` is what of today's base can still come into the numerator, `closed_base` what of the base to come is
    booked already. `required` is the share of what can still come that has to, None for a level and where nothing
    can. `best` is the best month's rate, of a level its largest gain in a month, None where no month says;
    `best_sides` is that month, of a level with the one before. `is_past`: the day is not today. Amounts in minor units.
    """

    term: Term
    standing: Standing
    numerator: int
    denominator: int
    expected: float | None
    base_to_come: float
    needed: int
    per_week: float | None
    required: float | None
    best: float | None
    best_month: str | None
    is_level: bool = False
    currency: str | None = None
    open_base: float = 0.0
    closed_base: float = 0.0
    best_sides: tuple[PastMonth, ...] = ()
    is_past: bool = False

    @property
    def candidates(self) -> float:
        """How much can still come into the numerator: what is open, and what is to come and not in the books."""
        return self.open_base + self.base_to_come - self.closed_base

    @property
    def rate(self) -> float | None:
        """The rate so far, None without a base."""
        return self.numerator / self.denominator if self.denominator else None

    def as_json(self) -> dict[str, Any]:
        """Return the document that `attache report --json` prints under `progress`."""
        return {
            "target": self.term.target,
            "from": self.term.first_day.isoformat(),
            "to": self.term.last_day.isoformat(),
            "as_of": self.term.day.isoformat(),
            "standing": self.standing.value,
            "numerator": self.numerator,
            "denominator": self.denominator,
            "rate": self.rate,
            "expected": self.expected,
            "base_to_come": self.base_to_come,
            "open_base": self.open_base,
            "needed": self.needed,
            "days_left": self.term.days_left,
            "per_week": self.per_week,
            "required_rate": self.required,
            "best_gain" if self.is_level else "best_rate": self.best,
            "best_month": self.best_month,
            **({"currency": self.currency} if self.currency is not None else {}),
        }


def measure_flow(
    term: Term,
    numerator: int,
    denominator: int,
    *,
    months: Sequence[PastMonth] = (),
    known_base: int | None = None,
    booked: int = 0,
    closed_base: int | None = None,
    open_base: int = 0,
    is_proportion: bool = True,
    currency: str | None = None,
) -> Progress:
    """Return the progress of a figure that adds up over the period.

    With D = denominator + base to come, `needed` = target * D - numerator - booked, rounded up, and `required` is that
    over what can still come into the numerator. Check: 52 of 80 with 20 to come and a target of 70 %: 70 - 52 = 18
    needed, 90 % of the rest; with 40 of the 80 still open 18 of 60, 30 %.

    Args:
        months: Complete months before the day, oldest first.
        known_base: How much base is to come where that is known, as of contract lines that end; else it is expected
            to go on as in the period so far, and in the months where the period is young.
        booked: What of the base to come is in the numerator's books already.
        closed_base: The base of what is booked, where that is another amount.
        open_base: What of the base so far can still come into the numerator.
        is_proportion: It can't exceed one.
    """
    to_come = float(known_base) if known_base is not None else _expect_base(term, denominator, months)
    missing = term.target * (denominator + to_come) - numerator - booked
    needed = max(0, _round_up(missing))
    closed = min(to_come, booked if closed_base is None else closed_base)
    candidates = open_base + to_come - closed
    best = _find_best(months)
    is_enough = missing <= candidates + 1e-9 or (not is_proportion and (candidates > 0 or known_base is None))
    return Progress(
        term=term,
        standing=_judge_flow(term, denominator, needed, to_come=to_come, is_enough=is_enough),
        numerator=numerator,
        denominator=denominator,
        expected=term.target * denominator,
        base_to_come=to_come,
        needed=needed,
        per_week=_per_week(term, needed),
        required=max(0.0, missing / candidates) if candidates > 0 else None,
        best=best.rate if best else None,
        best_month=best.month if best else None,
        currency=currency,
        open_base=open_base,
        closed_base=closed,
        best_sides=(best,) if best else (),
    )


def measure_level(
    term: Term,
    numerator: int,
    denominator: int,
    *,
    start_rate: float | None = None,
    months: Sequence[PastMonth] = (),
    base_by_end: float | None = None,
    currency: str | None = None,
) -> Progress:
    """Return the progress of a level: 40 of 100 with a target of 65 % lacks 25, of 120 by the end 38.

    `expected` lies on the straight line from the level before the period to the target on its last day; a level that
    began above the target need only be at it. The best month is that with the largest gain in points of the rate.

    Args:
        start_rate: The level before the period began, None where it is unknown.
        months: Complete months before the day, oldest first; a gain is that of a month on the one before.
        base_by_end: What the base is expected to be on the last day; None: what it is.
    """
    base = denominator if base_by_end is None or not denominator or not term.days_left else base_by_end
    needed = max(0, _round_up(term.target * base - numerator))
    gains = [
        (after.rate - before.rate, after.month, (before, after))
        for before, after in pairwise(months)
        if before.rate is not None and after.rate is not None
    ]
    gain, best_month, sides = max(gains, key=lambda found: found[:2], default=(None, None, ()))
    expected = None
    if start_rate is not None and denominator:
        on_line = start_rate + (term.target - start_rate) * term.days_gone / term.days
        expected = min(on_line, term.target) * denominator
    return Progress(
        term=term,
        standing=_judge_level(term, denominator, needed),
        numerator=numerator,
        denominator=denominator,
        expected=expected,
        base_to_come=base - denominator,
        needed=needed,
        per_week=_per_week(term, needed),
        required=None,
        best=gain,
        best_month=best_month,
        is_level=True,
        currency=currency,
        open_base=max(0, denominator - numerator),
        best_sides=sides,
    )


def _judge_flow(term: Term, denominator: int, needed: int, *, to_come: float, is_enough: bool) -> Standing:
    if term.days_left == 0:
        return _judge_end(denominator, needed)
    if denominator + to_come <= 0:
        return Standing.NO_BASE
    if needed == 0:
        return Standing.REACHED
    if not is_enough:
        return Standing.OUT_OF_REACH
    return Standing.NOT_BEGUN if term.days_gone == 0 else Standing.OPEN


def _judge_level(term: Term, denominator: int, needed: int) -> Standing:
    if term.days_left == 0:
        return _judge_end(denominator, needed)
    if denominator <= 0:
        return Standing.NO_BASE
    if needed == 0:
        return Standing.REACHED
    if term.target > 1:
        return Standing.OUT_OF_REACH
    return Standing.NOT_BEGUN if term.days_gone == 0 else Standing.OPEN


def _judge_end(denominator: int, needed: int) -> Standing:
    if not denominator:
        return Standing.NO_BASE
    return Standing.MET if needed == 0 else Standing.MISSED


def _expect_base(term: Term, denominator: int, months: Sequence[PastMonth]) -> float:
    """Return what comes if every day left brings as much as the days of the period so far.

    Of a young period the months before say it, where there are any.
    """
    if term.days_gone < _SETTLED_DAYS and months:
        return sum(month.denominator for month in months) / (len(months) * MONTH_DAYS) * term.days_left
    return denominator / term.days_gone * term.days_left if term.days_gone else 0.0


def _find_best(months: Sequence[PastMonth]) -> PastMonth | None:
    usual = sum(month.denominator for month in months) / len(months) if months else 0.0
    known = [month for month in months if month.denominator and month.denominator >= _LEAST_SHARE * usual]
    return max(known, key=lambda month: (month.rate or 0.0, month.month), default=None)


def _per_week(term: Term, needed: int) -> float | None:
    return needed / term.days_left * _WEEK if term.days_left else None


def _round_up(value: float) -> int:
    """Return the next whole number; what floating point added to a whole one doesn't count."""
    return ceil(value - 1e-9)
