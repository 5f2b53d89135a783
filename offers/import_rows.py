"""The rows of the import files: one validated model per file, its fields are the file's headers."""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict

from offers.import_cells import (
    Boolean,
    Count,
    Currency,
    Day,
    Instant,
    NotNegative,
    Optional,
    Rate,
    Required,
    RequiredCount,
    RequiredCurrency,
    RequiredInstant,
    word_of,
)
from offers.installed_base import lookup_key
from offers.money import parse_minor_units
from offers.vocabulary import (
    AssetStatus,
    ContractStatus,
    OfferEventType,
    Play,
    ProductKind,
    RelationType,
    Role,
)


class RowValueError(Exception):
    """A value that is wrong only beside another one, with the column it stands in."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(f"{column}: {reason}")
        self.column = column
        self.reason = reason


class ImportRow(BaseModel):
    """A row of a file. Cells arrive as text, None where empty."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def to_columns(self) -> dict[str, Any]:
        """Return the row as table columns. Raises RowValueError."""
        return self.__dict__.copy()


def _check_order(first: date | None, last: date | None, column: str) -> None:
    if first is not None and last is not None and last < first:
        raise RowValueError(column, f"{last} is before the start, {first}")


def _parse_price(text: str | None, currency: str | None, column: str) -> int | None:
    if text is None:
        return None
    if currency is None:
        raise RowValueError("currency", f"is empty beside {column} {text}")
    try:
        return parse_minor_units(text, currency)
    except ValueError as error:
        raise RowValueError(column, str(error)) from error


def _identity(*parts: object) -> str:
    return "|".join("" if part is None else str(part) for part in parts)


class PartnerRow(ImportRow):
    """partners.csv"""

    partner_id: Required
    name: Required
    type: Optional = None
    tier: Optional = None
    region: Optional = None


class PersonRow(ImportRow):
    """people.csv"""

    person_id: Required
    slack_user_id: Optional = None
    name: Required
    email: Optional = None
    role: Annotated[str, word_of(Role)]
    partner_id: Optional = None
    region: Optional = None


class AccountRow(ImportRow):
    """accounts.csv"""

    account_id: Required
    name: Required
    parent_account_id: Optional = None
    segment: Optional = None
    region: Optional = None
    do_not_sell_until: Day = None


class SiteRow(ImportRow):
    """sites.csv"""

    site_id: Required
    account_id: Required
    name: Optional = None
    address: Optional = None
    region: Optional = None


class ProductRow(ImportRow):
    """products.csv"""

    sku: Required
    name: Required
    family: Optional = None
    kind: Annotated[str, word_of(ProductKind)]
    serviceable: Boolean = None
    replaces_sku: Optional = None


class ProductRelationRow(ImportRow):
    """product_relations.csv"""

    core_sku: Required
    attach_sku: Required
    type: Annotated[str, word_of(RelationType)]
    min_age_days: NotNegative = None
    max_age_days: NotNegative = None


class BundleItemRow(ImportRow):
    """bundle_items.csv; an empty quantity is one."""

    bundle_sku: Required
    sku: Required
    quantity: Count = None

    def to_columns(self) -> dict[str, Any]:
        """Return the row as table columns."""
        return {**self.__dict__, "quantity": self.quantity or 1}


class PricebookRow(ImportRow):
    """pricebook.csv"""

    pricebook: Required
    sku: Required
    currency: RequiredCurrency
    unit_price: Required
    unit_cost: Optional = None
    valid_from: Day = None
    valid_to: Day = None

    def to_columns(self) -> dict[str, Any]:
        """Return the row as table columns. Raises RowValueError."""
        _check_order(self.valid_from, self.valid_to, "valid_to")
        columns = self.__dict__.copy()
        columns["unit_amount_minor"] = _parse_price(columns.pop("unit_price"), self.currency, "unit_price")
        columns["unit_cost_minor"] = _parse_price(columns.pop("unit_cost"), self.currency, "unit_cost")
        columns["entry_key"] = _identity(self.pricebook, self.sku, self.currency, self.valid_from)
        return columns


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
        _check_order(self.start_date, self.end_date, "end_date")
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
        _check_order(self.start_date, self.end_date, "end_date")
        columns = self.__dict__.copy()
        columns["unit_amount_minor"] = _parse_price(columns.pop("unit_price"), self.currency, "unit_price")
        return columns


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
        columns["unit_amount_minor"] = _parse_price(columns.pop("unit_price"), self.currency, "unit_price")
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
        columns["amount_minor"] = _parse_price(columns.pop("amount"), self.currency, "amount")
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


class TargetRow(ImportRow):
    """targets.csv"""

    metric: Required
    family: Optional = None
    tier: Optional = None
    region: Optional = None
    partner_id: Optional = None
    value: Rate
    valid_from: Day = None
    valid_to: Day = None

    def to_columns(self) -> dict[str, Any]:
        """Return the row as table columns. Raises RowValueError."""
        _check_order(self.valid_from, self.valid_to, "valid_to")
        key = _identity(self.metric, self.family, self.tier, self.region, self.partner_id, self.valid_from)
        return {**self.__dict__, "target_key": key}
