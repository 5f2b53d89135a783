"""Machines change hands, contracts follow contracts, companies own companies: what the figures and offers say then.

M-CHILL (A-1, North, sold by P-1) is covered by C-1 until 11 April 2026; M-ROOF (A-2, South) by nothing. Whatever
changes is recorded on 10 March 2026.
"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from offers.deciding.proposals import evaluate, propose
from offers.errors import UnknownAsset
from offers.installed_base.visits import build_brief
from offers.ledger import Accepted, AcceptResult, Withdrawn, accept
from offers.models import DecisionCandidate, OfferEvent, OrderLine
from offers.playbook.candidates import Stage
from offers.reporting import report
from offers.sales.agreements import Agreement
from offers.sales.cards import OfferCard
from offers.sales.discounts import Asked, Decided, ask_for_discount, decide_discount
from offers.sales.reactions import decline
from tests.offers.company import COMPANY, NOW, RECORDED, load
from tests.offers.conftest import Store, person

CHANGED = datetime(2026, 3, 10, 8, tzinfo=UTC)
BEFORE, AFTER = date(2026, 3, 9), date(2026, 3, 10)
LATER = datetime(2026, 3, 20, 8, tzinfo=UTC)
(CHILLER,) = [row for row in COMPANY["assets"] if row["asset_id"] == "M-CHILL"]

Groups = dict[str | None, tuple[int, int]]


def change(store: Store, folder: Path, at: datetime = CHANGED, **tables: Any) -> None:
    load(store.scope, folder / "-".join(tables), tables, recorded_at=at)


def move(store: Store, folder: Path, **cells: str) -> None:
    """Record that the chiller has changed hands."""
    change(store, folder, assets=[{**CHILLER, "site_id": "", **cells}])


def count(store: Store, metric: str, by: str, as_of: date, who: str | None = None) -> Groups:
    with store.scope() as session:
        reader = person(session, who) if who else None
        rows = report(session, metric, by=[by], as_of=as_of, now=LATER, reader=reader).rows
    return {row.group[by]: (row.numerator, row.denominator) for row in rows}


def offer(store: Store, asset_id: str, who: str = "UTECH", at: datetime = NOW) -> OfferCard | None:
    with store.scope() as session:
        return propose(session, asset_id=asset_id, person=person(session, who), now=at, thread_ref=None).offer


def take(store: Store, card: OfferCard, who: str = "UTECH", at: datetime = LATER) -> AcceptResult:
    with store.scope() as session:
        return accept(
            session,
            card.offer_id,
            version=card.version,
            person=person(session, who),
            now=at,
            idempotency_key=f"{who}{at}",
        )


def renew(starts: str, ends: str, *, account_id: str = "A-1", line: str = "L-2", after: str = "L-1") -> Any:
    """Return contract and line that follow another line on the chiller."""
    contract = {"contract_id": f"C-{line}", "account_id": account_id, "status": "active"}
    dates = {"start_date": starts, "end_date": ends}
    follower = {"contract_line_id": line, "contract_id": f"C-{line}", "asset_id": "M-CHILL", "sku": "CARE"}
    return {
        "contracts": [contract | dates],
        "contract_lines": [follower | {"predecessor_line_id": after, "booked_at": "2026-03-10"}],
    }


def test_a_machine_counts_for_its_owner_of_the_day(company: Store, tmp_path: Path) -> None:
    before: Groups = {"North": (1, 1), "South": (0, 1)}
    assert count(company, "coverage", "region", BEFORE) == before
    move(company, tmp_path, account_id="A-2")
    # Its contract goes on and covers it, whoever signed it.
    assert count(company, "coverage", "region", AFTER) == {"South": (1, 2)}
    assert count(company, "coverage", "region", BEFORE) == before
    assert count(company, "coverage", "segment", AFTER) == {"logistics": (1, 2)}


def test_a_machine_counts_for_its_partner_of_the_day_and_only_they_see_it(
    company: Store, tmp_path: Path
) -> None:
    move(company, tmp_path, sold_by_partner_id="P-2")
    assert count(company, "coverage", "partner", BEFORE) == {"P-1": (1, 1), None: (0, 1)}
    assert count(company, "coverage", "partner", AFTER) == {"P-2": (1, 1), None: (0, 1)}
    assert count(company, "coverage", "tier", AFTER) == {"silver": (1, 1), None: (0, 1)}
    assert count(company, "coverage", "partner", BEFORE, "UPART1") == {"P-1": (1, 1)}
    assert count(company, "coverage", "partner", AFTER, "UPART1") == {}
    assert count(company, "coverage", "partner", AFTER, "UPART2") == {"P-2": (1, 1)}
    with pytest.raises(UnknownAsset):
        offer(company, "M-CHILL", "UPART1", LATER)
    assert offer(company, "M-CHILL", "UPART2", LATER) is not None


def test_what_was_ordered_stays_with_whoever_ordered_it(company: Store, tmp_path: Path) -> None:
    lines = [
        {"order_line_id": "O-1", "sku": "CHILL", "quantity": 2},
        {"order_line_id": "O-2", "sku": "GATE", "quantity": 1},
    ]
    shared = {
        "order_id": "O",
        "account_id": "A-1",
        "partner_id": "P-1",
        "ordered_at": "2026-02-01T08:00:00Z",
        "related_asset_id": "M-CHILL",
    }
    change(company, tmp_path, RECORDED, orders=[{**line, **shared} for line in lines])
    move(company, tmp_path, account_id="A-2", sold_by_partner_id="P-2")
    for day in (BEFORE, AFTER):
        assert count(company, "units_attach", "region", day) == {"North": (1, 2)}
        assert count(company, "units_attach", "partner", day) == {"P-1": (1, 2)}
        assert count(company, "units_attach", "partner", day, "UPART2") == {}


def test_an_offer_to_the_former_owner_lapses_with_the_machine(company: Store, tmp_path: Path) -> None:
    card = offer(company, "M-CHILL")
    assert card is not None
    with company.scope() as session:
        asked = ask_for_discount(
            session,
            card.offer_id,
            version=1,
            agreement=Agreement(discount_bps=800),
            reason="They order three more",
            card_ref=None,
            person=person(session, "UTECH"),
            now=NOW,
        )
    assert isinstance(asked, Asked)
    move(company, tmp_path, account_id="A-2")
    with company.scope() as session:
        decided = decide_discount(
            session,
            asked.request.request_id,
            is_approved=True,
            reason=None,
            person=person(session, "UMGR"),
            now=CHANGED,
            conditions=Agreement().conditions,
        )
    assert isinstance(decided, Decided)
    assert decided.request.decision == "lapsed"
    refused = take(company, card, at=CHANGED)
    assert isinstance(refused, Withdrawn)
    assert refused.why == "machine_gone"
    with company.scope() as session:
        assert session.exec(select(OrderLine)).all() == []


def test_the_former_owners_no_does_not_bind_the_new_one_and_both_are_opportunities(
    company: Store, tmp_path: Path
) -> None:
    card = offer(company, "M-CHILL")
    assert card is not None
    with company.scope() as session:
        actor = person(session, "UTECH")
        decline(session, card.offer_id, reason="no_need", person=actor, now=NOW, idempotency_key="k")
    other = offer(company, "M-CHILL", at=NOW + timedelta(days=1))
    assert other is not None
    assert (card.play, other.play) == ("renewal", "add_on")
    move(company, tmp_path, account_id="A-2")
    fresh = offer(company, "M-CHILL", at=CHANGED)
    assert fresh is not None
    assert (fresh.account_id, fresh.play) == ("A-2", "renewal")
    assert isinstance(take(company, fresh), Accepted)
    renewals = {"North": (0, 1), "South": (1, 1)}
    with company.scope() as session:
        rows = report(session, "conversion", by=["region", "play"], as_of=date(2026, 3, 20), now=LATER).rows
        assert {
            row.group["region"]: (row.numerator, row.denominator)
            for row in rows
            if row.group["play"] == "renewal"
        } == renewals
        events = select(OfferEvent.account_id).where(col(OfferEvent.event) == "accepted")
        assert session.exec(events).all() == ["A-2"]


def test_a_sale_stays_where_it_was_made_when_the_machine_moves_on(company: Store, tmp_path: Path) -> None:
    card = offer(company, "M-CHILL")
    assert card is not None
    assert isinstance(take(company, card, at=NOW + timedelta(days=1)), Accepted)
    total: Groups = {"North": (1, 1)}
    with company.scope() as session:
        plays = {row.play for row in session.exec(select(DecisionCandidate)).all() if row.is_eligible}

    def sold(as_of: date) -> Groups:
        with company.scope() as session:
            rows = report(session, "conversion", by=["region", "play"], as_of=as_of, now=LATER).rows
        return {
            row.group["region"]: (row.numerator, row.denominator)
            for row in rows
            if row.group["play"] == card.play
        }

    assert card.play in plays
    assert sold(BEFORE) == total
    move(company, tmp_path, account_id="A-2")
    assert sold(BEFORE) == total
    assert sold(date(2026, 3, 20)) == total
    # A renewal from 12 April on covers the machine at its new owner as well: one machine, one count.
    with company.scope() as session:
        covered = report(session, "coverage", by=["region"], as_of=date(2026, 4, 12), now=LATER).rows
        assert [(row.group["region"], row.numerator, row.denominator) for row in covered] == [("South", 1, 2)]


def test_a_chain_of_contracts_covers_a_machine_once_and_leaves_its_gaps(
    company: Store, tmp_path: Path
) -> None:
    # 12 April 2025 to 11 April 2026; from 1 April 2026 (overlapping) to 31 March 2027; from 2 April 2027 on.
    change(company, tmp_path, **renew("2026-04-01", "2027-03-31"))
    more = renew("2027-04-02", "2028-04-01", line="L-3", after="L-2")
    load(company.scope, tmp_path / "more", more, recorded_at=CHANGED)
    days = {
        date(2026, 3, 31): 1,
        date(2026, 4, 5): 1,
        date(2026, 4, 12): 1,
        date(2027, 3, 31): 1,
        date(2027, 4, 1): 0,
        date(2027, 4, 2): 1,
        date(2028, 4, 2): 0,
    }
    now = datetime(2028, 5, 1, tzinfo=UTC)
    with company.scope() as session:
        for day, covered in days.items():
            total = report(session, "coverage", as_of=day, now=now).total
            assert (total.numerator, total.denominator) == (covered, 2), day
        # As of the day before it was recorded, nothing of the chain was known.
        early = report(session, "coverage", as_of=BEFORE, now=now).total
        assert early.numerator == 1


@pytest.mark.parametrize("account_id", ["A-1", "A-2"])
def test_what_the_crm_has_renewed_is_not_sold_again_whoever_owns_the_machine_then(
    company: Store, tmp_path: Path, account_id: str
) -> None:
    card = offer(company, "M-CHILL")
    assert card is not None
    assert card.play == "renewal"
    follower = renew("2026-04-12", "2027-04-11", account_id=account_id)
    change(company, tmp_path, **follower)
    refused = take(company, card, at=CHANGED)
    assert isinstance(refused, Withdrawn)
    assert refused.why == "already_renewed"
    move(company, tmp_path, account_id=account_id)
    again = offer(company, "M-CHILL", at=LATER)
    assert again is None or again.play != "renewal"
    if account_id == "A-2":
        moved = take(company, card, at=LATER)
        assert isinstance(moved, Withdrawn)
        assert moved.why == "machine_gone"


def test_a_company_that_owns_another_counts_its_own_machines_and_only_those(
    company: Store, tmp_path: Path
) -> None:
    before: Groups = {"North": (1, 1), "South": (0, 1)}
    (child,) = [row for row in COMPANY["accounts"] if row["account_id"] == "A-1"]
    change(company, tmp_path, accounts=[{**child, "parent_account_id": "A-2", "region": "West"}])
    assert count(company, "coverage", "region", BEFORE) == before
    assert count(company, "coverage", "region", AFTER) == {"West": (1, 1), "South": (0, 1)}
    card = offer(company, "M-CHILL", at=CHANGED)
    assert card is not None
    assert card.account_id == "A-1"
    assert isinstance(take(company, card), Accepted)
    with company.scope() as session:
        rows = report(session, "conversion", by=["region"], as_of=date(2026, 3, 20), now=LATER).rows
        assert sum(row.numerator for row in rows) == 1
        assert {row.group["region"] for row in rows} == {"West"}
        orders = report(session, "units_attach", by=["region"], as_of=date(2026, 3, 20), now=LATER).rows
        assert [(row.group["region"], row.numerator) for row in orders] == [("West", 1)]


GROUP = [
    {"account_id": "A-TOP", "name": "Meridian Group", "segment": "hotel", "region": "North"},
    {"account_id": "A-MID", "name": "Meridian North", "segment": "hotel", "region": "North"},
]


def join_group(store: Store, folder: Path, **cells_of_top: str) -> None:
    """Record that the chiller's owner belongs to an account that belongs to another, which is as it is given."""
    (owner,) = [row for row in COMPANY["accounts"] if row["account_id"] == "A-1"]
    top, middle = GROUP
    accounts = [
        {**top, **cells_of_top},
        {**middle, "parent_account_id": "A-TOP"},
        {**owner, "parent_account_id": "A-MID"},
    ]
    change(store, folder, accounts=accounts)


