"""Answers that a language model words, in the workspace: read while they are written, never wrong, never twice."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import ModuleType
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from sqlmodel import select

from bot.app import open_database
from bot.conduct import live_reply
from bot.database import build_read_scope
from bot.demo.workspace.faults import Fault
from bot.demo.workspace.workspace import Workspace
from bot.records import Turn
from bot.settings import Settings
from knowledge.answering import chat
from tests.e2e.conftest import MARA, OpenStage, Stage, has_action, text_of
from tests.e2e.test_conduct import replies
from tests.e2e.test_stories import CHILLER, ask, open_visit
from tests.knowledge.models import QuotaExceeded, ScriptedModel

DRIER = "How do I change the filter drier?"
FIRST = "1. Pump the circuit down and close the liquid line valves before and after the shell. [1]\n"
LIES = "Use 99 Nm for everything. [1]\nSee https://evil.example/x [1]\n"
LAST = "tighten the cover bolts of the filter drier crosswise to 40 Nm"
Talking = Callable[..., AbstractContextManager[Stage]]


@pytest.fixture
def talking(open_stage: OpenStage, monkeypatch: pytest.MonkeyPatch) -> Talking:
    """Open a stage whose bot has a language model that follows a script."""

    @contextmanager
    def opened(*script: Any, **changes: Any) -> Iterator[Stage]:
        def init(_model: str, **_: Any) -> BaseChatModel:
            return ScriptedModel(script=list(script), prompts=[])

        monkeypatch.setattr(chat, "find_spec", lambda _: ModuleType("there"))
        monkeypatch.setattr("langchain.chat_models.init_chat_model", init)
        monkeypatch.setattr(live_reply, "_PAUSE_S", 0.0)
        with open_stage(llm="openai:scripted", **changes) as stage:
            yield stage

    return opened


def growing(space: Workspace, dm: str, ts: str) -> list[dict[str, Any]]:
    return [one for one in replies(space, dm, ts) if one["streaming"]]


def finished(space: Workspace, dm: str, ts: str) -> list[dict[str, Any]]:
    return [one for one in replies(space, dm, ts) if has_action(one, "answer_feedback")]


def test_hazards_and_checked_lines_are_read_while_the_model_still_writes(talking: Talking) -> None:
    gate = threading.Event()
    with talking(
        FIRST, LIES, gate, "2. Recover what is left in the shell until the gauge shows 0 bar. [1]\n"
    ) as stage:
        space = stage.workspace
        dm, thread = open_visit(stage, MARA, CHILLER)
        ts = space.post_as(MARA, dm, DRIER, thread_ts=thread)
        reading = space.wait_for(
            lambda now: [one for one in growing(now, dm, thread) if "Pump the circuit" in one["markdown"]],
            timeout_s=30,
        )[0]["markdown"]
        assert reading.index("WARNING") < reading.index("Pump the circuit")
        assert "Recover what" not in reading
        gate.set()
        space.wait_for(lambda now: finished(now, dm, thread), timeout_s=30)
        answers = [one for one in replies(space, dm, thread) if one["ts"] > ts]
        assert len(answers) == 1
        whole = text_of(answers[0])
    assert whole.startswith(reading.replace("\\", "").replace("\u2060", ""))
    assert [whole.count(f"\n{n}. ") for n in range(1, 8)] == [1] * 7
    assert LAST in whole
    assert "Worded by AI" in whole


def test_what_a_model_makes_up_is_on_no_screen_for_no_moment(talking: Talking) -> None:
    with talking(
        LIES, FIRST, LIES, "6. Put in a new gasket and tighten the cover bolts to 99 Nm. [1]\n"
    ) as stage:
        whole = text_of(ask(stage, MARA, stage.workspace.open_dm(MARA), DRIER))
        sent = repr(stage.workspace.calls)
    assert LAST in whole
    assert "99 Nm" not in sent
    assert "evil.example" not in sent


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ([QuotaExceeded("over quota")], "Short form"),
        ([FIRST, QuotaExceeded("over quota")], "Completed in the documents' own words"),
        (['{"answer": "24 Nm"}'], "Short form"),
        (["Claro, cambie el filtro y apriete los tornillos. [1]"], "Short form"),
    ],
)
def test_whatever_becomes_of_the_model_the_steps_arrive_once(
    talking: Talking, script: list[Any], said: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="bot"), talking(*script) as stage:
        dm = stage.workspace.open_dm(MARA)
        answer = ask(stage, MARA, dm, DRIER)
        whole = text_of(answer)
        assert len(replies(stage.workspace, dm, answer["thread_ts"])) == 1
    assert [whole.count(f"\n{n}. ") for n in range(1, 8)] == [1] * 7
    assert said in whole
    assert "filter drier" not in caplog.text


def test_a_provider_that_hangs_costs_its_time_and_not_the_answer(talking: Talking) -> None:
    never = threading.Event()
    with talking(never, llm_first_token_s=0.2) as stage:
        whole = text_of(ask(stage, MARA, stage.workspace.open_dm(MARA), DRIER))
        never.set()
    assert LAST in whole
    assert "Short form" in whole


@pytest.mark.parametrize("method", ["chat.startStream", "chat.appendStream"])
def test_where_slack_refuses_to_stream_the_answer_comes_once_and_whole(talking: Talking, method: str) -> None:
    with talking(FIRST) as stage:
        stage.faults.inject(Fault(method=method, error="unknown_method", times=20))
        dm = stage.workspace.open_dm(MARA)
        answer = ask(stage, MARA, dm, DRIER)
        assert len(replies(stage.workspace, dm, answer["thread_ts"])) == 1
        whole = text_of(answer)
    assert whole.count("Pump the circuit") == 1
    assert LAST in whole


def test_stop_ends_the_writing_and_leaves_what_was_read(talking: Talking) -> None:
    gate = threading.Event()
    with talking(
        FIRST, gate, "2. Recover what is left in the shell until the gauge shows 0 bar. [1]\n"
    ) as stage:
        space = stage.workspace
        dm = space.open_dm(MARA)
        ts = space.post_as(MARA, dm, DRIER)
        space.wait_for(
            lambda now: [one for one in growing(now, dm, ts) if "Pump the circuit" in one["markdown"]],
            timeout_s=30,
        )
        space.stop_session(MARA, dm, ts)
        answer = space.wait_for(
            lambda now: [one for one in replies(now, dm, ts) if "Stopped." in text_of(one)], timeout_s=15
        )[0]
        gate.set()
        assert len(replies(space, dm, ts)) == 1
    assert "Pump the circuit" in text_of(answer)
    assert "Recover what" not in text_of(answer)
    assert not has_action(answer, "answer_feedback")


def test_the_turn_tells_which_model_and_prompt_and_how_long_each_stage_took(
    talking: Talking, tmp_path: Any
) -> None:
    with talking(FIRST) as stage:
        dm, thread = open_visit(stage, MARA, CHILLER)
        ask(stage, MARA, dm, DRIER, thread)
    with build_read_scope(open_database(Settings(home=tmp_path / "home")))() as session:
        (turn,) = session.exec(select(Turn)).all()
    assert (turn.composed_by, turn.prompt_version, turn.short_form) == ("openai:scripted", "answer-1", None)
    assert turn.stages_ms is not None
    assert {"embed", "search", "model", "model_first"} <= turn.stages_ms.keys()
    assert "Pump the circuit" in turn.answer
