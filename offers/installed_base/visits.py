"""What a person at the machine needs to know before the work begins."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, literal, not_, or_
from sqlmodel import Session, col, select

from offers.installed_base.coverage import is_active, is_covered, is_in_force, is_live
from offers.installed_base.machines import (
    AccountFacts,
    AssetFacts,
    find_accounts,
    find_asset,
    get_asset,
    suggest_assets,
)
from offers.models import Asset, Case, ContractLine, Person, Product, ServiceContract, WorkOrder
from offers.people import PersonFacts, is_visible_account
from offers.tables.versions import current

__all__ = [
    "AccountFacts",
    "AssetFacts",
    "CoverageFacts",
    "VisitBrief",
    "WorkOrderFacts",
    "build_brief",
    "find_accounts",
    "find_asset",
    "get_asset",
    "suggest_assets",
]

HISTORY_LENGTH = 5


@dataclass(frozen=True, slots=True)
class CoverageFacts:
    """Whether the call is covered: `state` is "covered", "warranty" or "none"; no `until` is no end.

    `is_renewed` says that a further line is booked that begins before or right after `until`; `renewed_until` is
    its end, None for no end.
    """

    state: str
    contract_id: str | None = None
    sku: str | None = None
    plan_name: str | None = None
    until: date | None = None
    auto_renew: bool | None = None
    notice_date: date | None = None
    is_renewed: bool = False
    renewed_until: date | None = None


@dataclass(frozen=True, slots=True)
class WorkOrderFacts:
    """One service call."""

    work_order_id: str
    opened_at: datetime
    closed_at: datetime | None
    type: str | None
    priority: str | None
    summary: str | None
    technician_name: str | None


@dataclass(frozen=True, slots=True)
class VisitBrief:
    """The pre-visit brief. `history` is newest first; `fleet` is (covered, all) of the account's machines."""

    asset: AssetFacts
    coverage: CoverageFacts
    open_work_order: WorkOrderFacts | None
    history: tuple[WorkOrderFacts, ...]
    visits_last_12m: int
    open_cases: int
    is_escalated: bool
    fleet: tuple[int, int]


def build_brief(
    session: Session, asset_id: str, *, now: datetime, reader: PersonFacts | None = None
) -> VisitBrief:
    """Return what is known about the machine now; None reads everything. Raises UnknownAsset.

    The calls of a machine that has changed hands are its history to our own people; a partner's person reads those
    of the accounts that are theirs, and none of a machine that is another partner's.
    """
    asset = get_asset(session, asset_id)
    day = now.date()
    where = and_(col(WorkOrder.asset_id) == asset_id, col(WorkOrder.opened_at) <= now)
    if reader is not None:
        is_anothers = reader.is_external and not _is_of(asset, reader)
        where = and_(where, is_visible_account(col(WorkOrder.account_id), reader), not_(literal(is_anothers)))
    calls = _work_orders(session, where)
    still_open = [call for call in calls if call.closed_at is None or call.closed_at > now]
    closed = [call for call in calls if call not in still_open]
    year_ago = now - timedelta(days=365)
    cases = session.exec(
        select(Case).where(
            current(Case),
            col(Case.account_id) == asset.account_id,
            col(Case.opened_at) <= now,
            or_(col(Case.closed_at).is_(None), col(Case.closed_at) > now),
        )
    ).all()
    return VisitBrief(
        asset=asset,
        coverage=_coverage(session, asset, day),
        open_work_order=still_open[0] if still_open else None,
        history=tuple(closed[:HISTORY_LENGTH]),
        visits_last_12m=sum(call.opened_at >= year_ago for call in closed),
        open_cases=len(cases),
        is_escalated=any(case.is_escalated for case in cases),
        fleet=_fleet(session, asset.account_id, day),
    )


def _is_of(asset: AssetFacts, reader: PersonFacts) -> bool:
    """Tell whether a partner's person has to do with a machine: nobody else sold and services it."""
    partners = {asset.sold_by_partner_id, asset.serviced_by_partner_id} - {None}
    return not partners or reader.partner_id in partners


def _work_orders(session: Session, where: ColumnElement[bool]) -> list[WorkOrderFacts]:
    query = (
        select(WorkOrder, Person.name)
        .outerjoin(Person, (col(Person.person_id) == col(WorkOrder.technician_id)) & current(Person))
        .where(current(WorkOrder), where)
        .order_by(col(WorkOrder.opened_at).desc(), col(WorkOrder.work_order_id))
    )
    return [
        WorkOrderFacts(
            call.work_order_id, call.opened_at, call.closed_at, call.type, call.priority, call.summary, name
        )
        for call, name in session.exec(query).all()
    ]


def _coverage(session: Session, asset: AssetFacts, day: date) -> CoverageFacts:
    query = (
        select(ContractLine, ServiceContract, Product.name)
        .join(ServiceContract, col(ServiceContract.contract_id) == col(ContractLine.contract_id))
        .outerjoin(Product, (col(Product.sku) == col(ContractLine.sku)) & current(Product))
        .where(
            col(ContractLine.asset_id) == asset.asset_id,
            current(ContractLine),
            current(ServiceContract),
            is_live(ContractLine, ServiceContract, day),
        )
    )
    live = [
        CoverageFacts(
            state="covered",
            contract_id=contract.contract_id,
            sku=line.sku,
            plan_name=plan or line.sku,
            until=min((end for end in (line.end_date, contract.end_date) if end is not None), default=None),
            auto_renew=contract.auto_renew,
            notice_date=contract.termination_notice_date,
        )
        for line, contract, plan in session.exec(query).all()
    ]
    if live:
        facts = max(live, key=lambda facts: (facts.until or date.max, facts.contract_id or ""))
        return _with_renewal(session, asset, facts, day)
    if asset.warranty_end is not None and asset.warranty_end >= day:
        return CoverageFacts(state="warranty", until=asset.warranty_end)
    return CoverageFacts(state="none")


def _with_renewal(session: Session, asset: AssetFacts, facts: CoverageFacts, day: date) -> CoverageFacts:
    """Return the facts with how far lines that begin later carry the coverage on without a gap."""
    starts = func.coalesce(col(ContractLine.start_date), col(ServiceContract.start_date))
    query = (
        select(ContractLine, ServiceContract)
        .join(ServiceContract, col(ServiceContract.contract_id) == col(ContractLine.contract_id))
        .where(
            col(ContractLine.asset_id) == asset.asset_id,
            current(ContractLine),
            current(ServiceContract),
            is_in_force(ServiceContract, day),
            starts > day,
        )
        .order_by(starts)
    )
    until, is_renewed = facts.until, False
    for line, contract in session.exec(query).all():
        begins = max(start for start in (line.start_date, contract.start_date) if start is not None)
        ends = min((end for end in (line.end_date, contract.end_date) if end is not None), default=None)
        if until is not None and begins <= until + timedelta(days=1) and (ends is None or ends > until):
            until, is_renewed = ends, True
    return replace(facts, is_renewed=is_renewed, renewed_until=until if is_renewed else None)


def _fleet(session: Session, account_id: str, day: date) -> tuple[int, int]:
    covered = func.count().filter(is_covered(Asset, day, None))
    query = (
        select(covered, func.count())
        .select_from(Asset)
        .join(Product, (col(Product.sku) == col(Asset.sku)) & current(Product))
        .where(
            col(Asset.account_id) == account_id,
            current(Asset),
            is_active(Asset, day),
            col(Product.serviceable).is_(True),
        )
    )
    covered_count, total = session.exec(query).one()
    return covered_count, total
