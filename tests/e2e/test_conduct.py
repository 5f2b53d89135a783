"""How the bot behaves among people: once, discreetly, honestly, and never silent."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from slack_bolt.adapter.socket_mode import SocketModeHandler
from sqlmodel import select

from bot.app import running_app
from bot.database import build_engine, build_session_scope
from bot.demo.launch import build_seed, connect
from bot.demo.workspace.faults import Fault
from bot.demo.workspace.server import WorkspaceServer
from bot.demo.workspace.workspace import Workspace
from bot.records import Turn, WorkItem
from bot.serving import hang_up
from bot.settings import Settings
from offers.people import PersonFacts
from tests.e2e.conftest import (
    ELIF,
    GUEST,
    INGRID,
    JONAS,
    LOBBY,
    MARA,
    PARTNER_CHANNEL,
    PATIENT,
    SERVICE_DESK,
    OpenStage,
    Stage,
    accept,
    has_action,
    text_of,
)
from tests.e2e.test_stories import CHILLER, ask, find_card, open_visit

BOT = "<@U0ATTACHE1>"
TORQUE = "What torque for the compressor terminal nuts?"
SECRET = "Who may approve a discount of more than 10 %?"


def replies(space: Workspace, channel: str, ts: str) -> list[dict[str, Any]]:
    """What the bot wrote in the thread under a message."""
    return [one for one in space.messages(channel, ts) if one["ts"] > ts and one["user"] == "U0ATTACHE1"]


def mention(stage: Stage, person: str, channel: str, text: str) -> dict[str, Any]:
    """Mention the bot in a channel and return its answer."""
    ts = stage.workspace.post_as(person, channel, f"{BOT} {text}")
    answers = stage.workspace.wait_for(
        lambda now: [one for one in replies(now, channel, ts) if has_action(one, "answer_feedback")],
        timeout_s=30,
    )
    return dict(answers[0])


def test_a_question_that_is_delivered_again_is_answered_once(stage: Stage) -> None:
    space = stage.workspace
    stage.faults.redeliver_next(times=2)
    dm = space.open_dm(MARA)
    answer = ask(stage, MARA, dm, TORQUE)
    again = ask(stage, MARA, dm, "What is the capital of Mongolia?")
    assert "24 Nm" in text_of(answer)
    assert "Not in our documents" in text_of(again)
    root = answer["thread_ts"]
    assert len(replies(space, dm, root)) == 1


def test_a_mention_is_one_question_although_two_events_carry_it(stage: Stage) -> None:
    answer = mention(stage, MARA, SERVICE_DESK, TORQUE)
    follow = stage.workspace.post_as(MARA, SERVICE_DESK, f"{BOT} and with which washer?", answer["thread_ts"])
    stage.workspace.wait_for(lambda now: replies(now, SERVICE_DESK, follow) or _later(now, answer, follow))
    assert len(_later(stage.workspace, answer, follow)) == 1


def _later(space: Workspace, answer: dict[str, Any], after: str) -> list[dict[str, Any]]:
    return [one for one in replies(space, SERVICE_DESK, answer["thread_ts"]) if one["ts"] > after]


def test_in_a_thread_of_ours_nobody_needs_to_mention_the_bot_and_elsewhere_it_keeps_quiet(
    stage: Stage,
) -> None:
    space = stage.workspace
    answer = mention(stage, MARA, SERVICE_DESK, TORQUE)
    other = space.post_as(JONAS, SERVICE_DESK, "Does anybody know the torque for the terminal nuts?")
    follow = space.post_as(JONAS, SERVICE_DESK, "and which washer goes under each nut?", answer["thread_ts"])
    space.wait_for(lambda now: _later(now, answer, follow), timeout_s=20)
    assert replies(space, SERVICE_DESK, other) == []


def test_in_a_channel_only_what_everybody_there_may_read_is_said(stage: Stage) -> None:
    among_staff = mention(stage, MARA, SERVICE_DESK, SECRET)
    assert "Not in our documents" not in text_of(among_staff)
    assert "discount" in text_of(among_staff).lower()
    with_partner = mention(stage, MARA, PARTNER_CHANNEL, SECRET)
    assert "Escalation and discount guide" not in text_of(with_partner)
    with_guest = mention(stage, MARA, LOBBY, TORQUE)
    assert "24 Nm" not in text_of(with_guest)
    assert "SB-2026-02" not in text_of(with_guest)


def test_what_not_everybody_there_may_read_is_shown_to_the_asker_alone(stage: Stage) -> None:
    space = stage.workspace
    asked = mention(stage, MARA, LOBBY, TORQUE)
    private = space.wait_for(lambda now: now.ephemerals(MARA, LOBBY), timeout_s=20)[0]
    assert "Only you can see this" in text_of(private)
    assert "24 Nm" in text_of(private)
    assert not has_action(private, "answer_more")
    assert all("24 Nm" not in text_of(one) for one in space.messages(LOBBY, asked["thread_ts"]))
    assert space.ephemerals(GUEST, LOBBY) == []


def test_a_partner_is_shown_no_internal_document_even_alone(stage: Stage) -> None:
    mention(stage, ELIF, LOBBY, SECRET)
    shown = stage.workspace.ephemerals(ELIF, LOBBY)
    assert all("Escalation and discount guide" not in text_of(one) for one in shown)


def test_a_stranger_reads_public_documents_and_opens_no_visit(stage: Stage) -> None:
    space = stage.workspace
    dm = space.open_dm(GUEST)
    assert "24 Nm" not in text_of(ask(stage, GUEST, dm, TORQUE))
    space.run_command(GUEST, dm, "/visit", CHILLER)
    told = space.wait_for(
        lambda now: [one for one in now.messages(dm) if "don't know you yet" in text_of(one)]
    )
    assert len(told) == 1
    space.open_home(GUEST)
    home = space.wait_for(lambda now: now.home_of(GUEST), timeout_s=10)
    assert "don't know you yet" in text_of(home)


def test_a_superseded_bulletin_is_never_given_as_valid(stage: Stage) -> None:
    answer = text_of(ask(stage, MARA, stage.workspace.open_dm(MARA), TORQUE))
    assert "24 Nm" in answer
    assert "28 Nm" not in answer


def test_hazards_stand_before_the_steps(stage: Stage) -> None:
    answer = text_of(ask(stage, MARA, stage.workspace.open_dm(MARA), TORQUE))
    assert answer.index("DANGER") < answer.index("24 Nm")


def test_an_empty_mention_and_a_very_long_question_are_answered(stage: Stage) -> None:
    space = stage.workspace
    ts = space.post_as(MARA, SERVICE_DESK, BOT)
    space.wait_for(lambda now: replies(now, SERVICE_DESK, ts), timeout_s=20)
    answer = ask(stage, MARA, space.open_dm(MARA), TORQUE + " please" * 1_500)
    assert "long" in text_of(answer)


def test_of_two_clicks_one_counts_and_the_other_is_told_who_was_first(stage: Stage) -> None:
    space = stage.workspace
    dm, thread = open_visit(stage, MARA, CHILLER)
    ask(stage, MARA, dm, TORQUE, thread)
    ask(stage, MARA, dm, "And what does alarm E12 mean?", thread)
    card = find_card(stage, dm, thread)
    stage.faults.inject(Fault(method="chat.update", delay_s=1.0, times=1))
    accept(stage, MARA, card)
    space.click(MARA, dm, card["ts"], "offer_accept")
    told = space.wait_for(
        lambda now: [
            one for one in now.messages(dm, thread) + now.messages(dm) if "It counts once" in text_of(one)
        ]
    )
    assert "Mara Lindqvist accepted this" in text_of(told[0])
    space.open_home(INGRID)
    home = text_of(space.wait_for(lambda now: now.home_of(INGRID), timeout_s=10))
    assert home.count("Harbour Grand Hotel · EUR 5,400 · Mara Lindqvist · accepted") == 1


def test_no_with_a_reason_and_not_now_are_kept_and_not_asked_again(stage: Stage) -> None:
    space = stage.workspace
    for person, action, option, said in (
        (MARA, "offer_decline", "too_expensive", "No, thanks"),
        (JONAS, "offer_snooze", None, "It may come back later"),
    ):
        serial = CHILLER if person == MARA else "NV-BOR090-00233"
        dm, thread = open_visit(stage, person, serial)
        ask(stage, person, dm, "How often must filters be changed?", thread)
        ask(stage, person, dm, "What does alarm E12 mean?", thread)
        card = find_card(stage, dm, thread)
        space.click(person, dm, card["ts"], action, option=option)
        space.wait_for(lambda now, dm=dm, thread=thread, said=said: _holding(now, dm, thread, said))
        ask(stage, person, dm, "What does alarm E02 mean?", thread)
        assert not [one for one in space.messages(dm, thread) if has_action(one, "offer_accept")]


def _holding(space: Workspace, channel: str, thread: str, said: str) -> list[dict[str, Any]]:
    return [one for one in space.messages(channel, thread) if said in text_of(one)]


def test_after_a_reported_danger_nothing_is_sold(stage: Stage) -> None:
    space = stage.workspace
    dm, thread = open_visit(stage, MARA, CHILLER)
    ask(stage, MARA, dm, "There is smoke coming out of the terminal box, what do I do?", thread)
    said = [one for one in space.messages(dm, thread) if one["user"] == "U0ATTACHE1"]
    assert "People first" in text_of(said[1])
    ask(stage, MARA, dm, TORQUE, thread)
    ask(stage, MARA, dm, "What does alarm E12 mean?", thread)
    brief = space.messages(dm, thread)[0]
    space.click(MARA, dm, brief["ts"], "visit_close")
    space.wait_for(lambda now: _holding(now, dm, thread, "Visit closed"))
    assert not [one for one in space.messages(dm, thread) if has_action(one, "offer_accept")]


def test_job_done_and_a_helpful_answer_bring_the_offer_too(stage: Stage) -> None:
    space = stage.workspace
    dm, thread = open_visit(stage, MARA, CHILLER)
    answer = ask(stage, MARA, dm, TORQUE, thread)
    space.click(MARA, dm, answer["ts"], "answer_feedback", option=_helpful(answer))
    find_card(stage, dm, thread)
    dm, thread = open_visit(stage, JONAS, "NV-BOR090-00233")
    space.click(JONAS, dm, thread, "visit_close")
    assert "before you leave" in text_of(find_card(stage, dm, thread))


def _helpful(answer: dict[str, Any]) -> str:
    for block in answer["blocks"]:
        for element in block.get("elements", []):
            if element.get("type") == "feedback_buttons":
                return str(element["positive_button"]["value"])
    raise AssertionError("no feedback buttons")


def test_slack_that_stumbles_still_gets_the_answer_to_the_person(stage: Stage) -> None:
    stage.faults.inject(Fault(method="chat.startStream", error="unknown_method", times=3))
    stage.faults.inject(Fault(method="agents.sessions.setStatus", error="missing_scope", times=9))
    stage.faults.inject(Fault(method="assistant.threads.setStatus", error="http_500", times=9))
    stage.faults.inject(Fault(method="chat.postMessage", error="ratelimited", retry_after_s=1, times=1))
    assert "24 Nm" in text_of(ask(stage, MARA, stage.workspace.open_dm(MARA), TORQUE))


def test_a_dropped_socket_comes_back(stage: Stage) -> None:
    stage.faults.drop_sockets()
    assert "24 Nm" in text_of(ask(stage, MARA, stage.workspace.open_dm(MARA), TORQUE))


def test_what_was_cut_off_is_answered_once_at_the_next_start(
    open_stage: OpenStage, sample: tuple[Path, tuple[PersonFacts, ...]], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    scope = build_session_scope(build_engine(f"sqlite:///{home / 'attache.db'}"))
    with WorkspaceServer(build_seed(sample[1]), timing=PATIENT) as server:
        dm = server.workspace.open_dm(MARA)
        ts = server.workspace.post_as(MARA, dm, TORQUE)
        payload = {
            "channel": dm,
            "ts": ts,
            "thread_ts": ts,
            "user": MARA,
            "team": "T0NORVANE1",
            "text": TORQUE,
        }
        long_ago = datetime.now(UTC) - timedelta(minutes=10)
        with scope() as session:
            key = f"question:{dm}:{ts}"
            session.add(
                WorkItem(
                    key=key, kind="question", payload=payload, received_at=long_ago, lease_until=long_ago
                )
            )
        for _ in range(2):
            with running_app(connect(Settings(home=home), server)) as app:
                handler = SocketModeHandler(app, app_token=server.app_token, web_client=app.client)
                handler.connect()
                server.workspace.wait_for(lambda now: replies(now, dm, ts), timeout_s=30)
                hang_up(handler)
        answers = replies(server.workspace, dm, ts)
    assert len(answers) == 1
    assert "24 Nm" in text_of(answers[0])
    with scope() as session:
        assert len(session.exec(select(Turn)).all()) == 1


def test_stop_is_honoured(stage: Stage) -> None:
    space = stage.workspace
    dm = space.open_dm(MARA)
    # The status call is slow, so that Stop is pressed while the answer is being made.
    stage.faults.inject(Fault(method="assistant.threads.setStatus", delay_s=2.0))
    ts = space.post_as(MARA, dm, TORQUE)
    space.wait_for(lambda now: (now.session(dm, ts) or {}).get("status") == "processing", timeout_s=10)
    space.stop_session(MARA, dm, ts)
    answers = space.wait_for(lambda now: replies(now, dm, ts), timeout_s=15)
    assert "Stopped" in text_of(answers[0])
    assert "24 Nm" not in text_of(answers[0])


def test_home_is_for_the_person_who_opens_it(stage: Stage) -> None:
    space = stage.workspace
    for person, said in ((MARA, "Hello Mara"), (ELIF, "Bundle for a customer"), (INGRID, "Attach rate")):
        space.open_home(person)
        home = text_of(space.wait_for(lambda now, person=person: now.home_of(person), timeout_s=10))
        assert said in home
    assert "Attach rate" not in text_of(space.home_of(ELIF) or {})


def test_a_technician_who_types_visit_in_a_channel_gets_the_brief_in_private(stage: Stage) -> None:
    space = stage.workspace
    dm = space.open_dm(MARA)
    space.run_command(MARA, SERVICE_DESK, "/visit", CHILLER)
    space.wait_for(lambda now: now.messages(dm), timeout_s=10)
    pointer = space.wait_for(lambda now: now.ephemerals(MARA, SERVICE_DESK), timeout_s=10)[0]
    assert "in your messages with me" in text_of(pointer)
    assert space.messages(SERVICE_DESK) == []
