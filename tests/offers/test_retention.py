"""Names in quotes and hand-overs go in time; the sale, its sums and its one acceptance stay, on both databases."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from bot.retention import forget_old_names
from offers.deciding.proposals import propose
from offers.ledger import Accepted, AcceptResult, AlreadyAccepted, accept
from offers.models import AuditEntry, OfferEvent, OutboxMessage, Quote
from offers.outbox.messages import claim_next
from offers.quoting.sheets import Confirmation
from offers.reporting import report
from offers.sales.agreements import Agreement
from offers.sales.cards import OfferCard
from tests.offers.company import NOW
from tests.offers.conftest import Store, person

SAID = Confirmation("Greta Petersen", "greta@harbour.example", "PO-4711")
PRIVATE = ("Petersen", "greta@", "PO-4711")


def click(store: Store, card: OfferCard, key: str, now: datetime) -> AcceptResult:
    with store.scope() as session:
        return accept(
            session,
            card.offer_id,
            version=card.version,
            person=person(session, "UTECH"),
            now=now,
            idempotency_key=key,
            agreement=Agreement(confirmation=SAID),
        )


def sell(store: Store, asset_id: str, now: datetime) -> OfferCard:
    with store.scope() as session:
        card = propose(
            session, asset_id=asset_id, person=person(session, "UTECH"), now=now, thread_ref=None
        ).offer
    assert card is not None
    assert isinstance(click(store, card, "first", now), Accepted)
    return card


def everything(store: Store) -> str:
    with store.scope() as session:
        rows = [*session.exec(select(Quote)).all(), *session.exec(select(OutboxMessage)).all()]
        return repr([row.model_dump() for row in rows])


def test_old_names_go_and_the_sale_stays(company: Store) -> None:
    old, new = sell(company, "M-CHILL", NOW), sell(company, "M-ROOF", NOW + timedelta(days=20))
    with company.scope() as session:
        before = {quote.offer_id: quote.model_dump() for quote in session.exec(select(Quote)).all()}
        told = {row.offer_id: row.model_dump() for row in session.exec(select(OutboxMessage)).all()}
        events = [event.model_dump() for event in session.exec(select(OfferEvent)).all()]
    now = NOW + timedelta(days=31)
    # Eleven days old is one sale, 31 the other: of that one the quote and the hand-over.
    assert forget_old_names(company.scope, keep_days=30, now=now) == 2
    assert forget_old_names(company.scope, keep_days=30, now=now) == 0
    gone = {"said_by": None, "email": None, "purchase_order": None, "created_by_name": None}
    with company.scope() as session:
        quotes = {quote.offer_id: quote.model_dump() for quote in session.exec(select(Quote)).all()}
        rows = {row.offer_id: row.model_dump() for row in session.exec(select(OutboxMessage)).all()}
        assert quotes == {**before, old.offer_id: {**before[old.offer_id], **gone}}
        assert quotes[new.offer_id]["said_by"] == "Greta Petersen"
        payload = {**told[old.offer_id]["payload"], "purchase_order": None}
        assert rows == {**told, old.offer_id: {**told[old.offer_id], "payload": payload}}
        assert [event.model_dump() for event in session.exec(select(OfferEvent)).all()] == events
        (entry,) = session.exec(select(AuditEntry).where(col(AuditEntry.action) == "names.forgotten")).all()
        assert (entry.at, entry.person_id, entry.details["quotes"], entry.details["messages"]) == (
            now,
            None,
            1,
            1,
        )
        figure = report(session, "conversion", now=now).total
        assert figure.numerator == 2
    # A click that comes in again after all that time finds the sale, and makes none.
    assert isinstance(click(company, old, "first", now), AlreadyAccepted)


def test_nothing_private_is_left_when_all_is_old(company: Store) -> None:
    sell(company, "M-CHILL", NOW)
    assert all(word in everything(company) for word in PRIVATE)
    assert forget_old_names(company.scope, keep_days=30, now=NOW + timedelta(days=30)) == 0
    assert forget_old_names(company.scope, keep_days=30, now=NOW + timedelta(days=31)) == 2
    assert not any(word in everything(company) for word in (*PRIVATE, "Mara"))


@pytest.mark.parametrize("state", ["waiting", "delivered", "dead"])
def test_a_message_keeps_its_id_and_its_state(company: Store, state: str) -> None:
    card = sell(company, "M-CHILL", NOW)
    with company.scope() as session:
        row = session.exec(select(OutboxMessage).where(col(OutboxMessage.offer_id) == card.offer_id)).one()
        if state != "waiting":
            setattr(row, f"{state}_at", NOW)
        known = row.message_id
    later = NOW + timedelta(days=31)
    forget_old_names(company.scope, keep_days=30, now=later)
    with company.scope() as session:
        claim = claim_next(session, now=later)
    assert (claim is not None) == (state == "waiting")
    if claim is not None:
        assert claim.envelope.message_id == known
        assert claim.envelope.payload["offer_id"] == card.offer_id
        assert claim.envelope.payload["purchase_order"] is None


def test_more_than_a_batch_is_forgotten_in_one_go(company: Store) -> None:
    sell(company, "M-CHILL", NOW)
    with company.scope() as session:
        quote = session.exec(select(Quote)).one()
        for number in range(600):
            facts = quote.model_dump(exclude={"row_id"})
            session.add(Quote(**{**facts, "quote_id": f"QU-{number}", "status": "offered"}))
    assert forget_old_names(company.scope, keep_days=1, now=NOW + timedelta(days=9)) == 602
