"""A language model that writes: any LangChain chat model, held to its time.

This is the only place that talks to one. What it gives is text and nothing more: who uses it
(`knowledge.answering.composing`) believes none of it without looking.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Generator
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

from knowledge.errors import ModelPackageMissing, ModelUnusable, WritingFailed
from knowledge.prompting import Task, load_prompt

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

logger = logging.getLogger(__name__)

MOST_LINES = 10
# A model that hangs keeps its thread until the provider's own time is over; so many may do so at once.
_AT_ONCE = 16
# After so many failures in a row the model is left alone for a while: nobody waits for a provider that is down.
_FAILURES = 3
_REST_S = 30.0
# While nothing comes, whoever listens is given the chance to stop this often.
_HEARTBEAT_S = 0.25
# The packages of our extras, and what else LangChain's providers are called.
_EXTRAS = {"anthropic": "langchain_anthropic", "ollama": "langchain_ollama", "openai": "langchain_openai"}


class Composer(Protocol):
    """Writes statements with citations, as text, in pieces."""

    @property
    def name(self) -> str:
        """The model, as the log and `bot_turn` name it."""
        ...

    @property
    def prompt_version(self) -> str:
        """The prompt it is asked with."""
        ...

    @property
    def rewording_version(self) -> str:
        """The prompt it rewords notes with."""
        ...

    def check(self) -> float:
        """Ask for one word, without any document; return the seconds it took. Raises WritingFailed."""
        ...

    def write(self, task: Task) -> Generator[str]:
        """Yield the text as it is written, "" now and then while nothing comes.

        Raises:
            WritingFailed: it comes to nothing, or ends in the middle.
        """
        ...

    def reword(self, notes: str) -> Generator[str]:
        """Yield notes in other words, as `write` does. Raises WritingFailed."""
        ...


def build_composer(spec: str, *, first_token_s: float, total_s: float) -> ChatComposer:
    """Return the composer of a setting, "provider:model" as LangChain's `init_chat_model` takes it.

    Nothing is sent. Keys come from the provider's own environment variables.

    Raises:
        ModelPackageMissing: the provider's LangChain package is not installed.
        ModelUnusable: there is no such provider, or it refuses its settings (often a missing key).
    """
    provider, _, name = (part.strip() for part in spec.partition(":"))
    if not provider or not name:
        raise ModelUnusable(spec, "it is written as provider:model, for example anthropic:claude-sonnet-4-5")
    package = _EXTRAS.get(provider)
    if package is not None and find_spec(package) is None:
        raise ModelPackageMissing(spec, package.replace("_", "-"), f"attache[{provider}]")
    return ChatComposer(
        _build_model(spec, provider, name, total_s), name=spec, first_token_s=first_token_s, total_s=total_s
    )


def _build_model(spec: str, provider: str, name: str, total_s: float) -> BaseChatModel:
    from langchain.chat_models import init_chat_model

    limits: dict[str, Any] = {"timeout": total_s, "max_retries": 1}
    if provider == "ollama":
        limits = {"client_kwargs": {"timeout": total_s}}
    try:
        model: BaseChatModel = init_chat_model(name, model_provider=provider, **limits)
    except ImportError as error:
        missing = (getattr(error.__cause__, "name", None) or f"langchain-{provider}").replace("_", "-")
        raise ModelPackageMissing(spec, missing, missing) from error
    except Exception as error:  # Providers raise errors of packages that need not be installed here.
        if "nsupported provider" in str(error):
            raise ModelUnusable(spec, f"LangChain knows no provider {provider}") from error
        reason = f"{provider} refuses its settings ({type(error).__name__}); is its key in the environment?"
        raise ModelUnusable(spec, reason) from error
    return model


class ChatComposer:
    """Asks a LangChain chat model. Safe to use from many threads."""

    def __init__(
        self,
        model: BaseChatModel,
        *,
        name: str,
        first_token_s: float,
        total_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take a model. `first_token_s` and `total_s` bound how long a question waits for it, in seconds."""
        self._model = model
        self._name = name
        self._first_token_s = first_token_s
        self._total_s = total_s
        self._clock = clock
        self._prompt = load_prompt("answer")
        self._rewording = load_prompt("reword")
        self._slots = threading.BoundedSemaphore(_AT_ONCE)
        self._guard = threading.Lock()
        self._failures = 0
        self._rests_until = -1.0

    @property
    def name(self) -> str:
        """The setting it was built from."""
        return self._name

    @property
    def prompt_version(self) -> str:
        """Name and version of the prompt file."""
        return self._prompt.version

    @property
    def rewording_version(self) -> str:
        """Name and version of the prompt file that notes are reworded with."""
        return self._rewording.version

    def write(self, task: Task) -> Generator[str]:
        """Yield what the model writes about a task. Raises WritingFailed."""
        yield from self._ask(self._prompt.render(task, most=MOST_LINES))

    def reword(self, notes: str) -> Generator[str]:
        """Yield the notes as the model words them. Raises WritingFailed."""
        yield from self._ask(self._rewording.render_notes(notes))

    def check(self) -> float:
        """Ask for one word, without any document, and return how long it took, in seconds. Raises WritingFailed."""
        started = self._clock()
        for _ in self._ask(("Reply with the word that you are asked for.", "Write: ready")):
            pass
        return self._clock() - started

    def _ask(self, prompt: tuple[str, str]) -> Generator[str]:
        with self._guard:
            if self._clock() < self._rests_until:
                raise WritingFailed(self._name, "down")
        if not self._slots.acquire(blocking=False):
            raise WritingFailed(self._name, "busy")
        call = _Call(self._model, prompt, on_end=self._slots.release)
        try:
            yield from self._within_time(call)
        except WritingFailed as failure:
            logger.warning("%s: %s %s", self._name, failure.reason, call.error or "")
            self._count(failed=True)
            raise
        else:
            self._count(failed=False)
        finally:
            call.abandon()

    def _within_time(self, call: _Call) -> Generator[str]:
        started = self._clock()
        has_begun = False
        call.start()
        while True:
            limit_s = self._total_s if has_begun else min(self._first_token_s, self._total_s)
            left_s = started + limit_s - self._clock()
            if left_s <= 0:
                raise WritingFailed(self._name, "cut_off" if has_begun else "slow")
            try:
                text = call.next(min(left_s, _HEARTBEAT_S))
            except queue.Empty:
                yield ""
                continue
            if text is None:
                break
            if text:
                has_begun = True
                yield text
        if call.error is not None:
            raise WritingFailed(self._name, "failed")

    def _count(self, *, failed: bool) -> None:
        with self._guard:
            self._failures = self._failures + 1 if failed else 0
            if self._failures >= _FAILURES:
                self._rests_until = self._clock() + _REST_S
                self._failures = 0


