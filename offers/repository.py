"""Reading one customer's situation, as it was known at an instant."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from offers.call_outs import count_repeat_failures, find_call_outs
from offers.coverage import is_active, is_covered, is_in_force
from offers.history import load_history
from offers.memory import load_memory
from offers.models import (
    Account,
    Asset,
    BundleItem,
    Case,
    ContractLine,
    OrderLine,
    Product,
    ProductRelationship,
    ServiceContract,
)
from offers.playbook.situations import (
    Catalogue,
    CustomerFacts,
    LineFacts,
    MachineFacts,
    ProductFacts,
    RelationFacts,
    Situation,
)
from offers.pricing import find_currency, load_prices
from offers.tables.versions import Instant, version_at
from offers.vocabulary import AssetStatus, ProductKind, RelationType


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
    person_id: str | None = None,
) -> Situation | None:
    """Return what the engine needs for one machine, or for all of an account's when `asset_id` is None.

    None when the account is not known. `known` is the instant of knowledge; `at` the moment to decide for;
    `person_id` is who would show an offer.
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
    catalogue = _load_catalogue(session, account, [asset.sku for asset in assets], at.date(), known)
    return Situation(
        at=at,
        customer=_load_customer(session, account, at, known),
        machines=_load_machines(session, assets, catalogue, at, known),
        catalogue=catalogue,
        memory=load_memory(session, account_id, at=at, known=known, person_id=person_id),
        history=load_history(session, at=at, known=known),
        has_open_hazard=has_open_hazard,
        has_card_in_thread=has_card_in_thread,
        is_asked=is_asked,
    )


def _load_customer(session: Session, account: Account, at: datetime, known: Instant) -> CustomerFacts:
    escalated = session.exec(
        select(Case.case_id)
        .where(
            col(Case.account_id) == account.account_id,
            col(Case.is_escalated).is_(True),
            col(Case.opened_at) <= at,
            or_(col(Case.closed_at).is_(None), col(Case.closed_at) > at),
            version_at(Case, known),
        )
        .order_by(col(Case.case_id))
    ).first()
    covered = func.count().filter(is_covered(Asset, at.date(), known))
    fleets = session.exec(
        select(Product.family, covered, func.count())
        .select_from(Asset)
        .join(Product, (col(Product.sku) == col(Asset.sku)) & version_at(Product, known))
        .where(
            col(Asset.account_id) == account.account_id,
            version_at(Asset, known),
            is_active(Asset, at.date()),
            col(Product.serviceable).is_(True),
        )
        .group_by(col(Product.family))
    ).all()
    return CustomerFacts(
        account_id=account.account_id,
        name=account.name,
        do_not_sell_until=account.do_not_sell_until,
        escalated_case_id=escalated,
        fleets={family: (covered_count, total) for family, covered_count, total in fleets},
        segment=account.segment,
    )


def _load_machines(
    session: Session, assets: Sequence[Asset], catalogue: Catalogue, at: datetime, known: Instant
) -> tuple[MachineFacts, ...]:
    ids = [asset.asset_id for asset in assets]
    serviceable = set(
        session.exec(
            select(Product.sku).where(
                col(Product.sku).in_({asset.sku for asset in assets}),
                col(Product.serviceable).is_(True),
                version_at(Product, known),
            )
        ).all()
    )
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
        )
        for asset in assets
    )


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


def _load_catalogue(
    session: Session, account: Account, core_skus: Sequence[str], day: date, known: Instant
) -> Catalogue:
    relations: defaultdict[str, list[RelationFacts]] = defaultdict(list)
    for relation in session.exec(
        select(ProductRelationship)
        .where(col(ProductRelationship.core_sku).in_(set(core_skus)), version_at(ProductRelationship, known))
        .order_by(col(ProductRelationship.attach_sku), col(ProductRelationship.type))
    ).all():
        relations[relation.core_sku].append(
            RelationFacts(
                relation.attach_sku,
                RelationType(relation.type),
                relation.min_age_days,
                relation.max_age_days,
            )
        )
    bundles: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for item in session.exec(
        select(BundleItem)
        .where(version_at(BundleItem, known))
        .order_by(col(BundleItem.bundle_sku), col(BundleItem.sku))
    ).all():
        bundles[item.bundle_sku].append((item.sku, item.quantity))
    products = {
        product.sku: ProductFacts(
            product.sku, product.name, product.family, ProductKind(product.kind), product.replaces_sku
        )
        for product in session.exec(select(Product).where(version_at(Product, known))).all()
    }
    currency = find_currency(session, account, known)
    return Catalogue(
        products=products,
        relations={core: tuple(found) for core, found in relations.items()},
        bundles={bundle: tuple(items) for bundle, items in bundles.items()},
        prices=load_prices(session, list(products), currency, day, known),
    )
