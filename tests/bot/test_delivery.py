"""A reply arrives once, in whatever form Slack accepts."""

from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.conduct import live_reply
from bot.delivery import Delivery, Place, add_retries
from bot.demo.workspace.faults import Fault
from bot.demo.workspace.seed import SeedChannel, SeedUser, WorkspaceSeed
from bot.demo.workspace.server import WorkspaceServer
from bot.manifest import build_manifest
from bot.views.answer import build_stopped
from bot.views.message import Message
from bot.views.notes import build_note

MARA, BOT = "U0TECH0001", "U0ATTACHE1"
DESK = "C0SERVICE1"
FOOT = [{"type": "context", "elements": [{"type": "mrkdwn", "text": "[1] *Service manual*"}]}]
# Each piece is longer than the stream's buffer, so that each is a call of its own.
PIECES = tuple(
    f"{step}{' and wait' * 30}. [1]\n" for step in ("1. Close", "2. Drain the oil, 4.5 l", "3. Torque 42 Nm")
)
ANSWER = Message(
    text="Close the valve.",
    blocks=[{"type": "markdown", "text": "".join(PIECES)}, *FOOT],
    stream=PIECES,
    closing=FOOT,
)


@pytest.fixture
def server() -> Iterator[WorkspaceServer]:
    seed = WorkspaceSeed(
        manifest=build_manifest(),
        users=(SeedUser(id=MARA, name="Mara"),),
        channels=(SeedChannel(id=DESK, name="desk", members=(MARA, BOT)),),
        bot_user_id=BOT,
    )
    with WorkspaceServer(seed) as running:
        yield running


@pytest.fixture
def delivery(server: WorkspaceServer) -> Delivery:
    return Delivery(add_retries(WebClient(token=server.bot_token, base_url=server.api_url)), streaming=True)


@pytest.fixture
def place(server: WorkspaceServer) -> Place:
    channel = server.workspace.open_dm(MARA)
    question = server.workspace.post_as(MARA, channel, "How do I drain it?")
    return Place(channel, question, team_id="T0NORVANE1", user_id=MARA)


def replies(server: WorkspaceServer, place: Place) -> list[dict[str, Any]]:
    """What stands in the thread under the question."""
    return [
        one
        for one in server.workspace.messages(place.channel, place.thread_ts)
        if one["ts"] != place.thread_ts
    ]


def methods(server: WorkspaceServer) -> list[str]:
    return [call.method for call in server.workspace.calls]


def test_an_answer_is_streamed_and_ends_with_its_sources(
    server: WorkspaceServer, delivery: Delivery, place: Place
) -> None:
    ts = delivery.reply(place, ANSWER, key="k")
    (reply,) = replies(server, place)
    assert reply["ts"] == ts
    assert reply["markdown"] == "".join(PIECES)
    assert not reply["streaming"]
    assert "Service manual" in repr(reply["blocks"])
    assert "chat.postMessage" not in methods(server)


@pytest.mark.parametrize("error", ["unknown_method", "missing_scope", "team_not_found", "http_500"])
def test_where_streams_are_refused_the_answer_is_posted(
    server: WorkspaceServer, delivery: Delivery, place: Place, error: str
) -> None:
    server.faults.inject(Fault(method="chat.startStream", error=error, times=9))
    delivery.reply(place, ANSWER, key="k")
    (reply,) = replies(server, place)
    assert "Drain the oil, 4.5 l" in repr(reply["blocks"])


@pytest.mark.parametrize("appends", [0, 1])
def test_a_stream_that_dies_becomes_the_whole_answer(
    server: WorkspaceServer, delivery: Delivery, place: Place, appends: int
) -> None:
    server.faults.kill_streams_after(appends)
    delivery.reply(place, ANSWER, key="k")
    server.faults.clear()
    (reply,) = replies(server, place)
    assert "Torque 42 Nm" in repr(reply["blocks"])
    assert "Service manual" in repr(reply["blocks"])


def test_a_stream_that_dies_and_cannot_be_updated_is_replaced(
    server: WorkspaceServer, delivery: Delivery, place: Place
) -> None:
    server.faults.kill_streams_after(0)
    server.faults.inject(Fault(method="chat.update", error="message_not_found"))
    delivery.reply(place, ANSWER, key="k")
    (reply,) = replies(server, place)
    assert "Torque 42 Nm" in repr(reply["blocks"])


