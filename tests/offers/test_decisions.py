"""Decisions on real databases: logged with what they were made from, learned from, made again."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from offers.deciding.decision_log import get_decision, list_decisions
from offers.deciding.held import list_held_back
from offers.deciding.history import load_history, tally_plays
from offers.deciding.proposals import Proposal, propose
from offers.deciding.replay import replay
from offers.errors import UnknownDecision
from offers.installed_base.call_outs import CallOut, count_repeat_failures
from offers.ledger import accept
from offers.models import Asset, AuditEntry, Decision, DecisionCandidate, OfferRule, PricebookEntry, WorkOrder
from offers.playbook.policy import Policy
from offers.playbook.track_record import PlayRecord
from offers.sales.fulfilment import Notice, reverse
from offers.tables.versions import current
from offers.vocabulary import Play, RuleStatus
from tests.offers.company import NOW, RECORDED
from tests.offers.conftest import Store, person

GREEDY = Policy(exploration_share=0.0)


def propose_for(
    session: Session, asset_id: str, *, policy: Policy = GREEDY, thread: str | None = None
) -> Proposal:
    return propose(
        session,
        asset_id=asset_id,
        person=person(session, "UTECH"),
        now=NOW,
        thread_ref=thread,
        policy=policy,
    )


def test_a_decision_made_again_comes_out_the_same_after_everything_has_changed(company: Store) -> None:
    with company.scope() as session:
        proposal = propose_for(session, "M-CHILL")
    assert proposal.offer is not None
    with company.scope() as session:
        for model in (PricebookEntry, Asset):
            for row in session.exec(select(model)).all():
                session.delete(row)
        for rule in session.exec(select(OfferRule)).all():
            rule.status = RuleStatus.ARCHIVED.value
            session.add(rule)
    with company.scope() as session:
        again = replay(session, proposal.decision_id, reader=person(session, "UMGR"))
    assert again.is_same_policy
    assert again.differences == ()
    (chosen,) = (one for one in again.decision.considered if one.is_chosen)
    assert (chosen.play, chosen.sku, chosen.amount_minor, chosen.probability) == (
        "renewal",
        "CARE",
        90_000,
        1,
    )
    assert all(one.reason for one in again.decision.considered if not one.is_chosen)


def test_a_decision_that_was_tampered_with_is_told_apart(company: Store) -> None:
    with company.scope() as session:
        proposal = propose_for(session, "M-CHILL")
        for line in session.exec(select(DecisionCandidate)).all():
            if line.is_chosen:
                line.score = {**line.score, "total": 0.5}
            elif line.sku == "GATE":
                line.rejected_reason = "because"
            session.add(line)
    with company.scope() as session:
        differences = replay(session, proposal.decision_id, reader=person(session, "UMGR")).differences
    assert any("had the terms" in difference for difference in differences)
    assert any("fell out because because" in difference for difference in differences)


def test_a_partner_sees_no_decision_about_another_partners_customer(company: Store) -> None:
    with company.scope() as session:
        proposal = propose_for(session, "M-CHILL")
    with company.scope() as session:
        assert (
            get_decision(session, proposal.decision_id, reader=person(session, "UPART1")).account_id == "A-1"
        )
        with pytest.raises(UnknownDecision):
            get_decision(session, proposal.decision_id, reader=person(session, "UPART2"))
        with pytest.raises(UnknownDecision):
            replay(session, "DE-NONE", reader=person(session, "UMGR"))


def test_a_held_out_account_is_logged_with_what_it_would_have_been_shown(company: Store) -> None:
    policy = Policy(hold_out_share=1.0, hold_out_name="spring", exploration_share=0)
    with company.scope() as session:
        proposal = propose_for(session, "M-CHILL", policy=policy)
        assert (proposal.offer, proposal.restraint and proposal.restraint.value) == (None, "hold_out")
        decision = session.exec(select(Decision)).one()
        assert (decision.is_held_out, decision.experiment, decision.is_asked) == (True, "spring", False)
        line = session.exec(
            select(DecisionCandidate).where(
                col(DecisionCandidate.restraint) == "hold_out", col(DecisionCandidate.play) == "renewal"
            )
        ).one()
        assert (line.is_eligible, line.amount_minor, line.currency) == (True, 90_000, "EUR")
        assert line.score["total"] > 0
        entry = session.exec(select(AuditEntry).where(col(AuditEntry.subject_kind) == "decision")).one()
        assert (entry.action, entry.subject_id) == ("decision.nothing_offered", decision.decision_id)
        assert entry.person_id == decision.person_id


def test_history_counts_by_play_family_and_segment_the_same_with_and_without_the_tally(
    company: Store,
) -> None:
    with company.scope() as session:
        card = propose_for(session, "M-CHILL").offer
        assert card is not None
        accept(
            session,
            card.offer_id,
            version=card.version,
            person=person(session, "UTECH"),
            now=NOW + timedelta(minutes=5),
            idempotency_key="1",
        )
    later = NOW + timedelta(hours=1)
    expected = {(Play.RENEWAL, "Aurora", "hotel"): PlayRecord(surfaced=1, accepted=1)}
    with company.scope() as session:
        assert load_history(session, at=later, known=None).records == expected
        assert tally_plays(session) == 2
        assert load_history(session, at=later, known=None).records == expected
        assert tally_plays(session) == 0
        # What was known, and had happened, a minute after the offer was shown: it was not accepted yet.
        early = NOW + timedelta(minutes=1)
        assert load_history(session, at=early, known=early).records == {
            (Play.RENEWAL, "Aurora", "hotel"): PlayRecord(surfaced=1)
        }
        manager = person(session, "UMGR")
        reverse(session, card.offer_id, Notice(manager, NOW + timedelta(minutes=30), "2", "a slip"))
        expected = {(Play.RENEWAL, "Aurora", "hotel"): PlayRecord(surfaced=1)}
        assert load_history(session, at=later, known=None).records == expected
        assert tally_plays(session) == 1
        assert load_history(session, at=later, known=None).records == expected
    with company.scope() as session:
        second = propose_for(session, "M-ROOF").offer
        assert second is not None
        expected[Play(second.play), "Boreal", "logistics"] = PlayRecord(surfaced=1)
        assert load_history(session, at=later, known=None).records == expected
        assert tally_plays(session, anew=True) == 4
        assert load_history(session, at=later, known=None).records == expected
        in_two_years = NOW + timedelta(days=730)
        assert load_history(session, at=in_two_years, known=None).records == {}


def test_the_third_offer_for_a_machine_in_a_month_is_the_last(company: Store) -> None:
    policy = Policy(exploration_share=0)
    with company.scope() as session:
        shown = [propose_for(session, "M-ROOF", policy=policy, thread=f"C:{n}") for n in range(4)]
    plays = [one.offer.play for one in shown if one.offer is not None]
    assert len(plays) == len(set(plays)) <= policy.caps.asset_30d


def test_a_machine_that_failed_again_and_again_is_sold_nothing(company: Store) -> None:
    with company.scope() as session:
        for number, days in enumerate((50, 35, 10)):
            session.add(
                WorkOrder(
                    work_order_id=f"W-9{number}",
                    account_id="A-1",
                    asset_id="M-CHILL",
                    opened_at=NOW - timedelta(days=days),
                    closed_at=NOW - timedelta(days=days - 1),
                    type="Breakdown",
                    recorded_at=NOW - timedelta(days=days),
                )
            )
    with company.scope() as session:
        proposal = propose_for(session, "M-CHILL")
        assert session.exec(select(Asset).where(current(Asset))).first() is not None
    assert proposal.offer is None
    assert proposal.restraint is not None
    assert proposal.restraint.value == "repeat_failures"
    assert "inspection" in (proposal.goodwill or "")
    with company.scope() as session:
        during = propose(
            session,
            asset_id="M-CHILL",
            person=person(session, "UTECH"),
            now=NOW,
            thread_ref=None,
            has_open_hazard=True,
        )
    # While something dangerous is open, nobody is to think of goodwill either.
    assert (during.restraint and during.restraint.value, during.goodwill) == ("open_hazard", None)


def test_a_failure_counts_as_repeated_within_30_days_of_another_for_90_days() -> None:
    def count(*days_ago: int) -> int:
        return count_repeat_failures(
            [CallOut(NOW - timedelta(days=day), is_over=True) for day in days_ago], NOW
        )

    assert count() == count(5) == 0
    assert count(60, 30) == 1
    assert count(61, 30) == 0
    assert count(120, 90) == 1
    assert count(121, 91) == 0
    assert count(60, 40, 20) == 2


def test_the_log_tells_the_latest_decisions_and_what_was_held_back(company: Store) -> None:
    with company.scope() as session:
        propose_for(session, "M-CHILL")
        held = Policy(hold_out_share=1.0, exploration_share=0)
        for _ in range(2):
            propose_for(session, "M-ROOF", policy=held)
    with company.scope() as session:
        reader = person(session, "UMGR")
        lines = list_decisions(session, limit=3, reader=reader)
        assert [(one.account_name, one.play, one.product_name) for one in lines] == [
            ("Larkfield Logistics", None, None),
            ("Larkfield Logistics", None, None),
            ("Harbour Hotel", "renewal", "CARE-PLUS"),
        ]
        assert "experiment 1" in (lines[0].held or "")
        assert (lines[2].held, lines[2].person_name, lines[2].serial_number) == (
            None,
            "Mara",
            "NV-AUR240-00417",
        )
        (row,) = list_held_back(session, first_day=NOW.date(), last_day=NOW.date(), reader=reader)
        # Twice decided, but three opportunities: cover for 900, the gateway for 300, the bundle of both for 1,100.
        assert (row.restraint, row.opportunities, row.amount_minor) == ("hold_out", 3, 230_000)
        assert (
            list_held_back(session, first_day=RECORDED.date(), last_day=RECORDED.date(), reader=reader) == []
        )
