"""The service at hand, from the work order and the call to the offer, on both databases."""

from sqlmodel import Session, col, select

from offers.deciding.proposals import Proposal, propose
from offers.deciding.replay import replay
from offers.deciding.snapshots import unpack
from offers.models import Decision, DecisionCandidate
from offers.people import PersonFacts
from offers.playbook.conditions import Conditions
from offers.playbook.parameters import complete_parameters
from offers.playbook.service import ServiceFacts
from offers.repository import load_situation
from offers.rulebook.lifecycle import approve, archive, save_draft
from offers.rules import DEFAULT_RULES, RuleFacts
from offers.vocabulary import Play
from tests.offers.company import NOW
from tests.offers.conftest import Store, person

SECRET = "the customer says that the filter was never changed"


def put_in_force(session: Session, conditions: Conditions) -> None:
    """Have one rule in force, and no other."""
    for rule in DEFAULT_RULES:
        archive(session, rule.rule_id, by=None, now=NOW)
    rule = RuleFacts(
        "gateway", 0, Play.ADD_ON, "Gateway", complete_parameters(Play.ADD_ON, {}), conditions, ("GATE",)
    )
    save_draft(session, rule, author=None, now=NOW)
    by = PersonFacts("P-LENA", None, "Lena", None, "marketing", None, None, None)
    approve(session, "gateway", by=by, now=NOW)


def call(
    session: Session, *, work_order_id: str | None = None, talked_about: tuple[str, ...] = ()
) -> Proposal:
    return propose(
        session,
        asset_id="M-CHILL",
        person=person(session, "UTECH"),
        now=NOW,
        thread_ref=None,
        work_order_id=work_order_id,
        talked_about=talked_about,
    )


def test_a_work_order_of_the_right_type_triggers_a_rule(company: Store) -> None:
    with company.scope() as session:
        put_in_force(session, Conditions(work_order_types=("repair",)))
        # W-2 is an inspection, W-1 a repair.
        assert call(session, work_order_id="W-2").offer is None
        assert call(session, work_order_id="W-unknown").offer is None
        assert call(session).offer is None
        assert call(session, work_order_id="W-1").offer is not None


def test_what_the_summary_or_the_call_is_about_triggers_a_rule_and_is_written_nowhere(company: Store) -> None:
    with company.scope() as session:
        put_in_force(session, Conditions(fault_families=("filter", "pressure trip")))
        assert call(session, work_order_id="W-2").offer is None
        assert call(session, work_order_id="W-2", talked_about=("Where is the fan?",)).offer is None
        assert call(session, work_order_id="W-2", talked_about=(SECRET,)).offer is not None
        reasons = session.exec(select(DecisionCandidate.rejected_reason)).all()
        assert "the service at hand is not about filter or pressure trip" in reasons
        assert not any(SECRET in (reason or "") for reason in reasons)


def test_a_decision_is_made_again_without_keeping_what_was_said(company: Store) -> None:
    with company.scope() as session:
        put_in_force(session, Conditions(fault_families=("filter", "belt"), parts_used=("P-100",)))
        made = call(session, work_order_id="W-2", talked_about=(SECRET, "and P100 was changed"))
        assert made.offer is not None
        row = session.exec(select(Decision).where(col(Decision.decision_id) == made.decision_id)).one()
        assert row.grounds is not None
        service = unpack(row.grounds).situation.service
        assert service == ServiceFacts("inspection", ("filter",), ("P-100",))
        again = replay(session, made.decision_id, reader=person(session, "UMGR"))
        assert again.differences == ()


def test_the_summary_alone_is_enough(company: Store) -> None:
    with company.scope() as session:
        put_in_force(session, Conditions(fault_families=("pressure trip",)))
        assert call(session, work_order_id="W-1").offer is not None


def test_a_rule_for_partners_tiers_finds_who_services_the_machine_or_else_sold_it(company: Store) -> None:
    with company.scope() as session:
        found = {
            asset_id: load_situation(session, account_id=account_id, asset_id=asset_id, at=NOW, known=None)
            for account_id, asset_id in (("A-1", "M-CHILL"), ("A-2", "M-ROOF"))
        }
        # P-1, gold, sold the chiller and nobody is named as servicing it; P-2, silver, services the roof unit.
        tiers = [one.machines[0].partner_tier for one in found.values() if one is not None]
        assert tiers == ["gold", "silver"]
        places = [(one.customer.region, one.customer.segment) for one in found.values() if one is not None]
        assert places == [("North", "hotel"), ("South", "logistics")]


def test_an_unmet_trigger_is_still_an_opportunity_an_unmet_condition_is_none(company: Store) -> None:
    with company.scope() as session:
        put_in_force(session, Conditions(work_order_types=("emergency",)))
        call(session, work_order_id="W-1")
        (waiting,) = session.exec(select(DecisionCandidate).where(col(DecisionCandidate.sku) == "GATE")).all()
        assert (waiting.is_eligible, waiting.rejected_stage) == (True, "applicable")