def test_a_rate_limit_is_waited_out(server: WorkspaceServer, delivery: Delivery, place: Place) -> None:
    server.faults.inject(Fault(method="chat.postMessage", error="ratelimited", retry_after_s=1, times=2))
    delivery.post(place, build_note("Hello."))
    assert len(replies(server, place)) == 1


def test_blocks_that_are_refused_leave_the_text(
    server: WorkspaceServer, delivery: Delivery, place: Place
) -> None:
    delivery.post(place, Message(text="Close the valve.", blocks=[{"type": "hologram"}]))
    (reply,) = replies(server, place)
    assert reply["text"] == "Close the valve."


def test_a_refusal_for_another_reason_is_raised(delivery: Delivery) -> None:
    with pytest.raises(SlackApiError, match="channel_not_found"):
        delivery.post(Place("C0NOWHERE1", None), build_note("Hello."))


def test_a_reply_that_arrived_is_found_again(
    server: WorkspaceServer, delivery: Delivery, place: Place
) -> None:
    assert delivery.sent.find_reply(place, key="question:1") is None
    ts = delivery.reply(place, ANSWER, key="question:1")
    assert delivery.sent.find_reply(place, key="question:1") == ts
    assert delivery.sent.find_reply(place, key="question:2") is None
    plain = delivery.reply(Place(place.channel, place.thread_ts), build_note("Hello."), key="question:2")
    assert delivery.sent.find_reply(place, key="question:2") == plain


def test_a_whisper_in_a_channel_is_for_one_person_and_in_a_dm_a_message(
    server: WorkspaceServer, delivery: Delivery, place: Place
) -> None:
    delivery.whisper(DESK, MARA, build_note("Only you."))
    assert [one["text"] for one in server.workspace.ephemerals(MARA, DESK)] == ["Only you."]
    assert server.workspace.messages(DESK) == []
    delivery.whisper(place.channel, MARA, build_note("Hello."), thread_ts=place.thread_ts)
    assert [one["text"] for one in replies(server, place)] == ["Hello."]


def test_work_is_shown_and_ends_even_where_sessions_are_refused(
    server: WorkspaceServer, delivery: Delivery, place: Place
) -> None:
    with delivery.signs.processing(place, title="Draining"):
        assert server.workspace.session(place.channel, place.thread_ts) == {
            "status": "processing",
            "title": "Draining",
        }
    assert server.workspace.session(place.channel, place.thread_ts)["status"] == "active"
    server.faults.inject(Fault(method="*", error="unknown_method", times=4))
    with delivery.signs.processing(place, title="Draining"):
        pass


def test_a_permalink_needs_one_call_for_all(
    server: WorkspaceServer, delivery: Delivery, place: Place
) -> None:
    links = [delivery.sent.permalink(place.channel, f"170000000{n}.000100") for n in range(5)]
    assert links[0] == f"{server.url}/archives/{place.channel}/p1700000000000100"
    assert methods(server).count("auth.test") == 1


def standing(server: WorkspaceServer, place: Place) -> tuple[str, bool]:
    """What a reader sees of the one reply: its Markdown, and whether it still grows."""
    (reply,) = replies(server, place)
    return reply["markdown"], reply["streaming"]


def test_a_reply_is_read_while_it_is_written_and_ends_whole(
    server: WorkspaceServer, delivery: Delivery, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_reply, "_PAUSE_S", 0.0)
    begun: list[str] = []
    live = delivery.begin(place, key="k", on_begin=begun.append)
    assert replies(server, place) == []
    live.show(PIECES[:1])
    assert standing(server, place) == (PIECES[0], True)
    live.show(PIECES[:1])
    live.show(PIECES[:2])
    assert standing(server, place) == ("".join(PIECES[:2]), True)
    ts = live.finish(ANSWER)
    assert standing(server, place) == ("".join(PIECES), False)
    assert begun == [ts]
    assert delivery.sent.find_reply(place, key="k") == ts
    assert "Service manual" in repr(replies(server, place)[0]["blocks"])


