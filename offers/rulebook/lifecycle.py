"""The life of a rule: draft, approved, archived. Each step is a new version; nobody approves their own."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from offers.audit import write_audit_entry
from offers.errors import OwnRule, RuleMoved, RulePlayFixed, RuleRoleRequired, RuleStateWrong, RuleUnfit
from offers.models import OfferRule
from offers.people import PersonFacts
from offers.playbook.wording import format_day
from offers.rulebook.names import find_unknown_names, load_known_names
from offers.rulebook.shelf import find_newest_row, get_newest_row
from offers.rules import RuleFacts, build_rule_row, ensure_default_rules, read_rule
from offers.vocabulary import Origin, Role, RuleStatus

_DECIDING = frozenset({Role.MANAGER.value, Role.MARKETING.value, Role.ADMIN.value})


def may_decide_rules(person: PersonFacts) -> bool:
    """Return whether the person writes, approves and archives rules."""
    return person.role in _DECIDING and not person.is_external


def save_draft(session: Session, rule: RuleFacts, *, author: PersonFacts | None, now: datetime) -> RuleFacts:
    """Save what a rule is to become as a draft, and return it with its version; one in force stays in force.

    A draft that says what the newest version says already is not saved again, unless that one is archived. An
    author of None is the command line.

    Raises:
        RuleRoleRequired: The author may not write rules.
        RulePlayFixed: The rule exists, for another play.
        RuleMoved: Somebody else wrote a version at the same instant.
    """
    _require_role(author)
    ensure_default_rules(session, now)
    newest = find_newest_row(session, rule.rule_id)
    if newest is not None and newest.play != rule.play.value:
        raise RulePlayFixed(rule.rule_id, newest.play)
    if newest is not None and newest.status != RuleStatus.ARCHIVED.value and _is_same(newest, rule):
        return read_rule(newest)
    return _append(session, rule, newest, RuleStatus.DRAFT, author=author, by=author, now=now)


def require_seen(session: Session, rule_id: str, version: int) -> None:
    """Check that the version that somebody saw is still the newest.

    Raises:
        RuleMoved: There is a newer version.
    """
    newest = find_newest_row(session, rule_id)
    # A built-in rule that no database has yet is version 1.
    if newest is not None:
        _require_version(newest, version)


def approve(
    session: Session,
    rule_id: str,
    *,
    version: int | None = None,
    by: PersonFacts | None,
    now: datetime,
    origin: Origin = Origin.HOME,
) -> RuleFacts:
    """Put the newest draft in force and return it as its own new version.

    Args:
        version: The version that the person saw; None takes the newest.
        by: Who approves; None is the command line, which may not approve what it loaded itself.
        origin: From where, for the audit.

    Raises:
        UnknownRule: There is no such rule.
        RuleRoleRequired: The person may not approve rules.
        RuleStateWrong: The newest version is no draft.
        OwnRule: The draft is the person's own.
        RuleUnfit: It names what doesn't exist, or its campaign is over.
        RuleMoved: There is a newer version than the one seen, or somebody else was first.
    """
    _require_role(by)
    newest = get_newest_row(session, rule_id)
    _require_version(newest, version)
    if newest.status != RuleStatus.DRAFT.value:
        raise RuleStateWrong(rule_id, newest.status, "approved")
    if newest.author_id == (by.person_id if by else None):
        raise OwnRule(rule_id)
    rule = read_rule(newest)
    reasons = list_unfit(session, rule, now)
    if reasons:
        raise RuleUnfit(rule_id, reasons)
    return _append(session, rule, newest, RuleStatus.APPROVED, author=None, by=by, now=now, origin=origin)


def archive(
    session: Session,
    rule_id: str,
    *,
    version: int | None = None,
    by: PersonFacts | None,
    now: datetime,
    origin: Origin = Origin.HOME,
) -> RuleFacts:
    """Take the rule out of force, with any draft of it, and return its archived version.

    Raises:
        UnknownRule: There is no such rule.
        RuleRoleRequired: The person may not archive rules.
        RuleStateWrong: It is archived already.
        RuleMoved: There is a newer version than the one seen, or somebody else was first.
    """
    _require_role(by)
    ensure_default_rules(session, now)
    newest = get_newest_row(session, rule_id)
    _require_version(newest, version)
    if newest.status == RuleStatus.ARCHIVED.value:
        raise RuleStateWrong(rule_id, newest.status, "archived")
    return _append(
        session, read_rule(newest), newest, RuleStatus.ARCHIVED, author=None, by=by, now=now, origin=origin
    )


def list_unfit(session: Session, rule: RuleFacts, now: datetime) -> list[str]:
    """Return why a draft can't be approved now, [] when nothing stands against it."""
    reasons = [one.reason for one in find_unknown_names(rule, load_known_names(session))]
    if rule.valid_until is not None and rule.valid_until < now.date():
        reasons.append(f"its campaign ended on {format_day(rule.valid_until)}")
    return reasons


def _append(
    session: Session,
    rule: RuleFacts,
    newest: OfferRule | None,
    status: RuleStatus,
    *,
    author: PersonFacts | None,
    by: PersonFacts | None,
    now: datetime,
    origin: Origin = Origin.HOME,
) -> RuleFacts:
    """Write the next version and its audit entry. Two writers at once: the index lets one of them in."""
    row = build_rule_row(
        rule,
        status=status,
        author_id=(author.person_id if author else None)
        if status is RuleStatus.DRAFT or newest is None
        else newest.author_id,
        created_by=by.person_id if by else None,
        now=now,
    )
    row.version = newest.version + 1 if newest is not None else 1
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError as error:
        raise RuleMoved(rule.rule_id) from error
    write_audit_entry(
        session,
        f"rule.{'drafted' if status is RuleStatus.DRAFT else status.value}",
        subject=("rule", rule.rule_id),
        at=now,
        person=by,
        origin=origin if by is not None else Origin.COMMAND_LINE,
        details={"version": row.version, "play": row.play},
    )
    return read_rule(row)


def _require_role(person: PersonFacts | None) -> None:
    if person is not None and not may_decide_rules(person):
        raise RuleRoleRequired(person.role)


def _require_version(newest: OfferRule, version: int | None) -> None:
    if version is not None and newest.version != version:
        raise RuleMoved(newest.rule_id)


def _is_same(row: OfferRule, rule: RuleFacts) -> bool:
    known = read_rule(row)
    return all(
        getattr(known, name) == getattr(rule, name)
        for name in (
            *("name", "parameters", "conditions", "offer", "discount_bps", "valid_from", "valid_until"),
            "incentive",
        )
    )
