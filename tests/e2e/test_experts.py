"""What no document says: asked of an expert, answered back in the thread, kept, and cited for the next who asks."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from slack_bolt.adapter.socket_mode import SocketModeHandler
from sqlmodel import select

from bot.app import running_app
from bot.database import build_engine, build_session_scope
from bot.demo.launch import EXPERTS, build_seed, connect
from bot.demo.workspace.faults import Fault
from bot.demo.workspace.server import WorkspaceServer
from bot.demo.workspace.workspace import Workspace
from bot.experts.channels import remove_expert_channel, set_expert_channel
from bot.records import ExpertQuestion, WorkItem
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
    PATIENT,
    SERVICE_DESK,
    OpenStage,
    Stage,
    has_action,
    text_of,
)
from tests.e2e.test_conduct import mention, replies
from tests.e2e.test_stories import CHILLER, ask, open_visit

PAUL, SAM = "U0EXPT0001", "U0ADMN0001"
OTHER_CHILLER = "NV-AUR480-00088"
QUESTION = "Where is the bypass jumper for the louvre actuator?"
ANSWER = (
    "The bypass jumper JP-4 sits behind the left door, *under* the fan relay.\n\n"
    "WARNING: The relay is live at 400 V, lock Q1 first.\n\n<!channel> please note: set it back to B afterwards."
)


def hand_over(stage: Stage, person: str, channel: str, answer: dict[str, Any]) -> dict[str, Any]:
    """Click "Ask an expert" under an abstention; return the root of the experts' thread."""
    seen = len(stage.workspace.messages(EXPERTS))
    stage.workspace.click(person, channel, answer["ts"], "ask_expert")
    return dict(stage.workspace.wait_for(lambda now: now.messages(EXPERTS)[seen:])[0])


def wait_for_text(space: Workspace, channel: str, thread: str | None, said: str) -> dict[str, Any]:
    """The first message there that says it."""
    found = space.wait_for(lambda now: [one for one in now.messages(channel, thread) if said in text_of(one)])
    return dict(found[0])


def holding(space: Workspace, channel: str, thread: str | None, said: str) -> list[dict[str, Any]]:
    """The messages there that say it."""
    return [one for one in space.messages(channel, thread) if said in text_of(one)]


def test_what_an_expert_says_comes_back_is_kept_and_cited_for_the_next_technician(stage: Stage) -> None:
    space = stage.workspace
    dm, thread = open_visit(stage, MARA, CHILLER)
    ask(stage, MARA, dm, "How do I change the filter drier?", thread)
    gave_up = ask(stage, MARA, dm, QUESTION, thread)
    assert "Not in our documents" in text_of(gave_up)
    root = hand_over(stage, MARA, dm, gave_up)
    told = text_of(root)
    for fact in (
        "Mara Lindqvist, technician",
        QUESTION,
        CHILLER,
        "Harbour Grand Hotel",
        "filter drier",
        "Aurora",
    ):
        assert fact in told, fact
    wait_for_text(space, dm, thread, "I've asked the experts for Aurora")

    space.post_as(PAUL, EXPERTS, ANSWER, root["ts"])
    answer = wait_for_text(space, dm, thread, "Paul Okafor")
    assert "behind the left door, *under* the fan relay." in text_of(answer)
    assert "@channel please note: set it back to B afterwards." in text_of(answer)
    assert "<!channel>" not in repr(answer)

    sent = wait_for_text(space, EXPERTS, root["ts"], "Sent to Mara Lindqvist")
    space.click(PAUL, EXPERTS, sent["ts"], "note_open")
    form = space.wait_for(lambda now: now.open_view_of(PAUL))
    initial = {block["block_id"]: block.get("element", {}) for block in form["blocks"]}
    assert initial["title"]["initial_value"] == QUESTION
    assert "JP-4 sits behind the left door" in initial["text"]["initial_value"]
    assert initial["family"]["initial_option"]["value"] == "Aurora"
    assert initial["audience"]["initial_option"]["value"] == "internal"
    today = datetime.now(UTC).date()
    assert initial["review_on"]["initial_date"] == (today + timedelta(days=180)).isoformat()
    assert initial["expires_on"]["initial_date"] == (today + timedelta(days=365)).isoformat()
    space.submit_view(PAUL, form["id"], {"title": {"field": "Bypass jumper of the louvre actuator"}})
    wait_for_text(space, EXPERTS, root["ts"], "Saved as knowledge")

    jonas_dm, jonas_thread = open_visit(stage, JONAS, OTHER_CHILLER)
    cited = text_of(
        ask(stage, JONAS, jonas_dm, "How do I find the bypass jumper of the louvre actuator?", jonas_thread)
    )
    assert "behind the left door" in cited
    assert cited.index("WARNING") < cited.index("behind the left door")
    assert "Note by Paul Okafor, reviewed" in cited
    assert "Bypass jumper of the louvre actuator" in cited


