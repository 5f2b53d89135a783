"""The three stories, through the real Bolt app against the local workspace."""

from typing import Any

from bot.demo.workspace.workspace import Workspace
from tests.e2e.conftest import ELIF, INGRID, JONAS, MARA, TOM, Stage, accept, has_action, text_of

CHILLER = "NV-AUR240-00417"
QUESTION = "What is the tightening torque of the evaporator water box bolts?"


def open_visit(stage: Stage, person: str, serial: str) -> tuple[str, str]:
    """Type /visit and return channel and thread of the brief."""
    space = stage.workspace
    dm = space.open_dm(person)
    seen = len(space.messages(dm))
    space.run_command(person, dm, "/visit", serial)
    root = space.wait_for(lambda now: now.messages(dm)[seen:])[0]
    return dm, root["ts"]


def ask(stage: Stage, person: str, channel: str, text: str, thread_ts: str | None = None) -> dict[str, Any]:
    """Post a question and return the finished answer."""
    space = stage.workspace
    ts = space.post_as(person, channel, text, thread_ts=thread_ts)
    thread = thread_ts or ts

    def answer(now: Workspace) -> list[dict[str, Any]]:
        later = [message for message in now.messages(channel, thread) if message["ts"] > ts]
        return [message for message in later if has_action(message, "answer_feedback")]

    return space.wait_for(answer, timeout_s=30)[0]


def find_card(stage: Stage, channel: str, thread_ts: str) -> dict[str, Any]:
    """Wait for the offer card of a thread."""
    cards = stage.workspace.wait_for(
        lambda now: [one for one in now.messages(channel, thread_ts) if has_action(one, "offer_accept")],
        timeout_s=20,
    )
    assert len(cards) == 1
    return dict(cards[0])


def test_a_technician_visits_asks_follows_up_and_has_the_renewal_accepted(stage: Stage) -> None:
    space = stage.workspace
    dm, thread = open_visit(stage, MARA, CHILLER)
    brief = text_of(space.messages(dm, thread)[0])
    assert "Harbour Grand Hotel" in brief
    assert "This call is covered" in brief
    assert "41 days left" in brief
    assert "Before" in brief

    first = ask(stage, MARA, dm, "How do I change the filter drier?", thread)
    assert "[1]" in text_of(first)
    assert not [one for one in space.messages(dm, thread) if has_action(one, "offer_accept")]

    second = ask(stage, MARA, dm, "And the torque for it?", thread)
    assert "[1]" in text_of(second)

    card = find_card(stage, dm, thread)
    assert "41 days" in text_of(card)
    accept(stage, MARA, card)
    done = space.wait_for(
        lambda now: [one for one in now.messages(dm, thread) if "Accepted" in text_of(one)], timeout_s=10
    )
    assert "by Mara Lindqvist" in text_of(done[0])
    assert not has_action(done[0], "offer_accept")


def test_a_manager_sees_the_conversion_on_home_at_once(stage: Stage) -> None:
    space = stage.workspace
    space.open_home(INGRID)
    before = text_of(space.wait_for(lambda now: now.home_of(INGRID), timeout_s=10))
    dm, thread = open_visit(stage, MARA, CHILLER)
    ask(stage, MARA, dm, "How do I change the filter drier?", thread)
    ask(stage, MARA, dm, "And the torque for it?", thread)
    card = find_card(stage, dm, thread)
    accept(stage, MARA, card)
    after = text_of(
        space.wait_for(
            lambda now: (
                (now.home_of(INGRID) or {})
                if "Mara Lindqvist" in text_of(now.home_of(INGRID) or {}).split("Conversions")[-1]
                and text_of(now.home_of(INGRID) or {}) != before
                else None
            ),
            timeout_s=5,
        )
    )
    newest = after.split("Conversions")[1]
    assert "Harbour Grand Hotel" in newest
    # The thread runs in Mara's messages: she can follow a link to it, the manager reads the facts instead.
    assert "/archives/" not in newest
    space.open_home(MARA)
    assert f"/archives/{dm}/p" in text_of(space.wait_for(lambda now: now.home_of(MARA)))
    open_details(stage, INGRID, "Harbour Grand Hotel")
    details = text_of(space.wait_for(lambda now: now.open_view_of(INGRID)))
    assert "Mara Lindqvist's direct messages" in details
    assert "Work order" in details
    assert CHILLER in details
    assert "/archives/" not in details


