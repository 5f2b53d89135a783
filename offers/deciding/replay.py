"""Making a past decision again from what it was made from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlmodel import Session

from offers.deciding.decision_log import Considered, DecisionFacts, get_decision, get_decision_row
from offers.deciding.snapshots import unpack
from offers.engine import POLICY_VERSION, Verdict, arbitrate, decide
from offers.people import PersonFacts
from offers.playbook.candidates import Candidate, Rejection

_Key = tuple[str, str, str, str]
"""Rule, play, machine and product of a line."""


@dataclass(frozen=True, slots=True)
class Replay:
    """A decision made again. `differences` says in sentences what came out otherwise; () is the same result.

    `is_same_policy` is False where the policy's code has changed since: then a difference is no defect. Without
    what it was made from, as in an older database, a decision can't be made again: `differences` is None.
    """

    decision: DecisionFacts
    is_same_policy: bool
    differences: tuple[str, ...] | None


def replay(session: Session, decision_id: str, *, reader: PersonFacts) -> Replay:
    """Make a decision again and compare it with what was logged.

    Raises:
        UnknownDecision: There is none that the reader may see.
    """
    facts = get_decision(session, decision_id, reader=reader)
    packed = get_decision_row(session, decision_id, reader).grounds
    if packed is None:
        return Replay(facts, facts.policy_version == POLICY_VERSION, None)
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
    score: Mapping[str, float]


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
