"""The rules that there are, with their newest version, what is in force, and what was last tried out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from offers.errors import UnknownRule
from offers.models import OfferRule, Person
from offers.rules import DEFAULT_RULES, RuleFacts, find_approved_rules, read_rule
from offers.tables.versions import current
from offers.vocabulary import RuleStatus


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """A rule as it stands.

    Attributes:
        rule: Its newest version.
        in_force: The version that the engine reads, None when there is none.
        author_id: Who wrote the newest version, None for the command line and what comes with Attaché.
        changed_at: When its last step was taken, None for a built-in rule that no database has yet.
        changed_by: The name of who took it, None for the command line.
    """

    rule: RuleFacts
    status: RuleStatus
    in_force: RuleFacts | None
    author_id: str | None = None
    author: str | None = None
    changed_at: datetime | None = None
    changed_by: str | None = None


def list_rules(session: Session) -> list[RuleEntry]:
    """Return every rule: those with a draft first, then those in force, then the archived ones; each by id."""
    rows = session.exec(select(OfferRule).order_by(col(OfferRule.rule_id), col(OfferRule.version))).all()
    newest = {row.rule_id: row for row in rows}
    in_force = {rule.rule_id: rule for rule in find_approved_rules(session)}
    names = _load_names(session, list(newest.values()))
    entries = [_build_entry(row, in_force.get(row.rule_id), names) for row in newest.values()]
    entries += [
        RuleEntry(rule, RuleStatus.APPROVED, rule) for rule in DEFAULT_RULES if rule.rule_id not in newest
    ]
    order = list(RuleStatus)
    return sorted(entries, key=lambda entry: (order.index(entry.status), entry.rule.rule_id))


def get_rule(session: Session, rule_id: str) -> RuleEntry:
    """Return a rule as it stands. Raises UnknownRule."""
    found = next((entry for entry in list_rules(session) if entry.rule.rule_id == rule_id), None)
    if found is None:
        raise UnknownRule(rule_id)
    return found


def find_newest_row(session: Session, rule_id: str) -> OfferRule | None:
    """Return the row of the newest version, or None."""
    return session.exec(
        select(OfferRule)
        .where(col(OfferRule.rule_id) == rule_id)
        .order_by(col(OfferRule.version).desc())
        .limit(1)
    ).first()


def get_newest_row(session: Session, rule_id: str) -> OfferRule:
    """Return the row of the newest version. Raises UnknownRule."""
    row = find_newest_row(session, rule_id)
    if row is None:
        raise UnknownRule(rule_id)
    return row


def _build_entry(row: OfferRule, in_force: RuleFacts | None, names: dict[str, str]) -> RuleEntry:
    return RuleEntry(
        rule=read_rule(row),
        status=RuleStatus(row.status),
        in_force=in_force,
        author_id=row.author_id,
        author=names.get(row.author_id or ""),
        changed_at=row.created_at,
        changed_by=names.get(row.created_by or ""),
    )


def _load_names(session: Session, rows: Sequence[OfferRule]) -> dict[str, str]:
    ids = {one for row in rows for one in (row.author_id, row.created_by) if one}
    people = session.exec(
        select(Person.person_id, Person.name).where(col(Person.person_id).in_(ids), current(Person))
    ).all()
    return dict(people)
