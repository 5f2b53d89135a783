"""What restraint held back, and what that would have been worth: the price of putting the customer first."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, func, select

from offers.metrics.grouping import end_of_day, start_of_day
from offers.models import Decision, DecisionCandidate
from offers.people import PersonFacts
from offers.steering.oversight import is_overseen_account


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Opportunities that a restraint held back, and what was asked for them together, in one currency."""

    restraint: str
    currency: str
    opportunities: int
    amount_minor: int

    def as_json(self) -> dict[str, Any]:
        """Return the row that `attache held --json` prints."""
        return {
            "restraint": self.restraint,
            "opportunities": self.opportunities,
            "amount_minor": self.amount_minor,
            "currency": self.currency,
        }


def list_held_back(
    session: Session, *, first_day: date, last_day: date, reader: PersonFacts
) -> list[HeldBack]:
    """Return what was held back from the accounts that the reader looks over, the most money first.

    It is of the first day to the last (UTC, both included). An opportunity is an account, a machine and a play: it
    counts once for a restraint however often it came up, with the dearest product that would have been offered. It is
    what was asked, not what would have been earned: most offers are not accepted.
    """
    dearest = (
        select(
            col(DecisionCandidate.restraint).label("restraint"),
            col(DecisionCandidate.currency).label("currency"),
            func.max(col(DecisionCandidate.amount_minor)).label("amount_minor"),
        )
        .join(Decision, col(Decision.decision_id) == col(DecisionCandidate.decision_id))
        .where(
            col(DecisionCandidate.restraint).is_not(None),
            col(DecisionCandidate.amount_minor).is_not(None),
            col(Decision.decided_at) >= start_of_day(first_day),
            col(Decision.decided_at) <= end_of_day(last_day),
            is_overseen_account(col(Decision.account_id), reader),
        )
        .group_by(
            col(DecisionCandidate.restraint),
            col(DecisionCandidate.currency),
            col(DecisionCandidate.account_id),
            col(DecisionCandidate.asset_id),
            col(DecisionCandidate.play),
        )
        .subquery()
    )
    rows = session.exec(
        select(
            dearest.c.restraint, dearest.c.currency, func.count(), func.sum(dearest.c.amount_minor)
        ).group_by(dearest.c.restraint, dearest.c.currency)
    ).all()
    found = [HeldBack(restraint, currency, count, int(amount)) for restraint, currency, count, amount in rows]
    return sorted(found, key=lambda one: (-one.amount_minor, one.restraint, one.currency))
