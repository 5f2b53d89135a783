"""Where questions to experts go, and who speaks for the experts."""

from datetime import UTC, datetime

import pytest

from bot.access import OPERATOR
from bot.database import SessionScope
from bot.errors import ChannelUnusable, FamilyUnknown
from bot.experts.channels import (
    ExpertPlace,
    find_expert_channel,
    list_expert_channels,
    may_answer,
    name_responsible,
    remove_expert_channel,
    set_expert_channel,
)
from bot.experts.questions import find_turn_id
from offers.families import find_family_in, list_families
from offers.people import PersonFacts
from offers.tables.catalogue import Product
from offers.tables.parties import Person

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.fixture
def company(session_scope: SessionScope) -> SessionScope:
    """Two families, a manager and an admin."""
    known = {"recorded_at": NOW, "source": "import"}
    with session_scope() as session:
        for sku, family in (("AUR-1", "Aurora"), ("AUR-2", "Aurora"), ("BOR-1", "Boreal"), ("X-1", None)):
            session.add(Product(sku=sku, name=sku, family=family, kind="core", serviceable=True, **known))
        for person_id, name, role in (
            ("E-1", "Ingrid", "manager"),
            ("E-2", "Sam", "admin"),
            ("E-3", "Mo", "manager"),
        ):
            slack = None if name == "Mo" else f"U{person_id}"
            session.add(Person(person_id=person_id, slack_user_id=slack, name=name, role=role, **known))
    return session_scope


def test_a_family_has_its_own_channel_or_the_default_one(company: SessionScope) -> None:
    with company() as session:
        assert find_expert_channel(session, "Aurora") is None
        set_expert_channel(session, "DEFAULT", "C0EXPERTS1", by="x", now=NOW)
        set_expert_channel(session, "aurora", "<#C0AURORA01|aurora>", by="x", now=NOW)
    with company() as session:
        assert find_expert_channel(session, "Aurora") == "C0AURORA01"
        assert find_expert_channel(session, "Boreal") == "C0EXPERTS1"
        assert find_expert_channel(session, None) == "C0EXPERTS1"
        assert list_expert_channels(session) == [
            ExpertPlace(None, "C0EXPERTS1"),
            ExpertPlace("Aurora", "C0AURORA01"),
        ]
        assert remove_expert_channel(session, "AURORA")
        assert not remove_expert_channel(session, "Aurora")
        assert find_expert_channel(session, "Aurora") == "C0EXPERTS1"


def test_what_is_no_family_and_no_channel_is_refused(company: SessionScope) -> None:
    with company() as session:
        with pytest.raises(FamilyUnknown) as unknown:
            set_expert_channel(session, "Zephyr", "C0EXPERTS1", by="x", now=NOW)
        assert unknown.value.known == ("Aurora", "Boreal")
        for wrong in ("#experts", "D0EXPERTS1", "C1", ""):
            with pytest.raises(ChannelUnusable):
                set_expert_channel(session, "default", wrong, by="x", now=NOW)


def test_who_can_set_a_channel_is_named_admins_first(
    company: SessionScope, session_scope: SessionScope
) -> None:
    with company() as session:
        assert name_responsible(session) == "Sam or Ingrid"


def test_nobody_known_is_the_admin(session_scope: SessionScope) -> None:
    with session_scope() as session:
        assert name_responsible(session) == "your admin"


@pytest.mark.parametrize(
    ("role", "partner", "may"),
    [
        ("expert", None, True),
        ("manager", None, True),
        ("admin", None, True),
        ("technician", None, False),
        ("marketing", None, False),
        ("expert", "P-1", False),
        ("partner", "P-1", False),
    ],
)
def test_experts_managers_and_admins_of_our_own_answer(role: str, partner: str | None, may: bool) -> None:
    person = PersonFacts("E-1", "U1", "Ada", None, role, partner, None, None)
    assert may_answer(person) is may
    assert may_answer(OPERATOR)


def test_the_one_family_that_a_question_names_is_found(company: SessionScope) -> None:
    with company() as session:
        assert list_families(session) == ["Aurora", "Boreal"]
        assert find_family_in(session, "What is E12 on an AURORA chiller?") == "Aurora"
        assert find_family_in(session, "Auroras are fine") is None
        assert find_family_in(session, "Aurora or Boreal?") is None


def test_the_key_of_a_handing_over_names_its_turn() -> None:
    assert find_turn_id("expert_question:turn_1a:1795.2") == "turn_1a"
    assert find_turn_id("question:C1:1.1") is None
    assert find_turn_id(None) is None
