"""The kinds of import file: their table, identity and references, in order of dependency."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from offers.importing.catalogue_rows import (
    BundleItemRow,
    PricebookRow,
    ProductRelationRow,
    ProductRow,
    TargetRow,
)
from offers.importing.party_rows import AccountRow, PartnerRow, PersonRow, SiteRow
from offers.importing.row import ImportRow
from offers.importing.sales_rows import OfferEventRow, OrderLineRow
from offers.importing.service_rows import AssetRow, CaseRow, ContractLineRow, ContractRow, WorkOrderRow
from offers.models import (
    Account,
    Asset,
    BundleItem,
    Case,
    ContractLine,
    OfferEvent,
    OrderLine,
    Partner,
    Person,
    PricebookEntry,
    Product,
    ProductRelationship,
    ServiceContract,
    Site,
    Target,
    WorkOrder,
)
from offers.tables.columns import Versioned


@dataclass(frozen=True, slots=True)
class FileKind:
    """What a file of this name holds.

    `key` are the identifying table columns; `references` says of which kind's file a column holds an id.
    A reference to the kind itself (a parent account) may stand further down in the same file.
    `contract_lines.predecessor_line_id` and `products.replaces_sku` are not references: they may point
    to what was before the export began.
    """

    name: str
    model: type[Versioned]
    row: type[ImportRow]
    key: tuple[str, ...]
    references: Mapping[str, str] = field(default_factory=dict)

    @property
    def headers(self) -> tuple[str, ...]:
        """The file's columns, in the order of the documentation."""
        return tuple(self.row.model_fields)

    @property
    def required(self) -> frozenset[str]:
        """The columns without which no row can be valid."""
        return frozenset(name for name, spec in self.row.model_fields.items() if spec.is_required())


_IN_ORDER = (
    FileKind("partners", Partner, PartnerRow, ("partner_id",)),
    FileKind("people", Person, PersonRow, ("person_id",), {"partner_id": "partners"}),
    FileKind("accounts", Account, AccountRow, ("account_id",), {"parent_account_id": "accounts"}),
    FileKind("sites", Site, SiteRow, ("site_id",), {"account_id": "accounts"}),
    FileKind("products", Product, ProductRow, ("sku",)),
    FileKind(
        "product_relations",
        ProductRelationship,
        ProductRelationRow,
        ("core_sku", "attach_sku", "type"),
        {"core_sku": "products", "attach_sku": "products"},
    ),
    FileKind(
        "bundle_items",
        BundleItem,
        BundleItemRow,
        ("bundle_sku", "sku"),
        {"bundle_sku": "products", "sku": "products"},
    ),
    FileKind("pricebook", PricebookEntry, PricebookRow, ("entry_key",), {"sku": "products"}),
    FileKind(
        "assets",
        Asset,
        AssetRow,
        ("asset_id",),
        {
            "sku": "products",
            "account_id": "accounts",
            "site_id": "sites",
            "sold_by_partner_id": "partners",
            "serviced_by_partner_id": "partners",
        },
    ),
    FileKind("contracts", ServiceContract, ContractRow, ("contract_id",), {"account_id": "accounts"}),
    FileKind(
        "contract_lines",
        ContractLine,
        ContractLineRow,
        ("contract_line_id",),
        {"contract_id": "contracts", "asset_id": "assets", "sku": "products"},
    ),
    FileKind(
        "orders",
        OrderLine,
        OrderLineRow,
        ("order_line_id",),
        {
            "account_id": "accounts",
            "partner_id": "partners",
            "sku": "products",
            "related_asset_id": "assets",
        },
    ),
    FileKind(
        "work_orders",
        WorkOrder,
        WorkOrderRow,
        ("work_order_id",),
        {"account_id": "accounts", "asset_id": "assets", "technician_id": "people"},
    ),
    FileKind("cases", Case, CaseRow, ("case_id",), {"account_id": "accounts", "asset_id": "assets"}),
    FileKind(
        "offer_events",
        OfferEvent,
        OfferEventRow,
        ("event_id",),
        {
            "account_id": "accounts",
            "asset_id": "assets",
            "person_id": "people",
            "partner_id": "partners",
            "work_order_id": "work_orders",
        },
    ),
    FileKind("targets", Target, TargetRow, ("target_key",), {"partner_id": "partners"}),
)

FILE_KINDS: Mapping[str, FileKind] = {kind.name: kind for kind in _IN_ORDER}
"""By name, in order of dependency."""


def find_kind_by_name(stem: str) -> FileKind | None:
    """Return the kind that a file or sheet name says: "contract_lines", "Contract Lines 2026-03", or None."""
    name = "_".join(stem.casefold().replace("-", " ").replace("_", " ").split())
    if name in FILE_KINDS:
        return FILE_KINDS[name]
    starting = [kind for kind in _IN_ORDER if name.startswith(f"{kind.name}_")]
    return max(starting, key=lambda kind: len(kind.name), default=None)


def find_kind_by_header(headers: frozenset[str]) -> FileKind | None:
    """Return the one kind that knows all these headers and misses no required one, or None."""
    fitting = [kind for kind in _IN_ORDER if kind.required <= headers <= frozenset(kind.headers)]
    complete = [kind for kind in fitting if headers == frozenset(kind.headers)]
    candidates = complete or fitting
    return candidates[0] if len(candidates) == 1 else None
