"""What a figure was, what it is now, and which records made the difference."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import Session, col

from offers.attach_rate import Group
from offers.errors import NoRowsBehind, UnknownDimension
from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.entries import Counted, Entry
from offers.metrics.figures import Counts, Window
from offers.metrics.grouping import end_of_day
from offers.metrics.parts import find_total, keep_entries
from offers.models import Asset, ContractLine, OfferEvent, OrderLine, ServiceContract
from offers.tables.columns import Versioned

# What happens to a record without changing it, when that is known beforehand.
_HAPPENINGS: dict[type[Versioned], tuple[str, ...]] = {
    OrderLine: ("ordered_at", "returned_at"),
    ContractLine: ("booked_at",),
    ServiceContract: ("cancelled_on",),
    OfferEvent: ("occurred_at",),
}
_SILENT = {"row_id", "recorded_at", "superseded_at", "source"}
_IDS_AT_ONCE = 500

Sides = tuple[int, int]
"""Numerator and denominator."""


@dataclass(frozen=True, slots=True)
class EntryChange:
    """An entry that counts otherwise than it did; None where there was none. `reasons` are in order of time."""

    entry_id: str
    account_id: str | None
    before: Sides | None
    after: Sides | None
    reasons: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the change as `attache report --restated --json` prints it."""
        return {
            "id": self.entry_id,
            "account": self.account_id,
            "before": list(self.before) if self.before else None,
            "after": list(self.after) if self.after else None,
            "reasons": list(self.reasons),
        }