def open_details(stage: Stage, person: str, customer: str) -> None:
    """Press Open on the newest conversion of a customer on somebody's Home."""
    home = stage.workspace.home_of(person) or {}
    row = next(
        block
        for block in home["blocks"]
        if customer in str(block) and (block.get("accessory") or {}).get("action_id") == "home_conversion"
    )
    stage.workspace.click_view(person, home["id"], "home_conversion", block_id=row["block_id"])


def test_a_partner_prices_and_accepts_a_bundle_for_its_own_customer_only(stage: Stage) -> None:
    space = stage.workspace
    dm = space.open_dm(ELIF)
    space.run_command(ELIF, dm, "/bundle", "Fjordview Clinic")
    cards = space.wait_for(
        lambda now: [one for one in now.messages(dm) if has_action(one, "offer_accept")], timeout_s=10
    )
    text = text_of(cards[0])
    assert "Fjordview Clinic" in text
    assert "EUR" in text
    accept(stage, ELIF, cards[0])
    space.wait_for(lambda now: [one for one in now.messages(dm) if "Accepted" in text_of(one)], timeout_s=10)

    space.run_command(ELIF, dm, "/bundle", "Alpenblick Resort")
    form = space.wait_for(lambda now: now.open_view_of(ELIF), timeout_s=10)
    assert "no customer" in text_of(form)
    container = {"type": "view", "view_id": form["id"]}
    assert space.suggest(ELIF, container, "account_search", "Alpenblick") == []
    assert space.suggest(ELIF, container, "account_search", "Fjordview")


def test_a_partner_cannot_open_a_visit_at_another_partners_machine(stage: Stage) -> None:
    space = stage.workspace
    dm = space.open_dm(ELIF)
    space.run_command(ELIF, dm, "/visit", "NV-DEL200-00310")
    form = space.wait_for(lambda now: now.open_view_of(ELIF), timeout_s=10)
    assert "I know no machine" in text_of(form)
    assert "Alpenblick" not in text_of(form)
    dm_tom, thread = open_visit(stage, TOM, "NV-DEL200-00310")
    assert "Alpenblick Resort" in text_of(space.messages(dm_tom, thread)[0])


def test_a_wrong_serial_opens_the_form_and_the_form_opens_the_visit(stage: Stage) -> None:
    space = stage.workspace
    dm = space.open_dm(JONAS)
    space.run_command(JONAS, dm, "/visit", "NV-NOPE")
    form = space.wait_for(lambda now: now.open_view_of(JONAS), timeout_s=10)
    assert "NV-NOPE" in text_of(form)
    options = space.suggest(JONAS, {"type": "view", "view_id": form["id"]}, "asset_search", "aur240-00417")
    assert options[0]["text"]["text"].startswith(CHILLER)
    space.submit_view(JONAS, form["id"], {"asset": {"asset_search": options[0]}})
    root = space.wait_for(lambda now: now.messages(dm), timeout_s=10)[0]
    assert "Harbour Grand Hotel" in text_of(root)


def test_nothing_is_offered_while_a_case_is_escalated(stage: Stage) -> None:
    space = stage.workspace
    dm, thread = open_visit(stage, MARA, "NV-AUR480-00088")
    assert "escalated" in text_of(space.messages(dm, thread)[0])
    ask(stage, MARA, dm, "How do I change the filter drier?", thread)
    ask(stage, MARA, dm, "And the torque for it?", thread)
    ask(stage, MARA, dm, "What refrigerant charge does it have?", thread)
    assert not [one for one in space.messages(dm, thread) if has_action(one, "offer_accept")]
