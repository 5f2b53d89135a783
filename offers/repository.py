"""Reading one customer's situation, as it was known at an instant."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlmodel import Session, col, select

from offers.call_outs import count_repeat_failures, find_call_outs
from offers.catalogue import load_assortment, price_assortment
from offers.coverage import is_in_force
from offers.customers import load_customers
from offers.history import load_history
from offers.memory import load_memories
from offers.models import Account, Asset, ContractLine, OrderLine, Partner, ServiceContract, WorkOrder
from offers.playbook.service import ServiceFacts
from offers.playbook.situations import Catalogue, LineFacts, MachineFacts, Situation
from offers.pricing import find_currency
from offers.tables.versions import Instant, version_at
from offers.vocabulary import AssetStatus


def load_situation(
    session: Session,
    *,
    account_id: str,
    asset_id: str | None,
    at: datetime,
    known: Instant,
    has_open_hazard: bool = False,
    has_card_in_thread: bool = False,
    is_asked: bool = False,
    work_order_id: str | None = None,
    talked_about: Sequence[str] = (),
    person_id: str | None = None,
) -> Situation | None:
    """Return what the engine needs for one machine, or for all of an account's when `asset_id` is None.

    None when the account is not known.

    Args:
        at: The moment to decide for.
        known: The instant of knowledge.
        work_order_id: The service at hand.
        talked_about: What was said on this call; it triggers rules and is written nowhere.
        person_id: Who would show an offer.
    """
    account = session.exec(
        select(Account).where(col(Account.account_id) == account_id, version_at(Account, known))
    ).first()
    if account is None:
        return None
    wanted = [col(Asset.account_id) == account_id, version_at(Asset, known)]
    if asset_id is not None:
        wanted.append(col(Asset.asset_id) == asset_id)
    assets = session.exec(select(Asset).where(*wanted).order_by(col(Asset.asset_id))).all()
    assortment = load_assortment(session, known, core_skus=[asset.sku for asset in assets])
    currency = find_currency(session, account, known)
    catalogue = price_assortment(session, assortment, currency, at.date(), known)
    return Situation(
        at=at,
        customer=load_customers(session, [account], at, known)[account_id],
        machines=load_machines(
            session, assets, catalogue, at=at, known=known, serviceable=assortment.serviceable
        ),
        catalogue=catalogue,
        memory=load_memories(session, [account_id], at=at, known=known, person_id=person_id)[account_id],
        history=load_history(session, at=at, known=known),
        has_open_hazard=has_open_hazard,
        has_card_in_thread=has_card_in_thread,
        is_asked=is_asked,
        service=_load_service(session, work_order_id, talked_about, known),
    )


def _load_service(
    session: Session, work_order_id: str | None, talked_about: Sequence[str], known: Instant
) -> ServiceFacts | None:
    order = (
        session.exec(
            select(WorkOrder).where(
                col(WorkOrder.work_order_id) == work_order_id, version_at(WorkOrder, known)
            )
        ).first()
        if work_order_id is not None
        else None
    )
    if order is None and not talked_about:
        return None
    return build_service(order, talked_about)


def build_service(order: WorkOrder | None, talked_about: Sequence[str] = ()) -> ServiceFacts:
    """Return the service that a work order describes, with what was said on the call."""
    summary = (order.summary,) if order is not None and order.summary else ()
    return ServiceFacts(order.type if order is not None else None, (*summary, *talked_about))


def load_machines(
    session: Session,
    assets: Sequence[Asset],
    catalogue: Catalogue,
    *,
    at: datetime,
    known: Instant,
    serviceable: frozenset[str],
) -> tuple[MachineFacts, ...]:
    """Return the machines in the given order; `serviceable` are the products that can be under contract."""
    ids = [asset.asset_id for asset in assets]
    tiers = _load_tiers(session, assets, known)
    lines = _load_lines(session, ids, at.date(), known)
    installed = _load_installed(session, ids, catalogue, at, known)
    call_outs = find_call_outs(session, ids, at=at, known=known)
    return tuple(
        MachineFacts(
            asset_id=asset.asset_id,
            serial_number=asset.serial_number,
            sku=asset.sku,
            product_name=catalogue.name_of(asset.sku),
            family=catalogue.products[asset.sku].family if asset.sku in catalogue.products else None,
            status=_status_on(asset, at.date()),
            is_serviceable=asset.sku in serviceable,
            install_date=asset.install_date,
            warranty_end=asset.warranty_end,
            lines=tuple(lines[asset.asset_id]),
            installed_skus=frozenset(installed[asset.asset_id]),
            visits_last_12m=sum(one.is_over for one in call_outs[asset.asset_id]),
            repeat_failures=count_repeat_failures(call_outs[asset.asset_id], at),
            partner_tier=tiers.get(asset.serviced_by_partner_id or "")
            or tiers.get(asset.sold_by_partner_id or ""),
        )
        for asset in assets
    )


def _load_tiers(session: Session, assets: Sequence[Asset], known: Instant) -> Mapping[str, str | None]:
    ids = {one for asset in assets for one in (asset.serviced_by_partner_id, asset.sold_by_partner_id) if one}
    rows = session.exec(
        select(Partner.partner_id, Partner.tier).where(
            col(Partner.partner_id).in_(ids), version_at(Partner, known)
        )
    ).all()
    return dict(rows)


def _status_on(asset: Asset, day: date) -> AssetStatus:
    status = AssetStatus(asset.status)
    retires_later = asset.retired_on is not None and asset.retired_on > day
    return AssetStatus.ACTIVE if status is AssetStatus.RETIRED and retires_later else status


def _load_lines(
    session: Session, asset_ids: Sequence[str], day: date, known: Instant
) -> defaultdict[str, list[LineFacts]]:
    rows = session.exec(
        select(ContractLine, ServiceContract)
        .join(ServiceContract, col(ServiceContract.contract_id) == col(ContractLine.contract_id))
        .where(
            col(ContractLine.asset_id).in_(asset_ids),
            version_at(ContractLine, known),
            version_at(ServiceContract, known),
            is_in_force(ServiceContract, day),
        )
        .order_by(col(ContractLine.contract_line_id))
    ).all()
    lines: defaultdict[str, list[LineFacts]] = defaultdict(list)
    for line, contract in rows:
        starts = [start for start in (line.start_date, contract.start_date) if start is not None]
        ends = [end for end in (line.end_date, contract.end_date) if end is not None]
        lines[line.asset_id or ""].append(
            LineFacts(
                contract_line_id=line.contract_line_id,
                contract_id=contract.contract_id,
                sku=line.sku,
                starts_on=max(starts, default=None),
                ends_on=min(ends, default=None),
                auto_renew=contract.auto_renew,
                notice_date=contract.termination_notice_date,
                predecessor_line_id=line.predecessor_line_id,
            )
        )
    return lines


def _load_installed(
    session: Session, asset_ids: Sequence[str], catalogue: Catalogue, at: datetime, known: Instant
) -> defaultdict[str, set[str]]:
    """Return what was ordered for each machine and not wholly returned, bundles expanded, services left out."""
    rows = session.exec(
        select(OrderLine).where(
            col(OrderLine.related_asset_id).in_(asset_ids),
            col(OrderLine.ordered_at) <= at,
            version_at(OrderLine, known),
        )
    ).all()
    installed: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        is_back = row.returned_at is not None and row.returned_at <= at
        returned = row.returned_quantity if row.returned_quantity is not None else row.quantity
        if is_back and returned >= row.quantity:
            continue
        items = [sku for sku, _ in catalogue.bundles.get(row.sku, ())] or [row.sku]
        installed[row.related_asset_id or ""].update(sku for sku in items if not catalogue.is_service(sku))
    return installed
