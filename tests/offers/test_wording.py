"""How an offer's reasons were put is kept beside them, once, on both databases; what it says stays its reasons."""

from datetime import timedelta

from sqlmodel import col, select

from bot.access import OPERATOR
from offers.deciding.proposals import propose
from offers.deciding.replay import replay
from offers.ledger import Accepted, Refreshed, accept
from offers.models import AuditEntry, Decision, Offer
from offers.sales.cards import get_offer_card
from offers.sales.offer_rows import keep_wording
from tests.offers.company import NOW
from tests.offers.conftest import Store, person

PUT = "The contract ends in 41 days, on 11 Apr 2026."


def test_a_wording_is_kept_once_and_goes_with_the_next_versions(company: Store) -> None:
    with company.scope() as session:
        card = propose(
            session, asset_id="M-CHILL", person=person(session, "UTECH"), now=NOW, thread_ref=None
        ).offer
    assert card is not None
    assert card.wording is None
    with company.scope() as session:
        assert not keep_wording(session, card.offer_id, version=2, wording=PUT, by="m reword-1", at=NOW)
        assert keep_wording(session, card.offer_id, version=1, wording=PUT, by="m reword-1", at=NOW)
        assert not keep_wording(session, card.offer_id, version=1, wording="Another", by="n reword-1", at=NOW)
        entry = session.exec(select(AuditEntry).where(col(AuditEntry.action) == "offer.worded")).one()
        assert (entry.subject_id, entry.details) == (card.offer_id, {"version": 1, "by": "m reword-1"})
    results = []
    for version, days in ((1, 15), (2, 16)):
        with company.scope() as session:
            results.append(
                accept(
                    session,
                    card.offer_id,
                    version=version,
                    person=person(session, "UTECH"),
                    now=NOW + timedelta(days=days),
                    idempotency_key=str(version),
                )
            )
    assert [type(one) for one in results] == [Refreshed, Accepted]
    with company.scope() as session:
        shown = get_offer_card(session, card.offer_id, reader=OPERATOR)
        assert (shown.wording, shown.reasons, shown.version) == (PUT, card.reasons, 2)
        by = select(Offer.worded_by).where(col(Offer.offer_id) == card.offer_id)
        assert set(session.exec(by).all()) == {"m reword-1"}
        decision_id = session.exec(select(Decision.decision_id)).one()
        assert replay(session, decision_id, reader=OPERATOR).differences == ()
