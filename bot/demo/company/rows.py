"""The rows of the import files: one class per file, whose fields are the file's headers in order."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Account:
    """accounts.csv"""

    account_id: str
    name: str
    parent_account_id: str | None
    segment: str
    region: str
    do_not_sell_until: date | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """sites.csv"""

    site_id: str
    account_id: str
    name: str
    address: str
    region: str


@dataclass(frozen=True, slots=True)
class Product:
    """products.csv"""

    sku: str
    name: str
    family: str | None
    kind: str
    serviceable: bool
    replaces_sku: str | None = None


@dataclass(frozen=True, slots=True)
class ProductRelation:
    """product_relations.csv"""

    core_sku: str
    attach_sku: str
    type: str
    min_age_days: int | None = None
    max_age_days: int | None = None


@dataclass(frozen=True, slots=True)
class BundleItem:
    """bundle_items.csv"""

    bundle_sku: str
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Price:
    """pricebook.csv"""

    pricebook: str
    sku: str
    currency: str
    unit_price: Decimal
    unit_cost: Decimal
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Asset:
    """assets.csv"""

    asset_id: str
    serial_number: str
    sku: str
    model: str
    firmware: str | None
    account_id: str
    site_id: str
    install_date: date
    status: str
    retired_on: date | None
    sold_by_partner_id: str | None
    serviced_by_partner_id: str | None
    warranty_end: date | None


@dataclass(frozen=True, slots=True)
class Contract:
    """contracts.csv"""

    contract_id: str
    account_id: str
    start_date: date
    end_date: date
    status: str
    cancelled_on: date | None
    auto_renew: bool
    termination_notice_date: date | None


@dataclass(frozen=True, slots=True)
class ContractLine:
    """contract_lines.csv"""

    contract_line_id: str
    contract_id: str
    asset_id: str
    sku: str
    start_date: date
    end_date: date
    quantity: int
    unit_price: Decimal
    currency: str
    predecessor_line_id: str | None
    booked_at: datetime | None
    offer_id: str | None


@dataclass(frozen=True, slots=True)
class OrderLine:
    """orders.csv"""

    order_line_id: str
    order_id: str
    account_id: str
    partner_id: str | None
    sku: str
    quantity: int
    unit_price: Decimal
    currency: str
    ordered_at: datetime
    related_asset_id: str | None
    returned_at: datetime | None = None
    returned_quantity: int | None = None
    offer_id: str | None = None


@dataclass(frozen=True, slots=True)
class OfferEvent:
    """offer_events.csv"""

    event_id: str
    offer_id: str
    rule_id: str
    play: str
    event: str
    account_id: str
    asset_id: str
    person_id: str
    partner_id: str | None
    work_order_id: str | None
    occurred_at: datetime
    recorded_at: datetime
    reason: str | None
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """work_orders.csv"""

    work_order_id: str
    account_id: str
    asset_id: str
    opened_at: datetime
    closed_at: datetime | None
    type: str
    priority: str
    summary: str
    technician_id: str


@dataclass(frozen=True, slots=True)
class Case:
    """cases.csv"""

    case_id: str
    account_id: str
    asset_id: str | None
    opened_at: datetime
    closed_at: datetime | None
    priority: str
    is_escalated: bool


@dataclass(frozen=True, slots=True)
class Partner:
    """partners.csv"""

    partner_id: str
    name: str
    type: str
    tier: str
    region: str


@dataclass(frozen=True, slots=True)
class Person:
    """people.csv"""

    person_id: str
    slack_user_id: str | None
    name: str
    email: str
    role: str
    partner_id: str | None
    region: str | None


@dataclass(frozen=True, slots=True)
class Target:
    """targets.csv"""

    metric: str
    family: str | None
    tier: str | None
    region: str | None
    partner_id: str | None
    value: Decimal
    valid_from: date
    valid_to: date
