"""Looking a past decision up whole, and making it again from what it was made from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from offers.engine import POLICY_VERSION, Verdict, arbitrate, decide
from offers.errors import UnknownDecision
from offers.models import Decision, DecisionCandidate, Offer
from offers.people import PersonFacts, is_visible_account
from offers.playbook.candidates import Candidate, Rejection
from offers.snapshots import unpack

_Key = tuple[str, str, str, str]
"""Rule, play, machine and product of a line."""


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


@dataclass(frozen=True, slots=True)
class Replay:
    """A decision made again. `differences` says in sentences what came out otherwise; () is the same result.

    `is_same_policy` is False where the policy's code has changed since: then a difference is no defect.
    """

    decision: DecisionFacts
    is_same_policy: bool
    differences: tuple[str, ...]


def get_decision(session: Session, decision_id: str, *, reader: PersonFacts) -> DecisionFacts:
    """Return a decision. Raises UnknownDecision, also when the reader may not see its account."""
    row = _get_row(session, decision_id, reader)
    lines = session.exec(
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


def find_decision_of_offer(session: Session, offer_id: str) -> str | None:
    """Return the decision that an offer came from, None for imported history."""
    return session.exec(
        select(Offer.decision_id).where(col(Offer.offer_id) == offer_id).order_by(col(Offer.version))
    ).first()


def replay(session: Session, decision_id: str, *, reader: PersonFacts) -> Replay:
    """Make a decision again and compare it with what was logged.

    Raises:
        UnknownDecision: There is none that the reader may see, or it was logged without what it was made from.
    """
    facts = get_decision(session, decision_id, reader=reader)
    packed = _get_row(session, decision_id, reader).grounds
    if packed is None:
        raise UnknownDecision(decision_id)
    grounds = unpack(packed)
    verdict = decide(grounds.situation, grounds.rules, grounds.policy)
    choice, losers = arbitrate(verdict, grounds.policy, seed=grounds.seed)
    logged = {_key(one): one for one in facts.considered}
    # Of an account's bundles several are shown: compared is what was open to choice, not the choice.
    is_one = facts.asset_id is not None and choice is not None
    again = _lines(verdict, choice.index if choice and is_one else None, losers)
    return Replay(facts, facts.policy_version == POLICY_VERSION, tuple(_compare(logged, again)))


@dataclass(frozen=True, slots=True)
class _Line:
    """What a replay makes of one line; `is_chosen` None leaves open whether it was."""

    is_chosen: bool | None
    reason: str | None
    score: dict[str, float]


def _lines(verdict: Verdict, chosen: int | None, losers: tuple[Rejection, ...]) -> dict[_Key, _Line]:
    of_losers = {_key(loser): loser.reason for loser in losers}
    lines = {_key(one): _Line(False, one.reason, one.score) for one in verdict.rejections}
    for index, candidate in enumerate(verdict.candidates):
        is_chosen = None if chosen is None else index == chosen
        lines[_key(candidate)] = _Line(is_chosen, of_losers.get(_key(candidate)), candidate.score)
    return lines


def _key(line: Considered | Candidate | Rejection) -> _Key:
    if isinstance(line, Considered):
        return line.rule_id or "", line.play, line.asset_id or "", line.sku or ""
    return line.rule.rule_id, line.play.value, line.machine.asset_id, line.sku or ""


def _compare(logged: Mapping[_Key, Considered], again: Mapping[_Key, _Line]) -> Iterator[str]:
    for key in sorted(logged.keys() | again.keys()):
        name = " ".join(part for part in key if part)
        before, after = logged.get(key), again.get(key)
        if before is None or after is None:
            yield f"{name} was {'not ' if before is None else ''}considered"
            continue
        if after.is_chosen is not None and after.is_chosen != before.is_chosen:
            yield f"{name} was {'' if before.is_chosen else 'not '}chosen"
        elif after.is_chosen is not None and after.reason != before.reason:
            yield f"{name} fell out because {before.reason}, and does now because {after.reason}"
        if after.score != before.score:
            yield f"{name} had the terms {before.score}, and has {after.score}"


def _get_row(session: Session, decision_id: str, reader: PersonFacts) -> Decision:
    row = session.exec(
        select(Decision).where(
            col(Decision.decision_id) == decision_id, is_visible_account(col(Decision.account_id), reader)
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
