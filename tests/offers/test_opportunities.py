"""What could be sold or lost, machine by machine: whose it is, what is held, who takes it up, and how often."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot.figures.lists import read_list_request
from offers.deciding.proposals import propose
from offers.errors import OpportunityHeld, UnknownAsset
from offers.models import AuditEntry
from offers.playbook.policy import Policy
from offers.rules import ensure_default_rules
from offers.steering.opportunities import (
    Kind,
    find_opportunity,
    find_prospect,
    find_receiver,
    find_referred,
    list_opportunities,
    refer,
)
from tests.offers.company import COMPANY, NOW, RECORDED
from tests.offers.conftest import Store, person
from tests.offers.rows import contract, fill, line, machine

POLICY = Policy()


def market(store: Store, folder: Path) -> None:
    """A-1 has three chillers without cover and one whose contract ends on 11 April; A-2 one roof unit, escalated.

    M1 was sold by P-1 and has an open order of Mara's, M2 was sold by P-1, M3 was sold by nobody and Mara was there.
    """
    fill(
        store,
        folder,
        assets=[
            machine("M1", sold_by_partner_id="P-1", serial_number="N1", install_date="2020-01-01"),
            machine("M2", sold_by_partner_id="P-1", serial_number="N2", install_date="2020-01-01"),
            machine("M3", serial_number="N3", install_date="2020-01-01"),
            machine("M4", sold_by_partner_id="P-1", serial_number="N4", install_date="2020-01-01"),
            machine("ROOF", "ROOF", account_id="A-2", sold_by_partner_id="P-2", install_date="2020-01-01"),
        ],
        contracts=[contract("C", "2025-04-12", "2026-04-11", auto_renew="false")],
        contract_lines=[line("L", "C", asset_id="M4", quantity=1, unit_price="850.00", currency="EUR")],
        orders=[],
        pricebook=COMPANY["pricebook"],
        work_orders=[
            _order("W1", "M1", "2026-02-27T08:00:00Z"),
            _order("W3", "M3", "2025-12-01T08:00:00Z", closed_at="2025-12-01T12:00:00Z"),
        ],
        cases=[
            {
                "case_id": "E",
                "account_id": "A-2",
                "opened_at": "2026-02-01T08:00:00Z",
                "priority": "high",
                "is_escalated": "true",
            }
        ],
    )
    with store.scope() as session:
        ensure_default_rules(session, RECORDED)


def _order(order_id: str, asset_id: str, opened_at: str, **more: str) -> dict[str, str]:
    return {
        "work_order_id": order_id,
        "account_id": "A-1",
        "asset_id": asset_id,
        "opened_at": opened_at,
        "type": "inspection",
        "technician_id": "T-1",
        **more,
    }


def ids(store: Store, kind: Kind, slack_user_id: str) -> list[str]:
    with store.scope() as session:
        reader = person(session, slack_user_id)
        return [one.asset_id for one in list_opportunities(session, kind, now=NOW, reader=reader)]


def test_everybody_finds_their_own(store: Store, folder: Path) -> None:
    market(store, folder)
    # A-1 has three times 900 euro, A-2 one.
    assert ids(store, Kind.UNCOVERED, "UMGR") == ["M1", "M2", "M3", "ROOF"]
    assert ids(store, Kind.UNCOVERED, "UPART1") == ["M1", "M2"]
    assert ids(store, Kind.UNCOVERED, "UPART2") == ["ROOF"]
    assert ids(store, Kind.UNCOVERED, "UTECH") == ["M1", "M3"]
    assert ids(store, Kind.UNCOVERED, "UTECH2") == []
    assert [ids(store, Kind.RENEWAL, who) for who in ("UMGR", "UPART1", "UPART2", "UTECH")] == [
        ["M4"],
        ["M4"],
        [],
        [],
    ]


def test_money_is_by_machine_and_by_customer(store: Store, folder: Path) -> None:
    market(store, folder)
    with store.scope() as session:
        first, *_ = list_opportunities(session, Kind.UNCOVERED, now=NOW, reader=person(session, "UMGR"))
        (due,) = list_opportunities(session, Kind.RENEWAL, now=NOW, reader=person(session, "UMGR"))
    assert first.value is not None
    assert first.of_account is not None
    assert (first.value.amount_minor, first.of_account.amount_minor, first.machines) == (90_000, 270_000, 3)
    assert due.value is not None
    assert (due.value.amount_minor, str(due.ends_on)) == (85_000, "2026-04-11")


def test_what_restraint_holds_back_says_why(store: Store, folder: Path) -> None:
    market(store, folder)
    with store.scope() as session:
        manager = person(session, "UMGR")
        found = {
            one.asset_id: one for one in list_opportunities(session, Kind.UNCOVERED, now=NOW, reader=manager)
        }
        free = find_prospect(session, found["M1"], now=NOW, policy=POLICY)
        held = find_prospect(session, found["ROOF"], now=NOW, policy=POLICY)
        assert free.held is None
        assert held.held == "an escalated case (E) is open on this account"
        with pytest.raises(OpportunityHeld, match="escalated"):
            refer(session, found["ROOF"], by=manager, now=NOW, policy=POLICY)
        assert session.exec(select(AuditEntry).where(AuditEntry.action == "opportunity.referred")).all() == []


def test_an_open_offer_is_shown_again_and_forbids_nothing(store: Store, folder: Path) -> None:
    market(store, folder)
    with store.scope() as session:
        made = propose(session, asset_id="M1", person=person(session, "UTECH"), now=NOW, thread_ref="D:1")
        assert made.offer is not None
        one = find_opportunity(session, Kind.UNCOVERED, "M1", now=NOW, reader=person(session, "UMGR"))
        later = NOW + timedelta(hours=1)
        assert find_prospect(session, one, now=later, policy=POLICY).offer_id == made.offer.offer_id


def test_it_goes_to_the_next_visit_else_the_seller_else_the_last_visitor(store: Store, folder: Path) -> None:
    market(store, folder)
    with store.scope() as session:
        found = {one: find_receiver(session, one, now=NOW) for one in ("M1", "M2", "M3", "nothing")}
    said = {one: (it.person.name, it.why) if it else None for one, it in found.items()}
    assert said == {
        "M1": ("Mara", "has the next visit"),
        "M2": ("Elif", "Nordkälte sold it"),
        "M3": ("Mara", "was there last"),
        "nothing": None,
    }


def test_handing_on_is_written_down_for_the_week(store: Store, folder: Path) -> None:
    market(store, folder)
    with store.scope() as session:
        manager = person(session, "UMGR")
        one = find_opportunity(session, Kind.UNCOVERED, "M2", now=NOW, reader=manager)
        refer(session, one, by=manager, now=NOW, policy=POLICY)
    with store.scope() as session:
        (entry,) = session.exec(select(AuditEntry).where(AuditEntry.action == "opportunity.referred")).all()
        assert (entry.person_id, entry.subject_id, entry.details["to"]) == ("M-1", "M2", "K-1")
        # NOW is a Sunday: on Monday it is another week.
        assert find_referred(session, Kind.UNCOVERED, ["M1", "M2"], now=NOW) == {"M2": ("K-1", NOW)}
        assert find_referred(session, Kind.RENEWAL, ["M2"], now=NOW) == {}
        assert find_referred(session, Kind.UNCOVERED, ["M2"], now=datetime(2026, 3, 2, 8, tzinfo=UTC)) == {}


def test_nobody_acts_on_what_is_not_theirs(store: Store, folder: Path) -> None:
    market(store, folder)
    with store.scope() as session:
        for kind, asset, who in ((Kind.UNCOVERED, "M1", "UPART2"), (Kind.RENEWAL, "M1", "UMGR")):
            with pytest.raises(UnknownAsset):
                find_opportunity(session, kind, asset, now=NOW, reader=person(session, who))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("white space", Kind.UNCOVERED),
        ("Show me our whitespace", Kind.UNCOVERED),
        ("uncovered value", Kind.UNCOVERED),
        ("which machines are without contract?", Kind.UNCOVERED),
        ("Which contracts are due?", Kind.RENEWAL),
        ("renewals at risk", Kind.RENEWAL),
        ("what contracts end soon", Kind.RENEWAL),
        ("which renewals are due next", Kind.RENEWAL),
        ("renewal rate by region", None),
        ("white space on the label of the compressor", None),
        ("uncovered bolts", None),
        ("coverage", None),
    ],
)
def test_a_list_is_asked_for_in_words(text: str, kind: Kind | None) -> None:
    assert read_list_request(text) is kind
