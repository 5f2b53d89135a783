"""Drafting, approving and archiving rules, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from sqlmodel import Session, col, select

from offers.errors import (
    OwnRule,
    RuleMoved,
    RulePlayFixed,
    RuleRoleRequired,
    RuleStateWrong,
    RuleUnfit,
    UnknownRule,
)
from offers.models import AuditEntry, OfferRule
from offers.people import PersonFacts
from offers.playbook.conditions import Conditions
from offers.playbook.parameters import complete_parameters
from offers.rulebook.lifecycle import approve, archive, save_draft
from offers.rulebook.shelf import get_rule, list_rules
from offers.rules import DEFAULT_RULES, RuleFacts, find_approved_rules
from offers.vocabulary import Origin, Play, RuleStatus
from tests.offers.company import NOW
from tests.offers.conftest import Store

RULE = RuleFacts(
    "aurora-renewal",
    0,
    Play.RENEWAL,
    "Aurora renewal",
    complete_parameters(Play.RENEWAL, {"window_days": 60}),
    Conditions(families=("Aurora",)),
    ("CARE",),
    500,
)


def who(person_id: str, role: str = "marketing", partner_id: str | None = None) -> PersonFacts:
    return PersonFacts(person_id, None, person_id, None, role, partner_id, None, None)


LENA, INGRID, SAM = who("P-LENA"), who("P-INGRID", "manager"), who("P-SAM", "admin")


def in_force(session: Session, rule_id: str = "aurora-renewal") -> RuleFacts | None:
    return next((rule for rule in find_approved_rules(session) if rule.rule_id == rule_id), None)


def test_a_draft_holds_only_after_somebody_else_approved_it(company: Store) -> None:
    with company.scope() as session:
        draft = save_draft(session, RULE, author=LENA, now=NOW)
        assert draft == replace(RULE, version=1)
        assert in_force(session) is None
        with pytest.raises(OwnRule):
            approve(session, "aurora-renewal", by=LENA, now=NOW)
        approved = approve(session, "aurora-renewal", version=1, by=INGRID, now=NOW)
        assert approved == in_force(session) == replace(RULE, version=2)


def test_a_newer_draft_leaves_the_approved_rule_in_force(company: Store) -> None:
    with company.scope() as session:
        save_draft(session, RULE, author=LENA, now=NOW)
        approve(session, "aurora-renewal", by=INGRID, now=NOW)
        save_draft(session, replace(RULE, name="Better"), author=INGRID, now=NOW)
        still = in_force(session)
        assert still is not None
        assert (still.version, still.name) == (2, "Aurora renewal")
        entry = get_rule(session, "aurora-renewal")
        assert (entry.status, entry.rule.version, entry.in_force) == (RuleStatus.DRAFT, 3, still)
        approve(session, "aurora-renewal", by=LENA, now=NOW)
        newer = in_force(session)
        assert newer is not None
        assert (newer.version, newer.name) == (4, "Better")


def test_an_archived_rule_holds_no_more_until_it_is_drafted_and_approved_anew(company: Store) -> None:
    with company.scope() as session:
        save_draft(session, RULE, author=LENA, now=NOW)
        approve(session, "aurora-renewal", by=INGRID, now=NOW)
        archive(session, "aurora-renewal", by=LENA, now=NOW)
        assert in_force(session) is None
        for step, name in ((approve, "approved"), (archive, "archived")):
            with pytest.raises(RuleStateWrong, match=f"is archived and can't be {name}"):
                step(session, "aurora-renewal", by=INGRID, now=NOW)
        # The same words again are a draft, although an archived version says them too.
        assert save_draft(session, RULE, author=LENA, now=NOW).version == 4
        assert in_force(session) is None
        approve(session, "aurora-renewal", by=INGRID, now=NOW)
        assert in_force(session) == replace(RULE, version=5)


def test_a_draft_that_says_nothing_new_is_not_saved_again(company: Store) -> None:
    with company.scope() as session:
        for _ in range(2):
            assert save_draft(session, RULE, author=LENA, now=NOW).version == 1
        approve(session, "aurora-renewal", by=INGRID, now=NOW)
        assert save_draft(session, RULE, author=SAM, now=NOW).version == 2
        assert get_rule(session, "aurora-renewal").status is RuleStatus.APPROVED
        assert save_draft(session, replace(RULE, discount_bps=501), author=SAM, now=NOW).version == 3


def test_what_the_command_line_loaded_is_approved_by_a_person(company: Store) -> None:
    with company.scope() as session:
        save_draft(session, RULE, author=None, now=NOW)
        with pytest.raises(OwnRule):
            approve(session, "aurora-renewal", by=None, now=NOW)
        approve(session, "aurora-renewal", by=LENA, now=NOW)
        assert in_force(session) is not None


@pytest.mark.parametrize(
    "outsider",
    [who("T", "technician"), who("K", "partner", "P-1"), who("X", "manager", "P-1"), who("E", "expert")],
)
def test_only_managers_marketing_and_admins_decide(company: Store, outsider: PersonFacts) -> None:
    with company.scope() as session:
        save_draft(session, RULE, author=LENA, now=NOW)
        with pytest.raises(RuleRoleRequired):
            save_draft(session, replace(RULE, name="Mine"), author=outsider, now=NOW)
        for step in (approve, archive):
            with pytest.raises(RuleRoleRequired):
                step(session, "aurora-renewal", by=outsider, now=NOW)
        assert get_rule(session, "aurora-renewal").rule.version == 1


def test_who_looked_at_an_older_version_is_told_so(company: Store) -> None:
    with company.scope() as session:
        save_draft(session, RULE, author=LENA, now=NOW)
        save_draft(session, replace(RULE, name="Changed"), author=SAM, now=NOW)
        for step in (approve, archive):
            with pytest.raises(RuleMoved):
                step(session, "aurora-renewal", version=1, by=INGRID, now=NOW)


def test_a_rule_keeps_its_play(company: Store) -> None:
    with company.scope() as session:
        with pytest.raises(RulePlayFixed):
            save_draft(session, replace(RULE, rule_id="bundle-standard"), author=LENA, now=NOW)
        with pytest.raises(UnknownRule):
            approve(session, "nowhere", by=LENA, now=NOW)


def test_what_does_not_exist_or_is_over_is_not_approved(company: Store) -> None:
    yesterday = NOW.date() - timedelta(days=1)
    unfit = replace(RULE, conditions=Conditions(families=("Aurorra",)), valid_until=yesterday)
    with company.scope() as session:
        save_draft(session, unfit, author=LENA, now=NOW)
        with pytest.raises(RuleUnfit) as refused:
            approve(session, "aurora-renewal", by=INGRID, now=NOW)
    assert refused.value.reasons == (
        "there is no product family Aurorra; did you mean Aurora?",
        "its campaign ended on 28 Feb 2026",
    )


def test_every_step_is_in_the_audit_and_says_who_took_it(company: Store) -> None:
    with company.scope() as session:
        save_draft(session, RULE, author=LENA, now=NOW)
        typed = Origin.COMMAND_LINE
        approve(session, "aurora-renewal", by=INGRID, now=NOW + timedelta(hours=1), origin=typed)
        archive(session, "aurora-renewal", by=None, now=NOW + timedelta(hours=2))
        entries = session.exec(
            select(AuditEntry).where(col(AuditEntry.subject_kind) == "rule").order_by(col(AuditEntry.at))
        ).all()
        built_in = [one for one in entries if one.action == "rule.built_in"]
        assert {one.subject_id for one in built_in} == {rule.rule_id for rule in DEFAULT_RULES}
        steps = [one for one in entries if one not in built_in]
        assert [(one.action, one.person_id, one.details["version"], one.origin) for one in steps] == [
            ("rule.drafted", "P-LENA", 1, "home"),
            ("rule.approved", "P-INGRID", 2, "command_line"),
            ("rule.archived", None, 3, "command_line"),
        ]
        rows = session.exec(
            select(OfferRule)
            .where(col(OfferRule.rule_id) == "aurora-renewal")
            .order_by(col(OfferRule.version))
        ).all()
        assert [(row.author_id, row.created_by) for row in rows] == [
            ("P-LENA", "P-LENA"),
            ("P-LENA", "P-INGRID"),
            ("P-LENA", None),
        ]


def test_eight_approvals_at_once_are_one(company: Store) -> None:
    with company.scope() as session:
        save_draft(session, RULE, author=LENA, now=NOW)
    together = Barrier(8)

    def click(number: int) -> object:
        together.wait()
        try:
            with company.scope() as session:
                return approve(session, "aurora-renewal", version=1, by=who(f"P-{number}"), now=NOW)
        except (RuleMoved, RuleStateWrong) as late:
            return late

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(click, range(8)))
    assert [type(result) for result in results].count(RuleFacts) == 1
    with company.scope() as session:
        versions = select(OfferRule.version).where(col(OfferRule.rule_id) == "aurora-renewal")
        assert sorted(session.exec(versions).all()) == [1, 2]


def test_an_empty_database_has_the_built_in_rules_in_force_beside_a_first_draft(store: Store) -> None:
    with store.scope() as session:
        assert find_approved_rules(session) == DEFAULT_RULES
        assert len(list_rules(session)) == len(DEFAULT_RULES)
        save_draft(session, RULE, author=LENA, now=NOW)
        assert {rule.rule_id for rule in find_approved_rules(session)} == {
            rule.rule_id for rule in DEFAULT_RULES
        }


def test_a_built_in_rule_can_be_archived(store: Store) -> None:
    with store.scope() as session:
        archive(session, "win-back-standard", by=LENA, now=NOW)
        assert in_force(session, "win-back-standard") is None
        assert len(find_approved_rules(session)) == len(DEFAULT_RULES) - 1
        statuses = [entry.status for entry in list_rules(session)]
        assert statuses[-1] is RuleStatus.ARCHIVED
