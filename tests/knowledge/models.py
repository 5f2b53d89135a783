"""Language models for tests: what they say is written down beforehand, and some don't behave."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult

from knowledge.answering.chat import ChatComposer
from knowledge.prompting import Task


class QuotaExceeded(Exception):
    """What a provider's own package might raise; nobody here can import it."""


class ScriptedModel(BaseChatModel):
    """Streams a script: text is said in small pieces, an exception is raised, an event is waited for."""

    script: list[Any]
    prompts: list[str]
    endless: bool = False

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(self, *_: Any, **__: Any) -> ChatResult:
        raise NotImplementedError

    def _stream(self, messages: list[BaseMessage], *_: Any, **__: Any) -> Iterator[ChatGenerationChunk]:
        self.prompts.append("\n".join(str(message.content) for message in messages))
        while True:
            for act in self.script:
                if isinstance(act, Exception):
                    raise act
                if isinstance(act, threading.Event):
                    act.wait(30)
                    continue
                for start in range(0, len(act) or 1, 7):
                    yield ChatGenerationChunk(message=AIMessageChunk(content=act[start : start + 7]))
            if not self.endless:
                return


def composer_of(*script: Any, endless: bool = False, **limits: Any) -> ChatComposer:
    """A real composer over a model that follows the script."""
    model = ScriptedModel(script=list(script), prompts=[], endless=endless)
    return ChatComposer(model, name="test:scripted", **({"first_token_s": 10.0, "total_s": 10.0} | limits))


class Puppet:
    """A composer without a model: says what it is told to at that moment, in pieces of any size."""

    name = "test:puppet"
    prompt_version = "answer-0"
    rewording_version = "reword-0"

    def __init__(self, text: str = "", *, piece: int = 5) -> None:
        self.text = text
        self.piece = piece
        self.tasks: list[Task] = []

    def check(self) -> float:
        return 0.0

    def reword(self, notes: str) -> Generator[str]:
        yield self.text or notes

    def write(self, task: Task) -> Generator[str]:
        self.tasks.append(task)
        for start in range(0, len(self.text), self.piece):
            yield self.text[start : start + self.piece]
