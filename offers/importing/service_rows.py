"""Rows of the files about the installed base and its service."""

from typing import Annotated, Any

from offers.importing.cells import (
    Boolean,
    Count,
    Currency,
    Day,
    Instant,
    Optional,
    Required,
    RequiredInstant,
    word_of,
)
from offers.importing.row import ImportRow, check_order, check_other, parse_price
from offers.tables.installed_base import lookup_key
from offers.vocabulary import AssetStatus, ContractStatus


class AssetRow(ImportRow):
    """assets.csv"""

    asset_id: Required
    serial_number: Optional = None
    sku: Required
    model: Optional = None
    firmware: Optional = None
    account_id: Required
    site_id: Optional = None
    install_date: Day = None
    status: Annotated[str, word_of(AssetStatus)]
    retired_on: Day = None
    sold_by_partner_id: Optional = None
    serviced_by_partner_id: Optional = None
    warranty_end: Day = None

    def to_columns(self) -> dict[str, Any]:
        """Return the row as table columns."""
        return {
            **self.__dict__,
            "serial_lookup": lookup_key(self.serial_number or ""),
            "asset_id_lookup": lookup_key(self.asset_id),
        }


class ContractRow(ImportRow):
    """contracts.csv"""

    contract_id: Required
    account_id: Required
    start_date: Day = None
    end_date: Day = None
    status: Annotated[str, word_of(ContractStatus)]
    cancelled_on: Day = None
    auto_renew: Boolean = None
    termination_notice_date: Day = None

    def to_columns(self) -> dict[str, Any]:
        """Return the row as table columns. Raises RowValueError."""
        check_order(self.start_date, self.end_date, "end_date")
        return self.__dict__.copy()


class ContractLineRow(ImportRow):
    """contract_lines.csv"""

    contract_line_id: Required
    contract_id: Required
    asset_id: Optional = None
    sku: Required
    start_date: Day = None
    end_date: Day = None
    quantity: Count = None
    unit_price: Optional = None
    currency: Currency = None
    predecessor_line_id: Optional = None
    booked_at: Instant = None
    offer_id: Optional = None

    def to_columns(self) -> dict[str, Any]:
        """Return the row as table columns. Raises RowValueError."""
        check_order(self.start_date, self.end_date, "end_date")
        check_other(self.contract_line_id, self.predecessor_line_id, "predecessor_line_id")
        columns = self.__dict__.copy()
        columns["unit_amount_minor"] = parse_price(columns.pop("unit_price"), self.currency, "unit_price")
        return columns


class WorkOrderRow(ImportRow):
    """work_orders.csv"""

    work_order_id: Required
    account_id: Required
    asset_id: Optional = None
    opened_at: RequiredInstant
    closed_at: Instant = None
    type: Optional = None
    priority: Optional = None
    summary: Optional = None
    technician_id: Optional = None


class CaseRow(ImportRow):
    """cases.csv"""

    case_id: Required
    account_id: Required
    asset_id: Optional = None
    opened_at: RequiredInstant
    closed_at: Instant = None
    priority: Optional = None
    is_escalated: Boolean = None
