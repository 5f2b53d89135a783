"""Trying a rule out over the whole installed base before anybody approves it. Nothing is written."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlmodel import Session, col, select

from offers.audit import write_audit_entry
from offers.engine import decide
from offers.installed_base.survey import PAGE, count_machines, survey
from offers.models import Asset, RuleSimulation, WorkOrder
from offers.people import PersonFacts
from offers.playbook.candidates import Candidate, Rejection
from offers.playbook.policy import Policy
from offers.playbook.situations import MachineFacts, Situation
from offers.repository import build_service
from offers.rules import RuleFacts, find_approved_rules
from offers.tables.versions import Instant, version_at
from offers.vocabulary import Origin

REASONS_SHOWN = 8
_TRIGGER_DAYS = 365

Progress = Callable[[int, int], None]
"""Is told how many machines are done, of how many."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a rule would have done, had somebody been on a call at each machine on the day.

    Attributes:
        machines: How many machines were looked at, and `accounts_seen` of how many accounts.
        offers: For how many machines it would have offered something; the best is counted, of `accounts` accounts.
        value: The prices of these offers by currency, in minor units; currencies are never added.
        wins: In how many of them the rule would have been the one shown, beside the rules in force.
        held: For how many machines it would fit, but restraint holds it back.
        reasons: Why it would not have offered anything, most frequent first, with the number of machines; dates, ids
            and figures in them are left out.
    """

    rule_id: str
    version: int
    name: str
    as_of: date
    machines: int = 0
    accounts_seen: int = 0
    offers: int = 0
    accounts: int = 0
    value: Mapping[str, int] = field(default_factory=dict)
    wins: int = 0
    held: int = 0
    reasons: tuple[tuple[str, int], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the document that is printed and stored."""
        return {
            "rule": self.rule_id,
            "version": self.version,
            "name": self.name,
            "as_of": self.as_of.isoformat(),
            "machines": self.machines,
            "accounts_seen": self.accounts_seen,
            "offers": self.offers,
            "accounts": self.accounts,
            "value": [
                {"amount_minor": amount, "currency": currency} for currency, amount in self.value.items()
            ],
            "wins": self.wins,
            "held": self.held,
            "reasons": [{"reason": reason, "machines": count} for reason, count in self.reasons],
        }


def read_simulation(stored: Mapping[str, Any]) -> Simulation:
    """Return a simulation from what `as_json` gave."""
    return Simulation(
        rule_id=stored["rule"],
        version=stored["version"],
        name=stored["name"],
        as_of=date.fromisoformat(stored["as_of"]),
        machines=stored["machines"],
        accounts_seen=stored["accounts_seen"],
        offers=stored["offers"],
        accounts=stored["accounts"],
        value={one["currency"]: one["amount_minor"] for one in stored["value"]},
        wins=stored["wins"],
        held=stored["held"],
        reasons=tuple((one["reason"], one["machines"]) for one in stored["reasons"]),
    )


def simulate(
    session: Session,
    rule: RuleFacts,
    *,
    as_of: date | datetime,
    policy: Policy | None = None,
    on_progress: Progress | None = None,
) -> Simulation:
    """Return what the rule would do on a day; a date means its end, UTC.

    What was known by then counts; where no machine was recorded by then, what is known now is used for that day. A
    rule that waits for a service call is tried with each machine's last call of the year before: it is counted where
    that call would have triggered it.
    """
    at = as_of if isinstance(as_of, datetime) else datetime.combine(as_of, time.max, UTC)
    known: Instant = at if _is_anything_known(session, at) else None
    total = count_machines(session, known) if on_progress else 0
    others = [one for one in find_approved_rules(session) if one.rule_id != rule.rule_id]
    count = _Count(rule, [*others, rule], policy)
    for situations in _gather(survey(session, at=at, known=known)):
        for moment in _read_moments(session, situations, rule, known):
            count.add(moment)
        if on_progress is not None:
            on_progress(count.machines, total)
    return count.finish(at.date())


def _is_anything_known(session: Session, at: datetime) -> bool:
    return session.exec(select(Asset.row_id).where(col(Asset.recorded_at) <= at).limit(1)).first() is not None


def _gather(situations: Iterator[Situation]) -> Iterator[list[Situation]]:
    """Yield the situations in groups of about a page of machines, so that what is asked of each group is asked once."""
    group: list[Situation] = []
    machines = 0
    for situation in situations:
        group.append(situation)
        machines += len(situation.machines)
        if machines >= PAGE:
            yield group
            group, machines = [], 0
    if group:
        yield group


def _read_moments(
    session: Session, situations: Sequence[Situation], rule: RuleFacts, known: Instant
) -> Iterator[Situation]:
    """Yield a situation for each machine: a call is at one machine."""
    calls: Mapping[str, WorkOrder] = {}
    if rule.conditions.has_trigger:
        machines = [machine for situation in situations for machine in situation.machines]
        calls = _load_last_calls(session, machines, situations[0].at, known)
    for situation in situations:
        for machine in situation.machines:
            order = calls.get(machine.asset_id)
            service = build_service(order) if order is not None else None
            yield replace(situation, machines=(machine,), service=service)