def test_nothing_is_handed_over_or_forwarded_twice(stage: Stage) -> None:
    space = stage.workspace
    dm = space.open_dm(MARA)
    gave_up = ask(stage, MARA, dm, QUESTION)
    thread = gave_up["thread_ts"]
    root = hand_over(stage, MARA, dm, gave_up)
    space.click(MARA, dm, gave_up["ts"], "ask_expert")
    wait_for_text(space, dm, thread, "The experts have this question already")
    stage.faults.redeliver_next(times=2)
    first = space.post_as(PAUL, EXPERTS, "Behind the left door.", root["ts"])
    space.post_as(INGRID, EXPERTS, "And mind the relay.", root["ts"])
    wait_for_text(space, dm, thread, "Ingrid Solberg")
    wait_for_text(space, dm, thread, "Paul Okafor")
    space.edit_as(PAUL, EXPERTS, first, "Behind the right door.")
    space.post_as(PAUL, EXPERTS, "<@U0ATTACHE1> what does alarm E12 mean?", root["ts"])
    space.wait_for(
        lambda now: [one for one in now.messages(EXPERTS, root["ts"]) if has_action(one, "answer_feedback")]
    )
    space.wait_for(lambda now: len(holding(now, EXPERTS, root["ts"], "Sent to Mara Lindqvist")) == 2)
    assert len(space.messages(EXPERTS)) == 1
    assert len(holding(space, dm, thread, "answers:")) == 2
    assert holding(space, dm, thread, "right door") == []


def test_a_partner_reads_the_answer_and_the_experts_know_that(stage: Stage) -> None:
    space = stage.workspace
    dm = space.open_dm(ELIF)
    gave_up = ask(stage, ELIF, dm, QUESTION)
    assert "Escalation" not in text_of(gave_up)
    root = hand_over(stage, ELIF, dm, gave_up)
    assert "Elif Kaya, partner, Nordklima Service" in text_of(root)
    assert "A partner reads your answer" in text_of(root)
    space.post_as(PAUL, EXPERTS, "Behind the left door.", root["ts"])
    answer = wait_for_text(space, dm, gave_up["thread_ts"], "Behind the left door.")
    assert "[1]" not in text_of(answer)
    sent = wait_for_text(space, EXPERTS, root["ts"], "Sent to Elif Kaya")
    space.click(PAUL, EXPERTS, sent["ts"], "note_open")
    assert "none of our own people" in text_of(space.wait_for(lambda now: now.open_view_of(PAUL)))


def test_the_asker_asks_back_and_the_expert_answers_again(stage: Stage) -> None:
    space = stage.workspace
    dm = space.open_dm(MARA)
    gave_up = ask(stage, MARA, dm, QUESTION)
    root = hand_over(stage, MARA, dm, gave_up)
    space.post_as(PAUL, EXPERTS, "Behind the left door.", root["ts"])
    answer = wait_for_text(space, dm, gave_up["thread_ts"], "Behind the left door.")
    space.click(MARA, dm, answer["ts"], "expert_ask_back")
    form = space.wait_for(lambda now: now.open_view_of(MARA))
    space.submit_view(MARA, form["id"], {"question": {"field": "Left as seen from the <front>?"}})
    asked = wait_for_text(space, EXPERTS, root["ts"], "asks back")
    assert "Left as seen from the &lt;front&gt;?" in text_of(asked)
    wait_for_text(space, dm, gave_up["thread_ts"], "Paul Okafor has your question")
    space.post_as(PAUL, EXPERTS, "Yes, from the front.", root["ts"])
    wait_for_text(space, dm, gave_up["thread_ts"], "Yes, from the front.")


def test_without_a_channel_the_asker_is_told_whom_to_tell_and_may_ask_again(
    stage: Stage, tmp_path: Path
) -> None:
    space = stage.workspace
    scope = build_session_scope(build_engine(f"sqlite:///{tmp_path / 'home' / 'attache.db'}"))
    with scope() as session:
        assert remove_expert_channel(session, "default")
    dm = space.open_dm(MARA)
    gave_up = ask(stage, MARA, dm, QUESTION)
    space.click(MARA, dm, gave_up["ts"], "ask_expert")
    told = wait_for_text(space, dm, gave_up["thread_ts"], "No experts' channel is set")
    assert "Sam Reyes, Ingrid Solberg or Marc Lefort can set one" in text_of(told)

    space.open_home(INGRID)
    home = space.wait_for(lambda now: now.home_of(INGRID))
    space.click_view(INGRID, home["id"], "experts_open")
    form = space.wait_for(lambda now: now.open_view_of(INGRID))
    wrong = space.submit_view(INGRID, form["id"], {"channel": {"field": LOBBY}})
    assert "your own people only" in repr(wrong)
    assert space.submit_view(INGRID, form["id"], {"channel": {"field": EXPERTS}}) is None
    hand_over(stage, MARA, dm, gave_up)


