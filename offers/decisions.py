"""Logging a decision: everything that was considered, what was chosen, and why not the rest."""

from datetime import datetime

from sqlmodel import Session

from offers.engine import POLICY_VERSION
from offers.identifiers import new_id
from offers.models import Decision, DecisionCandidate
from offers.people import PersonFacts
from offers.playbook.candidates import Candidate, Rejection


def write_decision(
    session: Session,
    *,
    account_id: str,
    asset_id: str | None,
    person: PersonFacts,
    chosen: tuple[Candidate, ...],
    rejections: tuple[Rejection, ...],
    held: str | None,
    now: datetime,
    thread_ref: str | None,
    work_order_id: str | None,
) -> str:
    """Write the decision and its candidates; returns its id. The policy is deterministic: probability 1 or 0."""
    decision_id = new_id("DE")
    session.add(
        Decision(
            decision_id=decision_id,
            decided_at=now,
            account_id=account_id,
            asset_id=asset_id,
            person_id=person.person_id,
            partner_id=person.partner_id,
            work_order_id=work_order_id,
            thread_ref=thread_ref,
            policy_version=POLICY_VERSION,
            held=held,
        )
    )
    for candidate in chosen:
        session.add(
            DecisionCandidate(
                decision_id=decision_id,
                rule_id=candidate.rule.rule_id,
                play=candidate.play.value,
                account_id=account_id,
                asset_id=candidate.machine.asset_id,
                sku=candidate.sku,
                is_eligible=True,
                is_chosen=True,
                score=dict(candidate.score),
                probability=1.0,
            )
        )
    for rejection in rejections:
        session.add(
            DecisionCandidate(
                decision_id=decision_id,
                rule_id=rejection.rule.rule_id,
                play=rejection.play.value,
                account_id=account_id,
                asset_id=rejection.machine.asset_id,
                sku=rejection.sku,
                is_eligible=rejection.is_eligible,
                is_chosen=False,
                rejected_stage=rejection.stage.value,
                rejected_reason=rejection.reason,
                score=dict(rejection.score),
                probability=0.0 if rejection.score else None,
            )
        )
    session.flush()
    return decision_id
