"""What a technician's digest tells them to do next: from what they showed, where they were, and what they heard."""

from datetime import datetime, timedelta
from pathlib import Path

from bot.figures.next_step import pick_uncovered, suggest_step
from offers.deciding.proposals import propose
from offers.metrics.figures import MetricSettings
from offers.models import OfferEvent
from offers.money import Money
from offers.playbook.policy import Policy
from offers.rules import ensure_default_rules
from offers.sales.reactions import decline, snooze
from offers.sales.unanswered import list_unanswered
from offers.steering.opportunities import Kind, Opportunity
from tests.offers.company import COMPANY, NOW, RECORDED
from tests.offers.conftest import Store, person
from tests.offers.rows import contract, fill, line, machine

POLICY = Policy(exploration_share=0.0)
GENERIC = "open a visit with"


def visit(
    order_id: str, asset_id: str, technician_id: str = "T-1", account_id: str = "A-1"
) -> dict[str, str]:
    return {
        "work_order_id": order_id, "account_id": account_id, "asset_id": asset_id, "type": "inspection",
        "opened_at": "2026-02-01T08:00:00Z", "closed_at": "2026-02-01T10:00:00Z", "technician_id": technician_id,
    }  # fmt: skip


def base(store: Store, folder: Path, *, ends: str = "2026-04-11", work_orders: list[dict[str, str]]) -> None:
    """A-1 has M1 without cover and M2 whose contract ends; A-2 a roof unit without cover and an escalated case."""
    fill(
        store,
        folder,
        assets=[
            machine("M1", serial_number="N1", install_date="2020-01-01"),
            machine("M2", serial_number="N2", install_date="2020-01-01"),
            machine("ROOF", "ROOF", serial_number="N3", account_id="A-2", install_date="2020-01-01"),
        ],
        contracts=[contract("C", "2025-04-12", ends, auto_renew="false")],
        contract_lines=[line("L", "C", asset_id="M2", quantity=1, unit_price="850.00", currency="EUR")],
        orders=[],
        pricebook=COMPANY["pricebook"],
        work_orders=work_orders,
        cases=[
            {"case_id": "E", "account_id": "A-2", "opened_at": "2026-02-01T08:00:00Z", "priority": "high",
             "is_escalated": "true"}
        ],
    )  # fmt: skip
    with store.scope() as session:
        ensure_default_rules(session, RECORDED)


def suggest(store: Store, slack_user_id: str = "UTECH", *, now: datetime = NOW) -> str | None:
    with store.scope() as session:
        reader = person(session, slack_user_id)
        return suggest_step(session, reader, now=now, settings=MetricSettings(), policy=POLICY)


def show(store: Store, asset_id: str, slack_user_id: str = "UTECH", *, at: datetime = NOW) -> str:
    """Show the offer that fits a machine; return its id."""
    with store.scope() as session:
        shower = person(session, slack_user_id)
        card = propose(
            session, asset_id=asset_id, person=shower, now=at, thread_ref=None, policy=POLICY
        ).offer
    assert card is not None
    return card.offer_id


def test_what_ends_within_a_month_goes_before_what_nothing_covers(store: Store, folder: Path) -> None:
    # NOW is 1 March; 31 March is thirty days on.
    base(store, folder, ends="2026-03-31", work_orders=[visit("1", "M1"), visit("2", "M2")])
    said = suggest(store)
    assert said is not None
    assert said.startswith(
        "N2 at Harbour Hotel: its contract ends on 31 Mar 2026, EUR 850, and nothing follows it."
    )


def test_what_nothing_covers_goes_before_what_ends_later(store: Store, folder: Path) -> None:
    base(store, folder, ends="2026-04-01", work_orders=[visit("1", "M1"), visit("2", "M2")])
    said = suggest(store)
    assert said is not None
    assert said.startswith("N1 at Harbour Hotel: nothing covers it; service for it is EUR 900 at list price.")


