"""Tables of what can be sold: products, how they go together, and what they cost."""

from datetime import date

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from offers.tables.columns import Versioned, version_indexes


class Product(Versioned, table=True):
    """A product. `replaces_sku` names the one it is the successor of."""

    __tablename__ = "offers_product"
    __table_args__ = (
        *version_indexes("offers_product", "sku"),
        Index("ix_offers_product_replaces", "replaces_sku"),
        Index("ix_offers_product_kind", "kind"),
    )

    sku: str
    name: str
    family: str | None = None
    kind: str
    serviceable: bool | None = None
    replaces_sku: str | None = None


class ProductRelationship(Versioned, table=True):
    """A core product and what goes with it, for machines between two ages in days (inclusive, None open)."""

    __tablename__ = "offers_product_relation"
    __table_args__ = (
        *version_indexes("offers_product_relation", "core_sku", "attach_sku", "type"),
        Index("ix_offers_product_relation_attach", "attach_sku"),
    )

    core_sku: str
    attach_sku: str
    type: str
    min_age_days: int | None = None
    max_age_days: int | None = None


class BundleItem(Versioned, table=True):
    """One product in a bundle."""

    __tablename__ = "offers_bundle_item"
    __table_args__ = (
        *version_indexes("offers_bundle_item", "bundle_sku", "sku"),
        Index("ix_offers_bundle_item_sku", "sku"),
    )

    bundle_sku: str
    sku: str
    quantity: int = 1


class PricebookEntry(Versioned, table=True):
    """What a product costs from one day to another (both included, None open).

    `entry_key` is the entry's identity, "pricebook|sku|currency|valid_from", because an empty `valid_from`
    is a value here and NULL would never equal itself in a unique index.
    """

    __tablename__ = "offers_pricebook_entry"
    __table_args__ = (
        *version_indexes("offers_pricebook_entry", "entry_key"),
        Index("ix_offers_pricebook_entry_sku", "sku", "currency"),
    )

    entry_key: str
    pricebook: str
    sku: str
    currency: str
    unit_amount_minor: int = Field(sa_type=BigInteger)
    unit_cost_minor: int | None = Field(default=None, sa_type=BigInteger)
    valid_from: date | None = None
    valid_to: date | None = None


class Target(Versioned, table=True):
    """A goal for a metric, 0..1; an empty dimension means all of it. `target_key` joins the identity."""

    __tablename__ = "offers_target"
    __table_args__ = (
        *version_indexes("offers_target", "target_key"),
        Index("ix_offers_target_metric", "metric"),
    )

    target_key: str
    metric: str
    family: str | None = None
    tier: str | None = None
    region: str | None = None
    partner_id: str | None = None
    value: float
    valid_from: date | None = None
    valid_to: date | None = None
