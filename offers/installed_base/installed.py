"""Reading machines with their contracts, what was ordered for them, and how often they failed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, case, select
from sqlmodel import Session

from offers.installed_base.call_outs import CallOut, count_repeat_failures, find_call_outs
from offers.installed_base.coverage import was_ever_in_force
from offers.installed_base.machine_sets import MachineSet, is_listed, is_of_account
from offers.models import Asset, ContractLine, OrderLine, Partner, ServiceContract
from offers.playbook.situations import Catalogue, LineFacts, MachineFacts
from offers.tables.columns import UtcDateTime
from offers.tables.versions import Instant, read_rows, table_of, version_bound
from offers.vocabulary import AssetStatus, ContractStatus


@dataclass(frozen=True, slots=True)
class MachineRecords:
    """Machines as their rows, with what else is on record of each, by asset id.

    `ordered` are the products that were ordered for a machine and not wholly returned.
    """

    at: datetime
    assets: Sequence[Any]
    tiers: Mapping[str, str | None]
    lines: Mapping[str, Sequence[LineFacts]]
    ordered: Mapping[str, Iterable[str]]
    call_outs: Mapping[str, Sequence[CallOut]]

    @property
    def skus(self) -> set[str]:
        """The products under contract and ordered."""
        found = {line.sku for lines in self.lines.values() for line in lines}
        return found.union(*self.ordered.values())

    @property
    def currencies(self) -> set[str]:
        """The currencies that their contracts are in."""
        return {line.currency for lines in self.lines.values() for line in lines if line.currency is not None}


def read_assets(session: Session, account_id: str, asset_id: str | None, known: Instant) -> Sequence[Any]:
    """Return the rows of an account's machines by asset id, or that of one of them."""
    if asset_id is None:
        return read_rows(session, _assets, known, account_id=account_id)
    return read_rows(session, _asset, known, account_id=account_id, asset_id=asset_id)


def read_machines(
    session: Session,
    assets: Sequence[Any],
    *,
    at: datetime,
    known: Instant,
    is_sale: bool = False,
    account_id: str | None = None,
) -> MachineRecords:
    """Return what is on record of these machines, which are rows of `offers_asset`, in the given order.

    Args:
        is_sale: Then the partners' tiers, and call-outs that no repeated failure counts with, are left out.
        account_id: The account, where these are all of its machines.
    """
    machines = MachineSet([asset.asset_id for asset in assets], account_id)
    return MachineRecords(
        at=at,
        assets=assets,
        tiers={} if is_sale else _read_tiers(session, assets, known),
        lines=_read_lines(session, machines, known),
        ordered=_read_ordered(session, machines, at, known),
        call_outs=find_call_outs(session, machines, at=at, known=known, is_recent=is_sale),
    )


_NOTHING: frozenset[str] = frozenset()


def build_machines(
    records: MachineRecords, catalogue: Catalogue, *, serviceable: frozenset[str]
) -> tuple[MachineFacts, ...]:
    """Return the machines as facts; `serviceable` are the products that can be under contract."""
    return tuple(_build_machine(records, asset, catalogue, serviceable) for asset in records.assets)


def _build_machine(
    records: MachineRecords, asset: Any, catalogue: Catalogue, serviceable: frozenset[str]
) -> MachineFacts:
    call_outs = records.call_outs.get(asset.asset_id, ())
    tiers = records.tiers
    product = catalogue.products.get(asset.sku)
    return MachineFacts(
        asset_id=asset.asset_id,
        serial_number=asset.serial_number,
        sku=asset.sku,
        product_name=catalogue.name_of(asset.sku),
        family=product.family if product is not None else None,
        status=_status_on(asset, records.at.date()),
        is_serviceable=asset.sku in serviceable,
        install_date=asset.install_date,
        warranty_end=asset.warranty_end,
        lines=tuple(records.lines.get(asset.asset_id, ())),
        installed_skus=_expand(records.ordered.get(asset.asset_id, ()), catalogue),
        visits_last_12m=sum(one.is_over for one in call_outs) if call_outs else 0,
        repeat_failures=count_repeat_failures(call_outs, records.at) if call_outs else 0,
        partner_tier=tiers.get(asset.serviced_by_partner_id or "")
        or tiers.get(asset.sold_by_partner_id or ""),
    )


def _expand(ordered: Iterable[str], catalogue: Catalogue) -> frozenset[str]:
    """Return what was ordered, bundles expanded, services left out."""
    found: set[str] = set()
    for sku in ordered:
        found.update((item for item, _ in catalogue.bundles[sku]) if sku in catalogue.bundles else (sku,))
    return frozenset(sku for sku in found if not catalogue.is_service(sku)) if found else _NOTHING


def _status_on(asset: Any, day: date) -> AssetStatus:
    if asset.retired_on is None or asset.retired_on <= day or asset.status != AssetStatus.RETIRED.value:
        return AssetStatus(asset.status)
    return AssetStatus.ACTIVE