def test_pieces_that_come_fast_are_sent_together(
    server: WorkspaceServer, delivery: Delivery, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_reply, "_PAUSE_S", 1_000.0)
    live = delivery.begin(place, key="k")
    for count in (1, 2, 3):
        live.show(PIECES[:count])
    assert methods(server).count("chat.appendStream") == 0
    live.finish(ANSWER)
    assert standing(server, place) == ("".join(PIECES), False)


@pytest.mark.parametrize("error", ["unknown_method", "http_500", "message_not_in_streaming_state"])
def test_a_stream_that_dies_while_it_is_written_becomes_the_whole_message_once(
    server: WorkspaceServer, delivery: Delivery, place: Place, monkeypatch: pytest.MonkeyPatch, error: str
) -> None:
    monkeypatch.setattr(live_reply, "_PAUSE_S", 0.0)
    live = delivery.begin(place, key="k")
    live.show(PIECES[:1])
    server.faults.inject(Fault(method="chat.appendStream", error=error, times=9))
    live.show(PIECES[:2])
    live.show(PIECES)
    assert methods(server).count("chat.appendStream") == 1
    live.finish(ANSWER)
    (reply,) = replies(server, place)
    assert repr(reply["blocks"]).count("Torque 42 Nm") == 1
    assert "Service manual" in repr(reply["blocks"])


def test_where_streams_are_refused_from_the_start_the_reply_comes_once_at_the_end(
    server: WorkspaceServer, delivery: Delivery, place: Place
) -> None:
    server.faults.inject(Fault(method="chat.startStream", error="missing_scope", times=9))
    live = delivery.begin(place, key="k")
    live.show(PIECES[:1])
    live.show(PIECES[:2])
    assert replies(server, place) == []
    live.finish(ANSWER)
    (reply,) = replies(server, place)
    assert repr(reply["blocks"]).count("Drain the oil, 4.5 l") == 1
    assert methods(server).count("chat.startStream") == 1


def test_a_rate_limit_while_it_is_written_keeps_the_words_for_the_next_time(
    server: WorkspaceServer, delivery: Delivery, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_reply, "_PAUSE_S", 0.0)
    live = delivery.begin(place, key="k")
    live.show(PIECES[:1])
    server.faults.inject(Fault(method="chat.appendStream", error="ratelimited", times=1))
    live.show(PIECES[:2])
    assert standing(server, place) == (PIECES[0], True)
    live.show(PIECES)
    assert standing(server, place) == ("".join(PIECES), True)
    live.finish(ANSWER)
    assert standing(server, place) == ("".join(PIECES), False)


def test_a_message_that_begins_otherwise_takes_the_place_of_what_was_shown(
    server: WorkspaceServer, delivery: Delivery, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_reply, "_PAUSE_S", 0.0)
    live = delivery.begin(place, key="k")
    live.show(["Something else.\n"])
    live.finish(ANSWER)
    (reply,) = replies(server, place)
    assert "Something else" not in repr(reply)
    assert "Torque 42 Nm" in repr(reply["blocks"])


def test_a_stream_of_an_interrupted_try_is_completed_and_no_other_is_begun(
    server: WorkspaceServer, delivery: Delivery, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_reply, "_PAUSE_S", 0.0)
    begun: list[str] = []
    delivery.begin(place, key="k", on_begin=begun.append).show(PIECES[:1])
    again = delivery.begin(place, key="k", begun_ts=begun[0])
    again.show(PIECES[:2])
    assert again.finish(ANSWER) == begun[0]
    (reply,) = replies(server, place)
    assert repr(reply["blocks"]).count("Torque 42 Nm") == 1
    assert methods(server).count("chat.startStream") == 1


def test_a_person_who_stops_the_stream_is_heard(
    server: WorkspaceServer, delivery: Delivery, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_reply, "_PAUSE_S", 0.0)
    with delivery.signs.processing(place, title="Draining"):
        live = delivery.begin(place, key="k")
        live.show(PIECES[:1])
        server.workspace.stop_session(MARA, place.channel, place.thread_ts)
        live.show(PIECES[:2])
        assert delivery.signs.was_stopped(place)
        live.finish(build_stopped(live.shown))
    (reply,) = replies(server, place)
    assert "Stopped." in repr(reply)
    assert "Close" in repr(reply)
    assert "Torque" not in repr(reply)
