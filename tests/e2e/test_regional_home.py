"""Home of a manager of a region: the region's decisions, sales and hand-overs, and nothing of the others'."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from bot.clock import utc_now
from bot.database import build_engine, build_session_scope
from offers.deciding.proposals import propose
from offers.ledger import accept
from offers.models import Account, Asset, OfferEvent, OutboxMessage, Person
from offers.people import PersonFacts, find_person_by_slack_id
from offers.playbook.policy import Policy
from offers.tables.versions import current
from tests.e2e.conftest import INGRID, MARA, MARC, SERVICE_DESK, OpenStage, Stage, has_action, text_of
from tests.e2e.test_figures import ask_command
from tests.e2e.test_hand_overs import home_of
from tests.e2e.test_home import open_decision

EAGER = Policy(exploration_share=0.0)


@dataclass(frozen=True)
class Sold:
    """A sale of Mara's in a region: whose machine it is, and the ids of its offer and its dead hand-over."""

    customer: str
    serial: str
    offer_id: str
    message_id: str


@contextmanager
def at_home(home: Path) -> Iterator[Session]:
    """Open the bot's database."""
    engine = build_engine(f"sqlite:///{home / 'attache.db'}")
    with build_session_scope(engine)() as session:
        yield session
    engine.dispose()


def sell(session: Session, seller: PersonFacts, region: str) -> Sold:
    """Let somebody sell what fits at a machine in the region; the CRM doesn't take the sale."""
    now = utc_now()
    machines = session.exec(
        select(Asset, Account.name)
        .join(Account, (col(Account.account_id) == col(Asset.account_id)) & current(Account))
        .where(current(Asset), col(Account.region) == region, col(Asset.status) == "active")
        .order_by(col(Asset.asset_id))
    ).all()
    for machine, customer in machines:
        made = propose(
            session, asset_id=machine.asset_id, person=seller, now=now, thread_ref=None, policy=EAGER
        )
        if made.offer is not None:
            card = made.offer
            accept(
                session, card.offer_id, version=card.version, person=seller, now=now, idempotency_key=region
            )
            message = session.exec(
                select(OutboxMessage).where(col(OutboxMessage.offer_id) == card.offer_id)
            ).one()
            message.dead_at, message.last_error = now, f"HTTP 500 in the {region}"
            return Sold(customer, str(machine.serial_number), card.offer_id, message.message_id)
    raise AssertionError(f"nothing fits in the {region}")


@pytest.fixture
def sold(open_stage: OpenStage, tmp_path: Path) -> dict[str, Sold]:
    """Mara, who works in the north, sold something there, and when she helped in the south."""
    with at_home(tmp_path / "home") as session:
        mara = find_person_by_slack_id(session, MARA)
        assert mara is not None
        return {region: sell(session, mara, region) for region in ("North", "South")}


def move(home: Path, slack_user_id: str, region: str) -> None:
    """Give somebody another region."""
    with at_home(home) as session:
        row = session.exec(
            select(Person).where(col(Person.slack_user_id) == slack_user_id, current(Person))
        ).one()
        row.region = region


def test_home_of_a_regional_manager_is_of_the_region_alone(
    sold: dict[str, Sold], stage: Stage, tmp_path: Path
) -> None:
    space, (north, south) = stage.workspace, (sold["North"], sold["South"])
    of_all, of_south = (home_of(stage, person) for person in (INGRID, MARC))
    for said in (north.serial, south.serial, "HTTP 500 in the North", "HTTP 500 in the South"):
        assert said in of_all
    for said in (south.serial, "HTTP 500 in the South"):
        assert said in of_south
    for said in (north.serial, north.customer, "North"):
        assert said not in of_south
    assert "Policy" in open_decision(stage, MARC, 0)
    # Mara sees what she sold wherever it was.
    of_seller = home_of(stage, MARA)
    assert north.customer in of_seller
    assert south.customer in of_seller
    # All that he may retry is of his region.
    assert not has_action(space.home_of(MARC) or {}, "outbox_retry_all")
    space.click_view(MARC, str((space.home_of(MARC) or {})["id"]), "outbox_retry")
    space.wait_for(lambda now: "HTTP 500" not in text_of(now.home_of(MARC) or {}))
    with at_home(tmp_path / "home") as session:
        dead = select(OutboxMessage.message_id).where(col(OutboxMessage.dead_at).is_not(None))
        assert session.exec(dead).all() == [north.message_id]


def test_who_got_another_region_meanwhile_takes_nothing_back_and_reads_no_decision(
    sold: dict[str, Sold], stage: Stage, tmp_path: Path
) -> None:
    space, south = stage.workspace, sold["South"]
    home_of(stage, MARC)
    row = next(
        block
        for block in (space.home_of(MARC) or {})["blocks"]
        if (block.get("accessory") or {}).get("action_id") == "home_conversion"
    )
    space.click_view(
        MARC, str((space.home_of(MARC) or {})["id"]), "home_conversion", block_id=row["block_id"]
    )
    details = space.wait_for(lambda now: now.open_view_of(MARC))
    assert has_action(details, "sale_step")
    space.click_view(MARC, details["id"], "sale_step")
    form = space.wait_for(
        lambda now: [one for one in now.view_stack_of(MARC) if one["callback_id"] == "sale_step_form"]
    )[0]
    move(tmp_path / "home", MARC, "North")
    filled = {"step": {"field": "reversed"}, "reason": {"field": "Clicked by mistake"}}
    refused = space.submit_view(MARC, form["id"], filled) or {}
    assert refused["errors"] == {"reason": f"I know no offer {south.offer_id} that you may see."}
    with at_home(tmp_path / "home") as session:
        events = select(OfferEvent.event).where(col(OfferEvent.offer_id) == south.offer_id)
        assert "reversed" not in session.exec(events).all()
    space.close_view(MARC, form["id"])
    dm = space.open_dm(MARC)
    space.click_view(MARC, details["id"], "sale_decision")
    (told,) = space.wait_for(lambda now: now.messages(dm))
    assert "I know no decision" in text_of(told)


def test_a_regional_managers_figure_and_its_file_say_the_region(stage: Stage) -> None:
    space = stage.workspace
    shown = ask_command(stage, MARC, "coverage by family")
    assert "Coverage by family, South" in text_of(shown)
    space.click(MARC, SERVICE_DESK, shown["ts"], "figure_xlsx")
    dm = space.open_dm(MARC)
    (file,) = space.wait_for(
        lambda now: [file for message in now.all_messages(dm) for file in message.get("files", ())],
        timeout_s=30,
    )
    assert file["name"].startswith("coverage-South-")
    assert file["title"] == "Coverage by family, South"
