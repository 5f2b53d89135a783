"""What a person recognises a row behind a figure by: the customer, the machine, the product and the day."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import islice
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from offers.metrics.entries import Entry
from offers.models import Account, Asset, ContractLine, OfferEvent, OrderLine, Product
from offers.tables.columns import Versioned
from offers.tables.versions import known_at, table_of

_IDS_PER_QUERY = 5_000


class EntryKind(StrEnum):
    """What one row behind a figure is; its id is this thing's."""

    ACCOUNT = "account"
    ASSET = "asset"
    CONTRACT_LINE = "contract line"
    OFFER_EVENT = "offer event"
    OPPORTUNITY = "opportunity"
    ORDER = "order"
    ORDER_LINE = "order line"


_COLUMNS: Mapping[EntryKind, tuple[str, ...]] = {
    EntryKind.ACCOUNT: (),
    EntryKind.ASSET: ("serial_number", "product", "installed"),
    EntryKind.CONTRACT_LINE: ("serial_number", "product", "begins", "ends"),
    EntryKind.OFFER_EVENT: ("serial_number", "product", "play", "happened"),
    EntryKind.OPPORTUNITY: ("serial_number", "product", "play"),
    EntryKind.ORDER: ("ordered",),
    EntryKind.ORDER_LINE: ("serial_number", "product", "ordered"),
}

_COUNTS_AS = "counts as"
"""The column of rows that say themselves what they are in the figure."""

Fact = str | date | None
_Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """The columns beside the entries, and their cells by entry id. `customer` stands in every row."""

    columns: tuple[str, ...]
    cells: Mapping[str, tuple[Fact, ...]]


def load_entry_facts(
    session: Session, kind: EntryKind, entries: Sequence[Entry], *, known: datetime
) -> EntryFacts:
    """Return what was known, at that instant, of the things behind the entries."""
    columns = ("customer", *_COLUMNS[kind])
    is_told = any(one.counts_as is not None for one in entries)
    names = _read(session, Account, "account_id", {one.account_id for one in entries}, known, "name")
    things = _READERS[kind](session, entries, known)
    cells: dict[str, tuple[Fact, ...]] = {}
    for one in entries:
        account, thing = names.get(one.account_id or "", {}), things.get(one.entry_id, {})
        told = (one.counts_as,) if is_told else ()
        cells[one.entry_id] = (account.get("name"), *(thing.get(name) for name in columns[1:]), *told)
    return EntryFacts((*columns, *([_COUNTS_AS] if is_told else [])), cells)


def _read_nothing(_session: Session, _entries: Sequence[Entry], _known: datetime) -> dict[str, _Row]:
    return {}


def _read_assets(session: Session, entries: Sequence[Entry], known: datetime) -> dict[str, _Row]:
    return _describe_assets(session, {one.entry_id: one.entry_id for one in entries}, known)


def _read_opportunities(session: Session, entries: Sequence[Entry], known: datetime) -> dict[str, _Row]:
    # Their ids read account/machine/play, and an account's own id may hold a slash.
    parts = {one.entry_id: one.entry_id.removeprefix(f"{one.account_id}/").rpartition("/") for one in entries}
    assets = {entry_id: asset_id for entry_id, (asset_id, _, _) in parts.items() if asset_id}
    machines = _describe_assets(session, assets, known)
    return {
        entry_id: {**machines.get(entry_id, {}), "play": play} for entry_id, (_, _, play) in parts.items()
    }


def _read_offer_events(session: Session, entries: Sequence[Entry], known: datetime) -> dict[str, _Row]:
    ids, columns = {one.entry_id for one in entries}, ("asset_id", "play", "occurred_at")
    events = _read(session, OfferEvent, "event_id", ids, known, *columns)
    machines = _describe_assets(session, {key: row["asset_id"] for key, row in events.items()}, known)
    return {
        key: {**machines.get(key, {}), "play": row["play"], "happened": row["occurred_at"].date()}
        for key, row in events.items()
    }


