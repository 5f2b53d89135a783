"""Rows of the files about what can be sold, and of the targets."""

from difflib import get_close_matches
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
from offers.importing.row import (
    ImportRow,
    RowValueError,
    check_order,
    check_other,
    join_identity,
    parse_price,
)
from offers.metrics.kinds import METRIC_NAMES, RATIOS
from offers.vocabulary import ProductKind, RelationType


class ProductRow(ImportRow):
    """products.csv"""

    sku: Required
    name: Required
    family: Optional = None
    kind: Annotated[str, word_of(ProductKind)]
    serviceable: Boolean = None
    replaces_sku: Optional = None

    def to_columns(self) -> dict[str, Any]:
        """Return the row as table columns. Raises RowValueError."""
        check_other(self.sku, self.replaces_sku, "replaces_sku")
        return self.__dict__.copy()


class ProductRelationRow(ImportRow):
    """product_relations.csv"""

    core_sku: Required
    attach_sku: Required
    type: Annotated[str, word_of(RelationType)]
    min_age_days: NotNegative = None
    max_age_days: NotNegative = None

    def to_columns(self) -> dict[str, Any]:
        """Return the row as table columns. Raises RowValueError."""
        least, most = self.min_age_days, self.max_age_days
        if least is not None and most is not None and most < least:
            raise RowValueError("max_age_days", f"{most} is below the least, {least}")
        return self.__dict__.copy()


class BundleItemRow(ImportRow):
    """bundle_items.csv; an empty quantity is one."""

    bundle_sku: Required
    sku: Required
    quantity: Count = None

    def to_columns(self) -> dict[str, Any]:
        """Return the row as table columns. Raises RowValueError."""
        check_other(self.bundle_sku, self.sku, "sku")
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
        if self.metric not in METRIC_NAMES:
            near = get_close_matches(self.metric.casefold(), sorted(METRIC_NAMES), n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(METRIC_NAMES))}"
            raise RowValueError("metric", f"{self.metric!r} is no metric; {hint}")
        if self.value > 1 and self.metric not in RATIOS:
            raise RowValueError("value", f"'{self.value:g}' is not a rate between 0 and 1")
        check_order(self.valid_from, self.valid_to, "valid_to")
        key = join_identity(
            self.metric, self.family, self.tier, self.region, self.partner_id, self.valid_from
        )
        return {**self.__dict__, "target_key": key}