class _Call:
    """One call in a thread of its own, so that a provider that hangs keeps nobody waiting."""

    def __init__(self, model: BaseChatModel, prompt: tuple[str, str], *, on_end: Callable[[], None]) -> None:
        self._model = model
        self._prompt = prompt
        self._on_end = on_end
        self._texts: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._is_abandoned = threading.Event()
        self._has_started = False
        self.error: str | None = None

    def start(self) -> None:
        """Begin to ask."""
        self._has_started = True
        threading.Thread(target=self._run, name="model-call", daemon=True).start()

    def next(self, timeout_s: float) -> str | None:
        """Return the next piece, None at the end. Raises queue.Empty when none came in time."""
        return self._texts.get(timeout=timeout_s)

    def abandon(self) -> None:
        """Read no further; the thread ends with the next piece."""
        self._is_abandoned.set()
        if not self._has_started:
            self._on_end()

    def _run(self) -> None:
        rules, task = self._prompt
        try:
            for chunk in self._model.stream([("system", rules), ("human", task)]):
                if self._is_abandoned.is_set():
                    break
                self._texts.put(str(chunk.text))
        except Exception as error:  # Providers raise errors of packages that need not be installed here.
            # Only what kind it is: a provider's message may repeat the prompt or the key.
            self.error = type(error).__name__
        finally:
            self._on_end()
            self._texts.put(None)
