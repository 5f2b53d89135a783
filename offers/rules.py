"""The plays that marketing approved, and the ones that come with Attaché."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import Session
from sqlmodel import select as select_models

from offers.audit import write_audit_entry
from offers.incentives import NO_TERMS, IncentiveTerms, read_terms
from offers.models import OfferRule
from offers.playbook.conditions import Conditions, read_conditions
from offers.playbook.parameters import complete_parameters
from offers.tables.versions import read_rows, table_of
from offers.vocabulary import Play, RuleStatus


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """A rule: a play, its parameters, when it holds and what it offers.

    Attributes:
        parameters: Each a whole number with its unit in the name.
        conditions: Which machines, customers and service calls it is for.
        offer: The only products that it offers; () for every product that fits.
        discount_bps: What is taken off the list price of whatever the rule offers, in basis points; 0 for nothing.
        valid_from: The first day of the campaign, None for no beginning.
        valid_until: Its last day, None for no end.
        incentive: What who sells by it is promised for each sale.
    """

    rule_id: str
    version: int
    play: Play
    name: str
    parameters: Mapping[str, int] = field(default_factory=dict)
    conditions: Conditions = field(default_factory=Conditions)
    offer: tuple[str, ...] = ()
    discount_bps: int = 0
    valid_from: date | None = None
    valid_until: date | None = None
    incentive: IncentiveTerms = NO_TERMS

    @property
    def specificity(self) -> int:
        """How much the rule narrows down: one for each list of conditions, and one for a list of products."""
        return self.conditions.count + bool(self.offer)


def _standard(rule_id: str, play: Play, name: str) -> RuleFacts:
    return RuleFacts(rule_id, 1, play, name, complete_parameters(play, {}))


DEFAULT_RULES = (
    _standard("renewal-standard", Play.RENEWAL, "Contract renewal"),
    _standard("coverage-gap-standard", Play.COVERAGE_GAP, "Machine without a contract"),
    _standard("warranty-end-standard", Play.WARRANTY_END, "Warranty about to end"),
    _standard("add-on-standard", Play.ADD_ON, "Add-on that fits the machine"),
    _standard("upgrade-standard", Play.UPGRADE, "Upgrade of machine or plan"),
    _standard("win-back-standard", Play.WIN_BACK, "Customer to win back"),
    _standard("bundle-standard", Play.BUNDLE, "Bundle for an existing machine"),
)
"""One rule per play that the engine knows."""


def build_rule_row(
    rule: RuleFacts, *, status: RuleStatus, author_id: str | None, created_by: str | None, now: datetime
) -> OfferRule:
    """Build the row of one version of a rule; it is not added to any session."""
    return OfferRule(
        rule_id=rule.rule_id,
        version=rule.version,
        play=rule.play.value,
        name=rule.name,
        status=status.value,
        parameters=dict(rule.parameters),
        conditions=rule.conditions.as_json(),
        offer=list(rule.offer),
        discount_bps=rule.discount_bps,
        valid_from=rule.valid_from,
        valid_until=rule.valid_until,
        incentive=rule.incentive.as_json(),
        author_id=author_id,
        created_at=now,
        created_by=created_by,
    )


def read_rule(row: Any) -> RuleFacts:
    """Return what a row of `offers_rule` says; a parameter that a later version of the play added has its default."""
    play = Play(row.play)
    return RuleFacts(
        rule_id=row.rule_id,
        version=row.version,
        play=play,
        name=row.name,
        parameters=complete_parameters(play, row.parameters),
        conditions=read_conditions(row.conditions),
        offer=tuple(row.offer),
        discount_bps=row.discount_bps,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        incentive=read_terms(row.incentive),
    )


def ensure_default_rules(session: Session, now: datetime) -> int:
    """Write the built-in rules that are not there yet, as approved; returns how many were written.

    A rule that marketing changed or archived is left alone.
    """
    known = set(session.exec(select_models(OfferRule.rule_id)).all())
    missing = [rule for rule in DEFAULT_RULES if rule.rule_id not in known]
    for rule in missing:
        session.add(
            build_rule_row(rule, status=RuleStatus.APPROVED, author_id=None, created_by=None, now=now)
        )
        write_audit_entry(
            session,
            "rule.built_in",
            subject=("rule", rule.rule_id),
            at=now,
            person=None,
            details={"version": rule.version},
        )
    session.flush()
    return len(missing)


def find_approved_rules(session: Session) -> tuple[RuleFacts, ...]:
    """Return the rules in force, by id: of each its newest approved version, unless it was archived since.

    A draft changes nothing, however new. A built-in rule that the database doesn't know yet is in force too.
    """
    rows = read_rows(session, _versions, None)
    known = {row.rule_id for row in rows}
    rules = [read_rule(row) for row in _find_in_force(rows)]
    rules += [rule for rule in DEFAULT_RULES if rule.rule_id not in known]
    return tuple(sorted(rules, key=lambda rule: rule.rule_id)) if rows else DEFAULT_RULES


def _find_in_force(rows: Iterable[Any]) -> list[Any]:
    """Return the rows in force; `rows` are in order of id and version."""
    settled = {row.rule_id: row for row in rows if row.status != RuleStatus.DRAFT.value}
    return [row for row in settled.values() if row.status == RuleStatus.APPROVED.value]


@cache
def _versions(_is_past: bool) -> Select[Any]:
    table = table_of(OfferRule)
    return select(table).order_by(table.c.rule_id, table.c.version)
