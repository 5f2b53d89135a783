"""Tables of what stands at the customer, what covers it, and what happened to it."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field

from offers.tables.columns import CURRENT, OFFERED, UtcDateTime, Versioned, version_indexes

_GONE = text("superseded_at IS NULL AND status <> 'active'")
_ENDS = text("end_date IS NOT NULL")
_STARTS = text("start_date IS NOT NULL")


class Asset(Versioned, table=True):
    """A machine at a customer. The two lookup columns are serial number and id as `lookup_key` reads them."""

    __tablename__ = "offers_asset"
    __table_args__ = (
        *version_indexes("offers_asset", "asset_id"),
        Index("ix_offers_asset_serial_lookup", "serial_lookup"),
        Index("ix_offers_asset_id_lookup", "asset_id_lookup"),
        Index("ix_offers_asset_account", "account_id"),
        Index("ix_offers_asset_sold_by", "sold_by_partner_id"),
        Index("ix_offers_asset_serviced_by", "serviced_by_partner_id"),
        # The few machines that nothing is renewed for.
        Index(
            "ix_offers_asset_gone",
            "asset_id",
            "status",
            "superseded_at",
            sqlite_where=_GONE,
            postgresql_where=_GONE,
        ),
    )

    asset_id: str
    serial_number: str | None = None
    sku: str
    model: str | None = None
    firmware: str | None = None
    account_id: str
    site_id: str | None = None
    install_date: date | None = None
    status: str
    retired_on: date | None = None
    sold_by_partner_id: str | None = None
    serviced_by_partner_id: str | None = None
    warranty_end: date | None = None
    serial_lookup: str = ""
    asset_id_lookup: str = ""


class ServiceContract(Versioned, table=True):
    """A contract's header; its lines say what it covers."""

    __tablename__ = "offers_contract"
    __table_args__ = (
        *version_indexes("offers_contract", "contract_id"),
        Index("ix_offers_contract_account", "account_id"),
        # These answer from the index alone which contracts end or begin between two days.
        Index(
            "ix_offers_contract_end",
            "end_date",
            "superseded_at",
            "contract_id",
            "status",
            "cancelled_on",
            "account_id",
        ),
        Index("ix_offers_contract_start", "start_date", "superseded_at", "contract_id", "status"),
    )

    contract_id: str
    account_id: str
    start_date: date | None = None
    end_date: date | None = None
    status: str
    cancelled_on: date | None = None
    auto_renew: bool | None = None
    termination_notice_date: date | None = None


class ContractLine(Versioned, table=True):
    """What a contract covers; without an asset it covers nothing. Empty dates take the contract's."""

    __tablename__ = "offers_contract_line"
    __table_args__ = (
        *version_indexes("offers_contract_line", "contract_line_id"),
        # Holds all that a sum over the lines of many contracts reads.
        Index(
            "ix_offers_contract_line_contract",
            "contract_id",
            "superseded_at",
            "contract_line_id",
            "end_date",
            "asset_id",
            "sku",
            "quantity",
            "unit_amount_minor",
            "currency",
        ),
        Index("ix_offers_contract_line_asset", "asset_id"),
        Index("ix_offers_contract_line_predecessor", "predecessor_line_id", "superseded_at", "contract_id"),
        Index("ix_offers_contract_line_end", "end_date", sqlite_where=_ENDS, postgresql_where=_ENDS),
        Index("ix_offers_contract_line_start", "start_date", sqlite_where=_STARTS, postgresql_where=_STARTS),
        Index("ix_offers_contract_line_offered", "offer_id", sqlite_where=OFFERED, postgresql_where=OFFERED),
    )

    contract_line_id: str
    contract_id: str
    asset_id: str | None = None
    sku: str
    start_date: date | None = None
    end_date: date | None = None
    quantity: int | None = None
    unit_amount_minor: int | None = Field(default=None, sa_type=BigInteger)
    currency: str | None = None
    predecessor_line_id: str | None = None
    booked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    offer_id: str | None = None


class WorkOrder(Versioned, table=True):
    """A service call, open until `closed_at`."""

    __tablename__ = "offers_work_order"
    __table_args__ = (
        *version_indexes("offers_work_order", "work_order_id"),
        Index("ix_offers_work_order_asset", "asset_id", "opened_at"),
        # Answers by itself which machines failed between two days.
        Index(
            "ix_offers_work_order_opened",
            "opened_at",
            "type",
            "asset_id",
            "account_id",
            "superseded_at",
            sqlite_where=CURRENT,
            postgresql_where=CURRENT,
        ),
    )

    work_order_id: str
    account_id: str
    asset_id: str | None = None
    opened_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    type: str | None = None
    priority: str | None = None
    summary: str | None = None
    technician_id: str | None = None


class Case(Versioned, table=True):
    """A complaint or request, open until `closed_at`; escalated and open, it stops all selling."""

    __tablename__ = "offers_case"
    __table_args__ = (
        *version_indexes("offers_case", "case_id"),
        Index("ix_offers_case_account", "account_id"),
    )

    case_id: str
    account_id: str
    asset_id: str | None = None
    opened_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    priority: str | None = None
    is_escalated: bool | None = None


def lookup_key(text: str) -> str:
    """Return a serial number or id as people compare them: without case, spaces, dashes and dots."""
    return "".join(character for character in text.casefold() if character.isalnum())
