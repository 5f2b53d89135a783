"""Tables of what a customer was quoted, and of discounts that somebody had to be asked for."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, text
from sqlmodel import Field, SQLModel

from offers.tables.columns import ROW_ID, UtcDateTime

_ACCEPTED = text("status = 'accepted'")
_UNDECIDED = text("decided_at IS NULL")


class Quote(SQLModel, table=True):
    """A price as a customer was told it, with everything that stood beside it. Written once; only names go, in time.

    `lines` add up to `subtotal_minor`, that and the tax to `total_minor`. `pricebook` and `price_valid_from` name
    the entry that the price is from. A bundle has a line for each of its items.
    """

    __tablename__ = "offers_quote"
    __table_args__ = (
        Index("uq_offers_quote_id", "quote_id", unique=True),
        Index(
            "uq_offers_quote_one_accepted",
            "offer_id",
            unique=True,
            sqlite_where=_ACCEPTED,
            postgresql_where=_ACCEPTED,
        ),
        Index("ix_offers_quote_offer", "offer_id", "offer_version"),
        Index("ix_offers_quote_account", "account_id"),
    )

    row_id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    quote_id: str
    status: str
    offer_id: str
    offer_version: int
    account_id: str
    account_name: str
    site_id: str | None = None
    site_name: str | None = None
    site_address: str | None = None
    asset_id: str | None = None
    serial_number: str | None = None
    machine_name: str | None = None
    seller_name: str | None = None
    sku: str
    product_name: str
    lines: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    currency: str
    discount_bps: int = 0
    subtotal_minor: int = Field(sa_type=BigInteger)
    tax_bps: int = 0
    tax_minor: int = Field(sa_type=BigInteger)
    total_minor: int = Field(sa_type=BigInteger)
    term_months: int | None = None
    starts_on: date | None = None
    pricebook: str
    price_valid_from: date | None = None
    valid_until: datetime = Field(sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: str | None = None
    created_by_name: str | None = None
    partner_id: str | None = None
    said_by: str | None = None
    email: str | None = None
    purchase_order: str | None = None


class DiscountRequest(SQLModel, table=True):
    """That somebody asked for more discount than they may give, and what was decided; one open one for an offer.

    `card_ref` is where the offer's card stands, opaque here as a thread's reference is.
    """

    __tablename__ = "offers_discount_request"
    __table_args__ = (
        Index("uq_offers_discount_request_id", "request_id", unique=True),
        Index(
            "uq_offers_discount_request_open",
            "offer_id",
            unique=True,
            sqlite_where=_UNDECIDED,
            postgresql_where=_UNDECIDED,
        ),
    )

    row_id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    request_id: str
    offer_id: str
    offer_version: int
    account_id: str
    sku: str
    discount_bps: int
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str
    reason: str
    card_ref: str | None = None
    asked_by: str
    asked_at: datetime = Field(sa_type=UtcDateTime)
    decision: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decision_reason: str | None = None
