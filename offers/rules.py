"""The plays that marketing approved, and the ones that come with Attaché."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from offers.models import OfferRule
from offers.vocabulary import Play, RuleStatus


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """An approved rule: a play and its parameters, each a number with its unit in the name."""

    rule_id: str
    version: int
    play: Play
    name: str
    parameters: Mapping[str, int] = field(default_factory=dict)


DEFAULT_RULES = (
    RuleFacts(
        "renewal-standard",
        1,
        Play.RENEWAL,
        "Contract renewal",
        {"window_days": 90, "recently_ended_days": 30, "notice_window_days": 30, "term_months": 12},
    ),
    RuleFacts(
        "coverage-gap-standard",
        1,
        Play.COVERAGE_GAP,
        "Machine without a contract",
        {"recently_ended_days": 30, "term_months": 12},
    ),
    RuleFacts(
        "warranty-end-standard",
        1,
        Play.WARRANTY_END,
        "Warranty about to end",
        {"window_days": 60, "term_months": 12},
    ),
    RuleFacts("add-on-standard", 1, Play.ADD_ON, "Add-on that fits the machine", {"term_months": 12}),
    RuleFacts(
        "upgrade-standard",
        1,
        Play.UPGRADE,
        "Upgrade of machine or plan",
        {"window_days": 90, "term_months": 12},
    ),
    RuleFacts("bundle-standard", 1, Play.BUNDLE, "Bundle for an existing machine", {"term_months": 12}),
)
"""One rule per play that the engine knows."""


def ensure_default_rules(session: Session, now: datetime) -> int:
    """Write the built-in rules that are not there yet, as approved; returns how many were written.

    A rule that marketing changed or archived is left alone.
    """
    known = set(session.exec(select(OfferRule.rule_id)).all())
    missing = [rule for rule in DEFAULT_RULES if rule.rule_id not in known]
    for rule in missing:
        session.add(
            OfferRule(
                rule_id=rule.rule_id,
                version=rule.version,
                play=rule.play.value,
                name=rule.name,
                status=RuleStatus.APPROVED.value,
                parameters=dict(rule.parameters),
                created_at=now,
            )
        )
    session.flush()
    return len(missing)


def find_approved_rules(session: Session) -> tuple[RuleFacts, ...]:
    """Return the rules in force, by id: of each rule its newest version, where that is approved.

    A database without any rule has the built-in ones in force.
    """
    rows = session.exec(select(OfferRule).order_by(col(OfferRule.rule_id), col(OfferRule.version))).all()
    if not rows:
        return DEFAULT_RULES
    newest = {row.rule_id: row for row in rows}
    return tuple(
        RuleFacts(row.rule_id, row.version, Play(row.play), row.name, row.parameters)
        for row in newest.values()
        if row.status == RuleStatus.APPROVED.value
    )
