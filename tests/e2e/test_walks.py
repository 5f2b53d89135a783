"""Looking for a fault check by check, through the real app: once, in order, through restarts, among people."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from slack_bolt.adapter.socket_mode import SocketModeHandler
from sqlmodel import select

from bot.app import running_app
from bot.conduct.claims import WALK
from bot.database import build_engine, build_session_scope
from bot.demo.launch import build_seed, connect, hang_up
from bot.demo.workspace.faults import Fault
from bot.demo.workspace.server import WorkspaceServer
from bot.records import GuideRun, Turn, WorkItem
from bot.settings import Settings
from bot.visits.guiding import list_ruled_out
from bot.visits.walking import Clicked
from offers.people import PersonFacts
from tests.e2e.conftest import (
    GUEST,
    JONAS,
    MARA,
    PATIENT,
    SERVICE_DESK,
    OpenStage,
    Stage,
    has_action,
    text_of,
)
from tests.e2e.test_conduct import BOT
from tests.e2e.test_stories import CHILLER, ask, find_card, open_visit

TOO_WARM = "The water is too warm although both circuits run at 100 %"
CAUSES = (
    "Set point raised",
    "Water flow too large",
    "Condenser coils dirty",
    "Too little refrigerant in one circuit",
    "Slide valve does not open fully",
)


def find_message(stage: Stage, channel: str, thread: str, ts: str) -> dict[str, Any]:
    """One message of a thread as it stands."""
    (found,) = (one for one in stage.workspace.messages(channel, thread) if one["ts"] == ts)
    return dict(found)


def press(stage: Stage, person: str, card: dict[str, Any], action: str, *, until: str) -> str:
    """Click on a card and return what it says as soon as that holds some words."""
    stage.workspace.click(person, card["channel"], card["ts"], action)
    return read_until(stage, card, until)


def read_until(stage: Stage, card: dict[str, Any], words: str) -> str:
    """What a card says as soon as it holds some words."""

    def holds(_: Any) -> str:
        read = text_of(find_message(stage, card["channel"], card["thread_ts"], card["ts"]))
        return read if words in read else ""

    return str(stage.workspace.wait_for(holds, timeout_s=15))


def begin(stage: Stage, person: str = MARA, question: str = TOO_WARM) -> dict[str, Any]:
    """Open a visit, report a symptom, and return the card."""
    dm, thread = open_visit(stage, person, CHILLER)
    return {**ask(stage, person, dm, question, thread), "channel": dm, "thread_ts": thread}


def offers_in(stage: Stage, card: dict[str, Any]) -> list[dict[str, Any]]:
    """The offers in a card's thread."""
    messages = stage.workspace.messages(card["channel"], card["thread_ts"])
    return [one for one in messages if has_action(one, "offer_accept")]


def test_a_technician_rules_out_causes_fixes_it_and_then_sees_the_offer(stage: Stage) -> None:
    card = begin(stage)
    first = text_of(card)
    assert first.index("CAUTION") < first.index(f"Check 1 of 5 · {CAUSES[0]}")
    assert "menu 2.1" in first
    assert "quick checks come first" in first
    assert "[1] *Aurora service manual*" in first
    second = press(stage, MARA, card, "guide_next", until="Check 2 of 5")
    assert CAUSES[1] in second
    assert "quick checks come first" not in second
    assert f"~{CAUSES[0]}~" in second
    third = press(stage, MARA, card, "guide_next", until="Check 3 of 5")
    # The check sends to section 5.2: its hazards come along.
    assert third.index("WARNING") < third.index("The fans can start without warning") < third.index(CAUSES[2])
    every = press(stage, MARA, card, "guide_view", until="Show one")
    assert all(cause in every for cause in CAUSES)
    press(stage, MARA, card, "guide_view", until="Show all")
    ask(stage, MARA, card["channel"], "What torque for the compressor terminal nuts?", card["thread_ts"])
    assert offers_in(stage, card) == []  # Two answers, but the fault is still being looked for.

    done = press(stage, MARA, card, "guide_fixed", until="Fixed.")
    assert f"What fixed it: *{CAUSES[2]}*" in done
    offer = find_card(stage, card["channel"], card["thread_ts"])
    assert offer["ts"] > card["ts"]

    later = text_of(begin(stage, JONAS))
    assert "Fixed it last time" in later
    assert f"*{CAUSES[2]}*, check 3" in later