def find_restraints(store: Store, asset_id: str = "M-CHILL", at: datetime = LATER) -> set[str | None]:
    """Return why we hold back what would suit the machine; None stands for what we don't."""
    with store.scope() as session:
        found = evaluate(session, asset_id, as_of=at)
    held = {one.reason for one in found.rejected if one.stage is Stage.CONTACT_POLICY}
    return held | ({None} if found.offers else set())


def test_what_forbids_selling_to_a_group_forbids_it_to_all_that_belong_to_it(
    company: Store, tmp_path: Path
) -> None:
    card = offer(company, "M-CHILL")
    assert card is not None
    join_group(company, tmp_path, do_not_sell_until="2026-03-20")
    held = "nothing is sold to Meridian Group (which this account belongs to) until 20 Mar 2026"
    assert find_restraints(company) == {held}
    refused = take(company, card)
    assert isinstance(refused, Withdrawn)
    assert refused.why == "do_not_sell"
    assert held not in find_restraints(company, at=LATER + timedelta(days=1))
    # Nobody knew of it the day before it was recorded; the other customer belongs to no group.
    assert held not in find_restraints(company, at=CHANGED - timedelta(days=1))
    assert held not in find_restraints(company, "M-ROOF")


def test_an_escalated_case_of_a_group_holds_back_offers_to_all_that_belong_to_it_while_it_is_open(
    company: Store, tmp_path: Path
) -> None:
    card = offer(company, "M-CHILL")
    assert card is not None
    join_group(company, tmp_path / "group")
    assert None in find_restraints(company)
    case = {"case_id": "K-9", "account_id": "A-TOP", "opened_at": "2026-03-11", "is_escalated": "true"}
    change(company, tmp_path / "case", cases=[case])
    held = "an escalated case (K-9) is open on Meridian Group (which this account belongs to)"
    assert find_restraints(company) == {held}
    refused = take(company, card)
    assert isinstance(refused, Withdrawn)
    assert refused.why == "escalated_case"
    own = {"case_id": "K-1", "account_id": "A-1", "opened_at": "2026-03-12", "is_escalated": "true"}
    change(company, tmp_path / "own", cases=[own])
    assert find_restraints(company) == {"an escalated case (K-1) is open on this account"}
    closed = [{**one, "closed_at": "2026-03-19"} for one in (case, own)]
    change(company, tmp_path / "closed", LATER, cases=closed)
    assert None in find_restraints(company)


