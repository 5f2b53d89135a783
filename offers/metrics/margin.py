"""What attached sales leave after their cost: order lines whose price and cost are both known."""

from sqlalchemy import CTE, BigInteger, ColumnElement, and_, case, cast, func, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import Subquery
from sqlmodel import Session, col

from offers.metrics.entries import Entries, Interval
from offers.metrics.figures import Window
from offers.metrics.grouping import Query, group_names
from offers.metrics.installed_base import materialise
from offers.metrics.orders import Item, count_units, is_attached, select_lines
from offers.models import OrderLine, PricebookEntry, Product
from offers.quoting.pricing import STANDARD_PRICEBOOK
from offers.tables.calendar import day_number
from offers.tables.versions import known_at
from offers.vocabulary import ProductKind

WITHOUT_COST = "lines_without_cost"
"""How many lines have a price and no known cost: they are in neither side of the rate."""


def select_margin(session: Session, window: Window) -> Entries:  # noqa: ARG001 (one signature for all)
    """SQL: net price less cost, and net price, of the attached lines ordered in the window; amounts in minor units.

    An item of a bundle has its share of the bundle's price, in proportion to the list prices of the day, cut to whole
    minor units. A line without price or currency is left out; one without a known cost is counted beside.
    """
    items = materialise(_select_items(window), "priced_items")
    whole = _select_bundles(items)
    share = items.c.amount * items.c.listed // cast(whole.c.listed, BigInteger)
    net = case((items.c.is_bundled == 1, share), else_=items.c.amount)
    is_known = and_(items.c.cost.is_not(None), net.is_not(None))
    query = (
        select(
            *(items.c[name] for name in group_names(window.by)),
            items.c.entry_id,
            items.c.account_id,
            case((is_known, net - items.c.cost), else_=0).label("numerator"),
            case((is_known, net), else_=0).label("denominator"),
            items.c.currency,
            case((is_known, 0), else_=1).label(WITHOUT_COST),
        )
        .select_from(items)
        .outerjoin(whole, whole.c.entry_id == items.c.entry_id)
        .where(items.c.is_attached == 1)
    )
    return Entries(
        query,
        Interval.BOOTSTRAP,
        (WITHOUT_COST,),
        is_money=True,
        may_be_negative=True,
        standing=(WITHOUT_COST,),
    )


def _select_items(window: Window) -> Query:
    """SQL: every priced line of the window as its items: what it came to, and the item's list value and cost.

    Only items of bundles have a list value, only attached ones a cost: the others' prices are not looked up.
    """
    units, is_bundled = count_units(), col(Product.kind) == ProductKind.BUNDLE.value
    listed, cost = (units * _find_of_day(name, window) for name in ("unit_amount_minor", "unit_cost_minor"))
    return (
        select_lines(window)
        .where(col(OrderLine.unit_amount_minor).is_not(None), col(OrderLine.currency).is_not(None))
        .add_columns(
            col(OrderLine.currency).label("currency"),
            (col(OrderLine.quantity) * col(OrderLine.unit_amount_minor)).label("amount"),
            case((is_bundled, 1), else_=0).label("is_bundled"),
            case((is_attached(Item), 1), else_=0).label("is_attached"),
            cast(case((is_bundled, listed)), BigInteger).label("listed"),
            cast(case((is_attached(Item), cost)), BigInteger).label("cost"),
        )
    )


def _select_bundles(items: CTE) -> Subquery:
    """SQL: entry_id, listed: the list value of each bundle line whose items all have a list price, if there is any."""
    return (
        select(items.c.entry_id, func.sum(items.c.listed).label("listed"))
        .where(items.c.is_bundled == 1)
        .group_by(items.c.entry_id)
        .having(func.count(items.c.listed) == func.count(), func.sum(items.c.listed) > 0)
        .subquery("bundles")
    )


def _find_of_day(column: str, window: Window) -> ColumnElement[int]:
    """SQL: an amount of the price that the item had in the line's currency on the day of the order.

    The standard price book goes before others by name; of entries that overlap the latest to begin holds.
    """
    entry, day = aliased(PricebookEntry), day_number(col(OrderLine.ordered_at))
    begins, ends = col(entry.valid_from), col(entry.valid_to)
    found: ColumnElement[int] = (
        select(getattr(entry, column))
        .where(
            col(entry.sku) == col(Item.sku),
            col(entry.currency) == col(OrderLine.currency),
            or_(begins.is_(None), day_number(begins) <= day),
            or_(ends.is_(None), day_number(ends) >= day),
            known_at(entry, window.known),
        )
        .order_by(
            case((func.lower(col(entry.pricebook)) == STANDARD_PRICEBOOK, 0), else_=1),
            col(entry.pricebook),
            case((begins.is_(None), 1), else_=0),
            begins.desc(),
            col(entry.row_id),
        )
        .limit(1)
        .correlate(OrderLine, Item)
        .scalar_subquery()
    )
    return found