def test_a_channel_that_slack_refuses_leaves_the_question_to_be_asked_again(stage: Stage) -> None:
    space = stage.workspace
    dm = space.open_dm(MARA)
    gave_up = ask(stage, MARA, dm, QUESTION)
    stage.faults.inject(Fault(method="chat.postMessage", error="is_archived"))
    space.click(MARA, dm, gave_up["ts"], "ask_expert")
    wait_for_text(space, dm, gave_up["thread_ts"], "I can't write in the experts' channel")
    assert space.messages(EXPERTS) == []
    hand_over(stage, MARA, dm, gave_up)


def test_a_reply_that_is_faster_than_our_own_notes_is_forwarded_too(stage: Stage, tmp_path: Path) -> None:
    space = stage.workspace
    scope = build_session_scope(build_engine(f"sqlite:///{tmp_path / 'home' / 'attache.db'}"))
    dm = space.open_dm(MARA)
    gave_up = ask(stage, MARA, dm, QUESTION)
    root = hand_over(stage, MARA, dm, gave_up)
    wait_for_text(space, dm, gave_up["thread_ts"], "I've asked the experts")
    # As if it had been cut off between posting the question and writing down where.
    with scope() as session:
        question = session.exec(select(ExpertQuestion)).one()
        question.expert_ts = None
        session.add(question)
    other = space.post_as(SAM, EXPERTS, "Lunch?")
    space.post_as(PAUL, EXPERTS, "At noon.", other)
    space.post_as(PAUL, EXPERTS, "Behind the left door.", root["ts"])
    wait_for_text(space, dm, gave_up["thread_ts"], "Behind the left door.")
    wait_for_text(space, EXPERTS, root["ts"], "Sent to Mara Lindqvist")
    assert replies(space, EXPERTS, other) == []
    assert holding(space, dm, gave_up["thread_ts"], "At noon.") == []


def test_only_experts_managers_and_admins_speak_for_the_experts(stage: Stage, tmp_path: Path) -> None:
    scope = build_session_scope(build_engine(f"sqlite:///{tmp_path / 'home' / 'attache.db'}"))
    with scope() as session:
        set_expert_channel(session, "default", SERVICE_DESK, by="test", now=datetime.now(UTC))
    space = stage.workspace
    dm = space.open_dm(MARA)
    gave_up = ask(stage, MARA, dm, QUESTION)
    space.click(MARA, dm, gave_up["ts"], "ask_expert")
    root = space.wait_for(lambda now: now.messages(SERVICE_DESK))[0]
    space.post_as(JONAS, SERVICE_DESK, "I'd like to know that too.", root["ts"])
    told = space.wait_for(lambda now: now.ephemerals(JONAS, SERVICE_DESK))
    assert "yours stays here" in text_of(told[0])
    space.post_as(MARA, SERVICE_DESK, "It is urgent.", root["ts"])
    space.post_as(SAM, SERVICE_DESK, "Behind the left door.", root["ts"])
    wait_for_text(space, dm, gave_up["thread_ts"], "Behind the left door.")
    thread = space.messages(dm, gave_up["thread_ts"])
    assert "know that too" not in repr(thread)
    assert "It is urgent" not in repr(thread)


def test_an_answer_goes_to_direct_messages_when_a_guest_reads_along_meanwhile(stage: Stage) -> None:
    space = stage.workspace
    gave_up = mention(stage, MARA, SERVICE_DESK, QUESTION)
    space.click(MARA, SERVICE_DESK, gave_up["ts"], "ask_expert")
    root = space.wait_for(lambda now: now.messages(EXPERTS))[0]
    assert "read your answer" not in text_of(root)
    space.core.state.conversations[SERVICE_DESK].members.add(GUEST)
    space.post_as(PAUL, EXPERTS, "Ask ACME, they pay us 12 %.", root["ts"])
    dm = space.open_dm(MARA)
    wait_for_text(space, dm, None, "Ask ACME")
    wait_for_text(space, EXPERTS, root["ts"], "somebody new reads along")
    assert "ACME" not in repr(space.messages(SERVICE_DESK, gave_up["thread_ts"]))


def test_where_a_partner_reads_along_the_experts_are_warned(stage: Stage) -> None:
    space = stage.workspace
    gave_up = mention(stage, MARA, LOBBY, QUESTION)
    space.click(MARA, LOBBY, gave_up["ts"], "ask_expert")
    root = space.wait_for(lambda now: now.messages(EXPERTS))[0]
    assert "People from outside read your answer" in text_of(root)
    space.post_as(PAUL, EXPERTS, "Behind the left door.", root["ts"])
    answer = wait_for_text(space, LOBBY, gave_up["thread_ts"], "Behind the left door.")
    assert f"<@{MARA}>" in text_of(answer)


