"""Which of the conversions somebody wants to see."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import col

from offers.models import Account, OfferEvent, Product


@dataclass(frozen=True, slots=True)
class ConversionFilter:
    """Which conversions to list; None is all.

    `family` and `sku` are the sold product's. `days` reach back from now; `first_day` and `last_day` are UTC days, both
    included.
    """

    family: str | None = None
    sku: str | None = None
    region: str | None = None
    partner_id: str | None = None
    person_id: str | None = None
    days: int | None = None
    first_day: date | None = None
    last_day: date | None = None

    def since(self, now: datetime) -> datetime | None:
        """Return when `days` begin, None without them."""
        return now - timedelta(days=self.days) if self.days is not None else None


def narrow(
    only: ConversionFilter | None, since: datetime | None, *, sold: ColumnElement[str | None]
) -> list[ColumnElement[bool]]:
    """SQL: conditions on accepted events whose account and product are joined; `sold` is the product's sku."""
    late = [col(OfferEvent.occurred_at) >= since] if since is not None else []
    if only is None:
        return late
    wanted = (
        (col(Product.family), only.family),
        (sold, only.sku),
        (col(Account.region), only.region),
        (col(OfferEvent.partner_id), only.partner_id),
        (col(OfferEvent.person_id), only.person_id),
    )
    return [*late, *_on_days(only), *(column == value for column, value in wanted if value is not None)]


def _on_days(only: ConversionFilter) -> list[ColumnElement[bool]]:
    at = col(OfferEvent.occurred_at)
    conditions = []
    if only.first_day is not None:
        conditions.append(at >= datetime.combine(only.first_day, time(), UTC))
    if only.last_day is not None:
        conditions.append(at < datetime.combine(only.last_day + timedelta(days=1), time(), UTC))
    return conditions
