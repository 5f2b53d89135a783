"""What the stories need holds on every day and for every seed."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.database import SessionScope
from bot.demo.company.simulator import write_import_files
from offers.deciding.evaluation import evaluate
from offers.importing import import_paths
from tests.bot.company.conftest import TODAY, Files, Simulate
from tests.bot.company.test_import_files import covered_assets

DAYS = [
    TODAY,
    date(2024, 2, 29),
    date(2025, 3, 1),
    date(2026, 12, 31),
    date(2027, 1, 1),
    date(2027, 1, 31),
]
on_every_day = pytest.mark.parametrize("today", DAYS, ids=str)


def find_asset(files: Files, serial: str) -> dict[str, str]:
    """Return the one machine with this serial number."""
    [asset] = [row for row in files["assets"] if row["serial_number"] == serial]
    return asset


def lines_of(files: Files, asset: dict[str, str]) -> list[dict[str, str]]:
    """Return the machine's contract lines, oldest first."""
    found = [row for row in files["contract_lines"] if row["asset_id"] == asset["asset_id"]]
    return sorted(found, key=lambda row: row["end_date"])


def account_name(files: Files, asset: dict[str, str]) -> str:
    """Return the name of the machine's customer."""
    return next(row["name"] for row in files["accounts"] if row["account_id"] == asset["account_id"])


@on_every_day
@pytest.mark.parametrize("seed", [7, 23])
def test_the_chiller_has_a_plan_that_ends_in_41_days_and_a_call_open_today(
    simulate: Simulate, today: date, seed: int
) -> None:
    files = simulate(today, seed)
    chiller = find_asset(files, "NV-AUR240-00417")
    assert (chiller["account_id"], account_name(files, chiller)) == ("A-1001", "Harbour Grand Hotel")
    assert chiller["sold_by_partner_id"] == "P-NORDKLIMA"
    line = lines_of(files, chiller)[-1]
    contract = next(row for row in files["contracts"] if row["contract_id"] == line["contract_id"])
    assert line["sku"] == "CARE-PLUS-AUR"
    assert date.fromisoformat(line["end_date"]) == today + timedelta(days=41)
    assert (contract["status"], contract["auto_renew"]) == ("active", "false")
    assert line["predecessor_line_id"] == lines_of(files, chiller)[-2]["contract_line_id"]

    calls = [row for row in files["work_orders"] if row["asset_id"] == chiller["asset_id"]]
    [open_call] = [row for row in calls if not row["closed_at"]]
    assert (open_call["work_order_id"], open_call["technician_id"]) == ("WO-STORY-1", "E-101")
    assert open_call["opened_at"].startswith(today.isoformat())
    a_year_ago = (today - timedelta(days=365)).isoformat()
    assert sum(bool(row["closed_at"]) and row["opened_at"] >= a_year_ago for row in calls) == 2


@on_every_day
def test_the_hotel_has_four_chillers_of_which_three_are_covered(simulate: Simulate, today: date) -> None:
    files = simulate(today)
    fleet = [row for row in files["assets"] if row["account_id"] == "A-1001"]
    assert len(fleet) == 4
    assert all(row["sku"].startswith("AUR-") for row in fleet)
    covered = covered_assets(files, today)
    assert sum(row["asset_id"] in covered for row in fleet) == 3


@on_every_day
def test_the_rooftop_unit_has_no_contract_no_warranty_and_no_gateway(simulate: Simulate, today: date) -> None:
    files = simulate(today)
    unit = find_asset(files, "NV-BOR090-00233")
    assert account_name(files, unit) == "Larkfield Logistics"
    assert lines_of(files, unit) == []
    assert unit["warranty_end"] < today.isoformat()
    bought = {row["sku"] for row in files["orders"] if row["related_asset_id"] == unit["asset_id"]}
    assert bought == {"FLT-BOR"}


@on_every_day
def test_the_heat_pump_is_nordklimas_and_has_neither_cover_nor_accessory(
    simulate: Simulate, today: date
) -> None:
    files = simulate(today)
    pump = find_asset(files, "NV-CIR060-00152")
    assert account_name(files, pump) == "Fjordview Clinic"
    assert pump["sold_by_partner_id"] == pump["serviced_by_partner_id"] == "P-NORDKLIMA"
    assert lines_of(files, pump) == []
    assert pump["warranty_end"] < today.isoformat()
    assert not [row for row in files["orders"] if row["related_asset_id"] == pump["asset_id"]]


