"""Finding a machine, seeing what a partner may see, and the brief before the work."""

from datetime import date
from pathlib import Path

import pytest

from offers.deciding.proposals import evaluate, propose, propose_bundles
from offers.errors import AmbiguousTarget, NotYourAccount, UnknownAccount, UnknownAsset, UnknownTarget
from offers.installed_base.machines import list_namesakes
from offers.installed_base.visits import build_brief, find_accounts, find_asset, suggest_assets
from offers.ledger import accept
from offers.people import find_person_by_slack_id, list_people
from offers.repository import load_situation
from tests.offers.company import COMPANY, NOW, load, load_company
from tests.offers.conftest import Store, person


@pytest.mark.parametrize("text", ["NV-AUR240-00417", "nv aur240 00417", " nvaur24000417 ", "m-chill"])
def test_a_machine_is_found_however_its_number_is_typed(company: Store, text: str) -> None:
    with company.scope() as session:
        found = find_asset(session, text, reader=person(session, "UTECH"))
    assert found is not None
    assert (found.asset_id, found.account_name, found.site_name) == ("M-CHILL", "Harbour Hotel", "Roof")


def test_a_number_that_two_machines_bear_names_neither_and_both_are_told(
    company: Store, folder: Path
) -> None:
    (chiller,) = [row for row in COMPANY["assets"] if row["asset_id"] == "M-CHILL"]
    twin = {**chiller, "asset_id": "M-TWIN", "serial_number": "nv aur240 00417"}
    load(company.scope, folder, {"assets": [twin]}, recorded_at=NOW)
    with company.scope() as session:
        mara, tom = person(session, "UTECH"), person(session, "UPART2")
        assert find_asset(session, "NV-AUR240-00417", reader=mara) is None
        alike = [one.asset_id for one in list_namesakes(session, "NV-AUR240-00417", reader=mara)]
        assert alike == ["M-CHILL", "M-TWIN"]
        assert list_namesakes(session, "NV-AUR240-00417", reader=tom) == []
        with pytest.raises(AmbiguousTarget) as caught:
            evaluate(session, "NV-AUR240-00417", as_of=NOW)
        assert caught.value.known == "M-CHILL, M-TWIN"
        assert evaluate(session, "M-TWIN", as_of=NOW).account_id == "A-1"


@pytest.mark.parametrize("text", ["", "---", "NV-AUR240-99999", "%"])
def test_what_is_not_known_is_not_found(company: Store, text: str) -> None:
    with company.scope() as session:
        assert find_asset(session, text, reader=person(session, "UTECH")) is None


def test_a_partner_finds_only_machines_of_its_own_accounts(company: Store) -> None:
    with company.scope() as session:
        elif_, tom = person(session, "UPART1"), person(session, "UPART2")
        assert find_asset(session, "NV-AUR240-00417", reader=elif_) is not None
        assert find_asset(session, "NV-AUR240-00417", reader=tom) is None
        assert [found.account_id for found in find_accounts(session, "", reader=tom)] == ["A-2"]
        assert [found.asset_id for found in suggest_assets(session, "NV", reader=elif_)] == ["M-CHILL"]
        with pytest.raises(UnknownAsset):
            propose(session, asset_id="M-CHILL", person=tom, now=NOW, thread_ref=None)


def test_an_account_that_is_not_yours_and_one_that_does_not_exist_look_the_same(company: Store) -> None:
    with company.scope() as session:
        tom, mara = person(session, "UPART2"), person(session, "UTECH")
        for account_id in ("A-1", "A-404"):
            with pytest.raises(NotYourAccount):
                propose_bundles(session, account_id=account_id, person=tom, now=NOW, thread_ref=None)
        with pytest.raises(UnknownAccount):
            propose_bundles(session, account_id="A-404", person=mara, now=NOW, thread_ref=None)


def test_an_order_makes_an_account_the_partners_own(store: Store, tmp_path: Path) -> None:
    order = {
        "order_line_id": "O",
        "order_id": "O",
        "account_id": "A-1",
        "partner_id": "P-2",
        "sku": "GATE",
        "quantity": 1,
        "ordered_at": "2026-01-01",
    }
    load_company(store.scope, tmp_path / "files", orders=[order])
    with store.scope() as session:
        assert [
            a.account_id for a in find_accounts(session, "harbour", reader=person(session, "UPART2"))
        ] == ["A-1"]


def test_a_mistyped_serial_number_brings_the_near_ones_and_a_customers_name_its_machines(
    company: Store,
) -> None:
    with company.scope() as session:
        mara = person(session, "UTECH")
        assert suggest_assets(session, "NV-AUR240-0417", reader=mara)[0].asset_id == "M-CHILL"
        assert [a.asset_id for a in suggest_assets(session, "larkfield", reader=mara)] == ["M-ROOF"]


def test_the_brief_says_what_is_covered_until_when_and_what_happened(company: Store) -> None:
    with company.scope() as session:
        brief = build_brief(session, "M-CHILL", now=NOW)
        bare = build_brief(session, "M-ROOF", now=NOW)
    assert (brief.coverage.state, brief.coverage.plan_name, brief.coverage.until) == (
        "covered",
        "CARE-PLUS",
        date(2026, 4, 11),
    )
    assert brief.open_work_order is not None
    assert brief.open_work_order.work_order_id == "W-2"
    assert [(call.work_order_id, call.technician_name) for call in brief.history] == [("W-1", "Mara")]
    assert (brief.visits_last_12m, brief.fleet, brief.is_escalated) == (1, (1, 1), False)
    assert (bare.coverage.state, bare.history, bare.fleet) == ("none", (), (0, 1))


