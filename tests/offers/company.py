"""A small company in import files: two customers, two partners, a chiller and a rooftop unit with what fits them.

Everything is recorded on 1 January 2025; `NOW` is noon on 1 March 2026.
"""

import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bot.database import SessionScope
from offers.importing import ImportReport, import_paths
from offers.importing.kinds import FILE_KINDS

RECORDED = datetime(2025, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

Rows = Sequence[Mapping[str, object]]

COMPANY: dict[str, Rows] = {
    "partners": [
        {"partner_id": "P-1", "name": "Nordkälte", "type": "dealer", "tier": "gold", "region": "North"},
        {"partner_id": "P-2", "name": "Alpenluft", "type": "dealer", "tier": "silver", "region": "South"},
    ],
    "people": [
        {
            "person_id": "T-1",
            "slack_user_id": "UTECH",
            "name": "Mara",
            "role": "technician",
            "region": "North",
        },
        {"person_id": "T-2", "slack_user_id": "UTECH2", "name": "Jonas", "role": "technician"},
        {
            "person_id": "K-1",
            "slack_user_id": "UPART1",
            "name": "Elif",
            "role": "partner",
            "partner_id": "P-1",
        },
        {
            "person_id": "K-2",
            "slack_user_id": "UPART2",
            "name": "Tom",
            "role": "partner",
            "partner_id": "P-2",
        },
        {"person_id": "M-1", "slack_user_id": "UMGR", "name": "Ingrid", "role": "manager"},
    ],
    "accounts": [
        {"account_id": "A-1", "name": "Harbour Hotel", "segment": "hotel", "region": "North"},
        {"account_id": "A-2", "name": "Larkfield Logistics", "segment": "logistics", "region": "South"},
    ],
    "sites": [{"site_id": "S-1", "account_id": "A-1", "name": "Roof", "address": "Quay 1"}],
    "products": [
        {"sku": "CHILL", "name": "Chiller 240", "family": "Aurora", "kind": "core", "serviceable": "true"},
        {"sku": "ROOF", "name": "Rooftop 90", "family": "Boreal", "kind": "core", "serviceable": "true"},
        {"sku": "GATE", "name": "Gateway", "family": "Extras", "kind": "attach", "serviceable": "false"},
        {"sku": "CARE", "name": "CARE-PLUS", "family": "Care", "kind": "service", "serviceable": "false"},
        {
            "sku": "BUN",
            "name": "Comfort bundle",
            "family": "Bundles",
            "kind": "bundle",
            "serviceable": "false",
        },
    ],
    "product_relations": [
        {"core_sku": "CHILL", "attach_sku": "CARE", "type": "service"},
        {"core_sku": "ROOF", "attach_sku": "CARE", "type": "service"},
        {"core_sku": "CHILL", "attach_sku": "GATE", "type": "accessory"},
        {"core_sku": "ROOF", "attach_sku": "GATE", "type": "accessory"},
    ],
    "bundle_items": [
        {"bundle_sku": "BUN", "sku": "CARE", "quantity": 1},
        {"bundle_sku": "BUN", "sku": "GATE", "quantity": 1},
    ],
    "pricebook": [
        {
            "pricebook": "standard",
            "sku": sku,
            "currency": "EUR",
            "unit_price": price,
            "valid_from": "2024-01-01",
        }
        for sku, price in [("CARE", "900.00"), ("GATE", "300.00"), ("BUN", "1100.00"), ("CHILL", "20000.00")]
    ],
    "assets": [
        {
            "asset_id": "M-CHILL",
            "serial_number": "NV-AUR240-00417",
            "sku": "CHILL",
            "account_id": "A-1",
            "site_id": "S-1",
            "install_date": "2022-05-01",
            "status": "active",
            "sold_by_partner_id": "P-1",
            "warranty_end": "2024-05-01",
        },
        {
            "asset_id": "M-ROOF",
            "serial_number": "NV-BOR090-00233",
            "sku": "ROOF",
            "account_id": "A-2",
            "install_date": "2021-03-01",
            "status": "active",
            "serviced_by_partner_id": "P-2",
            "warranty_end": "2023-03-01",
        },
    ],
    # 1 March 2026 to 11 April 2026 are 41 days.
    "contracts": [
        {
            "contract_id": "C-1",
            "account_id": "A-1",
            "start_date": "2025-04-12",
            "end_date": "2026-04-11",
            "status": "active",
            "auto_renew": "false",
        }
    ],
    "contract_lines": [
        {
            "contract_line_id": "L-1",
            "contract_id": "C-1",
            "asset_id": "M-CHILL",
            "sku": "CARE",
            "quantity": 1,
            "unit_price": "850.00",
            "currency": "EUR",
        }
    ],
    "orders": [],
    "work_orders": [
        {
            "work_order_id": "W-1",
            "account_id": "A-1",
            "asset_id": "M-CHILL",
            "opened_at": "2025-09-01T08:00:00Z",
            "closed_at": "2025-09-01T12:00:00Z",
            "type": "repair",
            "priority": "high",
            "summary": "High pressure trip",
            "technician_id": "T-1",
        },
        {
            "work_order_id": "W-2",
            "account_id": "A-1",
            "asset_id": "M-CHILL",
            "opened_at": "2026-03-01T08:00:00Z",
            "type": "inspection",
            "technician_id": "T-1",
        },
    ],
}


def write_files(folder: Path, tables: Mapping[str, Rows]) -> Path:
    """Write one CSV per table, with every header of its kind, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, rows in tables.items():
        with (folder / f"{kind}.csv").open("w", newline="", encoding="utf-8") as handle:
            writer = csv.DictWriter(handle, FILE_KINDS[kind].headers)
            writer.writeheader()
            writer.writerows(rows)
    return folder


def load(
    scope: SessionScope, folder: Path, tables: Mapping[str, Rows], *, recorded_at: datetime = RECORDED
) -> ImportReport:
    """Import the tables and insist that every row was good."""
    report = import_paths(scope, [write_files(folder, tables)], recorded_at=recorded_at)
    assert report.is_clean, [file.problems for file in report.files]
    return report


def load_company(scope: SessionScope, folder: Path, **more: Rows) -> None:
    """Import the company, with some of its tables extended by more rows."""
    tables = {kind: [*COMPANY.get(kind, ()), *more.get(kind, ())] for kind in {**COMPANY, **more}}
    load(scope, folder, tables)
