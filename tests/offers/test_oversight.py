"""A manager of a region looks over that region's business and no other's, in every list and every action."""

from dataclasses import replace

import pytest
from sqlmodel import Session, col, select

from bot.access import OPERATOR
from offers.deciding.decision_log import get_decision, list_decisions
from offers.deciding.held import list_held_back
from offers.deciding.proposals import Proposal
from offers.deciding.replay import replay
from offers.errors import HandOverNotFailed, UnknownDecision
from offers.models import Account, OutboxMessage
from offers.outbox.failures import count_failed, list_failed, retry_failed
from offers.outbox.messages import write_message
from offers.people import PersonFacts
from offers.playbook.policy import Policy
from offers.vocabulary import Origin
from tests.offers.company import NOW
from tests.offers.conftest import Store, person
from tests.offers.test_decisions import propose_for

SHOWS_NOTHING = Policy(hold_out_share=1.0, exploration_share=0)


def manager(session: Session, region: str | None) -> PersonFacts:
    """The company's manager, of a region or of everything."""
    return replace(person(session, "UMGR"), region=region)


def decide(company: Store, *, policy: Policy = SHOWS_NOTHING) -> tuple[Proposal, Proposal]:
    """Let the technician of the north stand at a machine in the north and at one in the south."""
    with company.scope() as session:
        north = propose_for(session, "M-CHILL", policy=policy)
        return north, propose_for(session, "M-ROOF", policy=policy)


def test_a_regional_manager_reads_the_regions_decisions_and_what_was_held_back_there(company: Store) -> None:
    decide(company)
    with company.scope() as session:
        read, held = {}, {}
        for region in ("North", "South", "Nowhere", None):
            reader = manager(session, region)
            lines = list_decisions(session, limit=5, reader=reader)
            read[region] = {line.account_name for line in lines}
            rows = list_held_back(session, first_day=NOW.date(), last_day=NOW.date(), reader=reader)
            held[region] = sum(row.opportunities for row in rows)
    hotel, larkfield = "Harbour Hotel", "Larkfield Logistics"
    assert read == {"North": {hotel}, "South": {larkfield}, "Nowhere": set(), None: {hotel, larkfield}}
    # Three opportunities at the machine in the south, see test_decisions.
    assert (held["South"], held["Nowhere"]) == (3, 0)
    assert held[None] == held["North"] + 3


def test_a_decision_opens_for_those_who_look_over_its_account(company: Store) -> None:
    north, south = decide(company)
    with company.scope() as session:
        of_south = manager(session, "South")
        assert get_decision(session, south.decision_id, reader=of_south).account_id == "A-2"
        for read in (get_decision, replay):
            with pytest.raises(UnknownDecision):
                read(session, north.decision_id, reader=of_south)
        for reader in (manager(session, "North"), manager(session, None), replace(of_south, role="admin")):
            assert replay(session, north.decision_id, reader=reader).decision.account_id == "A-1"


def test_a_customer_without_a_region_is_for_those_who_look_over_everything(company: Store) -> None:
    north, _ = decide(company)
    with company.scope() as session:
        session.exec(select(Account).where(col(Account.account_id) == "A-1")).one().region = None
    with company.scope() as session:
        assert {one.account_name for one in list_decisions(session, limit=5, reader=manager(session, None))} == {
            "Harbour Hotel", "Larkfield Logistics",
        }  # fmt: skip
        with pytest.raises(UnknownDecision):
            get_decision(session, north.decision_id, reader=manager(session, "North"))


def test_failed_hand_overs_are_listed_and_retried_by_those_who_look_over_the_sale(company: Store) -> None:
    north, south = decide(company, policy=Policy(exploration_share=0.0))
    assert north.offer is not None
    assert south.offer is not None
    with company.scope() as session:
        ids = [
            write_message(session, "offer.accepted", offer_id=offer_id, payload={}, now=NOW)
            for offer_id in (north.offer.offer_id, south.offer.offer_id, None)
        ]
        session.flush()
        for row in session.exec(select(OutboxMessage)).all():
            row.dead_at, row.last_error = NOW, "HTTP 500"
    with company.scope() as session:
        found = {}
        for region in ("North", "South", None):
            reader = manager(session, region)
            found[region] = {one.message_id for one in list_failed(session, reader=reader)}
            assert count_failed(session, reader=reader) == len(found[region])
        assert found == {"North": {ids[0]}, "South": {ids[1]}, None: set(ids)}
    with company.scope() as session:
        of_south = manager(session, "South")
        for other in (ids[0], ids[2]):
            with pytest.raises(HandOverNotFailed):
                retry_failed(session, [other], person=of_south, origin=Origin.HOME, now=NOW)
        assert retry_failed(session, None, person=of_south, origin=Origin.HOME, now=NOW) == 1
        assert {one.message_id for one in list_failed(session, reader=OPERATOR)} == {ids[0], ids[2]}
