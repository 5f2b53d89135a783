"""Metrics over the installed base."""

from sqlalchemy import CTE, ColumnElement, and_, case, func, literal, or_, select
from sqlalchemy.sql.selectable import Subquery
from sqlmodel import Session, col

from offers.installed_base.coverage import is_active, select_covered
from offers.metrics.entries import Entries, Interval
from offers.metrics.figures import Window
from offers.metrics.grouping import (
    PARTIES,
    PRODUCTS,
    Columns,
    Query,
    end_of_day,
    group_names,
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
from offers.quoting.pricing import STANDARD_PRICEBOOK
from offers.tables.versions import known_at
from offers.vocabulary import RelationType

COVERAGE_DIMENSIONS = (*PRODUCTS, *PARTIES)


def select_coverage(session: Session, window: Window) -> Entries:  # noqa: ARG001 (one signature for all)
    """SQL: active, serviceable assets, and those with a live contract line on the as-of day."""
    machines, covered = _join_covered(_select_machines(window), window)
    in_warranty = func.coalesce(col(Asset.warranty_end) >= window.day, False)
    query = machines.add_columns(
        case((covered, 1), else_=0).label("numerator"),
        literal(1).label("denominator"),
        case((and_(in_warranty, ~covered), 1), else_=0).label("warranty_only"),
    )
    return Entries(query, Interval.WILSON, ("warranty_only",))


def select_value_attach(session: Session, window: Window) -> Entries:
    """SQL: the list price of the dearest service for each active, serviceable asset, and of the covered ones."""
    valued = select_valued(session, window)
    query = select(
        *(valued.c[name] for name in group_names(window.by)),
        valued.c.entry_id,
        valued.c.account_id,
        case((valued.c.is_covered == 1, valued.c.amount), else_=0).label("numerator"),
        valued.c.amount.label("denominator"),
        valued.c.currency,
        literal(1).label("machines"),
        valued.c.is_covered.label("covered_machines"),
    )
    return Entries(query, Interval.BOOTSTRAP, ("machines", "covered_machines"), is_money=True)


def select_valued(session: Session, window: Window) -> Subquery:
    """SQL: groups, entry_id, account_id, sku, is_covered, amount, currency of the assets that have a service price.

    Amount and currency are in what the account buys in; where no service has a price in it, in the first that there is.
    """
    machines, covered = _join_covered(_select_machines(window), window)
    # Each step by itself: joined at once, SQLite takes some of these for small and goes through them for each asset.
    assets = materialise(
        machines.add_columns(col(Asset.sku).label("sku"), case((covered, 1), else_=0).label("is_covered")),
        "machines",
    )
    values = materialise(_select_values(window), "service_values")
    if not _has_several_currencies(session, window):
        return (
            select(assets, values.c.amount, values.c.currency)
            .join(values, values.c.sku == assets.c.sku)
            .subquery()
        )
    own = materialise(_select_account_currencies(window), "own_currency")
    first = materialise(_select_first_values(values), "first_values")
    amount = func.coalesce(values.c.amount, first.c.amount)
    currency = func.coalesce(values.c.currency, first.c.currency)
    return (
        select(assets, amount.label("amount"), currency.label("currency"))
        .outerjoin(own, own.c.account_id == assets.c.account_id)
        .outerjoin(values, and_(values.c.sku == assets.c.sku, values.c.currency == own.c.currency))
        .outerjoin(first, first.c.sku == assets.c.sku)
        .where(amount.is_not(None))
        .subquery()
    )


def materialise(query: Query, name: str) -> CTE:
    """SQL: the query as a table that is made once, whatever is joined to it."""
    return query.cte(name).prefix_with("MATERIALIZED")


def _join_covered(machines: Query, window: Window) -> tuple[Query, ColumnElement[bool]]:
    """SQL: the query over assets, and whether each is covered on the as-of day."""
    covered = select_covered(window.day, window.known)
    joined = machines.outerjoin(covered, covered.c.asset_id == col(Asset.asset_id))
    return joined, covered.c.asset_id.is_not(None)


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
    if window.is_looking_back:
        installed = col(Asset.install_date)
        machines = machines.where(or_(installed.is_(None), installed <= window.day))
    return join_parties(
        machines, window, account_id=col(Asset.account_id), partner_id=col(Asset.sold_by_partner_id)
    )


def _select_values(window: Window) -> Query:
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
    )


def _has_several_currencies(session: Session, window: Window) -> bool:
    values = _select_values(window).subquery()
    return len(session.execute(select(values.c.currency).distinct().limit(2)).all()) > 1


def _select_first_values(values: CTE) -> Query:
    """SQL: of each sku the amount in the first of its currencies."""
    earlier = values.alias("earlier")
    is_later = select(earlier.c.sku).where(
        earlier.c.sku == values.c.sku, earlier.c.currency < values.c.currency
    )
    return select(values).where(~is_later.exists())


def _select_account_currencies(window: Window) -> Query:
    """SQL: account_id, currency: of the account's last order by the day, else of its last contract line.

    Each is looked up at the end of its account's index: to sort all that was ever ordered takes longer.
    """
    until = min(end_of_day(window.day), window.known)
    owners = select(col(Asset.account_id).label("account_id")).distinct().subquery("owners")
    ordered = (
        select(col(OrderLine.currency))
        .where(
            col(OrderLine.account_id) == owners.c.account_id,
            col(OrderLine.currency).is_not(None),
            col(OrderLine.ordered_at) <= until,
            known_at(OrderLine, window.known),
        )
        .order_by(col(OrderLine.ordered_at).desc(), col(OrderLine.order_line_id).desc())
        .limit(1)
        .scalar_subquery()
    )
    booked_at = col(ContractLine.booked_at)
    contracted = (
        select(col(ContractLine.currency))
        .join(ServiceContract, col(ContractLine.contract_id) == col(ServiceContract.contract_id))
        .where(
            col(ServiceContract.account_id) == owners.c.account_id,
            col(ContractLine.currency).is_not(None),
            or_(booked_at.is_(None), booked_at <= until),
            known_at(ContractLine, window.known),
            known_at(ServiceContract, window.known),
        )
        .order_by(
            case((booked_at.is_(None), 1), else_=0),
            booked_at.desc(),
            col(ContractLine.contract_line_id).desc(),
        )
        .limit(1)
        .scalar_subquery()
    )
    return select(owners.c.account_id, func.coalesce(ordered, contracted).label("currency"))