@on_every_day
def test_the_data_centre_has_a_contract_about_to_end_and_the_only_open_escalation(
    simulate: Simulate, today: date
) -> None:
    files = simulate(today)
    chiller = find_asset(files, "NV-AUR480-00088")
    assert account_name(files, chiller) == "Kestrel Data Centre"
    assert date.fromisoformat(lines_of(files, chiller)[-1]["end_date"]) == today + timedelta(days=20)
    [case] = [row for row in files["cases"] if row["is_escalated"] == "true" and not row["closed_at"]]
    assert case["account_id"] == chiller["account_id"]


@on_every_day
def test_the_air_handler_is_alpenlufts_and_nordklima_has_nothing_at_its_customer(
    simulate: Simulate, today: date
) -> None:
    files = simulate(today)
    unit = find_asset(files, "NV-DEL200-00310")
    assert account_name(files, unit) == "Alpenblick Resort"
    assert unit["sold_by_partner_id"] == unit["serviced_by_partner_id"] == "P-ALPENLUFT"
    partners = {
        partner
        for row in files["assets"]
        if row["account_id"] == unit["account_id"]
        for partner in (row["sold_by_partner_id"], row["serviced_by_partner_id"])
    }
    partners |= {row["partner_id"] for row in files["orders"] if row["account_id"] == unit["account_id"]}
    assert partners == {"P-ALPENLUFT"}


def test_the_people_of_the_stories_have_their_slack_ids(files: Files) -> None:
    named = {row["slack_user_id"]: row for row in files["people"] if row["slack_user_id"]}
    assert {slack: (row["name"], row["role"], row["partner_id"]) for slack, row in named.items()} == {
        "U0TECH0001": ("Mara Lindqvist", "technician", ""),
        "U0TECH0002": ("Jonas Weber", "technician", ""),
        "U0PART0001": ("Elif Kaya", "partner", "P-NORDKLIMA"),
        "U0PART0002": ("Tom Brandt", "partner", "P-ALPENLUFT"),
        "U0MGR00001": ("Ingrid Solberg", "manager", ""),
        "U0MGR00002": ("Marc Lefort", "manager", ""),
        "U0CHMG0001": ("Noor Haddad", "channel_manager", ""),
        "U0EXPT0001": ("Paul Okafor", "expert", ""),
        "U0MKTG0001": ("Lena Fischer", "marketing", ""),
        "U0ADMN0001": ("Sam Reyes", "admin", ""),
    }
    assert named["U0TECH0001"]["region"] == "North"
    assert named["U0TECH0002"]["region"] == "Central"
    tiers = {row["partner_id"]: row["tier"] for row in files["partners"]}
    assert (tiers["P-NORDKLIMA"], tiers["P-ALPENLUFT"]) == ("gold", "silver")


@pytest.mark.parametrize(("today", "seed"), [(TODAY, 7), (date(2024, 2, 29), 7), (date(2027, 1, 1), 11)])
def test_the_offer_each_story_tells_of_is_the_best_one(
    tmp_path: Path, session_scope: SessionScope, today: date, seed: int
) -> None:
    write_import_files(tmp_path / "files", today=today, seed=seed)
    recorded_at = datetime.combine(today - timedelta(days=800), time(), UTC)
    import_paths(session_scope, [tmp_path / "files"], mapping=None, dry_run=False, recorded_at=recorded_at)
    best = {}
    with session_scope() as session:
        for serial in (
            "NV-AUR240-00417",
            "NV-BOR090-00233",
            "NV-CIR060-00152",
            "NV-AUR480-00088",
            "NV-DEL200-00310",
        ):
            offers = evaluate(session, serial, as_of=today).as_json()["offers"]
            best[serial] = (offers[0]["play"], offers[0]["sku"]) if offers else None
    assert best["NV-AUR240-00417"] == ("renewal", "CARE-PLUS-AUR")
    assert best["NV-BOR090-00233"] in {("coverage_gap", "CARE-PLUS-BOR"), ("add_on", "GW-100")}
    assert best["NV-CIR060-00152"] == ("bundle", "BUN-CIR-COMFORT")
    assert best["NV-AUR480-00088"] is None
    assert best["NV-DEL200-00310"] is not None
