"""The import files: headers, references, dates, and what a believable company looks like."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.database import SessionScope
from bot.demo.company.simulator import write_import_files
from offers.importing import import_paths
from tests.bot.company.conftest import TODAY, Files, Simulate

HEADERS = {
    "accounts": "account_id,name,parent_account_id,segment,region,do_not_sell_until",
    "sites": "site_id,account_id,name,address,region",
    "products": "sku,name,family,kind,serviceable,replaces_sku",
    "product_relations": "core_sku,attach_sku,type,min_age_days,max_age_days",
    "bundle_items": "bundle_sku,sku,quantity",
    "pricebook": "pricebook,sku,currency,unit_price,unit_cost,valid_from,valid_to",
    "assets": "asset_id,serial_number,sku,model,firmware,account_id,site_id,install_date,status,retired_on,"
    "sold_by_partner_id,serviced_by_partner_id,warranty_end",
    "contracts": "contract_id,account_id,start_date,end_date,status,cancelled_on,auto_renew,"
    "termination_notice_date",
    "contract_lines": "contract_line_id,contract_id,asset_id,sku,start_date,end_date,quantity,unit_price,"
    "currency,predecessor_line_id,booked_at,offer_id",
    "orders": "order_line_id,order_id,account_id,partner_id,sku,quantity,unit_price,currency,ordered_at,"
    "related_asset_id,returned_at,returned_quantity,offer_id",
    "offer_events": "event_id,offer_id,rule_id,play,event,account_id,asset_id,person_id,partner_id,"
    "work_order_id,occurred_at,recorded_at,reason,amount,currency",
    "work_orders": "work_order_id,account_id,asset_id,opened_at,closed_at,type,priority,summary,technician_id",
    "cases": "case_id,account_id,asset_id,opened_at,closed_at,priority,is_escalated",
    "partners": "partner_id,name,type,tier,region",
    "people": "person_id,slack_user_id,name,email,role,partner_id,region",
    "targets": "metric,family,tier,region,partner_id,value,valid_from,valid_to",
}
REFERENCES = {
    "accounts": {"parent_account_id": ("accounts", "account_id")},
    "sites": {"account_id": ("accounts", "account_id")},
    "products": {"replaces_sku": ("products", "sku")},
    "product_relations": {"core_sku": ("products", "sku"), "attach_sku": ("products", "sku")},
    "bundle_items": {"bundle_sku": ("products", "sku"), "sku": ("products", "sku")},
    "pricebook": {"sku": ("products", "sku")},
    "assets": {
        "sku": ("products", "sku"),
        "account_id": ("accounts", "account_id"),
        "site_id": ("sites", "site_id"),
        "sold_by_partner_id": ("partners", "partner_id"),
        "serviced_by_partner_id": ("partners", "partner_id"),
    },
    "contracts": {"account_id": ("accounts", "account_id")},
    "contract_lines": {
        "contract_id": ("contracts", "contract_id"),
        "asset_id": ("assets", "asset_id"),
        "sku": ("products", "sku"),
        "predecessor_line_id": ("contract_lines", "contract_line_id"),
        "offer_id": ("offer_events", "offer_id"),
    },
    "orders": {
        "account_id": ("accounts", "account_id"),
        "partner_id": ("partners", "partner_id"),
        "sku": ("products", "sku"),
        "related_asset_id": ("assets", "asset_id"),
        "offer_id": ("offer_events", "offer_id"),
    },
    "offer_events": {
        "account_id": ("accounts", "account_id"),
        "asset_id": ("assets", "asset_id"),
        "person_id": ("people", "person_id"),
        "partner_id": ("partners", "partner_id"),
        "work_order_id": ("work_orders", "work_order_id"),
    },
    "work_orders": {
        "account_id": ("accounts", "account_id"),
        "asset_id": ("assets", "asset_id"),
        "technician_id": ("people", "person_id"),
    },
    "cases": {"account_id": ("accounts", "account_id"), "asset_id": ("assets", "asset_id")},
    "people": {"partner_id": ("partners", "partner_id")},
    "targets": {"partner_id": ("partners", "partner_id")},
}
IDENTITIES = {
    "accounts": "account_id",
    "sites": "site_id",
    "products": "sku",
    "assets": "asset_id",
    "contracts": "contract_id",
    "contract_lines": "contract_line_id",
    "orders": "order_line_id",
    "offer_events": "event_id",
    "work_orders": "work_order_id",
    "cases": "case_id",
    "partners": "partner_id",
    "people": "person_id",
}


def test_there_is_one_file_of_each_kind_with_exactly_its_header(tmp_path: Path) -> None:
    write_import_files(tmp_path, today=TODAY)
    first_lines = {
        path.stem: path.read_text(encoding="utf-8").split("\n", 1)[0] for path in tmp_path.iterdir()
    }
    assert first_lines == HEADERS


def test_the_same_seed_and_day_give_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    for name, seed in (("one", 7), ("again", 7), ("other", 8)):
        write_import_files(tmp_path / name, today=TODAY, seed=seed)

    def content(name: str) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}

    assert content("one") == content("again")
    assert content("one")["orders.csv"] != content("other")["orders.csv"]
    assert content("one")["people.csv"] == content("other")["people.csv"]


def test_every_reference_points_to_a_row_and_no_id_stands_twice(files: Files) -> None:
    for name, key in IDENTITIES.items():
        ids = [row[key] for row in files[name]]
        assert len(set(ids)) == len(ids), name
    for name, columns in REFERENCES.items():
        for column, (target, key) in columns.items():
            known = {row[key] for row in files[target]} | {""}
            assert {row[column] for row in files[name]} <= known, (name, column)


def test_the_importer_takes_every_row(tmp_path: Path, session_scope: SessionScope) -> None:
    write_import_files(tmp_path / "files", today=TODAY)
    report = import_paths(
        session_scope,
        [tmp_path / "files"],
        mapping=None,
        dry_run=False,
        recorded_at=datetime(2024, 1, 1, tzinfo=UTC),
    )
    assert [problem for file in report.files for problem in file.problems] == []
    assert len(report.files) == len(HEADERS)
    assert all(file.inserted == file.rows > 0 for file in report.files)


def test_contracts_stand_in_every_state_and_agree_with_the_day(files: Files) -> None:
    today = TODAY.isoformat()
    contracts = files["contracts"]
    assert {row["status"] for row in contracts} == {"draft", "active", "expired", "cancelled"}
    assert {row["auto_renew"] for row in contracts} == {"true", "false"}
    for row in contracts:
        assert row["start_date"] <= row["end_date"]
        assert (row["status"] == "cancelled") == bool(row["cancelled_on"])
        assert bool(row["termination_notice_date"]) == (row["auto_renew"] == "true")
        if row["status"] == "expired":
            assert row["end_date"] < today
        if row["status"] == "active":
            assert row["end_date"] >= today
        if row["status"] == "draft":
            assert row["start_date"] > today
    cancelled = [row["cancelled_on"] for row in contracts if row["cancelled_on"]]
    assert any(day > today for day in cancelled)
    assert any(day <= today for day in cancelled)


def test_a_successor_line_follows_its_predecessor_on_the_same_machine(files: Files) -> None:
    lines = {row["contract_line_id"]: row for row in files["contract_lines"]}
    followers = [row for row in lines.values() if row["predecessor_line_id"]]
    assert len(followers) > 100
    for row in followers:
        before = lines[row["predecessor_line_id"]]
        assert row["asset_id"] == before["asset_id"]
        assert row["start_date"] > before["end_date"]
        assert row["booked_at"]
    assert any(row["booked_at"][:10] > lines[row["predecessor_line_id"]]["end_date"] for row in followers)


def test_orders_reach_from_eighteen_months_ago_to_yesterday(files: Files) -> None:
    days = sorted(row["ordered_at"][:10] for row in files["orders"])
    yesterday = TODAY - timedelta(days=1)
    assert days[-1] == yesterday.isoformat()
    assert (TODAY - timedelta(days=548)).isoformat() <= days[0] < (TODAY - timedelta(days=500)).isoformat()
    installed = {row["asset_id"]: row["install_date"] for row in files["assets"]}
    kinds = {row["sku"]: row["kind"] for row in files["products"]}
    orders = defaultdict(set)
    for row in files["orders"]:
        orders[row["order_id"]].add(kinds[row["sku"]])
        if row["related_asset_id"] and kinds[row["sku"]] == "core":
            assert row["ordered_at"][:10] < installed[row["related_asset_id"]]
        if row["returned_at"]:
            assert row["ordered_at"] < row["returned_at"] < TODAY.isoformat()
            assert int(row["returned_quantity"]) <= int(row["quantity"])
    assert any(found >= {"core", "attach"} for found in orders.values())
    assert any(found >= {"core", "service"} for found in orders.values())
    assert any(row["returned_at"] for row in files["orders"])


def test_every_order_has_the_price_and_currency_that_held_on_its_day(files: Files) -> None:
    regions = {row["account_id"]: row["region"] for row in files["accounts"]}
    prices = files["pricebook"]
    for row in files["orders"]:
        day = row["ordered_at"][:10]
        valid = [
            price["unit_price"]
            for price in prices
            if price["sku"] == row["sku"]
            and price["currency"] == row["currency"]
            and price["valid_from"] <= day <= (price["valid_to"] or "9999")
        ]
        assert valid == [row["unit_price"]]
        assert row["currency"] == ("GBP" if regions[row["account_id"]] == "UK" else "EUR")
    assert all(Decimal(price["unit_cost"]) < Decimal(price["unit_price"]) for price in prices)
    bundles = {row["sku"] for row in files["products"] if row["kind"] == "bundle"}
    for bundle in bundles:
        # Each bundle costs less than its items: CIR 2140 < 890+640+890 = 2420, BOR 2450 < 1650+210+890 = 2750.
        now = {
            p["sku"]: Decimal(p["unit_price"]) for p in prices if p["currency"] == "EUR" and not p["valid_to"]
        }
        items = [row for row in files["bundle_items"] if row["bundle_sku"] == bundle]
        assert now[bundle] < sum(now[item["sku"]] * int(item["quantity"]) for item in items)


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_an_accepted_offer_has_its_order_line_and_a_service_its_contract_line(
    simulate: Simulate, seed: int
) -> None:
    files = simulate(seed=seed)
    kinds = {row["sku"]: row["kind"] for row in files["products"]}
    accepted = {row["offer_id"] for row in files["offer_events"] if row["event"] == "accepted"}
    orders = {row["offer_id"]: row for row in files["orders"] if row["offer_id"]}
    lines = {row["offer_id"]: row for row in files["contract_lines"] if row["offer_id"]}
    assert accepted == set(orders)
    assert set(lines) == {
        offer for offer, row in orders.items() if kinds[row["sku"]] in ("service", "bundle")
    }


def test_the_funnel_never_rises_and_no_offer_ends_twice(files: Files) -> None:
    events = defaultdict(list)
    for row in files["offer_events"]:
        assert row["occurred_at"] <= row["recorded_at"] < TODAY.isoformat()
        events[row["offer_id"]].append((row["occurred_at"], row["event"]))
    for history in events.values():
        names = [event for _, event in sorted(history)]
        assert names[0] == "surfaced"
        assert sum(name in ("accepted", "declined", "snoozed", "expired") for name in names) == 1
        for later, earlier in (("booked", "accepted"), ("accepted", "viewed"), ("cancelled", "booked")):
            if later in names:
                assert earlier in names[: names.index(later)]
    assert all(row["reason"] for row in files["offer_events"] if row["event"] == "declined")


def test_every_end_that_an_offer_can_have_occurs(simulate: Simulate) -> None:
    seen = {row["event"] for seed in (7, 8, 9) for row in simulate(seed=seed)["offer_events"]}
    ends = {"accepted", "declined", "snoozed", "expired", "cancelled", "returned"}
    assert seen == {"surfaced", "viewed", "booked", *ends}


def test_nothing_is_surfaced_while_an_escalated_case_is_open(files: Files) -> None:
    for case in (row for row in files["cases"] if row["is_escalated"] == "true"):
        for event in files["offer_events"]:
            if event["event"] == "surfaced" and event["account_id"] == case["account_id"]:
                day = event["occurred_at"][:10]
                assert not case["opened_at"][:10] <= day <= (case["closed_at"][:10] or "9999")


def test_the_company_has_the_size_and_variety_that_reports_need(files: Files) -> None:
    assert len(files["accounts"]) >= 45
    assert len(files["assets"]) >= 320
    assert len(files["partners"]) >= 8
    assert {row["status"] for row in files["assets"]} == {"active", "retired", "competitor"}
    assert {row["region"] for row in files["accounts"]} == {"North", "Central", "South", "UK"}
    assert {row["tier"] for row in files["partners"]} == {"platinum", "gold", "silver", "registered"}
    assert {row["role"] for row in files["people"]} == {
        "technician",
        "partner",
        "manager",
        "channel_manager",
        "marketing",
        "expert",
        "admin",
    }
    assert {row["type"] for row in files["product_relations"]} == {
        "accessory",
        "cross_sell",
        "up_sell",
        "service",
        "substitute",
    }
    assert any(row["do_not_sell_until"] > TODAY.isoformat() for row in files["accounts"])
    assert any(row["closed_at"] == "" for row in files["work_orders"])


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 7])
def test_the_base_rates_are_those_of_a_believable_company(simulate: Simulate, seed: int) -> None:
    files = simulate(seed=seed)
    active = [row["asset_id"] for row in files["assets"] if row["status"] == "active"]
    coverage = len(set(active) & covered_assets(files, TODAY)) / len(active)
    assert 0.52 <= coverage <= 0.66
    kinds = {row["sku"]: row["kind"] for row in files["products"]}
    units: dict[str, int] = defaultdict(int)
    for row in files["orders"]:
        # A bundle is its three items.
        share = 3 if kinds[row["sku"]] == "bundle" else 1
        units["core" if kinds[row["sku"]] == "core" else "attached"] += share * int(row["quantity"])
    assert 0.55 <= units["attached"] / units["core"] <= 1.0
    events = [row["event"] for row in files["offer_events"]]
    assert 0.18 <= events.count("accepted") / events.count("surfaced") <= 0.37


def covered_assets(files: Files, day: date) -> set[str]:
    """Return the machines with a live contract line on the day."""
    today = day.isoformat()
    live = {
        row["contract_id"]
        for row in files["contracts"]
        if row["status"] in ("active", "expired")
        or (row["status"] == "cancelled" and row["cancelled_on"] > today)
    }
    return {
        row["asset_id"]
        for row in files["contract_lines"]
        if row["contract_id"] in live and row["start_date"] <= today <= row["end_date"]
    }
