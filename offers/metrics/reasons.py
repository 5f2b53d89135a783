"""Why an entry behind a figure counts otherwise than it did: which of its records changed, and when that was known."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import Session, col

from offers.metrics.ties import Link, Ties, in_parts
from offers.models import (
    Account,
    Asset,
    BundleItem,
    ContractLine,
    OfferEvent,
    OrderLine,
    Partner,
    PricebookEntry,
    Product,
    ProductRelationship,
    ServiceContract,
)
from offers.tables.columns import Versioned

# What is called what, and by which columns a record is known.
_NAMES: Mapping[type[Versioned], tuple[str, tuple[str, ...]]] = {
    Account: ("account", ("account_id",)),
    Asset: ("asset", ("asset_id",)),
    BundleItem: ("bundle item", ("bundle_sku", "sku")),
    ContractLine: ("contract line", ("contract_line_id",)),
    OfferEvent: ("offer", ("offer_id",)),
    OrderLine: ("order line", ("order_line_id",)),
    Partner: ("partner", ("partner_id",)),
    PricebookEntry: ("price", ("entry_key",)),
    Product: ("product", ("sku",)),
    ProductRelationship: ("relation", ("core_sku", "attach_sku", "type")),
    ServiceContract: ("contract", ("contract_id",)),
}
# Of these only some columns are in a figure; of the others all are.
_COUNTING: Mapping[type[Versioned], frozenset[str]] = {
    Account: frozenset({"region", "segment"}),
    Partner: frozenset({"tier", "type"}),
    Product: frozenset({"family", "kind", "serviceable"}),
    ProductRelationship: frozenset({"type"}),
    PricebookEntry: frozenset({"unit_amount_minor", "valid_from", "valid_to"}),
}
# What happens to a record without changing it, when that is known beforehand.
_HAPPENINGS: Mapping[type[Versioned], tuple[str, ...]] = {
    OrderLine: ("ordered_at", "returned_at"),
    ContractLine: ("booked_at",),
    ServiceContract: ("cancelled_on",),
    OfferEvent: ("occurred_at",),
}
_INSTALLED: Mapping[type[Versioned], tuple[str, ...]] = {Asset: ("install_date",)}
_SILENT = {"row_id", "recorded_at", "superseded_at", "source"}

Told = tuple[datetime, str]


@dataclass(frozen=True, slots=True)
class Interim:
    """The time between two states of knowledge.

    `is_passing`: the figure's day moved with it, so that what came to pass counts too; else that a machine was not
    installed yet on `day`, which stays.
    """

    since: datetime
    until: datetime
    day: date
    is_passing: bool

    def happenings(self, model: type[Versioned]) -> tuple[str, ...]:
        """Return the columns of what may have come to pass."""
        return (_HAPPENINGS if self.is_passing else _INSTALLED).get(model, ())


def find_reasons(session: Session, ties: Ties, interim: Interim) -> dict[str, list[str]]:
    """Return by entry what was recorded in the interim about the records that it hangs on, in order of time."""
    found: defaultdict[str, set[Told]] = defaultdict(set)
    for link, tied in ties.links():
        for keys in in_parts(tied):
            for key, told in _read_changes(session, link, keys, ties.bound(link), interim):
                for entry_id in tied[key]:
                    found[entry_id].add(told)
    return {key: [text for _, text in sorted(texts)] for key, texts in found.items()}


def _read_changes(
    session: Session,
    link: Link,
    keys: Collection[str],
    bounds: Sequence[ColumnElement[bool]],
    interim: Interim,
) -> Iterator[tuple[str, Told]]:
    """Yield (key, when and what changed) of the versions that began or ended in the interim, or came to pass."""
    model, column = link
    identities = _NAMES[model][1] if model is not OfferEvent else ("event_id",)
    identity = col(getattr(model, identities[0]))
    moved = or_(
        col(model.recorded_at) > interim.since,
        col(model.superseded_at) > interim.since,
        *(col(getattr(model, name)) > interim.since for name in interim.happenings(model)),
    )
    of_keys = select(identity).where(col(getattr(model, column)).in_(keys), *bounds)
    query = (
        select(model)
        .where(identity.in_(of_keys), col(model.recorded_at) <= interim.until, moved)
        .order_by(col(model.recorded_at), col(model.row_id))
    )
    chains: defaultdict[tuple[str, ...], list[Any]] = defaultdict(list)
    for row in session.execute(query).scalars():
        chains[tuple(getattr(row, name) for name in identities)].append(row)
    for chain in chains.values():
        for place, row in enumerate(chain):
            before = chain[place - 1] if place else None
            # What moved from one to another is a change of both.
            touched = {getattr(one, column) for one in (row, before) if one is not None}
            for told in _tell(row, before, is_last=place == len(chain) - 1, interim=interim):
                yield from ((key, told) for key in sorted(touched & set(keys)))


def _tell(row: Any, before: Any | None, *, is_last: bool, interim: Interim) -> Iterator[Told]:
    """Yield what one version says; of the last that it was taken back."""
    model = type(row)
    name, columns = _NAMES[model]
    title = f"{name} {' + '.join(getattr(row, column) for column in columns)}"
    if row.recorded_at > interim.since:
        what = _describe(row, before, interim)
        if what is not None:
            yield row.recorded_at, f"{title}: {what}"
    else:
        for happening in interim.happenings(model):
            on = _day_of(getattr(row, happening))
            if on is not None and interim.since.date() < on <= interim.until.date():
                what = row.event if isinstance(row, OfferEvent) else happening.rpartition("_")[0]
                yield row.recorded_at, f"{title}: {what} {on}, known before"
    ended = row.superseded_at
    if is_last and ended is not None and interim.since < ended <= interim.until:
        yield ended, f"{title}: taken back, recorded {ended:%Y-%m-%d}"


def _describe(row: Any, before: Any | None, interim: Interim) -> str | None:
    """Return what a version changed; None where that is in no figure."""
    on = f"recorded {row.recorded_at:%Y-%m-%d}"
    if isinstance(row, OfferEvent):
        return f"{row.event} {row.occurred_at:%Y-%m-%d}, {on}"
    if isinstance(row, PricebookEntry) and not any(_holds(one, interim.day) for one in (row, before) if one):
        return None
    if before is None:
        return f"new, {on}"
    counting = _COUNTING.get(type(row))
    changed = [
        f"{name} {getattr(before, name)} -> {getattr(row, name)}"
        for name in type(row).model_fields
        if name not in _SILENT
        and (counting is None or name in counting)
        and getattr(before, name) != getattr(row, name)
    ]
    return f"{', '.join(changed)}, {on}" if changed else None


def _holds(price: PricebookEntry, day: date) -> bool:
    return (price.valid_from or day) <= day <= (price.valid_to or day)


def _day_of(moment: date | None) -> date | None:
    return moment.date() if isinstance(moment, datetime) else moment
