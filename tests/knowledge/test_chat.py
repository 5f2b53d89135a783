"""A language model is held to its time, its failures become one kind, and its settings say what is wrong with them."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from types import ModuleType
from typing import Any

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from knowledge.answering import chat
from knowledge.answering.chat import ChatComposer, build_composer
from knowledge.errors import ModelPackageMissing, ModelUnusable, WritingFailed
from knowledge.prompting import Task
from tests.knowledge.models import QuotaExceeded, ScriptedModel, composer_of
from tests.knowledge.test_grounding import passage

TASK = Task("How tight are the bolts?", (), {1: passage("Tighten the bolts to 24 Nm.")})


def write(composer: ChatComposer) -> str:
    return "".join(composer.write(TASK))


def failure_of(composer: ChatComposer) -> str:
    with pytest.raises(WritingFailed) as caught:
        write(composer)
    return caught.value.reason


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_what_the_model_writes_comes_in_order_and_whole() -> None:
    assert write(composer_of("Tighten the bolts ", "to 24 Nm [1].")) == "Tighten the bolts to 24 Nm [1]."


@pytest.mark.parametrize(
    ("script", "reason"),
    [([QuotaExceeded("key sk-123")], "failed"), (["Tighten", TimeoutError("gone")], "failed")],
)
def test_a_providers_error_is_told_by_its_kind_and_never_by_its_words(
    script: list[Any], reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        assert failure_of(composer_of(*script)) == reason
    assert type(script[-1]).__name__ in caplog.text
    assert "sk-123" not in caplog.text
    assert "bolts" not in caplog.text


def test_a_model_that_is_slow_to_begin_or_to_end_is_left() -> None:
    never = threading.Event()
    try:
        assert failure_of(composer_of(never, first_token_s=0.02)) == "slow"
        assert failure_of(composer_of("", never, first_token_s=0.02)) == "slow"
        assert failure_of(composer_of("Tighten", never, total_s=0.05)) == "cut_off"
    finally:
        never.set()


def test_a_model_that_never_ends_is_cut_off_although_it_never_pauses() -> None:
    clock = Clock()
    model = ScriptedModel(script=["and so on "], prompts=[], endless=True)
    composer = ChatComposer(model, name="t:m", first_token_s=5, total_s=10, clock=clock)
    written = composer.write(TASK)
    for _ in range(50):
        next(written)
    clock.now += 11
    with pytest.raises(WritingFailed, match="cut_off"):
        next(written)


def test_whoever_waits_may_look_up_now_and_then() -> None:
    never = threading.Event()
    written = composer_of(never, first_token_s=30).write(TASK)
    assert next(written) == ""
    written.close()
    never.set()


def test_after_failures_in_a_row_nobody_waits_for_a_while() -> None:
    clock = Clock()
    model = ScriptedModel(script=[QuotaExceeded()], prompts=[])
    composer = ChatComposer(model, name="t:m", first_token_s=5, total_s=5, clock=clock)
    assert [failure_of(composer) for _ in range(5)] == ["failed", "failed", "failed", "down", "down"]
    assert len(model.prompts) == 3
    clock.now += 31
    assert failure_of(composer) == "failed"


def test_a_success_forgets_the_failures_before_it() -> None:
    model = ScriptedModel(script=[QuotaExceeded()], prompts=[])
    composer = ChatComposer(model, name="t:m", first_token_s=5, total_s=5)
    for script in ([QuotaExceeded()], [QuotaExceeded()], ["ready"], [QuotaExceeded()], [QuotaExceeded()]):
        model.script = script
        if script == ["ready"]:
            assert write(composer) == "ready"
        else:
            assert failure_of(composer) == "failed"


def test_calls_that_hang_are_bounded_and_give_their_place_back() -> None:
    release = threading.Event()
    model = ScriptedModel(script=["a", release, "b"], prompts=[])
    composer = ChatComposer(model, name="t:m", first_token_s=5, total_s=30)
    hanging = [composer.write(TASK) for _ in range(chat._AT_ONCE)]
    assert [next(written) for written in hanging] == ["a"] * chat._AT_ONCE
    assert failure_of(composer) == "busy"
    release.set()
    assert ["".join(written).replace(" ", "") for written in hanging] == ["b"] * chat._AT_ONCE
    assert write(composer) == "ab"


def test_the_check_sends_no_document() -> None:
    model = ScriptedModel(script=["ready"], prompts=[])
    clock = Clock()
    composer = ChatComposer(model, name="t:m", first_token_s=5, total_s=5, clock=clock)
    assert composer.check() == 0.0
    assert len(model.prompts) == 1
    assert "passage" not in model.prompts[0]


def test_a_setting_names_the_package_that_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat, "find_spec", lambda _: None)
    with pytest.raises(ModelPackageMissing) as missing:
        build_composer("anthropic:claude-x", first_token_s=1, total_s=2)
    assert (missing.value.package, missing.value.install) == ("langchain-anthropic", "attache[anthropic]")


def test_a_provider_without_an_extra_of_ours_names_its_own_package() -> None:
    with pytest.raises(ModelPackageMissing) as missing:
        build_composer("google_genai:gemini-x", first_token_s=1, total_s=2)
    assert missing.value.install == "langchain-google-genai"


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("claude", "provider:model"),
        (":claude", "provider:model"),
        ("anthropic:", "provider:model"),
        ("nonsense:model", "LangChain knows no provider nonsense"),
    ],
)
def test_a_setting_that_names_no_model_says_what_is_wrong(spec: str, said: str) -> None:
    with pytest.raises(ModelUnusable) as wrong:
        build_composer(spec, first_token_s=1, total_s=2)
    assert said in wrong.value.reason


def test_a_provider_that_refuses_its_settings_hints_at_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise QuotaExceeded("secret sk-123")

    monkeypatch.setattr("langchain.chat_models.init_chat_model", refuse)
    with pytest.raises(ModelUnusable) as wrong:
        build_composer("mistralai:large", first_token_s=1, total_s=2)
    assert "key" in wrong.value.reason
    assert "sk-123" not in wrong.value.reason


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("openai:gpt-x", {"timeout": 7.0, "max_retries": 1}),
        ("ollama:llama3:8b", {"client_kwargs": {"timeout": 7.0}}),
    ],
)
def test_the_setting_builds_the_model_that_langchain_knows(
    monkeypatch: pytest.MonkeyPatch, spec: str, expected: dict[str, Any]
) -> None:
    asked: dict[str, Any] = {}

    def init(model: str, *, model_provider: str, **options: Any) -> GenericFakeChatModel:
        asked.update(spec=f"{model_provider}:{model}", options=options)
        return GenericFakeChatModel(messages=iter([AIMessage("24 Nm [1]")]))

    monkeypatch.setattr(chat, "find_spec", lambda _: ModuleType("there"))
    monkeypatch.setattr("langchain.chat_models.init_chat_model", init)
    composer = build_composer(spec, first_token_s=3, total_s=7.0)
    assert asked == {"spec": spec, "options": expected}
    assert write(composer) == "24 Nm [1]"
    assert composer.name == spec


def test_langchain_is_not_loaded_before_a_model_is_asked_for() -> None:
    loaded = "any(name.startswith('langchain') for name in sys.modules)"
    code = f"import sys, knowledge.knowledge_base; print({loaded})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "False"
