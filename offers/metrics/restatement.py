"""What a figure was, what it is now, and which records made the difference."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from offers.attach_rate import Group
from offers.errors import UnknownDimension
from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.entries import Counted, Entry
from offers.metrics.figures import Counts, Window
from offers.metrics.grouping import end_of_day
from offers.metrics.kinds import STANDING
from offers.metrics.parts import count_base, find_total, keep_entries, keep_groups, rebase
from offers.metrics.reasons import Interim, find_reasons
from offers.metrics.ties import tie_entries
from offers.models import OrderLine

Sides = tuple[int, int]
"""Numerator and denominator."""


@dataclass(frozen=True, slots=True)
class EntryChange:
    """An entry that counts otherwise than it did; None where there was none. `reasons` are in order of time.

    Amounts are in minor units of `currency`; `now_in` is another one that they have come to be in.
    """

    entry_id: str
    account_id: str | None
    before: Sides | None
    after: Sides | None
    reasons: tuple[str, ...]
    currency: str | None = None
    now_in: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the change as `attache report --restated --json` prints it."""
        return {
            "id": self.entry_id,
            "account": self.account_id,
            "before": list(self.before) if self.before else None,
            "after": list(self.after) if self.after else None,
            **({"currency": self.currency} if self.currency is not None else {}),
            **({"now_in": self.now_in} if self.now_in is not None else {}),
            "reasons": list(self.reasons),
        }


@dataclass(frozen=True, slots=True)
class Restatement:
    """A window's total as it was known at its as-of day's end, as it is known now, and what changed in between.

    Of several currencies there is no total: `currencies` has both for each of them.
    """

    before: Counts | None
    after: Counts | None
    changes: tuple[EntryChange, ...]
    currencies: Mapping[str, tuple[Counts | None, Counts | None]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the restatement as `attache report --restated --json` prints it."""
        return {
            "before": _as_list(self.before),
            "after": _as_list(self.after),
            **(
                {
                    "currencies": {
                        currency: {"before": _as_list(before), "after": _as_list(after)}
                        for currency, (before, after) in self.currencies.items()
                    }
                }
                if self.currencies
                else {}
            ),
            "changes": [change.as_json() for change in self.changes],
        }


def _as_list(counts: Counts | None) -> list[int] | None:
    return [counts.numerator, counts.denominator] if counts is not None else None


def restate(
    session: Session, metric: str, window: Window, *, now: datetime, only: Mapping[str, str] | None = None
) -> Restatement:
    """Return what has become of a past figure.

    A window's figure is told as it stands now, with what has happened to it since; of a day's figure only the
    knowledge moves to `now`: what was installed after the day was not there on it.

    `only` keeps the part with these values of dimensions; what has come into it or left it since has changed.

    Raises:
        UnknownDimension: The figure has no such part.
    """
    found, kept = METRIC_TABLE[metric], dict(only or {})
    listing, values = found.list_entries, tuple(kept.values())
    for name in kept:
        if name not in found.dimensions:
            raise UnknownDimension(name, metric, found.dimensions)
    then = replace(window, by=tuple(kept), known=end_of_day(window.day))
    is_passing = found.is_windowed and metric not in STANDING
    later = replace(then, known=now, day=now.date() if is_passing else window.day)
    later = replace(later, is_looking_back=later.day < now.date())
    old, new = (_sum_entries(keep_entries(listing(session, one), values)) for one in (then, later))
    changed = {key: new.get(key) or old[key] for key in sorted(old.keys() | new.keys())}
    changed = {key: one for key, one in changed.items() if _value(old.get(key)) != _value(new.get(key))}
    ties = tie_entries(session, metric, found.entry_kind, changed, later)
    moved = [key for key in changed if key in old and key in new and old[key].currency != new[key].currency]
    ties.tie((OrderLine, "account_id"), ((changed[key].account_id or "", {key}) for key in moved))
    reasons = find_reasons(session, ties, Interim(then.known, now, window.day, is_passing))
    changes = tuple(_compare(key, old.get(key), new.get(key), reasons.get(key, ())) for key in changed)
    counted = [found.count(session, one) for one in (then, later)]
    before, after = (_total(one, values) for one in counted)
    if found.shared_by is not None and kept:
        before, after = (
            one and rebase(one, count_base(session, at, kept, count=found.count, shared_by=found.shared_by))
            for one, at in ((before, then), (after, later))
        )
    return Restatement(
        before, after, changes, _by_currency(counted, values) if None in (before, after) else {}
    )


def _compare(key: str, old: Entry | None, new: Entry | None, reasons: Iterable[str]) -> EntryChange:
    known = [one for one in (old, new) if one is not None]
    first, last = known[0], known[-1]
    return EntryChange(
        key,
        last.account_id,
        _sides(old),
        _sides(new),
        tuple(reasons),
        first.currency,
        last.currency if last.currency != first.currency else None,
    )


def _by_currency(counted: Iterable[Counted], values: Group) -> dict[str, tuple[Counts | None, Counts | None]]:
    """Return both sides of each currency; a side that has one alone has no currency among its groups."""
    sides: list[dict[str, Counts]] = []
    for groups, total in counted:
        parts = keep_groups(groups, values).values() if values else groups.values() or [total]
        sides.append({one.currency: one for one in parts if one is not None and one.currency is not None})
    then, now = sides
    return {name: (then.get(name), now.get(name)) for name in sorted(then.keys() | now.keys())}


def _total(counted: Counted, values: Group) -> Counts | None:
    groups, total = counted
    return find_total(groups, values) if values else total


def _value(entry: Entry | None) -> tuple[int, int, str | None] | None:
    return None if entry is None else (entry.numerator, entry.denominator, entry.currency)


def _sum_entries(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Return one entry for each id: a bundle's line is several."""
    summed: dict[str, Entry] = {}
    for entry in entries:
        known = summed.get(entry.entry_id)
        summed[entry.entry_id] = (
            entry
            if known is None
            else replace(
                known,
                numerator=known.numerator + entry.numerator,
                denominator=known.denominator + entry.denominator,
            )
        )
    return summed


def _sides(entry: Entry | None) -> Sides | None:
    return None if entry is None else (entry.numerator, entry.denominator)
