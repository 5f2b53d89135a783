"""A contract that was cancelled from a later day on: it covers until then, and nothing renews it."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from offers.deciding.proposals import propose
from offers.engine import decide
from offers.ledger import Accepted, accept
from offers.models import ServiceContract
from offers.playbook.candidates import Restraint
from offers.playbook.situations import RelationFacts
from offers.repository import load_situation
from offers.rules import DEFAULT_RULES
from offers.sales.cards import OfferCard
from offers.sales.fulfilment import Notice, cancel
from offers.tables.versions import current
from offers.vocabulary import ContractStatus, RelationType, is_about_bad_service
from tests.offers.company import COMPANY, NOW, load
from tests.offers.conftest import Store, person
from tests.offers.test_engine import CATALOGUE, TODAY, line, machine, offered, rejected

UPGRADED = replace(
    CATALOGUE,
    products={
        **CATALOGUE.products,
        "CARE2": replace(CATALOGUE.products["CARE"], sku="CARE2", name="CARE-MAX"),
    },
    relations={"CHILL": (*CATALOGUE.relations["CHILL"], RelationFacts("CARE2", RelationType.UP_SELL))},
    prices={**CATALOGUE.prices, "CARE2": CATALOGUE.prices["CARE"]},
)
LOST = "contract C-10234 was cancelled as of 2 Dec 2026 and is not renewed"


def test_a_contract_that_was_cancelled_from_a_later_day_on_is_not_offered_for_renewal() -> None:
    # 2 December 2026 is ten days after 22 November, and the line would end in 41.
    cancelled = machine(line(41, cancelled_on=TODAY + timedelta(days=10)))
    assert ("renewal", "CARE") in offered(machine(line(41)))
    assert ("renewal", "CARE") not in offered(cancelled)
    assert rejected(cancelled)["renewal", "CARE"] == LOST
    # It covers the machine until then: nothing else takes its place before.
    assert "covered by CARE-PLUS contract C-10234" in rejected(cancelled)["coverage_gap", None]


def test_nor_is_it_upgraded() -> None:
    cancelled = machine(line(41, cancelled_on=TODAY + timedelta(days=10)))
    assert ("upgrade", "CARE2") in offered(machine(line(41)), catalogue=UPGRADED)
    assert ("upgrade", "CARE2") not in offered(cancelled, catalogue=UPGRADED)
    assert rejected(cancelled, catalogue=UPGRADED)["upgrade", "CARE2"] == LOST


def test_after_its_end_it_is_won_back_where_another_would_be_renewed() -> None:
    kept, lost = line(-10), line(-10, cancelled_on=TODAY + timedelta(days=10))
    assert [play for play, sku in offered(machine(kept)) if sku == "CARE"] == ["renewal"]
    assert [play for play, sku in offered(machine(lost)) if sku == "CARE"] == ["win_back"]


@pytest.mark.parametrize(
    ("status", "is_offered"), [(ContractStatus.ACTIVE, True), (ContractStatus.CANCELLED, False)]
)
def test_the_records_say_whether_it_was_cancelled(
    company: Store, status: ContractStatus, is_offered: bool
) -> None:
    with company.scope() as session:
        for one in session.exec(select(ServiceContract).where(current(ServiceContract))).all():
            # An active contract with a day of cancelling, as exports have it by mistake, was not cancelled.
            one.status, one.cancelled_on = status.value, NOW.date() + timedelta(days=1)
            session.add(one)
    with company.scope() as session:
        found = load_situation(session, account_id="A-1", asset_id="M-CHILL", at=NOW, known=None)
        plays = {one.play.value for one in decide(found, DEFAULT_RULES).candidates}
    assert ("renewal" in plays) is is_offered


def cancel_contract(store: Store, folder: Path, **cells: str) -> None:
    """Let the CRM's export say that the chiller's contract was cancelled; recorded at noon on 1 March 2026."""
    row = {**COMPANY["contracts"][0], "status": "cancelled", **cells}
    load(store.scope, folder, {"contracts": [row]}, recorded_at=NOW)


def consider(store: Store, at: datetime) -> tuple[dict[str, str], dict[str, str]]:
    """Return what would be offered of care for the chiller, reasons by play, and why not the rest."""
    with store.scope() as session:
        found = load_situation(session, account_id="A-1", asset_id="M-CHILL", at=at, known=None)
    assert found is not None
    verdict = decide(found, DEFAULT_RULES)
    return (
        {one.play.value: one.reasons[0] for one in verdict.candidates if one.sku == "CARE"},
        {one.play.value: one.reason for one in verdict.rejections if one.sku in {"CARE", None}},
    )


def test_a_contract_whose_cancellation_took_effect_early_is_won_back_and_no_gap(
    company: Store, tmp_path: Path
) -> None:
    # It would have run until 11 April; from 1 February on it is in force no longer: 31 January was its last day.
    cancel_contract(company, tmp_path / "since", cancelled_on="2026-02-01")
    offered, rejected = consider(company, NOW)
    assert offered == {"win_back": "CARE-PLUS contract C-1 ended on 31 Jan 2026, 29 days ago"}
    assert rejected["coverage_gap"] == "a win-back of this machine goes first"
    assert rejected["renewal"] == "contract C-1 was cancelled as of 1 Feb 2026 and is not renewed"
    # Two years after its last day, which is 31 January 2028, it can be won back for the last time.
    assert set(consider(company, datetime(2028, 1, 31, 12, tzinfo=NOW.tzinfo))[0]) == {"win_back"}
    assert set(consider(company, datetime(2028, 2, 1, 12, tzinfo=NOW.tzinfo))[0]) == {"coverage_gap"}


@pytest.mark.parametrize("cancelled_on", ["2025-04-12", "2025-03-01", ""])
def test_one_that_never_was_in_force_is_no_contract_that_was_lost(
    company: Store, tmp_path: Path, cancelled_on: str
) -> None:
    # It would have begun on 12 April 2025; cancelled as of that day, before, or on a day that nobody knows.
    cancel_contract(company, tmp_path / "since", cancelled_on=cancelled_on)
    offered, rejected = consider(company, NOW)
    assert offered == {"coverage_gap": "This machine has no service contract"}
    assert rejected["win_back"] == "it never had a contract with us"


def test_a_cancelled_contract_covers_until_the_day_before_and_that_is_what_is_said(
    company: Store, tmp_path: Path
) -> None:
    cancel_contract(company, tmp_path / "since", cancelled_on="2026-03-11")
    covered = "covered by CARE-PLUS contract C-1 until 10 Mar 2026"
    offered, rejected = consider(company, NOW + timedelta(days=9))
    assert (offered, rejected["win_back"]) == ({}, covered)
    assert set(consider(company, NOW + timedelta(days=10))[0]) == {"win_back"}


def test_what_replaced_a_cancelled_contract_from_its_day_on_keeps_it_from_being_won_back(
    company: Store, tmp_path: Path
) -> None:
    cancel_contract(company, tmp_path / "since", cancelled_on="2026-02-01")
    next_one = {"contract_id": "C-2", "account_id": "A-1", "start_date": "2026-02-01", "status": "active"}
    of_it = {"contract_line_id": "L-2", "contract_id": "C-2", "asset_id": "M-CHILL", "sku": "CARE"}
    load(company.scope, tmp_path / "next", {"contracts": [next_one], "contract_lines": [of_it]})
    offered, rejected = consider(company, NOW)
    assert (offered, rejected["win_back"]) == ({}, "covered by CARE-PLUS contract C-2")


def sell_and_cancel(store: Store, reason: str) -> OfferCard:
    """Let the rooftop unit come under contract on 1 March 2026 and leave it on the 11th, for a reason."""
    with store.scope() as session:
        mara, ingrid = person(session, "UTECH"), person(session, "UMGR")
        card = propose(session, asset_id="M-ROOF", person=mara, now=NOW, thread_ref="C1:1").offer
        assert card is not None
        taken = accept(
            session, card.offer_id, version=card.version, person=mara, now=NOW, idempotency_key="k"
        )
        assert isinstance(taken, Accepted)
        cancel(session, card.offer_id, Notice(ingrid, NOW + timedelta(days=10), "c", reason=reason))
    return card


@pytest.mark.parametrize(
    ("reason", "first_day"),
    [("Moves to another site", 11), ("Customer is not happy with our response time", 100)],
)
def test_who_left_because_of_our_service_is_left_alone(company: Store, reason: str, first_day: int) -> None:
    # Cancelled on day 10: a "No" because of bad service holds for 90 days for the machine's cover, 60 for the account.
    assert sell_and_cancel(company, reason).play == "coverage_gap"
    seen: dict[int, str | None] = {}
    for days in (11, 69, 99, 100):
        with company.scope() as session:
            mara, at = person(session, "UTECH"), NOW + timedelta(days=days)
            found = propose(session, asset_id="M-ROOF", person=mara, now=at, thread_ref=f"C1:{days}")
            seen[days] = found.offer.play if found.offer is not None else None
            assert found.restraint is (None if found.offer is not None else Restraint.DECLINED_RECENTLY)
            session.rollback()
    expected = {11: None, 69: None, 99: "add_on", 100: "win_back"}
    assert seen == {day: play if day < first_day else "win_back" for day, play in expected.items()}


@pytest.mark.parametrize(
    ("reason", "is_about"),
    [
        ("bad_service", True),
        ("Dissatisfied with us", True),
        ("They aren't happy", True),
        ("poor technical support", True),
        ("Kunde ist unzufrieden", True),
        ("nicht ganz zufrieden", True),
        ("Client mécontent", True),
        ("no está satisfecho", True),
        ("The site closes; happy with our service, no complaints", False),
        ("Service no longer needed", False),
        ("no_need", False),
        (None, False),
    ],
)
def test_words_for_bad_service_are_known_in_the_languages_of_a_repair(
    reason: str | None, is_about: bool
) -> None:
    assert is_about_bad_service(reason) is is_about
