"""The decisions that were logged: the latest in a line each, and any of them whole."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlmodel import Session, col

from offers.errors import UnknownDecision
from offers.models import Account, Asset, Decision, DecisionCandidate, Person, Product
from offers.people import PersonFacts
from offers.steering.oversight import is_overseen_account
from offers.tables.versions import current


@dataclass(frozen=True, slots=True)
class Considered:
    """One line of a decision: a candidate with its terms, or what fell out with its gate and reason."""

    rule_id: str | None
    play: str
    asset_id: str | None
    sku: str | None
    is_chosen: bool
    stage: str | None
    reason: str | None
    restraint: str | None
    score: dict[str, float]
    probability: float | None
    amount_minor: int | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    """A decision as it was logged. The chosen come first, then what ranked below, then the rest."""

    decision_id: str
    decided_at: datetime
    account_id: str
    asset_id: str | None
    person_id: str | None
    policy_version: str
    held: str | None
    is_exploring: bool
    is_held_out: bool
    considered: tuple[Considered, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the document that `attache offers --decision --json` prints."""
        return {
            "decision": self.decision_id,
            "decided_at": self.decided_at.isoformat(),
            "account": self.account_id,
            "asset": self.asset_id,
            "policy_version": self.policy_version,
            "held": self.held,
            "exploring": self.is_exploring,
            "held_out": self.is_held_out,
            "considered": [
                {
                    "rule": one.rule_id,
                    "play": one.play,
                    "asset": one.asset_id,
                    "sku": one.sku,
                    "chosen": one.is_chosen,
                    "stage": one.stage,
                    "reason": one.reason,
                    "restraint": one.restraint,
                    "score": one.score,
                    "probability": one.probability,
                    "price": None
                    if one.amount_minor is None
                    else {"unit_amount_minor": one.amount_minor, "currency": one.currency},
                }
                for one in self.considered
            ],
        }


def get_decision(session: Session, decision_id: str, *, reader: PersonFacts) -> DecisionFacts:
    """Return a decision. Raises UnknownDecision, also when its account is not the reader's to look over."""
    row = get_decision_row(session, decision_id, reader)
    lines = session.scalars(
        select(DecisionCandidate)
        .where(col(DecisionCandidate.decision_id) == decision_id)
        .order_by(col(DecisionCandidate.row_id))
    ).all()
    considered = sorted((_read(line) for line in lines), key=_order)
    return DecisionFacts(
        decision_id=row.decision_id,
        decided_at=row.decided_at,
        account_id=row.account_id,
        asset_id=row.asset_id,
        person_id=row.person_id,
        policy_version=row.policy_version,
        held=row.held,
        is_exploring=row.is_exploring,
        is_held_out=row.is_held_out,
        considered=tuple(considered),
    )


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """A decision in one line: who stood where, and what was shown, or why nothing (`held`)."""

    decision_id: str
    decided_at: datetime
    account_name: str
    region: str | None
    serial_number: str | None
    person_name: str | None
    play: str | None
    product_name: str | None
    held: str | None


def list_decisions(
    session: Session, *, reader: PersonFacts, limit: int | None = None, since: datetime | None = None
) -> list[DecisionLine]:
    """Return the latest decisions about accounts that the reader looks over, newest first, none before `since`."""
    first_chosen = (
        select(func.min(col(DecisionCandidate.row_id)))
        .where(
            col(DecisionCandidate.decision_id) == col(Decision.decision_id),
            col(DecisionCandidate.is_chosen).is_(True),
        )
        .correlate(Decision)
        .scalar_subquery()
    )
    query = (
        select(
            col(Decision.decision_id),
            col(Decision.decided_at),
            func.coalesce(col(Account.name), col(Decision.account_id)),
            col(Account.region),
            col(Asset.serial_number),
            col(Person.name),
            col(DecisionCandidate.play),
            func.coalesce(col(Product.name), col(DecisionCandidate.sku)),
            col(Decision.held),
        )
        .outerjoin(Account, and_(col(Account.account_id) == col(Decision.account_id), current(Account)))
        .outerjoin(Asset, and_(col(Asset.asset_id) == col(Decision.asset_id), current(Asset)))
        .outerjoin(Person, and_(col(Person.person_id) == col(Decision.person_id), current(Person)))
        .outerjoin(DecisionCandidate, col(DecisionCandidate.row_id) == first_chosen)
        .outerjoin(Product, and_(col(Product.sku) == col(DecisionCandidate.sku), current(Product)))
        .where(is_overseen_account(col(Decision.account_id), reader))
        .order_by(col(Decision.decided_at).desc(), col(Decision.row_id).desc())
        .limit(limit)
    )
    if since is not None:
        query = query.where(col(Decision.decided_at) >= since)
    return [DecisionLine(*row) for row in session.execute(query).all()]


def get_decision_row(session: Session, decision_id: str, reader: PersonFacts) -> Decision:
    """Return the row of a decision. Raises UnknownDecision, also when it is not the reader's to look over."""
    row = session.scalars(
        select(Decision).where(
            col(Decision.decision_id) == decision_id, is_overseen_account(col(Decision.account_id), reader)
        )
    ).first()
    if row is None:
        raise UnknownDecision(decision_id)
    return row


def _read(line: DecisionCandidate) -> Considered:
    return Considered(
        rule_id=line.rule_id,
        play=line.play,
        asset_id=line.asset_id,
        sku=line.sku,
        is_chosen=line.is_chosen,
        stage=line.rejected_stage,
        reason=line.rejected_reason,
        restraint=line.restraint,
        score=dict(line.score),
        probability=line.probability,
        amount_minor=line.amount_minor,
        currency=line.currency,
    )


def _order(one: Considered) -> tuple[bool, float, str, str]:
    return (not one.is_chosen, -one.score.get("total", -1.0), one.play, one.sku or "")
