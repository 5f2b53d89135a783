"""A contract that was cancelled from a later day on: it covers until then, and nothing renews it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from offers.engine import decide
from offers.models import ServiceContract
from offers.playbook.situations import RelationFacts
from offers.repository import load_situation
from offers.rules import DEFAULT_RULES
from offers.tables.versions import current
from offers.vocabulary import ContractStatus, RelationType
from tests.offers.company import NOW
from tests.offers.conftest import Store
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
