"""Rows of the files about what can be sold, and of the targets."""

from typing import Annotated, Any

from offers.importing.cells import (
    Boolean,
    Count,
    Day,
    NotNegative,
    Optional,
    Rate,
    Required,
    RequiredCurrency,
    word_of,
)
from offers.importing.row import ImportRow, check_order, join_identity, parse_price
from offers.vocabulary import ProductKind, RelationType


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
        check_order(self.valid_from, self.valid_to, "valid_to")
        columns = self.__dict__.copy()
        columns["unit_amount_minor"] = parse_price(columns.pop("unit_price"), self.currency, "unit_price")
        columns["unit_cost_minor"] = parse_price(columns.pop("unit_cost"), self.currency, "unit_cost")
        columns["entry_key"] = join_identity(self.pricebook, self.sku, self.currency, self.valid_from)
        return columns


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
        check_order(self.valid_from, self.valid_to, "valid_to")
        key = join_identity(
            self.metric, self.family, self.tier, self.region, self.partner_id, self.valid_from
        )
        return {**self.__dict__, "target_key": key}
