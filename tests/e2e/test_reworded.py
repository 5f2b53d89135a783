"""The reasons on an offer's card in a model's words: the same facts, kept as they were shown, or its own bullets."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk
from sqlmodel import select

from bot.app import open_database
from bot.database import build_read_scope
from bot.settings import Settings
from knowledge.answering import chat
from offers.models import Offer
from tests.e2e.conftest import MARA, OpenStage, Stage, accept, text_of
from tests.e2e.test_stories import CHILLER, ask, find_card, open_visit
from tests.knowledge.models import ScriptedModel

Put = Callable[[list[str]], str]


class Rewording(ScriptedModel):
    """A model that answers no question, and puts notes as it is told to."""

    put: Any = None

    def _stream(self, messages: list[BaseMessage], *_: Any, **__: Any) -> Iterator[ChatGenerationChunk]:
        prompt = "\n".join(str(message.content) for message in messages)
        found = re.search(r"<<< notes \w+\n(.*)\n>>> notes", prompt, re.S)
        text = "NO ANSWER" if found is None else self.put(found[1].splitlines())
        yield ChatGenerationChunk(message=AIMessageChunk(content=text))


def show_card(stage: Stage) -> tuple[str, dict[str, Any]]:
    """Visit the chiller and ask twice; return where the offer's card stands, and it."""
    dm, thread = open_visit(stage, MARA, CHILLER)
    ask(stage, MARA, dm, "How do I change the filter drier?", thread)
    ask(stage, MARA, dm, "And the torque for it?", thread)
    return thread, {**find_card(stage, dm, thread), "channel": dm}


def read_offer(home: Path) -> Offer:
    """Return the one offer that was made here."""
    engine = open_database(Settings(home=home))
    with build_read_scope(engine)() as session:
        offer = [one for one in session.exec(select(Offer)).all() if one.person_id is not None][-1]
    engine.dispose()
    return offer


@pytest.fixture
def with_model(monkeypatch: pytest.MonkeyPatch) -> Callable[[Put], None]:
    """Let the next stage's language model put notes in a certain way."""

    def use(put: Put) -> None:
        def init(_model: str, **_: Any) -> BaseChatModel:
            return Rewording(script=[], prompts=[], put=put)

        monkeypatch.setattr(chat, "find_spec", lambda _: ModuleType("there"))
        monkeypatch.setattr("langchain.chat_models.init_chat_model", init)

    return use


def test_a_card_shows_its_reasons_as_the_model_put_them_and_goes_on_doing_so(
    open_stage: OpenStage, with_model: Callable[[Put], None], tmp_path: Path
) -> None:
    with_model(lambda notes: ". ".join(notes) + ".")
    with open_stage(llm="openai:scripted") as stage:
        thread, card = show_card(stage)
        offer = read_offer(tmp_path / "home")
        assert offer.wording == ". ".join(offer.reasons) + "."
        assert offer.worded_by == "openai:scripted reword-1"
        assert offer.wording in text_of(card)
        assert f"• {offer.reasons[0]}" not in text_of(card)
        accept(stage, MARA, card)
        done = stage.workspace.wait_for(
            lambda now: [one for one in now.messages(card["channel"], thread) if "Accepted" in text_of(one)]
        )
        assert offer.wording in text_of(done[0])
        assert stage.workspace.problems == []


@pytest.mark.parametrize(
    "lie",
    [" It is free.", " For EUR 99.", " See https://evil.example", " Guaranteed by Ingrid Solberg."],
)
def test_a_model_that_adds_to_the_reasons_is_not_shown(
    open_stage: OpenStage, with_model: Callable[[Put], None], tmp_path: Path, lie: str
) -> None:
    with_model(lambda notes: ". ".join(notes) + "." + lie)
    with open_stage(llm="openai:scripted") as stage:
        _, card = show_card(stage)
        offer = read_offer(tmp_path / "home")
        assert offer.wording is None
        assert all(f"• {reason}" in text_of(card) for reason in offer.reasons)
        assert lie.strip() not in text_of(card)
