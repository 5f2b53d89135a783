"""Rows of the files about orders and offers."""

from typing import Annotated, Any

from offers.importing.cells import (
    Currency,
    Instant,
    NotNegative,
    Optional,
    Required,
    RequiredCount,
    RequiredInstant,
    word_of,
)
from offers.importing.row import ImportRow, parse_price
from offers.vocabulary import OfferEventType, Play


class OrderLineRow(ImportRow):
    """orders.csv"""

    order_line_id: Required
    order_id: Required
    account_id: Required
    partner_id: Optional = None
    sku: Required
    quantity: RequiredCount
    unit_price: Optional = None
    currency: Currency = None
    ordered_at: RequiredInstant
    related_asset_id: Optional = None
    returned_at: Instant = None
    returned_quantity: NotNegative = None
    offer_id: Optional = None

    def to_columns(self) -> dict[str, Any]:
        """Return the row as table columns. Raises RowValueError."""
        columns = self.__dict__.copy()
        columns["unit_amount_minor"] = parse_price(columns.pop("unit_price"), self.currency, "unit_price")
        return columns


class OfferEventRow(ImportRow):
    """offer_events.csv; an empty `recorded_at` is the import's."""

    event_id: Required
    offer_id: Required
    rule_id: Optional = None
    play: Annotated[str, word_of(Play)]
    event: Annotated[str, word_of(OfferEventType)]
    account_id: Required
    asset_id: Optional = None
    person_id: Optional = None
    partner_id: Optional = None
    work_order_id: Optional = None
    occurred_at: RequiredInstant
    recorded_at: Instant = None
    reason: Optional = None
    amount: Optional = None
    currency: Currency = None

    def to_columns(self) -> dict[str, Any]:
        """Return the row as table columns. Raises RowValueError."""
        columns = self.__dict__.copy()
        columns["amount_minor"] = parse_price(columns.pop("amount"), self.currency, "amount")
        return columns
