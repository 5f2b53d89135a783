"""What an attached unit comes to: the average of those that were ordered with a price."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from offers.metrics.figures import Scope, Window
from offers.metrics.grouping import Columns, join_parties, name_parties, occurred_in
from offers.metrics.orders import Item, is_attached, with_items
from offers.models import OrderLine, Product
from offers.money import Money
from offers.people import PersonFacts
from offers.vocabulary import ProductKind

_DAYS = 365


def find_unit_value(
    session: Session, *, now: datetime, reader: PersonFacts | None, only: Mapping[str, str] | None = None
) -> Money | None:
    """Return the average price of an attached unit of the last year, None without one and in several currencies.

    Lines of bundles, whose price is for all their items, and lines without a price don't count.
    """
    day, kept = now.date(), dict(only or {})
    window = Window(
        day=day,
        known=now,
        first_day=day - timedelta(days=_DAYS),
        last_day=day,
        by=tuple(kept),
        scope=Scope.of(reader),
    )
    columns: Columns = {
        "family": col(Item.family),
        "sku": col(Item.sku),
        **name_parties(col(OrderLine.partner_id)),
    }
    amount = func.sum(col(OrderLine.quantity) * col(OrderLine.unit_amount_minor))
    query = with_items(select(col(OrderLine.currency), amount, func.sum(col(OrderLine.quantity))), window)
    query = join_parties(
        query, window, account_id=col(OrderLine.account_id), partner_id=col(OrderLine.partner_id)
    ).where(
        is_attached(Item),
        col(Product.kind) != ProductKind.BUNDLE.value,
        col(OrderLine.unit_amount_minor).is_not(None),
        col(OrderLine.currency).is_not(None),
        *occurred_in(col(OrderLine.ordered_at), window),
        *(columns[name] == value for name, value in kept.items() if name in columns),
    )
    found = session.execute(query.group_by(col(OrderLine.currency))).all()
    if len(found) != 1 or not found[0][2]:
        return None
    currency, total, units = found[0]
    return Money(round(int(total) / int(units)), currency)