def _read_order_lines(session: Session, entries: Sequence[Entry], known: datetime) -> dict[str, _Row]:
    ids, columns = {one.entry_id for one in entries}, ("sku", "ordered_at", "related_asset_id")
    lines = _read(session, OrderLine, "order_line_id", ids, known, *columns)
    machines = _describe_assets(session, {key: row["related_asset_id"] for key, row in lines.items()}, known)
    products = _read_products(session, (row["sku"] for row in lines.values()), known)
    return {
        key: {
            **machines.get(key, {}),
            "product": products.get(row["sku"], row["sku"]),
            "ordered": row["ordered_at"].date(),
        }
        for key, row in lines.items()
    }


def _read_orders(session: Session, entries: Sequence[Entry], known: datetime) -> dict[str, _Row]:
    found: dict[str, _Row] = {}
    for ids in _parts(one.entry_id for one in entries):
        query = (
            select(col(OrderLine.order_id), func.min(col(OrderLine.ordered_at)))
            .where(known_at(OrderLine, known), col(OrderLine.order_id).in_(ids))
            .group_by(col(OrderLine.order_id))
        )
        found |= {order_id: {"ordered": at.date()} for order_id, at in session.execute(query).all()}
    return found


def _read_contract_lines(session: Session, entries: Sequence[Entry], known: datetime) -> dict[str, _Row]:
    ids, columns = {one.entry_id for one in entries}, ("sku", "asset_id", "start_date", "end_date")
    lines = _read(session, ContractLine, "contract_line_id", ids, known, *columns)
    machines = _describe_assets(session, {key: row["asset_id"] for key, row in lines.items()}, known)
    products = _read_products(session, (row["sku"] for row in lines.values()), known)
    return {
        key: {
            **machines.get(key, {}),
            "product": products.get(row["sku"], row["sku"]),
            "begins": row["start_date"],
            "ends": row["end_date"],
        }
        for key, row in lines.items()
    }


_READERS = {
    EntryKind.ACCOUNT: _read_nothing,
    EntryKind.ASSET: _read_assets,
    EntryKind.CONTRACT_LINE: _read_contract_lines,
    EntryKind.OFFER_EVENT: _read_offer_events,
    EntryKind.OPPORTUNITY: _read_opportunities,
    EntryKind.ORDER: _read_orders,
    EntryKind.ORDER_LINE: _read_order_lines,
}


def _describe_assets(
    session: Session, asset_ids: Mapping[str, str | None], known: datetime
) -> dict[str, _Row]:
    """Return serial number, product and day of installation by the key under which a machine is named."""
    columns = ("serial_number", "sku", "install_date")
    machines = _read(session, Asset, "asset_id", set(asset_ids.values()), known, *columns)
    products = _read_products(session, (row["sku"] for row in machines.values()), known)
    return {
        key: {
            "serial_number": row["serial_number"],
            "product": products.get(row["sku"], row["sku"]),
            "installed": row["install_date"],
        }
        for key, asset_id in asset_ids.items()
        if (row := machines.get(asset_id or "")) is not None
    }


def _read_products(session: Session, skus: Iterable[str], known: datetime) -> dict[str, str]:
    rows = _read(session, Product, "sku", set(skus), known, "name")
    return {sku: row["name"] for sku, row in rows.items()}


def _read(
    session: Session,
    model: type[Versioned],
    key: str,
    ids: set[str] | set[str | None],
    known: datetime,
    *columns: str,
) -> dict[str, _Row]:
    """Return these columns of the rows with these ids as they were known, by id."""
    table = table_of(model)
    found: dict[str, _Row] = {}
    for part in _parts(one for one in ids if one is not None):
        query = select(*(table.c[name] for name in (key, *columns))).where(
            known_at(model, known), table.c[key].in_(part)
        )
        found |= {row[key]: row for row in session.execute(query).mappings()}
    return found


def _parts(ids: Iterable[str]) -> Iterator[list[str]]:
    remaining = iter(sorted(set(ids)))
    while part := list(islice(remaining, _IDS_PER_QUERY)):
        yield part
