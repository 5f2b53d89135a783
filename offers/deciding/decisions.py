"""Logging a decision: what it was made from, everything considered, what was chosen, and why not the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from offers.audit import write_audit_entry
from offers.deciding.snapshots import Grounds, pack
from offers.engine import POLICY_VERSION
from offers.models import Decision, DecisionCandidate
from offers.people import PersonFacts
from offers.playbook.candidates import Candidate, Rejection
from offers.playbook.experiment import is_held_out
from offers.playbook.situations import PriceFacts


@dataclass(frozen=True, slots=True)
class Occasion:
    """The moment of a decision: who, on which call, in which thread. `asset_id` None is the whole account."""

    decision_id: str
    account_id: str
    asset_id: str | None
    person: PersonFacts
    now: datetime
    thread_ref: str | None = None
    work_order_id: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: the chosen with their probabilities, the rest, and in one sentence why nothing was."""

    chosen: Sequence[tuple[Candidate, float]]
    rejections: Sequence[tuple[Rejection, float | None]]
    held: str | None
    is_exploring: bool = False


def write_decision(session: Session, occasion: Occasion, outcome: Outcome, grounds: Grounds) -> None:
    """Write the decision with its grounds and its candidates."""
    person, account_id = occasion.person, occasion.account_id
    session.add(
        Decision(
            decision_id=occasion.decision_id,
            decided_at=occasion.now,
            account_id=account_id,
            asset_id=occasion.asset_id,
            person_id=person.person_id,
            partner_id=person.partner_id,
            work_order_id=occasion.work_order_id,
            thread_ref=occasion.thread_ref,
            policy_version=POLICY_VERSION,
            held=outcome.held,
            is_asked=grounds.situation.is_asked,
            is_exploring=outcome.is_exploring,
            is_held_out=is_held_out(account_id, grounds.policy),
            experiment=grounds.policy.hold_out_name if grounds.policy.hold_out_share else None,
            grounds=pack(grounds),
        )
    )
    for candidate, probability in outcome.chosen:
        session.add(_row(occasion, candidate, probability, is_chosen=True))
    for rejection, chance in outcome.rejections:
        session.add(_row(occasion, rejection, chance, is_chosen=False))
    session.flush()
    if not outcome.chosen:
        # Where something was chosen, its offer's entry tells of the decision.
        write_audit_entry(
            session,
            "decision.nothing_offered",
            subject=("decision", occasion.decision_id),
            at=occasion.now,
            person=person,
            thread_ref=occasion.thread_ref,
            details={"held": outcome.held},
        )


def _row(
    occasion: Occasion, considered: Candidate | Rejection, probability: float | None, *, is_chosen: bool
) -> DecisionCandidate:
    rejection = considered if isinstance(considered, Rejection) else None
    price: PriceFacts | None = considered.price
    return DecisionCandidate(
        decision_id=occasion.decision_id,
        rule_id=considered.rule.rule_id,
        play=considered.play.value,
        account_id=occasion.account_id,
        asset_id=considered.machine.asset_id,
        sku=considered.sku,
        is_eligible=rejection is None or rejection.is_eligible,
        is_chosen=is_chosen,
        rejected_stage=rejection.stage.value if rejection else None,
        rejected_reason=rejection.reason if rejection else None,
        restraint=rejection.restraint.value if rejection and rejection.restraint else None,
        score=dict(considered.score),
        amount_minor=price.money.amount_minor if price else None,
        currency=price.money.currency if price else None,
        probability=probability,
    )
