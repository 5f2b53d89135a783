"""The command line of what could be sold or lost, of forecasts and affinities, and of what was held back."""

import csv
import io
import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from openpyxl import load_workbook

from bot.clock import utc_now
from bot.database import build_engine, build_session_scope
from offers.deciding.proposals import propose
from offers.people import find_person_by_slack_id
from offers.playbook.policy import Policy
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
    assert "EUR 2,700 without cover on 3 machines of 1 customer:" in said
    assert "GBP 1,600 without cover on 2 machines of 1 customer:" in said
    assert "more" not in said
    assert "Harbour Hotel 3 without cover EUR 2,700" in said
    assert "Thames Offices 2 without cover GBP 1,600" in said
    assert "1 contract line ends within 90 days with nothing after it: EUR 850" in said
    assert f"{ENDS} Harbour Hotel NV-3 CARE-PLUS EUR 850" in said


def test_each_currency_has_its_share_of_the_list_and_what_is_left_out_is_said(market: Attache) -> None:
    said = squeezed(market("whitespace", "--by", "asset", "--limit", "3"))
    # The dearest of each currency, then the second of the first.
    assert (
        "EUR 2,700 without cover on 3 machines of 1 customer: NV-0 Chiller 240 EUR 900 Harbour Hotel" in said
    )
    assert "NV-1 Chiller 240 EUR 900 Harbour Hotel and 1 more machine (--limit" in said
    assert "UK-0 Chiller 240 GBP 800 Thames Offices and 1 more machine (--limit" in said
    found = read(market("whitespace", "--by", "asset", "--limit", "3", "--json"))
    assert [one["serial_number"] for one in found["white_space"]] == ["NV-0", "UK-0", "NV-1"]
    # Where there is room for one customer only, the other currency still has its total.
    found = read(market("whitespace", "--limit", "1", "--json"))
    assert [one["account_name"] for one in found["white_space"]] == ["Harbour Hotel"]
    assert [(one["machines"], one["value"]["currency"]) for one in found["white_space_total"]] == [
        (3, "EUR"),
        (2, "GBP"),
    ]


def test_every_list_is_written_as_csv_and_as_a_workbook_with_typed_cells(
    market: Attache, tmp_path: Path
) -> None:
    hold_back(tmp_path / "home")
    renamed = {"accounts": [{**BASE["accounts"][0], "name": "=Harbour()"}]}
    assert market("import", write_files(tmp_path / "renamed", renamed)).exit_code == 0
    books = {}
    for name, *more in (("forecast", "units_attach"), ("whitespace",), ("affinity",), ("held",), ("needs",)):
        files = ("--csv", tmp_path / f"{name}.csv", "--xlsx", tmp_path / f"{name}.xlsx")
        done = market(name, *more, *files)
        assert (done.exit_code, done.stdout) == (0, ""), done.stderr
        books[name] = load_workbook(tmp_path / f"{name}.xlsx")
        first, *_ = [sheet.values for sheet in books[name].worksheets]
        header = next(first)
        written = next(csv.reader(io.StringIO((tmp_path / f"{name}.csv").read_text(encoding="utf-8"))))
        assert set(written) - {"list"} >= set(header)
        assert {row[0] for row in books[name]["about"].values} >= {"list", "as of"}
    due = dict(zip(*list(books["whitespace"]["renewals"].values), strict=True))
    assert (due["ends"].date(), due["amount"], due["currency"]) == (ENDS, 850, "EUR")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "whitespace.csv").read_text(encoding="utf-8"))))
    assert [(row["list"], row["customer"], row["amount"]) for row in rows] == [
        ("without cover", "'=Harbour()", "2700.0"),
        ("without cover", "Thames Offices", "1600.0"),
        ("renewals", "'=Harbour()", "850.0"),
    ]
    notes = dict(books["whitespace"]["about"].iter_rows(max_col=2, values_only=True))
    assert notes["in GBP"] == "GBP 1,600 without cover on 2 machines of 1 customer"
    assert list(books["held"]["held back"].values)[1] == ("hold_out", 2, 1200, "EUR")
    january = next(row for row in books["forecast"]["forecast"].values if row[0] == "2026-01")
    assert january[:2] == ("2026-01", "known")
    assert january[5:] == (7, 9)


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
    said = squeezed(market("held", "--from", "2026-01-01"))
    assert f"Held back, 2026-01-01 to {TODAY}: hold_out 2 EUR 1,200" in said


def test_what_products_lack_is_said_with_its_period(market: Attache) -> None:
    began = TODAY - timedelta(days=30)
    said = squeezed(market("needs", "--since", "30"))
    assert said.startswith(f"What products lack, by family, {began} to {TODAY} ")


def hold_back(home: Path) -> None:
    """Let a technician stand at a machine of an account that is held out."""
    engine = build_engine(f"sqlite:///{home / 'attache.db'}")
    with build_session_scope(engine)() as session:
        mara = find_person_by_slack_id(session, "UTECH")
        assert mara is not None
        policy = Policy(hold_out_share=1.0, exploration_share=0)
        propose(session, asset_id="M0", person=mara, now=utc_now(), thread_ref=None, policy=policy)
    engine.dispose()
