"""What a sale earns stands on Home and in its details, for whom it is and for who manages; for nobody else."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bot.clock import utc_now
from bot.database import build_engine, build_session_scope
from bot.demo.workspace.workspace import Workspace
from offers.incentives import IncentiveTerms, Reward
from offers.money import Money
from offers.people import find_person_by_slack_id
from offers.rulebook.lifecycle import approve, save_draft
from offers.rulebook.shelf import get_rule
from offers.sales.fulfilment import Notice, reverse
from tests.e2e.conftest import ELIF, INGRID, MARA, Stage, text_of
from tests.e2e.test_booking import open_sale
from tests.e2e.test_hand_overs import home_of
from tests.e2e.test_taking_back import CUSTOMER, sell_bundle

LINE = "Rewards this quarter: EUR 40 pending"


def promise(home: Path) -> None:
    """Let the bundles' rule promise a partner 40 euros for each, by the command line and Ingrid."""
    engine = build_engine(f"sqlite:///{home / 'attache.db'}")
    with build_session_scope(engine)() as session:
        known = get_rule(session, "bundle-standard").rule
        # The sample company's own promise, which the README's demonstration shows.
        assert known.incentive == IncentiveTerms(partner=Reward(share_bps=500))
        terms = IncentiveTerms(partner=Reward(fixed=Money(4_000, "EUR")))
        rule = replace(known, incentive=terms)
        save_draft(session, rule, author=None, now=utc_now())
        approve(session, rule.rule_id, by=find_person_by_slack_id(session, INGRID), now=utc_now())
    engine.dispose()


def said_on_home(stage: Stage, person: str) -> str:
    home_of(stage, person)
    return text_of(stage.workspace.home_of(person) or {})


def test_a_reward_is_seen_by_whose_it_is_and_by_who_manages_and_by_nobody_else(
    stage: Stage, tmp_path: Path
) -> None:
    promise(tmp_path / "home")
    offer_id = sell_bundle(stage)
    assert LINE in said_on_home(stage, ELIF)
    assert "*Reward* EUR 40 · " in text_of(open_sale(stage, ELIF))
    assert "Reward" not in said_on_home(stage, INGRID)
    details = text_of(open_sale(stage, INGRID))
    assert "*Reward* EUR 40 · Elif" in details
    assert "*pending*" in details
    assert "Reward" not in said_on_home(stage, MARA)
    # The card that a customer may look over somebody's shoulder at has none of it.
    cards = stage.workspace.messages(stage.workspace.open_dm(ELIF))
    assert not any("eward" in text_of(one) for one in cards)

    engine = build_engine(f"sqlite:///{tmp_path / 'home' / 'attache.db'}")
    with build_session_scope(engine)() as session:
        manager = find_person_by_slack_id(session, INGRID)
        assert manager is not None
        reverse(session, offer_id, Notice(manager, datetime.now(UTC), "r", reason="a mistake"))
    engine.dispose()

    def is_lost(now: Workspace) -> bool:
        return "Rewards this quarter: EUR 40 lost" in text_of(now.home_of(ELIF) or {})

    home_of(stage, ELIF)
    stage.workspace.click_view(ELIF, (stage.workspace.home_of(ELIF) or {})["id"], "home_refresh")
    assert stage.workspace.wait_for(is_lost)
    assert CUSTOMER in text_of(stage.workspace.home_of(ELIF) or {})