def test_the_brief_says_that_a_renewal_is_booked_and_until_when(company: Store) -> None:
    with company.scope() as session:
        mara = person(session, "UTECH")
        before = build_brief(session, "M-CHILL", now=NOW).coverage
        card = propose(session, asset_id="M-CHILL", person=mara, now=NOW, thread_ref=None).offer
        assert card is not None
        assert card.play == "renewal"
        accept(session, card.offer_id, version=1, person=mara, now=NOW, idempotency_key="k")
    with company.scope() as session:
        after = build_brief(session, "M-CHILL", now=NOW).coverage
    assert (before.is_renewed, before.renewed_until) == (False, None)
    # C-1 ends on 11 April 2026; the booked line runs for the twelve months behind it.
    assert (after.until, after.is_renewed, after.renewed_until) == (
        date(2026, 4, 11),
        True,
        date(2027, 4, 11),
    )


def test_only_repairs_count_as_call_outs(store: Store, tmp_path: Path) -> None:
    kinds = ("repair", "Break/Fix", "maintenance", "inspection", "commissioning", "")
    orders = [
        {
            "work_order_id": f"WK-{at}",
            "account_id": "A-1",
            "asset_id": "M-CHILL",
            "opened_at": f"2026-01-{at + 10}",
            "closed_at": f"2026-01-{at + 10}",
            "type": kind,
        }
        for at, kind in enumerate(kinds)
    ]
    load_company(store.scope, tmp_path / "files", work_orders=orders)
    with store.scope() as session:
        situation = load_situation(session, account_id="A-1", asset_id="M-CHILL", at=NOW, known=None)
    assert situation is not None
    (machine,) = situation.machines
    # WK-0, WK-1 and the company's own repair W-1.
    assert machine.visits_last_12m == 3


def test_people_are_known_by_their_slack_id(company: Store) -> None:
    with company.scope() as session:
        elif_ = find_person_by_slack_id(session, "UPART1")
        assert elif_ is not None
        assert (elif_.name, elif_.partner_name, elif_.is_external) == ("Elif", "Nordkälte", True)
        assert find_person_by_slack_id(session, "UNOBODY") is None
        assert [one.name for one in list_people(session, role="technician")] == ["Jonas", "Mara"]


def test_an_evaluation_lists_offers_and_the_rejected_in_the_promised_shape(company: Store) -> None:
    with company.scope() as session:
        document = evaluate(session, "NV-AUR240-00417", as_of=date(2026, 3, 1)).as_json()
    assert list(document) == ["as_of", "account", "offers", "rejected"]
    best = document["offers"][0]
    assert list(best) == ["play", "rule", "asset", "sku", "price", "reasons", "score"]
    assert (best["play"], best["asset"], best["price"]) == (
        "renewal",
        "M-CHILL",
        {"unit_amount_minor": 90_000, "currency": "EUR"},
    )
    gap = next(one for one in document["rejected"] if one["play"] == "coverage_gap")
    assert gap == {
        "play": "coverage_gap",
        "asset": "M-CHILL",
        "sku": None,
        "reason": "covered by CARE-PLUS contract C-1 until 11 Apr 2026",
    }


def test_an_account_is_evaluated_machine_by_machine_and_an_unknown_text_refused(company: Store) -> None:
    with company.scope() as session:
        found = evaluate(session, "A-2", as_of=date(2026, 3, 1))
        assert {one.machine.asset_id for one in found.offers} == {"M-ROOF"}
        with pytest.raises(UnknownTarget):
            evaluate(session, "NOBODY", as_of=date(2026, 3, 1))


def test_a_day_before_anything_was_recorded_is_judged_by_what_is_known_now(company: Store) -> None:
    with company.scope() as session:
        found = evaluate(session, "M-CHILL", as_of=date(2024, 6, 1))
    # On that day, before the contract began, the warranty was just over.
    assert "contract C-1 starts on 12 Apr 2025" in {one.reason for one in found.rejected}


def test_the_account_buys_in_the_currency_of_its_last_order(store: Store, tmp_path: Path) -> None:
    order = {
        "order_line_id": "O",
        "order_id": "O",
        "account_id": "A-2",
        "sku": "ROOF",
        "quantity": 1,
        "unit_price": "1.00",
        "currency": "GBP",
        "ordered_at": "2026-01-01",
    }
    pounds = {"pricebook": "standard", "sku": "CARE", "currency": "GBP", "unit_price": "790.00"}
    load_company(store.scope, tmp_path / "files", orders=[order], pricebook=[pounds])
    with store.scope() as session:
        found = evaluate(session, "M-ROOF", as_of=date(2026, 3, 1)).as_json()
    assert [one["price"] for one in found["offers"] if one["sku"] == "CARE"] == [
        {"unit_amount_minor": 79_000, "currency": "GBP"}
    ]
    assert {"play": "add_on", "asset": "M-ROOF", "sku": "GATE", "reason": "no price"} in found["rejected"]


def test_a_line_ends_where_the_first_of_its_two_ends_is(store: Store, tmp_path: Path) -> None:
    # The line says 31 December 2026, its contract C-1 ends on 11 April 2026.
    line = {
        "contract_line_id": "L-9",
        "contract_id": "C-1",
        "asset_id": "M-ROOF",
        "sku": "CARE",
        "end_date": "2026-12-31",
    }
    load_company(store.scope, tmp_path / "files", contract_lines=[line])
    with store.scope() as session:
        (best, *_) = evaluate(session, "M-ROOF", as_of=date(2026, 3, 1)).offers
    assert (best.play.value, best.starts_on) == ("renewal", date(2026, 4, 12))
