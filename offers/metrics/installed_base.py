"""Metrics over the installed base."""

from sqlalchemy import Integer, and_, case, cast, func, literal, or_, select
from sqlalchemy.sql.selectable import Subquery
from sqlmodel import Session, col

from offers.coverage import is_active, is_covered
from offers.metrics.entries import Entries, Interval
from offers.metrics.figures import Window
from offers.metrics.grouping import (
    PARTIES,
    PRODUCTS,
    Columns,
    Query,
    end_of_day,
    join_parties,
    label_groups,
    name_parties,
)
from offers.models import (
    Asset,
    ContractLine,
    OrderLine,
    PricebookEntry,
    Product,
    ProductRelationship,
    ServiceContract,
)
from offers.pricing import STANDARD_PRICEBOOK
from offers.tables.versions import known_at
from offers.vocabulary import RelationType

COVERAGE_DIMENSIONS = (*PRODUCTS, *PARTIES)


def select_coverage(session: Session, window: Window) -> Entries:  # noqa: ARG001 (one signature for all)
    """SQL: active, serviceable assets, and those with a live contract line on the as-of day."""
    covered = is_covered(Asset, window.day, window.known)
    in_warranty = func.coalesce(col(Asset.warranty_end) >= window.day, False)
    query = _select_machines(window).add_columns(
        cast(covered, Integer).label("numerator"),
        literal(1).label("denominator"),
        case((and_(in_warranty, ~covered), 1), else_=0).label("warranty_only"),
    )
    return Entries(query, Interval.WILSON, ("warranty_only",))


def select_value_attach(session: Session, window: Window) -> Entries:
    """SQL: the list price of the dearest service for each active, serviceable asset, and of the covered ones."""
    values = _select_values(window)
    machines = _select_machines(window)
    if _has_several_currencies(session, values):
        own = _select_account_currencies(window)
        # In the currency that the account buys in; where the service has no price in it, in the first that it has.
        choice = (
            select(
                col(Asset.asset_id),
                values.c.currency,
                values.c.amount,
                func.row_number()
                .over(
                    partition_by=col(Asset.asset_id),
                    order_by=(
                        case((values.c.currency == own.c.currency, 0), else_=1),
                        values.c.currency,
                    ),
                )
                .label("preference"),
            )
            .select_from(Asset)
            .join(values, values.c.sku == col(Asset.sku))
            .outerjoin(own, own.c.account_id == col(Asset.account_id))
            .where(known_at(Asset, window.known))
            .subquery()
        )
        machines = machines.join(
            choice, and_(choice.c.asset_id == col(Asset.asset_id), choice.c.preference == 1)
        )
        chosen = choice
    else:
        machines = machines.join(values, values.c.sku == col(Asset.sku))
        chosen = values
    covered = is_covered(Asset, window.day, window.known)
    query = machines.add_columns(
        case((covered, chosen.c.amount), else_=0).label("numerator"),
        chosen.c.amount.label("denominator"),
        chosen.c.currency.label("currency"),
        literal(1).label("machines"),
        cast(covered, Integer).label("covered_machines"),
    )
    return Entries(query, Interval.BOOTSTRAP, ("machines", "covered_machines"), is_money=True)


def _select_machines(window: Window) -> Query:
    """SQL: the active, serviceable assets of the as-of day, with their groups."""
    columns: Columns = {
        "family": col(Product.family),
        "sku": col(Asset.sku),
        **name_parties(col(Asset.sold_by_partner_id)),
    }
    machines: Query = (
        select(
            *label_groups(columns, window),
            col(Asset.asset_id).label("entry_id"),
            col(Asset.account_id).label("account_id"),
        )
        .select_from(Asset)
        .join(Product, and_(col(Product.sku) == col(Asset.sku), known_at(Product, window.known)))
        .where(
            known_at(Asset, window.known),
            is_active(Asset, window.day),
            col(Product.serviceable).is_(True),
        )
    )
    return join_parties(
        machines, window, account_id=col(Asset.account_id), partner_id=col(Asset.sold_by_partner_id)
    )


def _select_values(window: Window) -> Subquery:
    """SQL: sku, currency, amount: the dearest product in service relation to each core product, by currency.

    Of a product's prices that hold on the day, the standard price book's goes before others; then the latest to begin.
    """
    entry = PricebookEntry
    prices = (
        select(
            col(entry.sku),
            col(entry.currency),
            col(entry.unit_amount_minor),
            func.row_number()
            .over(
                partition_by=(col(entry.sku), col(entry.currency)),
                order_by=(
                    case((func.lower(col(entry.pricebook)) == STANDARD_PRICEBOOK, 0), else_=1),
                    col(entry.pricebook),
                    case((col(entry.valid_from).is_(None), 1), else_=0),
                    col(entry.valid_from).desc(),
                    col(entry.row_id),
                ),
            )
            .label("preference"),
        )
        .where(
            or_(col(entry.valid_from).is_(None), col(entry.valid_from) <= window.day),
            or_(col(entry.valid_to).is_(None), col(entry.valid_to) >= window.day),
            known_at(entry, window.known),
        )
        .subquery()
    )
    return (
        select(
            col(ProductRelationship.core_sku).label("sku"),
            prices.c.currency,
            func.max(prices.c.unit_amount_minor).label("amount"),
        )
        .join(prices, and_(prices.c.sku == col(ProductRelationship.attach_sku), prices.c.preference == 1))
        .where(
            col(ProductRelationship.type) == RelationType.SERVICE.value,
            known_at(ProductRelationship, window.known),
        )
        .group_by(col(ProductRelationship.core_sku), prices.c.currency)
        .subquery()
    )


def _has_several_currencies(session: Session, values: Subquery) -> bool:
    return len(session.execute(select(values.c.currency).distinct().limit(2)).all()) > 1


def _select_account_currencies(window: Window) -> Subquery:
    """SQL: account_id, currency: of the account's last order by the day, else of its last contract line."""
    until = min(end_of_day(window.day), window.known)
    ordered: Query = select(
        col(OrderLine.account_id).label("account_id"),
        col(OrderLine.currency).label("currency"),
        literal(0).label("rank"),
        col(OrderLine.ordered_at).label("at"),
        col(OrderLine.order_line_id).label("line_id"),
    ).where(
        col(OrderLine.currency).is_not(None),
        col(OrderLine.ordered_at) <= until,
        known_at(OrderLine, window.known),
    )
    contracted: Query = (
        select(
            col(ServiceContract.account_id),
            col(ContractLine.currency),
            literal(1),
            col(ContractLine.booked_at),
            col(ContractLine.contract_line_id),
        )
        .join(ContractLine, col(ContractLine.contract_id) == col(ServiceContract.contract_id))
        .where(
            col(ContractLine.currency).is_not(None),
            or_(col(ContractLine.booked_at).is_(None), col(ContractLine.booked_at) <= until),
            known_at(ContractLine, window.known),
            known_at(ServiceContract, window.known),
        )
    )
    bought = ordered.union_all(contracted).subquery()
    ranked = select(
        bought.c.account_id,
        bought.c.currency,
        func.row_number()
        .over(
            partition_by=bought.c.account_id,
            order_by=(
                bought.c.rank,
                case((bought.c.at.is_(None), 1), else_=0),
                bought.c.at.desc(),
                bought.c.line_id.desc(),
            ),
        )
        .label("preference"),
    ).subquery()
    return (
        select(ranked.c.account_id, ranked.c.currency)
        .where(ranked.c.preference == 1)
        .subquery("own_currency")
    )
