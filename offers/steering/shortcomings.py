"""What customers refused and what kept failing, by product: what a product's makers hear from the field."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlmodel import Session, col

from offers.errors import NotYourFigure
from offers.installed_base.call_outs import REPEATED_WITHIN
from offers.metrics.figures import Scope
from offers.models import Account, Asset, Offer, OfferEvent, Product, WorkOrder
from offers.people import PersonFacts
from offers.tables.versions import current
from offers.vocabulary import OfferEventType, is_call_out

DIMENSIONS = ("family", "sku")

Part = str | None
"""A product family or a product; None is an unknown one."""


@dataclass(slots=True)
class Shortcoming:
    """Of one product: declined offers by reason (None: not said) and their value by currency, in minor units.

    `repeat_failures` are call-outs within thirty days of another to the same machine.
    """

    declines: Counter[str | None] = field(default_factory=Counter)
    declined_minor: Counter[str] = field(default_factory=Counter)
    repeat_failures: int = 0


def find_shortcomings(
    session: Session, *, by: str, since: datetime, now: datetime, reader: PersonFacts
) -> dict[Part, Shortcoming]:
    """Return what was declined and failed again since then, by the machine's product; a regional manager's region's.

    Raises:
        NotYourFigure: The reader is no manager.
    """
    scope = read_scope(reader)
    found: defaultdict[Part, Shortcoming] = defaultdict(Shortcoming)
    for part, reason, currency, count, amount in session.execute(
        _select_declines(by, since, now, scope)
    ).all():
        found[part].declines[reason] += int(count)
        if currency is not None and amount is not None:
            found[part].declined_minor[currency] += int(amount)
    last: dict[str, datetime] = {}
    for part, asset_id, kind, opened_at in session.execute(_select_calls(by, since, now, scope)).all():
        if not is_call_out(kind):
            continue
        before = last.get(asset_id)
        last[asset_id] = opened_at
        if before is not None and opened_at - before <= REPEATED_WITHIN and opened_at >= since:
            found[part].repeat_failures += 1
    return {part: one for part, one in found.items() if one.declines or one.repeat_failures}


def read_scope(reader: PersonFacts) -> Scope:
    """Return what a manager sees. Raises NotYourFigure for anybody else."""
    scope = Scope.of(reader)
    if scope.is_external or scope.person_id is not None:
        raise NotYourFigure("needs")
    return scope


def find_parts(session: Session, asset_ids: set[str], *, by: str) -> dict[str, Part]:
    """Return the product family or product of each machine, as it is known now."""
    found: dict[str, Part] = {}
    ordered = sorted(asset_ids)
    for start in range(0, len(ordered), 500):
        query = _join_product(
            select(col(Asset.asset_id), _column(by)).where(
                col(Asset.asset_id).in_(ordered[start : start + 500]), current(Asset)
            )
        )
        found |= {row[0]: row[1] for row in session.execute(query).all()}
    return found


def _column(by: str) -> Any:
    return col(Product.family) if by == "family" else col(Asset.sku)


def _join_product(query: Select[Any]) -> Select[Any]:
    return query.outerjoin(Product, and_(col(Product.sku) == col(Asset.sku), current(Product)))


def _keep_region(query: Select[Any], account_id: Any, scope: Scope) -> Select[Any]:
    if scope.region is None:
        return query
    return query.join(Account, and_(col(Account.account_id) == account_id, current(Account))).where(
        col(Account.region) == scope.region
    )


def _select_declines(by: str, since: datetime, now: datetime, scope: Scope) -> Select[Any]:
    """SQL: part, reason, currency, count, amount: what the ledger says it was worth, else what was asked for it."""
    part = _column(by)
    currency = func.coalesce(col(OfferEvent.currency), col(Offer.currency))
    amount = func.coalesce(col(OfferEvent.amount_minor), col(Offer.unit_amount_minor))
    query = _join_product(
        select(part, col(OfferEvent.reason), currency, func.count(), func.sum(amount))
        .select_from(OfferEvent)
        .outerjoin(
            Offer,
            and_(
                col(Offer.offer_id) == col(OfferEvent.offer_id),
                col(Offer.version) == col(OfferEvent.offer_version),
            ),
        )
        .outerjoin(Asset, and_(col(Asset.asset_id) == col(OfferEvent.asset_id), current(Asset)))
    ).where(
        col(OfferEvent.event) == OfferEventType.DECLINED.value,
        current(OfferEvent),
        col(OfferEvent.occurred_at) >= since,
        col(OfferEvent.occurred_at) <= now,
    )
    return _keep_region(query, col(OfferEvent.account_id), scope).group_by(
        part, col(OfferEvent.reason), currency
    )


def _select_calls(by: str, since: datetime, now: datetime, scope: Scope) -> Select[Any]:
    """SQL: part, asset, type, when, oldest first; from so long before that a first call's repeat is found."""
    query = _join_product(
        select(_column(by), col(WorkOrder.asset_id), col(WorkOrder.type), col(WorkOrder.opened_at))
        .select_from(WorkOrder)
        .join(Asset, and_(col(Asset.asset_id) == col(WorkOrder.asset_id), current(Asset)))
    ).where(
        current(WorkOrder),
        col(WorkOrder.opened_at) >= since - REPEATED_WITHIN,
        col(WorkOrder.opened_at) <= now,
    )
    return _keep_region(query, col(Asset.account_id), scope).order_by(
        col(WorkOrder.opened_at), col(WorkOrder.work_order_id)
    )
