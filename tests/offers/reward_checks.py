"""What has to hold of rewards whatever was clicked, worked out from the raw rows the slow and plain way."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction

from sqlmodel import Session, col, select

from offers.metrics.figures import Scope
from offers.models import AuditEntry, Incentive, OfferEvent
from offers.sales.cards import OfferCard
from offers.sales.rewards import list_rewards
from tests.offers.promises import PROMISING

_OWN = {"T-1", "T-2"}
_WINDOW = 90


def check_rewards(
    session: Session, sold: Mapping[str, OfferCard], events: Sequence[OfferEvent], now: datetime
) -> None:
    """One reward a sale that promised one, at the price agreed; the ledger, played again, says where each stands."""
    promised = {}
    for taken in (one for one in events if one.event == "accepted" and one.rule_id in PROMISING):
        price = sold[taken.offer_id].price.amount_minor
        # Python rounds a fraction half to even.
        amount = round(Fraction(price * 525, 10_000)) if taken.partner_id else 1_250
        if taken.partner_id or taken.person_id in _OWN:
            promised[taken.offer_id] = (taken.person_id, taken.partner_id, amount)
    rows = session.exec(select(Incentive)).all()
    found = {row.offer_id: (row.person_id, row.partner_id, row.amount_minor) for row in rows}
    assert (len(rows), found) == (len(promised), promised)
    accrued = select(AuditEntry.offer_id).where(col(AuditEntry.action) == "incentive.accrued")
    assert Counter(session.exec(accrued).all()) == Counter(list(promised))
    facts = list_rewards(session, scope=Scope(), day=now.date(), now=now, cancellation_days=_WINDOW)
    assert {one.offer_id for one in facts} == promised.keys()
    for one in facts:
        standing = one.standing
        parts = (standing.pending_minor, standing.earned_minor, standing.lost_minor)
        assert sum(parts) == one.amount.amount_minor
        life = {event.event for event in events if event.offer_id == one.offer_id}
        gone = life & {"cancelled", "returned", "reversed"}
        is_bundle = sold[one.offer_id].sku == "BUN"
        is_over = "reversed" in gone or (len(gone) == 2 if is_bundle else bool(gone))
        assert bool(standing.lost_minor) == bool(gone)
        assert (standing.state.value in ("lost", "taken back")) == is_over
        is_due = now.date() > one.accepted_at.date() + timedelta(days=_WINDOW)
        if not is_over:
            assert standing.state.value == ("earned" if is_due and "booked" in life else "pending")