def _read_tiers(session: Session, assets: Sequence[Any], known: Instant) -> Mapping[str, str | None]:
    ids = {one for asset in assets for one in (asset.serviced_by_partner_id, asset.sold_by_partner_id) if one}
    rows = read_rows(session, _tiers, known, partner_ids=sorted(ids)) if ids else ()
    return {row.partner_id: row.tier for row in rows}


def _read_lines(session: Session, machines: MachineSet, known: Instant) -> defaultdict[str, list[LineFacts]]:
    """Return the lines of contracts that are or were in force, by machine.

    Dates are the narrower of line and contract. A cancelled contract's line ends on the day before the cancellation at
    the latest; one that was cancelled before it began never was in force, and is left out.
    """
    lines: defaultdict[str, list[LineFacts]] = defaultdict(list)
    rows = machines.read(session, _lines_listed, _lines_of_account, known)
    for asset_id, start, end, contract_start, contract_end, line_id, contract_id, sku, *terms in rows:
        starts_on = max(start, contract_start) if start and contract_start else start or contract_start
        ends_on = min(end, contract_end) if end and contract_end else end or contract_end
        cancelled_on = terms[-1]
        if cancelled_on is not None:
            if starts_on is not None and starts_on >= cancelled_on:
                continue
            ends_on = min(ends_on or cancelled_on, cancelled_on - timedelta(days=1))
        lines[asset_id].append(LineFacts(line_id, contract_id, sku, starts_on, ends_on, *terms))
    return lines


def _read_ordered(
    session: Session, machines: MachineSet, at: datetime, known: Instant
) -> defaultdict[str, set[str]]:
    """Return what was ordered for each machine and not wholly returned."""
    ordered: defaultdict[str, set[str]] = defaultdict(set)
    rows = machines.read(session, _ordered_listed, _ordered_of_account, known, at=at)
    for asset_id, sku, quantity, returned_at, returned in rows:
        is_back = returned_at is not None and returned_at <= at
        if not is_back or (returned is not None and returned < quantity):
            ordered[asset_id].add(sku)
    return ordered


_ASSET = table_of(Asset)
_PARTNER = table_of(Partner)
_LINE = table_of(ContractLine)
_CONTRACT = table_of(ServiceContract)
_ORDER = table_of(OrderLine)


@cache
def _assets(is_past: bool) -> Select[Any]:
    c = _ASSET.c
    return (
        select(
            c.asset_id,
            c.serial_number,
            c.sku,
            c.account_id,
            c.status,
            c.retired_on,
            c.install_date,
            c.warranty_end,
            c.sold_by_partner_id,
            c.serviced_by_partner_id,
        )
        .where(c.account_id == bindparam("account_id"), version_bound(_ASSET, is_past=is_past))
        .order_by(c.asset_id)
    )


@cache
def _asset(is_past: bool) -> Select[Any]:
    return _assets(is_past).where(_ASSET.c.asset_id == bindparam("asset_id"))


@cache
def _tiers(is_past: bool) -> Select[Any]:
    c = _PARTNER.c
    return select(c.partner_id, c.tier).where(
        c.partner_id.in_(bindparam("partner_ids", expanding=True)), version_bound(_PARTNER, is_past=is_past)
    )


@cache
def _lines(is_past: bool) -> Select[Any]:
    line, contract = _LINE.c, _CONTRACT.c
    return (
        select(
            line.asset_id,
            line.start_date,
            line.end_date,
            contract.start_date.label("contract_start"),
            contract.end_date.label("contract_end"),
            line.contract_line_id,
            line.contract_id,
            line.sku,
            contract.auto_renew,
            contract.termination_notice_date,
            line.predecessor_line_id,
            line.currency,
            case((contract.status == ContractStatus.CANCELLED.value, contract.cancelled_on)),
        )
        .join_from(_LINE, _CONTRACT, contract.contract_id == line.contract_id)
        .where(
            version_bound(_LINE, is_past=is_past),
            version_bound(_CONTRACT, is_past=is_past),
            was_ever_in_force(contract),
        )
        .order_by(line.contract_line_id)
    )


@cache
def _lines_listed(is_past: bool) -> Select[Any]:
    return _lines(is_past).where(is_listed(_LINE.c.asset_id))


@cache
def _lines_of_account(is_past: bool) -> Select[Any]:
    return _lines(is_past).where(is_of_account(_LINE.c.asset_id, is_past=is_past))


@cache
def _ordered(is_past: bool) -> Select[Any]:
    c = _ORDER.c
    return select(c.related_asset_id, c.sku, c.quantity, c.returned_at, c.returned_quantity).where(
        c.ordered_at <= bindparam("at", type_=UtcDateTime),
        version_bound(_ORDER, is_past=is_past),
    )


@cache
def _ordered_listed(is_past: bool) -> Select[Any]:
    return _ordered(is_past).where(is_listed(_ORDER.c.related_asset_id))


@cache
def _ordered_of_account(is_past: bool) -> Select[Any]:
    return _ordered(is_past).where(is_of_account(_ORDER.c.related_asset_id, is_past=is_past))