@dataclass(frozen=True, slots=True)
class Restatement:
    """A window's total as it was known at its as-of day's end, as it is known now, and what changed in between."""

    before: Counts | None
    after: Counts | None
    changes: tuple[EntryChange, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the restatement as `attache report --restated --json` prints it."""
        return {
            "before": [self.before.numerator, self.before.denominator] if self.before else None,
            "after": [self.after.numerator, self.after.denominator] if self.after else None,
            "changes": [change.as_json() for change in self.changes],
        }


def restate(
    session: Session, metric: str, window: Window, *, now: datetime, only: Mapping[str, str] | None = None
) -> Restatement:
    """Return what has become of a past figure.

    A window's figure is told as it stands now, with what has happened to it since; of a day's figure only the
    knowledge moves to `now`.

    `only` keeps the part with these values of dimensions; what has come into it or left it since has changed.

    Raises:
        NoRowsBehind: The metric is an estimate over all of them.
        UnknownDimension: The figure has no such part.
    """
    found, kept = METRIC_TABLE[metric], dict(only or {})
    listing, values = found.list_entries, tuple(kept.values())
    if listing is None:
        raise NoRowsBehind(metric)
    for name in kept:
        if name not in found.dimensions:
            raise UnknownDimension(name, metric, found.dimensions)
    then = replace(window, by=tuple(kept), known=end_of_day(window.day))
    later = replace(then, known=now, day=now.date() if found.is_windowed else window.day)
    old, new = (_sum_entries(keep_entries(listing(session, one), values)) for one in (then, later))
    ids = sorted(key for key in old.keys() | new.keys() if _sides(old.get(key)) != _sides(new.get(key)))
    reasons = _find_reasons(session, ids, since=then.known, until=now)
    changes = tuple(
        EntryChange(
            key,
            (new.get(key) or old[key]).account_id,
            _sides(old.get(key)),
            _sides(new.get(key)),
            tuple(reasons.get(key, ())),
        )
        for key in ids
    )
    before, after = (_total(found.count(session, one), values) for one in (then, later))
    return Restatement(before, after, changes)


def _total(counted: Counted, values: Group) -> Counts | None:
    groups, total = counted
    return find_total(groups, values) if values else total


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


def _find_reasons(
    session: Session, ids: Sequence[str], *, since: datetime, until: datetime
) -> dict[str, list[str]]:
    """Return by entry what was recorded after the instant about it, its contract or its offer."""
    found: defaultdict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for start in range(0, len(ids), _IDS_AT_ONCE):
        part = ids[start : start + _IDS_AT_ONCE]
        owners = {key: {key} for key in part}
        contracts, offers = _find_related(session, part)
        for model, column, related in (
            (OrderLine, "order_line_id", owners),
            (Asset, "asset_id", owners),
            (ContractLine, "contract_line_id", owners),
            (ContractLine, "asset_id", owners),
            (ContractLine, "predecessor_line_id", owners),
            (ServiceContract, "contract_id", contracts),
            (OfferEvent, "offer_id", offers),
        ):
            for key, at, text in _read_changes(session, model, column, list(related), since, until):
                for entry_id in related[key]:
                    found[entry_id].append((at, text))
    return {key: [text for _, text in sorted(set(texts))] for key, texts in found.items()}


def _find_related(session: Session, ids: Sequence[str]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Return contracts and offers by id, each with the entries that hang on it."""
    contracts: defaultdict[str, set[str]] = defaultdict(set)
    offers: defaultdict[str, set[str]] = defaultdict(set)
    lines = select(
        col(ContractLine.contract_id), col(ContractLine.contract_line_id), col(ContractLine.asset_id),
        col(ContractLine.predecessor_line_id), col(ContractLine.offer_id),
    ).where(
        or_(
            col(ContractLine.contract_line_id).in_(ids),
            col(ContractLine.asset_id).in_(ids),
            col(ContractLine.predecessor_line_id).in_(ids),
        )
    )  # fmt: skip
    for contract_id, *keys, offer_id in session.execute(lines).all():
        for key in keys:
            if key in ids:
                contracts[contract_id].add(key)
                if offer_id:
                    offers[offer_id].add(key)
    sold = select(col(OrderLine.order_line_id), col(OrderLine.offer_id)).where(
        col(OrderLine.order_line_id).in_(ids), col(OrderLine.offer_id).is_not(None)
    )
    for key, offer_id in session.execute(sold).all():
        offers[offer_id].add(key)
    return contracts, offers


def _read_changes(
    session: Session,
    model: type[Versioned],
    column: str,
    keys: Sequence[str],
    since: datetime,
    until: datetime,
) -> Iterable[tuple[str, datetime, str]]:
    """Yield (key, when, what changed) of the versions that began or ended after the instant, or came to pass."""
    if not keys:
        return
    identity = _identity(model)
    happenings = _HAPPENINGS.get(model, ())
    moved: ColumnElement[bool] = or_(
        col(model.recorded_at) > since,
        col(model.superseded_at) > since,
        *(col(getattr(model, name)) > since for name in happenings),
    )
    rows = (
        session.execute(
            select(model)
            .where(col(getattr(model, column)).in_(keys), col(model.recorded_at) <= until, moved)
            .order_by(col(model.recorded_at), col(model.row_id))
        )
        .scalars()
        .all()
    )
    chains: defaultdict[str, list[Any]] = defaultdict(list)
    for row in rows:
        chains[str(getattr(row, identity))].append(row)
    name = identity.removesuffix("_id").replace("_", " ")
    for chain_id, chain in chains.items():
        for place, row in enumerate(chain):
            key = str(getattr(row, column))
            before = chain[place - 1] if place else None
            if row.recorded_at > since:
                yield key, row.recorded_at, f"{name} {chain_id}: {_describe(row, before)}"
                continue
            for happening in happenings:
                on = _day_of(getattr(row, happening))
                if on is not None and since.date() < on <= until.date():
                    what = row.event if isinstance(row, OfferEvent) else happening.rpartition("_")[0]
                    yield key, row.recorded_at, f"{name} {chain_id}: {what} {on}, known before"
        last = chain[-1]
        if last.superseded_at is not None and since < last.superseded_at <= until:
            yield str(getattr(last, column)), last.superseded_at, f"{name} {chain_id}: taken back"


def _day_of(moment: date | None) -> date | None:
    return moment.date() if isinstance(moment, datetime) else moment


def _identity(model: type[Versioned]) -> str:
    return {
        OrderLine: "order_line_id",
        Asset: "asset_id",
        ContractLine: "contract_line_id",
        ServiceContract: "contract_id",
        OfferEvent: "offer_id",
    }[model]


def _describe(row: Versioned, before: Versioned | None) -> str:
    on = f"recorded {row.recorded_at:%Y-%m-%d}"
    if isinstance(row, OfferEvent):
        return f"{row.event} {row.occurred_at:%Y-%m-%d}, {on}"
    if before is None:
        return f"new, {on}"
    changed = [
        f"{name} {getattr(before, name)} -> {getattr(row, name)}"
        for name in type(row).model_fields
        if name not in _SILENT and getattr(before, name) != getattr(row, name)
    ]
    return f"{', '.join(changed) or 'the same again'}, {on}"