def test_when_nothing_is_left_the_expert_gets_the_history_and_nothing_is_asked_twice(
    stage: Stage, tmp_path: Path
) -> None:
    card = begin(stage)
    for number in range(2, 6):
        press(stage, MARA, card, "guide_next", until=f"Check {number} of 5")
    assert "None of these" in text_of(find_message(stage, card["channel"], card["thread_ts"], card["ts"]))
    end = press(stage, MARA, card, "guide_next", until="No check is left")
    assert "Ask an expert" in end
    assert has_action(find_message(stage, card["channel"], card["thread_ts"], card["ts"]), "ask_expert")

    scope = build_session_scope(build_engine(f"sqlite:///{tmp_path / 'home' / 'attache.db'}"))
    with scope() as session:
        (run,) = session.exec(select(GuideRun)).all()
        place = {"visit_id": run.visit_id, "channel": run.channel, "thread_ts": run.thread_ts}
        told = list_ruled_out(session, **place)
    assert tuple(one.check for one in told) == CAUSES
    assert {(one.slack_user_id, one.page is not None) for one in told} == {(MARA, True)}

    again = ask(stage, MARA, card["channel"], TOO_WARM, card["thread_ts"])
    assert "No check is left" in text_of(again)
    assert "Skipped, ruled out earlier on this visit" in text_of(again)


def test_asked_again_the_walk_goes_on_and_the_old_card_is_set_aside(stage: Stage) -> None:
    card = begin(stage)
    press(stage, MARA, card, "guide_next", until="Check 2 of 5")
    again = {**ask(stage, MARA, card["channel"], TOO_WARM, card["thread_ts"]), "channel": card["channel"]}
    read = text_of(again)
    assert "Check 2 of 5" in read
    assert f"Skipped, ruled out earlier on this visit: ~{CAUSES[0]}~" in read
    old = read_until(stage, card, "Set aside")
    assert "Next check" not in old


def test_of_two_people_who_click_at_once_one_moves_the_card_and_the_other_is_told(stage: Stage) -> None:
    space = stage.workspace
    ts = space.post_as(MARA, SERVICE_DESK, f"{BOT} Aurora: {TOO_WARM}")
    (found,) = space.wait_for(
        lambda now: [one for one in now.messages(SERVICE_DESK, ts) if has_action(one, "guide_next")],
        timeout_s=30,
    )
    card = {**found, "channel": SERVICE_DESK, "thread_ts": ts}
    stage.faults.inject(Fault(method="chat.update", delay_s=1.5, times=1))
    space.click(MARA, SERVICE_DESK, card["ts"], "guide_next")
    space.click(JONAS, SERVICE_DESK, card["ts"], "guide_next")
    (told,) = space.wait_for(
        lambda now: [*now.ephemerals(JONAS, SERVICE_DESK), *now.ephemerals(MARA, SERVICE_DESK)], timeout_s=10
    )
    # Which of the two is first is theirs to race for; the other one hears who it was.
    first = "Mara Lindqvist" if space.ephemerals(JONAS, SERVICE_DESK) else "Jonas Weber"
    assert f"{first} already settled that check" in text_of(told)
    assert CAUSES[1] in read_until(stage, card, "Check 2 of 5")
    done = press(stage, JONAS, card, "guide_fixed", until="Fixed by")
    assert "Fixed by Jonas Weber" in done


def test_a_thumb_that_hits_twice_moves_one_check_and_hears_nothing(stage: Stage) -> None:
    card = begin(stage)
    stage.faults.inject(Fault(method="chat.update", delay_s=1.0, times=1))
    seen = len(stage.workspace.messages(card["channel"], card["thread_ts"]))
    for _ in range(2):
        stage.workspace.click(MARA, card["channel"], card["ts"], "guide_next")
    read_until(stage, card, "Check 2 of 5")
    press(stage, MARA, card, "guide_next", until="Check 3 of 5")
    assert len(stage.workspace.messages(card["channel"], card["thread_ts"])) == seen


def test_who_joins_a_channel_stops_what_that_person_may_not_read(stage: Stage) -> None:
    space = stage.workspace
    ts = space.post_as(MARA, SERVICE_DESK, f"{BOT} Aurora: {TOO_WARM}")
    (found,) = space.wait_for(
        lambda now: [one for one in now.messages(SERVICE_DESK, ts) if has_action(one, "guide_next")],
        timeout_s=30,
    )
    space.core.state.conversations[SERVICE_DESK].members.add(GUEST)
    space.click(MARA, SERVICE_DESK, found["ts"], "guide_next")
    (told,) = space.wait_for(lambda now: now.ephemerals(MARA, SERVICE_DESK), timeout_s=10)
    assert "has joined this channel" in text_of(told)
    assert CAUSES[1] not in text_of(find_message(stage, SERVICE_DESK, ts, found["ts"]))