def test_only_machines_that_they_serviced_are_named_and_none_of_a_customer_with_an_escalation(
    store: Store, folder: Path
) -> None:
    base(
        store,
        folder,
        work_orders=[visit("1", "M2"), visit("2", "M1", "T-2"), visit("3", "ROOF", "T-2", "A-2")],
    )
    mara, jonas = suggest(store), suggest(store, "UTECH2")
    assert mara is not None
    assert mara.startswith("N2 at Harbour Hotel: its contract ends on 11 Apr 2026")
    # The roof unit is Jonas's as well; nothing may be sold there.
    assert jonas is not None
    assert jonas.startswith("N1 at Harbour Hotel")


def test_who_has_none_of_all_this_is_told_how_an_offer_comes_about(store: Store, folder: Path) -> None:
    base(store, folder, work_orders=[visit("3", "ROOF", "T-1", "A-2")])
    assert GENERIC in (suggest(store) or "")


def test_an_offer_without_an_answer_goes_before_all_else_until_it_is_answered(
    store: Store, folder: Path
) -> None:
    base(store, folder, ends="2026-03-31", work_orders=[visit("1", "M1"), visit("2", "M2")])
    later, sooner = show(store, "M1", at=NOW), show(store, "M2", at=NOW - timedelta(days=1))
    with store.scope() as session:
        mara = person(session, "UTECH")
        cards = list_unanswered(session, person=mara, now=NOW)
        assert [card.offer_id for card in cards] == [sooner, later]
        assert list_unanswered(session, person=person(session, "UTECH2"), now=NOW) == []
        expires = cards[0].expires_at.date()
    said = suggest(store)
    assert said is not None
    assert "Harbour Hotel has not answered CARE-PLUS for N2, EUR 900, open until" in said
    assert f"open until {expires.day} " in said
    assert "the first of 2 such offers of yours to expire: ask" in said
    with store.scope() as session:
        mara = person(session, "UTECH")
        decline(session, sooner, reason="no_need", person=mara, now=NOW, idempotency_key="no")
    assert "CARE-PLUS for N1, EUR 900" in (suggest(store) or "")
    with store.scope() as session:
        mara = person(session, "UTECH")
        until = NOW + timedelta(days=7)
        snooze(session, later, person=mara, now=NOW, until=until, idempotency_key="later")
    with store.scope() as session:
        assert list_unanswered(session, person=person(session, "UTECH"), now=NOW) == []


def test_the_reason_that_they_hear_most_often_comes_with_what_helps(store: Store, folder: Path) -> None:
    base(store, folder, work_orders=[visit("1", "M1"), visit("2", "M2")])

    def refuse(asset_id: str, reason: str, days_ago: int) -> None:
        at = NOW - timedelta(days=days_ago)
        offer_id = show(store, asset_id, at=at)
        with store.scope() as session:
            mara = person(session, "UTECH")
            decline(session, offer_id, reason=reason, person=mara, now=at, idempotency_key="no")

    # A renewal and what lacks cover, refused and so not offered again for now; twice the same reason is no habit.
    refuse("M1", "too_expensive", 3)
    refuse("M2", "too_expensive", 2)
    assert GENERIC in (suggest(store) or "")
    offers = [("M1", "too_expensive"), ("M2", "no_need")]
    with store.scope() as session:
        for number, (asset_id, reason) in enumerate(offers):
            session.add(
                OfferEvent(
                    event_id=f"E{number}", offer_id=f"O{number}", event="declined", play="add_on", account_id="A-1",
                    asset_id=asset_id, person_id="T-1", occurred_at=NOW - timedelta(days=80), recorded_at=NOW,
                    idempotency_key=f"E{number}", reason=reason,
                )
            )  # fmt: skip
    said = suggest(store)
    assert said is not None
    assert said.startswith("“Too expensive” came with 3 of your 4 “No” in 90 days: the form behind *Accept*")
    # Nobody else hears of it.
    assert "Too expensive" not in (suggest(store, "UTECH2") or "")


def test_of_several_currencies_the_account_with_most_machines_is_named() -> None:
    def space(name: str, amount: int, currency: str, machines: int) -> Opportunity:
        value = Money(amount, currency)
        return Opportunity(Kind.UNCOVERED, name, name, "Chiller", name, name, value, machines=machines)

    euro, pound, second = space("E", 100, "EUR", 2), space("P", 90, "GBP", 3), space("S", 80, "EUR", 9)
    assert pick_uncovered([euro, pound, second]) == pound
    assert pick_uncovered([euro, second]) == euro
