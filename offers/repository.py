"""Reading one customer's situation, as it was known at an instant."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlmodel import Session

from offers.catalogue import load_assortment_for_sale, load_assortment_of, price_assortment
from offers.deciding.history import load_history
from offers.deciding.memory import load_memories
from offers.installed_base.customers import find_account, find_customer_for_sale, load_customers
from offers.installed_base.installed import MachineRecords, build_machines, read_assets, read_machines
from offers.models import WorkOrder
from offers.playbook.service import ServiceFacts
from offers.playbook.situations import Catalogue, MachineFacts, Situation, count_fleets
from offers.quoting.pricing import find_currency, load_prices
from offers.tables.versions import Instant, read_rows, table_of, version_bound


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

    None when the account is not known. For one machine no more is read than can bear on it: the fleet of its own
    family, what was offered for it, and what was shown to the account of late.

    Args:
        at: The moment to decide for.
        known: The instant of knowledge.
        work_order_id: The service at hand.
        talked_about: What was said on this call; it triggers rules and is written nowhere.
        person_id: Who would show an offer.
    """
    account = find_account(session, account_id, known)
    if account is None:
        return None
    records = read_machines(
        session,
        read_assets(session, account_id, asset_id, known),
        at=at,
        known=known,
        account_id=account_id if asset_id is None else None,
    )
    catalogue, machines = _load_machines(session, account, records, at=at, known=known)
    # Of one machine, its like are counted in the database; all of them are here to be counted.
    families = {machine.family for machine in machines}
    fleets = {account_id: count_fleets(machines, at.date())} if asset_id is None else None
    customers = load_customers(session, [account], at, known, families=families, fleets=fleets)
    ids = [account_id]
    return Situation(
        at=at,
        customer=customers[account_id],
        machines=machines,
        catalogue=catalogue,
        memory=load_memories(session, ids, at=at, known=known, person_id=person_id, asset_id=asset_id)[
            account_id
        ],
        history=load_history(session, at=at, known=known),
        has_open_hazard=has_open_hazard,
        has_card_in_thread=has_card_in_thread,
        is_asked=is_asked,
        service=_load_service(session, work_order_id, talked_about, known),
    )


def load_sale(
    session: Session,
    *,
    account_id: str,
    asset_id: str | None,
    skus: Collection[str],
    at: datetime,
    currency: str,
    is_renewal: bool = False,
) -> Situation | None:
    """Return what a sale is checked against now: the customer, the machine with its cover, parts and failures, prices.

    What was offered before and how offers did is left out: somebody has said yes. None when the account is not known.

    Args:
        skus: The products that may be sold, which alone have prices; of the rest, what stands at the customer.
        currency: What was offered in.
        is_renewal: Whether a line is to be followed, so that it counts which other plans there are for the machine.
    """
    customer = find_customer_for_sale(session, account_id, at)
    if customer is None:
        return None
    assets = read_assets(session, account_id, asset_id, None)
    whole = account_id if asset_id is None else None
    records = read_machines(session, assets, at=at, known=None, is_sale=True, account_id=whole)
    ordered = {sku for found in records.ordered.values() for sku in found}
    core = {asset.sku for asset in assets}
    assortment = load_assortment_for_sale(
        session, core_skus=core if is_renewal else (), skus={*skus, *core}, ordered=ordered
    )
    catalogue = Catalogue(
        products=assortment.products,
        relations=assortment.relations,
        bundles=assortment.bundles,
        prices=load_prices(session, sorted(skus), currency, at.date(), None),
    )
    return Situation(
        at=at,
        customer=customer,
        machines=build_machines(records, catalogue, serviceable=assortment.serviceable),
        catalogue=catalogue,
        is_asked=True,
    )


def _load_machines(
    session: Session, account: Any, records: MachineRecords, *, at: datetime, known: Instant
) -> tuple[Catalogue, tuple[MachineFacts, ...]]:
    core = {asset.sku for asset in records.assets}
    assortment = load_assortment_of(session, known, core_skus=core, also=records.skus)
    currency = find_currency(session, account.account_id, account.region, known)
    catalogue = price_assortment(session, assortment, currency, at.date(), known, others=records.currencies)
    return catalogue, build_machines(records, catalogue, serviceable=assortment.serviceable)


def _load_service(
    session: Session, work_order_id: str | None, talked_about: Sequence[str], known: Instant
) -> ServiceFacts | None:
    rows = (
        read_rows(session, _work_order, known, work_order_id=work_order_id)
        if work_order_id is not None
        else ()
    )
    if not rows and not talked_about:
        return None
    return build_service(rows[0] if rows else None, talked_about)


def build_service(order: Any | None, talked_about: Sequence[str] = ()) -> ServiceFacts:
    """Return the service that a work order's row describes, with what was said on the call."""
    summary = (order.summary,) if order is not None and order.summary else ()
    return ServiceFacts(order.type if order is not None else None, (*summary, *talked_about))


@cache
def _work_order(is_past: bool) -> Select[Any]:
    table = table_of(WorkOrder)
    return select(table.c.type, table.c.summary).where(
        table.c.work_order_id == bindparam("work_order_id"), version_bound(table, is_past=is_past)
    )
