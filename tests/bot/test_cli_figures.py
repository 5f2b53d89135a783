"""The command line of what could be sold or lost, of forecasts and affinities, and of what was held back."""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from bot.clock import utc_now
from bot.database import build_engine, build_session_scope
from offers.people import find_person_by_slack_id
from offers.playbook.policy import Policy
from offers.proposals import propose
from tests.bot.test_cli import Attache, attache
from tests.offers.company import write_files
from tests.offers.rows import BASE, contract, line, machine, order, price

__all__ = ["attache"]

TODAY = utc_now().date()
ENDS, NOTICE = TODAY + timedelta(days=30), TODAY + timedelta(days=10)


def import_market(attache: Attache, folder: Path) -> None:
    """Three chillers in euros and two in pounds without cover, and one whose contract ends in thirty days.

    A service term is 900 euros or 800 pounds. Six customers bought a chiller with a gateway, three a roof unit without.
    """
    began = TODAY - timedelta(days=335)
    orders = [order(f"{number}a", "CHILL", "2026-01-10", account_id=f"B-{number}") for number in range(6)]
    orders += [order(f"{number}b", "GATE", "2026-01-10", account_id=f"B-{number}") for number in range(6)]
    orders += [order(f"{number}c", "ROOF", "2026-01-10", account_id=f"B-{number}") for number in range(6, 9)]
    pound = {"currency": "GBP", "unit_price": "100.00", "account_id": "A-3"}
    tables = {
        **BASE,
        "accounts": [
            *BASE["accounts"],
            {"account_id": "A-3", "name": "Thames Offices", "segment": "office", "region": "UK"},
            *({"account_id": f"B-{number}", "name": f"Buyer {number}"} for number in range(9)),
        ],
        "pricebook": [price("CARE", "900.00"), price("CARE", "800.00", "GBP"), price("GATE", "300.00")],
        "assets": [
            *(machine(f"M{number}", serial_number=f"NV-{number}") for number in range(4)),
            *(machine(f"U{number}", serial_number=f"UK-{number}", account_id="A-3") for number in range(2)),
        ],
        "contracts": [
            contract("C", str(began), str(ENDS), auto_renew="false", termination_notice_date=str(NOTICE))
        ],
        "contract_lines": [line("L", "C", asset_id="M3", quantity=1, unit_price="850.00", currency="EUR")],
        "orders": [*orders, order("9p", "GATE", "2026-01-11", **pound)],
    }  # fmt: skip
    done = attache("import", write_files(folder, tables), "--recorded-at", "2026-01-01")
    assert done.exit_code == 0, done.stderr


@pytest.fixture
def market(attache: Attache, tmp_path: Path) -> Attache:
    """The command over the market."""
    import_market(attache, tmp_path / "company")
    return attache


def read(done: Result) -> Any:
    """Return the one document that was printed."""
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def squeezed(done: Result) -> str:
    """Return what was printed, with single spaces."""
    assert done.exit_code == 0, done.stderr
    return " ".join(done.stdout.split())


def test_white_space_and_renewals_are_a_document(market: Attache) -> None:
    found = read(market("whitespace", "--json"))
    assert [(one["account_name"], one["machines"], one["value"]) for one in found["white_space"]] == [
        ("Harbour Hotel", 3, {"amount_minor": 270_000, "currency": "EUR"}),
        ("Thames Offices", 2, {"amount_minor": 160_000, "currency": "GBP"}),
    ]
    (due,) = found["renewals"]
    assert (due["serial_number"], due["ends_on"], due["notice_date"]) == ("NV-3", str(ENDS), str(NOTICE))
    assert due["value"] == {"amount_minor": 85_000, "currency": "EUR"}
    assert found["renewals_total"]["lines"] == 1


def test_white_space_and_renewals_are_said(market: Attache) -> None:
    said = squeezed(market("whitespace"))
    assert "Harbour Hotel 3 without cover EUR 2,700" in said
    assert "Thames Offices 2 without cover GBP 1,600" in said
    assert "1 contract lines end within 90 days with nothing after them: EUR 850" in said
    assert f"{ENDS} Harbour Hotel NV-3 CARE-PLUS EUR 850" in said


def test_a_forecast_is_said_and_a_document(market: Attache) -> None:
    assert "Too little history for a forecast" in squeezed(market("forecast", "units_attach"))
    found = read(market("forecast", "units_attach", "--months", "2", "--json"))
    assert (found["metric"], found["method"], found["forecast"]) == ("units_attach", None, [])
    january = next(one for one in found["history"] if one["month"] == "2026-01")
    # Six gateways with nine core units, and the one that was sold in pounds.
    assert (january["numerator"], january["denominator"]) == (7, 9)


def test_affinities_are_said_and_a_document(market: Attache) -> None:
    # All six owners of a chiller have a gateway; seven of the ten customers have one: 6 * 10 / (6 * 7) = 1.43.
    (pair,) = read(market("affinity", "--json"))
    assert (pair["core_sku"], pair["attach_sku"], pair["together"], pair["owners"]) == ("CHILL", "GATE", 6, 6)
    assert pair["lift"] == pytest.approx(60 / 42)
    assert "CHILL + GATE 6 of 6 customers (100 %), 1.4 times chance" in squeezed(market("affinity"))
    assert "No pair is owned by 7 customers" in squeezed(market("affinity", "--least", "7"))


def test_what_was_held_back_is_said_and_a_document(market: Attache, tmp_path: Path) -> None:
    assert "Nothing was held back." in squeezed(market("held"))
    hold_back(tmp_path / "home")
    document: Mapping[str, Any] = read(market("held", "--json"))
    assert document["to"] == str(TODAY)
    # Cover for 900 euros and the gateway for 300; no bundle has a price.
    assert document["rows"] == [
        {"restraint": "hold_out", "opportunities": 2, "amount_minor": 120_000, "currency": "EUR"}
    ]
    assert "hold_out 2 EUR 1,200" in squeezed(market("held"))


def hold_back(home: Path) -> None:
    """Let a technician stand at a machine of an account that is held out."""
    engine = build_engine(f"sqlite:///{home / 'attache.db'}")
    with build_session_scope(engine)() as session:
        mara = find_person_by_slack_id(session, "UTECH")
        assert mara is not None
        policy = Policy(hold_out_share=1.0, exploration_share=0)
        propose(session, asset_id="M0", person=mara, now=utc_now(), thread_ref=None, policy=policy)
    engine.dispose()