def test_a_channel_that_outsiders_joined_is_not_told_customer_and_serial(stage: Stage) -> None:
    space = stage.workspace
    space.core.state.conversations[EXPERTS].members.add(ELIF)
    dm, thread = open_visit(stage, MARA, CHILLER)
    root = text_of(hand_over(stage, MARA, dm, ask(stage, MARA, dm, QUESTION, thread)))
    assert "Aurora" in root
    assert "Harbour Grand Hotel" not in root
    assert CHILLER not in root


def test_a_reply_that_was_cut_off_is_forwarded_once_at_the_next_start(
    open_stage: OpenStage, sample: tuple[Path, tuple[PersonFacts, ...]], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    scope = build_session_scope(build_engine(f"sqlite:///{home / 'attache.db'}"))
    with WorkspaceServer(build_seed(sample[1]), timing=PATIENT) as server:
        space = server.workspace

        def live(act: Any) -> Any:
            with running_app(connect(Settings(home=home), server)) as app:
                handler = SocketModeHandler(app, app_token=server.app_token, web_client=app.client)
                handler.connect()
                try:
                    return act()
                finally:
                    hang_up(handler)

        class Here:
            workspace, faults = space, server.faults

        dm = space.open_dm(MARA)
        gave_up = live(lambda: ask(Here, MARA, dm, QUESTION))  # type: ignore[arg-type]
        root = live(lambda: hand_over(Here, MARA, dm, gave_up))  # type: ignore[arg-type]
        ts = space.post_as(PAUL, EXPERTS, "Behind the left door.", root["ts"])
        payload = {
            "channel": EXPERTS, "ts": ts, "thread_ts": root["ts"], "user": PAUL, "text": "Behind the left door.",
            "files": 1,
        }  # fmt: skip
        long_ago = datetime.now(UTC) - timedelta(minutes=10)
        key = f"expert_reply:{EXPERTS}:{ts}"
        with scope() as session:
            item = {"key": key, "kind": "expert_reply", "payload": payload, "received_at": long_ago}
            session.add(WorkItem(**item, lease_until=long_ago))
        thread = gave_up["thread_ts"]
        live(lambda: wait_for_text(space, EXPERTS, root["ts"], "Sent to Mara"))
        # Cut off again, after everything was sent: looked up, and left as it is.
        with scope() as session:
            row = session.get_one(WorkItem, key)
            row.finished_at, row.payload, row.lease_until = None, payload, long_ago
            session.add(row)
        live(lambda: space.wait_for(lambda _: _is_finished(scope, key)))
        assert len(holding(space, dm, thread, "Behind the left door.")) == 1
        assert "A file stays with the experts" in text_of(
            holding(space, dm, thread, "Behind the left door.")[0]
        )
        assert len(holding(space, EXPERTS, root["ts"], "Sent to Mara")) == 1


def _is_finished(scope: Any, key: str) -> bool:
    with scope() as session:
        return session.get_one(WorkItem, key).finished_at is not None


def test_not_helpful_asks_why_in_one_tap_and_offers_an_expert(stage: Stage) -> None:
    space = stage.workspace
    dm, thread = open_visit(stage, MARA, CHILLER)
    answer = ask(stage, MARA, dm, "What does alarm E12 mean?", thread)
    assert not has_action(answer, "ask_expert")
    space.click(MARA, dm, answer["ts"], "answer_feedback", option="negative")
    why = wait_for_text(space, dm, thread, "What was it?")
    space.click(MARA, dm, why["ts"], "feedback_outdated")
    thanks = wait_for_text(space, dm, thread, "Thanks, noted: outdated.")
    assert thanks["ts"] == why["ts"]
    space.click(MARA, dm, thanks["ts"], "feedback_comment")
    form = space.wait_for(lambda now: now.open_view_of(MARA))
    space.submit_view(MARA, form["id"], {"comment": {"field": "E12 has a second cause since firmware 4."}})
    wait_for_text(space, dm, thread, "without your name")
    root = text_of(hand_over(stage, MARA, dm, thanks))
    assert "The documents' answer was no help (outdated)" in root
    assert "Compressor overcurrent" in root

    space.open_home(INGRID)
    home = text_of(space.wait_for(lambda now: now.home_of(INGRID)))
    top, section = home.split("Conversions")[0], home.split("Gaps in the documents")[1]
    assert "1 gap in the documents · 1 question waits for an expert" in top
    assert "What does alarm E12 mean?" in section
    assert "1 × outdated" in section
    assert "1 question waits for an expert" in section
    assert "Mara" not in section
