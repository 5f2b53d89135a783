"""Acceptance and the other reactions, on both databases."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, SQLModel, col, func, select

from offers.deciding.proposals import get_offer, propose, propose_bundles
from offers.errors import UnknownDeclineReason, UnknownOffer
from offers.events import append_event
from offers.ledger import (
    Accepted,
    AlreadyAccepted,
    Refreshed,
    Withdrawn,
    accept,
)
from offers.models import (
    AuditEntry,
    ContractLine,
    Decision,
    DecisionCandidate,
    Offer,
    OfferEvent,
    OrderLine,
    OutboxMessage,
    ServiceContract,
)
from offers.sales.cards import OfferCard
from offers.sales.reactions import decline, mark_viewed, snooze
from offers.tables.versions import current
from offers.vocabulary import OfferEventType
from tests.offers.company import COMPANY, NOW, load
from tests.offers.conftest import Store, person

LATER = NOW + timedelta(hours=2)


def surface(
    store: Store, asset_id: str = "M-CHILL", thread: str = "C1:1.0", now: datetime = NOW
) -> OfferCard:
    with store.scope() as session:
        proposal = propose(
            session, asset_id=asset_id, person=person(session, "UTECH"), now=now, thread_ref=thread
        )
    assert proposal.offer is not None, proposal
    return proposal.offer


def click(
    store: Store, card: OfferCard, slack_user: str = "UTECH", key: str = "k1", now: datetime = LATER
) -> object:
    with store.scope() as session:
        return accept(
            session,
            card.offer_id,
            version=card.version,
            person=person(session, slack_user),
            now=now,
            idempotency_key=key,
        )


def count(session: Session, model: type[SQLModel], *where: object) -> int:
    return session.exec(select(func.count()).select_from(model).where(*where)).one()  # type: ignore[arg-type]


def test_a_call_surfaces_the_renewal_with_its_price_and_logs_the_whole_decision(company: Store) -> None:
    card = surface(company)
    assert (card.play, card.sku, card.price.amount_minor, card.term_months) == ("renewal", "CARE", 90_000, 12)
    assert card.reasons[0] == "CARE-PLUS contract C-1 ends on 11 Apr 2026, in 41 days"
    with company.scope() as session:
        assert count(session, Decision) == 1
        chosen = session.exec(select(DecisionCandidate).where(col(DecisionCandidate.is_chosen))).one()
        assert (chosen.play, chosen.probability) == ("renewal", 1.0)
        others = session.exec(select(DecisionCandidate).where(~col(DecisionCandidate.is_chosen))).all()
        assert all(other.rejected_stage and other.rejected_reason for other in others)
        assert session.exec(select(OfferEvent.event)).all() == ["surfaced"]


def test_an_acceptance_writes_order_contract_outbox_and_audit_with_its_offer_id(company: Store) -> None:
    card = surface(company)
    result = click(company, card)
    assert isinstance(result, Accepted)
    with company.scope() as session:
        order = session.exec(select(OrderLine).where(col(OrderLine.offer_id) == card.offer_id)).one()
        assert (order.sku, order.quantity, order.unit_amount_minor, order.related_asset_id) == (
            "CARE",
            1,
            90_000,
            "M-CHILL",
        )
        line = session.exec(select(ContractLine).where(col(ContractLine.offer_id) == card.offer_id)).one()
        # The old line ends on 11 April 2026; twelve months from the day after end on 11 April 2027.
        assert (line.start_date, line.end_date) == (date(2026, 4, 12), date(2027, 4, 11))
        assert (line.predecessor_line_id, line.booked_at) == ("L-1", LATER)
        assert count(session, OutboxMessage, OutboxMessage.offer_id == card.offer_id) == 1
        assert count(session, AuditEntry, AuditEntry.action == "offer.accepted") == 1
        assert (result.order_line_id, result.contract_line_id) == (order.order_line_id, line.contract_line_id)


def test_the_card_of_an_acceptance_is_the_one_that_is_read_afterwards(company: Store) -> None:
    for card in (surface(company), surface(company, "M-ROOF", "C1:2.0")):
        result = click(company, card)
        assert isinstance(result, Accepted)
        with company.scope() as session:
            assert (
                get_offer(session, card.offer_id, reader=person(session, "UTECH"), now=LATER) == result.card
            )


def test_the_second_click_says_who_accepted_and_when(company: Store) -> None:
    card = surface(company)
    click(company, card)
    for slack_user, key in [("UTECH", "k1"), ("UTECH", "k2"), ("UMGR", "k3")]:
        again = click(company, card, slack_user, key, LATER + timedelta(days=3))
        assert isinstance(again, AlreadyAccepted)
        assert again.card.accepted is not None
        assert (again.card.accepted.person_name, again.card.accepted.at) == ("Mara", LATER)
    with company.scope() as session:
        assert count(session, OrderLine) == 1
        assert count(session, ContractLine, current(ContractLine)) == 2  # the old one and the new one


def test_an_expired_offer_is_refused_with_a_fresh_one(company: Store) -> None:
    card = surface(company)
    after = NOW + timedelta(days=14)
    refused = click(company, card, now=after)
    assert isinstance(refused, Refreshed)
    assert (refused.why, refused.card.version, refused.card.status) == ("expired", 2, "open")
    stale = click(company, card, key="k2", now=after)
    assert isinstance(stale, Refreshed)
    assert isinstance(click(company, refused.card, key="k3", now=after), Accepted)


def test_a_repriced_offer_is_refused_with_the_fresh_price(company: Store, tmp_path: Path) -> None:
    card = surface(company)
    prices = [{**row, "unit_price": "950.00"} for row in COMPANY["pricebook"] if row["sku"] == "CARE"]
    load(company.scope, tmp_path / "prices", {"pricebook": prices}, recorded_at=NOW)
    refused = click(company, card)
    assert isinstance(refused, Refreshed)
    assert (refused.why, refused.card.price.amount_minor) == ("repriced", 95_000)
    accepted = click(company, refused.card, key="k2")
    assert isinstance(accepted, Accepted)
    with company.scope() as session:
        assert session.exec(select(OrderLine.unit_amount_minor)).one() == 95_000


def test_an_offer_without_any_price_left_is_withdrawn(company: Store, tmp_path: Path) -> None:
    card = surface(company)
    ended = [{**row, "valid_to": "2026-01-31"} for row in COMPANY["pricebook"]]
    load(company.scope, tmp_path / "prices", {"pricebook": ended}, recorded_at=NOW)
    refused = click(company, card)
    assert isinstance(refused, Withdrawn)
    assert refused.why == "no_price"


@pytest.mark.parametrize(
    ("kind", "row", "why"),
    [
        (
            "cases",
            {
                "case_id": "K",
                "account_id": "A-1",
                "opened_at": "2026-03-01T11:00:00Z",
                "is_escalated": "true",
            },
            "escalated_case",
        ),
        ("accounts", {**COMPANY["accounts"][0], "do_not_sell_until": "2026-03-01"}, "do_not_sell"),
        ("assets", {**COMPANY["assets"][0], "status": "retired"}, "machine_retired"),
        (
            "contract_lines",
            {
                "contract_line_id": "L-2",
                "contract_id": "C-1",
                "asset_id": "M-CHILL",
                "sku": "CARE",
                "predecessor_line_id": "L-1",
            },
            "already_renewed",
        ),
    ],
)
def test_what_changed_since_can_withdraw_an_offer(
    company: Store, tmp_path: Path, kind: str, row: dict[str, object], why: str
) -> None:
    card = surface(company)
    load(company.scope, tmp_path / "since", {kind: [row]}, recorded_at=NOW)
    refused = click(company, card)
    assert isinstance(refused, Withdrawn)
    assert refused.why == why
    with company.scope() as session:
        assert count(session, OrderLine) == 0


def test_two_offers_for_one_need_sell_it_once(company: Store) -> None:
    # A gap and a bundle for the same machine: whoever comes second finds it covered.
    gap = surface(company, "M-ROOF")
    with company.scope() as session:
        bundles = propose_bundles(
            session, account_id="A-2", person=person(session, "UPART2"), now=NOW, thread_ref="C2:1"
        )
    assert [card.play for card in bundles.offers] == ["bundle"]
    assert isinstance(click(company, bundles.offers[0], "UPART2"), Accepted)
    refused = click(company, gap)
    assert isinstance(refused, Withdrawn)
    assert refused.why == "already_covered"


def test_a_bundle_is_one_order_line_and_a_contract_line_for_the_service_in_it(company: Store) -> None:
    with company.scope() as session:
        (card,) = propose_bundles(
            session, account_id="A-2", person=person(session, "UPART2"), now=NOW, thread_ref=None
        ).offers
    assert (card.sku, card.price.amount_minor) == ("BUN", 110_000)
    assert card.list_total is not None
    assert card.list_total.amount_minor == 120_000
    assert [(item.sku, item.list_price.amount_minor) for item in card.items] == [
        ("CARE", 90_000),
        ("GATE", 30_000),
    ]
    assert isinstance(click(company, card, "UPART2"), Accepted)
    with company.scope() as session:
        order = session.exec(select(OrderLine)).one()
        assert (order.sku, order.partner_id) == ("BUN", "P-2")
        line = session.exec(select(ContractLine).where(col(ContractLine.offer_id) == card.offer_id)).one()
        # 1100.00 over 900 : 300 leaves 825.00 for the service; it begins today.
        assert (line.sku, line.unit_amount_minor, line.start_date) == ("CARE", 82_500, date(2026, 3, 1))
        contract = session.exec(
            select(ServiceContract).where(col(ServiceContract.contract_id) == line.contract_id)
        ).one()
        assert contract.end_date == date(2027, 2, 28)


def test_asking_again_shows_the_open_bundle_instead_of_a_second_one(company: Store) -> None:
    def ask() -> list[str]:
        with company.scope() as session:
            partner = person(session, "UPART2")
            found = propose_bundles(session, account_id="A-2", person=partner, now=NOW, thread_ref=None)
            return [card.offer_id for card in found.offers]

    first = ask()
    assert len(first) == 1
    assert ask() == first


def test_a_decline_needs_a_known_reason_and_starts_a_cool_down(company: Store) -> None:
    card = surface(company, "M-ROOF")
    with company.scope() as session:
        mara = person(session, "UTECH")
        with pytest.raises(UnknownDeclineReason):
            decline(session, card.offer_id, reason="because", person=mara, now=LATER, idempotency_key="d")
        declined = decline(
            session, card.offer_id, reason="too_expensive", person=mara, now=LATER, idempotency_key="d"
        )
        assert declined.status == "declined"
        decline(session, card.offer_id, reason="too_expensive", person=mara, now=LATER, idempotency_key="d")
        assert count(session, OfferEvent, OfferEvent.event == "declined") == 1
        again = propose(
            session, asset_id="M-ROOF", person=mara, now=NOW + timedelta(days=30), thread_ref="C9:9"
        )
        assert again.offer is None or again.offer.play != card.play


def test_a_snoozed_offer_sleeps_until_its_day(company: Store) -> None:
    card = surface(company)
    with company.scope() as session:
        mara = person(session, "UTECH")
        slept = snooze(
            session, card.offer_id, person=mara, now=LATER, until=date(2026, 3, 8), idempotency_key="s"
        )
        assert slept.status == "snoozed"
        assert get_offer(session, card.offer_id, reader=mara, now=NOW + timedelta(days=7)).status == "open"
        blocked = propose(
            session, asset_id="M-CHILL", person=mara, now=NOW + timedelta(days=1), thread_ref="X:1"
        )
        assert blocked.offer is None or blocked.offer.play != "renewal"


def test_a_no_after_the_yes_changes_nothing(company: Store) -> None:
    card = surface(company)
    click(company, card)
    with company.scope() as session:
        kept = decline(
            session,
            card.offer_id,
            reason="no_need",
            person=person(session, "UTECH"),
            now=LATER,
            idempotency_key="d",
        )
        assert kept.status == "accepted"
        assert count(session, OfferEvent, OfferEvent.event == "declined") == 0


def test_one_card_per_thread_and_one_open_offer_per_machine_and_play(company: Store) -> None:
    surface(company)
    with company.scope() as session:
        mara = person(session, "UTECH")
        same_thread = propose(session, asset_id="M-CHILL", person=mara, now=LATER, thread_ref="C1:1.0")
        assert same_thread.offer is None
        assert same_thread.held
        elsewhere = propose(session, asset_id="M-CHILL", person=mara, now=LATER, thread_ref="C1:2.0")
        assert elsewhere.offer is None or elsewhere.offer.play != "renewal"


def test_a_hazard_on_the_call_keeps_every_card_away(company: Store) -> None:
    with company.scope() as session:
        proposal = propose(
            session,
            asset_id="M-CHILL",
            person=person(session, "UTECH"),
            now=NOW,
            thread_ref=None,
            has_open_hazard=True,
        )
    assert (proposal.offer, proposal.held) == (None, "a hazard is open on this call")


def test_a_partner_cannot_see_or_touch_another_partners_offer(company: Store) -> None:
    card = surface(company)
    with company.scope() as session:
        stranger = person(session, "UPART2")
        with pytest.raises(UnknownOffer):
            get_offer(session, card.offer_id, reader=stranger)
        with pytest.raises(UnknownOffer):
            accept(session, card.offer_id, version=1, person=stranger, now=LATER, idempotency_key="k")
        with pytest.raises(UnknownOffer):
            decline(session, card.offer_id, reason="no_need", person=stranger, now=LATER, idempotency_key="k")
        with pytest.raises(UnknownOffer):
            mark_viewed(session, card.offer_id, person=stranger, now=LATER)
        assert (
            mark_viewed(session, card.offer_id, person=person(session, "UPART1"), now=LATER).status == "open"
        )


def test_a_view_is_logged_once_per_person(company: Store) -> None:
    card = surface(company)
    with company.scope() as session:
        for slack_user in ("UTECH", "UTECH", "UMGR"):
            mark_viewed(session, card.offer_id, person=person(session, slack_user), now=LATER)
        assert count(session, OfferEvent, OfferEvent.event == "viewed") == 2


def test_the_crms_export_takes_the_place_of_our_rows(company: Store, tmp_path: Path) -> None:
    card = surface(company)
    click(company, card)
    back = LATER + timedelta(days=1)
    order = {
        "order_line_id": "CRM-1",
        "order_id": "CRM",
        "account_id": "A-1",
        "sku": "CARE",
        "quantity": 1,
        "unit_price": "900.00",
        "currency": "EUR",
        "ordered_at": "2026-03-02",
        "related_asset_id": "M-CHILL",
        "offer_id": card.offer_id,
    }
    contract = {
        "contract_id": "CRM-C",
        "account_id": "A-1",
        "start_date": "2026-04-12",
        "end_date": "2027-04-11",
        "status": "active",
    }
    line = {
        "contract_line_id": "CRM-L",
        "contract_id": "CRM-C",
        "asset_id": "M-CHILL",
        "sku": "CARE",
        "predecessor_line_id": "L-1",
        "booked_at": "2026-03-02",
        "offer_id": card.offer_id,
    }
    tables = {"orders": [order], "contracts": [contract], "contract_lines": [line]}
    load(company.scope, tmp_path / "crm", tables, recorded_at=back)
    load(company.scope, tmp_path / "crm", tables, recorded_at=back + timedelta(days=1))
    with company.scope() as session:
        assert session.exec(select(OrderLine.order_line_id).where(current(OrderLine))).all() == ["CRM-1"]
        ours = select(ContractLine.contract_line_id).where(
            col(ContractLine.offer_id) == card.offer_id, current(ContractLine)
        )
        assert session.exec(ours).all() == ["CRM-L"]
        events = session.exec(select(OfferEvent.event).order_by(col(OfferEvent.row_id))).all()
        assert events == ["surfaced", "accepted", "booked"]
        shown = get_offer(session, card.offer_id, reader=person(session, "UMGR"))
        assert shown.accepted is not None
        assert (shown.accepted.order_line_id, shown.accepted.contract_line_id) == ("CRM-1", "CRM-L")


def test_a_new_contract_begins_on_the_day_of_the_yes_not_of_the_offer(company: Store) -> None:
    card = surface(company, "M-ROOF")
    assert card.play == "coverage_gap"
    click(company, card, now=NOW + timedelta(days=9))
    with company.scope() as session:
        line = session.exec(select(ContractLine).where(col(ContractLine.offer_id) == card.offer_id)).one()
        assert (line.start_date, line.end_date) == (date(2026, 3, 10), date(2027, 3, 9))


def test_the_database_itself_refuses_a_second_acceptance(company: Store) -> None:
    card = surface(company)
    with company.scope() as session:
        offer = session.exec(select(Offer).where(col(Offer.offer_id) == card.offer_id)).one()
        mara = person(session, "UTECH")

        def append(key: str) -> bool:
            return append_event(
                session, offer, OfferEventType.ACCEPTED, person=mara, now=LATER, idempotency_key=key
            )

        assert [append("a"), append("b"), append("a")] == [True, False, False]
        # The transaction lives on after the refusal.
        assert count(session, OfferEvent, OfferEvent.event == "accepted") == 1