def test_a_child_holds_nobody_above_it_back_and_a_ring_of_companies_ends(
    company: Store, tmp_path: Path
) -> None:
    first, second = COMPANY["accounts"]
    change(company, tmp_path / "child", accounts=[{**first, "parent_account_id": "A-2"}])
    change(
        company,
        tmp_path / "ring",
        CHANGED + timedelta(hours=1),
        accounts=[{**second, "parent_account_id": "A-1"}],
        cases=[{"case_id": "K-9", "account_id": "A-1", "opened_at": "2026-03-11", "is_escalated": "true"}],
    )
    assert find_restraints(company) == {"an escalated case (K-9) is open on this account"}
    held = "an escalated case (K-9) is open on Harbour Hotel (which this account belongs to)"
    assert find_restraints(company, "M-ROOF") == {held}
    change(company, tmp_path / "cut", LATER, accounts=[{**second, "parent_account_id": ""}])
    assert held not in find_restraints(company, "M-ROOF", at=LATER + timedelta(hours=1))


def test_a_partner_reads_no_calls_of_a_machine_that_another_one_looks_after(
    company: Store, tmp_path: Path
) -> None:
    def read(who: str) -> list[str | None]:
        with company.scope() as session:
            brief = build_brief(session, "M-CHILL", now=LATER, reader=person(session, who))
        return [call.summary for call in brief.history]

    mine = read("UPART1")
    assert mine == ["High pressure trip"]
    # P-1 has sold another machine to this customer, who stays theirs.
    other = {
        **CHILLER,
        "asset_id": "M-NEW",
        "serial_number": "N-1",
        "site_id": "",
        "sold_by_partner_id": "P-1",
    }
    change(company, tmp_path / "new", assets=[other])
    move(company, tmp_path / "served", sold_by_partner_id="P-2", serviced_by_partner_id="P-2")
    assert read("UPART1") == []
    assert read("UPART2") == read("UTECH") == mine
    move(company, tmp_path / "free", sold_by_partner_id="", serviced_by_partner_id="")
    assert read("UPART1") == mine


def test_a_partner_sees_no_calls_of_a_machines_former_owner(company: Store, tmp_path: Path) -> None:
    move(company, tmp_path, account_id="A-2", sold_by_partner_id="", serviced_by_partner_id="P-2")
    with company.scope() as session:
        ours = build_brief(session, "M-CHILL", now=LATER, reader=person(session, "UTECH"))
        theirs = build_brief(session, "M-CHILL", now=LATER, reader=person(session, "UPART2"))
    assert [call.summary for call in ours.history] == ["High pressure trip"]
    assert (theirs.history, theirs.open_work_order) == ((), None)
    assert theirs.visits_last_12m == 0