def _load_last_calls(
    session: Session, machines: Sequence[MachineFacts], at: datetime, known: Instant
) -> dict[str, WorkOrder]:
    rows = session.exec(
        select(WorkOrder)
        .where(
            col(WorkOrder.asset_id).in_([machine.asset_id for machine in machines]),
            col(WorkOrder.opened_at) > at - timedelta(days=_TRIGGER_DAYS),
            col(WorkOrder.opened_at) <= at,
            version_at(WorkOrder, known),
        )
        .order_by(col(WorkOrder.opened_at), col(WorkOrder.work_order_id))
    ).all()
    return {row.asset_id: row for row in rows if row.asset_id is not None}


class _Count:
    """Adds up the moments."""

    def __init__(self, rule: RuleFacts, beside: Sequence[RuleFacts], policy: Policy | None) -> None:
        self._policy = policy
        self._rule = rule
        self._beside = beside
        self._seen: set[str] = set()
        self._offered: set[str] = set()
        self._value: Counter[str] = Counter()
        self._reasons: Counter[str] = Counter()
        self.machines = self._offers = self._wins = self._held = 0

    def add(self, moment: Situation) -> None:
        """Decide for one machine, with the rule alone; with all of them only where it offers something."""
        self.machines += 1
        self._seen.add(moment.customer.account_id)
        verdict = decide(moment, [self._rule], self._policy)
        if verdict.candidates:
            self._note_offer(moment, verdict.candidates[0])
        else:
            self._note_rejections(verdict.rejections)

    def _note_offer(self, moment: Situation, best: Candidate) -> None:
        self._offers += 1
        self._offered.add(moment.customer.account_id)
        self._value[best.price.money.currency] += best.price.money.amount_minor
        first = decide(moment, self._beside, self._policy).candidates[:1]
        self._wins += bool(first and first[0].rule.rule_id == self._rule.rule_id)

    def _note_rejections(self, rejections: Sequence[Rejection]) -> None:
        self._held += any(one.restraint is not None for one in rejections)
        self._reasons.update({generalise(one.reason) for one in rejections})

    def finish(self, as_of: date) -> Simulation:
        """Return the sums."""
        rule = self._rule
        return Simulation(
            rule_id=rule.rule_id,
            version=rule.version,
            name=rule.name,
            as_of=as_of,
            machines=self.machines,
            accounts_seen=len(self._seen),
            offers=self._offers,
            accounts=len(self._offered),
            value=dict(sorted(self._value.items())),
            wins=self._wins,
            held=self._held,
            reasons=tuple(
                sorted(self._reasons.items(), key=lambda item: (-item[1], item[0]))[:REASONS_SHOWN]
            ),
        )


def keep_simulation(session: Session, tried: Simulation, *, by: PersonFacts | None, now: datetime) -> None:
    """Store the outcome, so that whoever approves the rule finds it; `simulate` itself writes nothing."""
    session.add(
        RuleSimulation(
            rule_id=tried.rule_id,
            version=tried.version,
            as_of=tried.as_of,
            simulated_at=now,
            simulated_by=by.person_id if by else None,
            result=tried.as_json(),
        )
    )
    write_audit_entry(
        session,
        "rule.simulated",
        subject=("rule", tried.rule_id),
        at=now,
        person=by,
        origin=Origin.HOME,
        details={"version": tried.version, "as_of": tried.as_of.isoformat()},
    )
    session.flush()


def find_last_simulation(session: Session, rule_id: str) -> Simulation | None:
    """Return what was stored last for a rule, of whichever version, or None."""
    row = session.exec(
        select(RuleSimulation)
        .where(col(RuleSimulation.rule_id) == rule_id)
        .order_by(col(RuleSimulation.row_id).desc())
        .limit(1)
    ).first()
    return read_simulation(row.result) if row is not None else None


_PARTICULARS = (
    (re.compile(r"\d{1,2} [A-Z][a-z]{2,3} \d{4}"), "…"),
    (re.compile(r"(contract|offer) (?=\S*[\d-])[^\s,:;]+"), r"\1 …"),
    (re.compile(r"\((?!s\))[^()]*\)"), "(…)"),
    (re.compile(r"\d+ (days?|months?|years?)(?: \d+ months?)?"), r"… \1"),
    (re.compile(r", in … days?|, today$|, … \w+ ago"), ""),
)


def generalise(reason: str) -> str:
    """Return a reason without the dates, numbers of contracts and lengths of time that differ by machine."""
    for pattern, general in _PARTICULARS:
        reason = pattern.sub(general, reason)
    return reason