def say(stage: Stage, card: dict[str, Any], text: str, *, until: str) -> None:
    """Type words in a card's thread and wait for a message of its own that answers them."""
    space, place = stage.workspace, (card["channel"], card["thread_ts"])
    ts = space.post_as(MARA, place[0], text, thread_ts=place[1])
    space.wait_for(
        lambda now: [one for one in now.messages(*place) if one["ts"] > ts and until in text_of(one)],
        timeout_s=15,
    )


def test_typed_words_are_the_buttons_of_the_walk(stage: Stage, tmp_path: Path) -> None:
    card = begin(stage)
    say(stage, card, "next", until=f"Check 2 of 5: {CAUSES[1]}")
    assert f"~{CAUSES[0]}~" in read_until(stage, card, "Check 2 of 5")
    # Beside the thread it is the same walk; it is answered where it was typed.
    space = stage.workspace
    ts = space.post_as(MARA, card["channel"], "ok, weiter")
    space.wait_for(lambda now: "Check 3 of 5" in text_of(now.messages(card["channel"], ts)[-1]), timeout_s=15)
    say(stage, card, "Fixed it, thanks!", until=f"fixed. {CAUSES[2]}")
    assert f"What fixed it: *{CAUSES[2]}*" in read_until(stage, card, "Fixed.")
    # Nothing is under way any more: now it is a courtesy.
    say(stage, card, "erledigt", until="Ask me anything")
    scope = build_session_scope(build_engine(f"sqlite:///{tmp_path / 'home' / 'attache.db'}"))
    with scope() as session:
        reasons = {turn.question: turn.reason for turn in session.exec(select(Turn)).all()}
    assert reasons == {TOO_WARM: None, "erledigt": "empty_question"}


def test_job_done_ends_the_walk_and_the_offer_may_come(stage: Stage) -> None:
    card = begin(stage)
    stage.workspace.click(MARA, card["channel"], card["thread_ts"], "visit_close")
    assert "before you leave" in text_of(find_card(stage, card["channel"], card["thread_ts"]))
    closed = press(stage, MARA, card, "guide_next", until="the visit is closed")
    assert "Next check" not in closed


def test_after_a_danger_the_fix_is_followed_by_no_offer(stage: Stage) -> None:
    card = begin(stage)
    ask(stage, MARA, card["channel"], "There is smoke coming out of the terminal box", card["thread_ts"])
    press(stage, MARA, card, "guide_fixed", until="Fixed.")
    ask(stage, MARA, card["channel"], "What does alarm E12 mean?", card["thread_ts"])
    assert offers_in(stage, card) == []


@contextmanager
def app_on(server: WorkspaceServer, home: Path) -> Iterator[None]:
    """Run the app in this workspace; the workspace outlives it."""
    with running_app(connect(Settings(home=home, work_lease_s=5), server)) as app:
        handler = SocketModeHandler(app, app_token=server.app_token, web_client=app.client)
        handler.connect()
        try:
            yield
        finally:
            hang_up(handler, server)


def test_a_walk_goes_on_after_a_restart_and_a_click_that_was_cut_off_is_done_once(
    open_stage: OpenStage, sample: tuple[Path, tuple[PersonFacts, ...]], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    scope = build_session_scope(build_engine(f"sqlite:///{home / 'attache.db'}"))
    with WorkspaceServer(build_seed(sample[1]), timing=PATIENT) as server:
        with app_on(server, home):
            card = begin(server)
            press(server, MARA, card, "guide_next", until="Check 2 of 5")
        with scope() as session:
            (run,) = session.exec(select(GuideRun)).all()
            click = Clicked(
                "next", run.run_id, MARA, card["channel"], card["ts"], card["thread_ts"], "77.7", position=1
            )
            long_ago = datetime.now(UTC) - timedelta(minutes=10)
            session.add(
                WorkItem(
                    key=click.key,
                    kind=WALK,
                    payload=asdict(click),
                    received_at=long_ago,
                    lease_until=long_ago,
                )
            )
        with app_on(server, home):
            read = read_until(server, card, "Check 3 of 5")
            assert f"~{CAUSES[0]}~, ~{CAUSES[1]}~" in read
            press(server, MARA, card, "guide_next", until="Check 4 of 5")
    with scope() as session:
        (run,) = session.exec(select(GuideRun)).all()
        assert [one["check"] for one in run.ruled_out] == [0, 1, 2]
