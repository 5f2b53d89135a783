"""Codes that are looked up: the list of the named machine has them, whatever else is told; other lists don't count."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.documents import Audience
from knowledge.knowledge_base import KnowledgeBase
from knowledge.language.quantities import asks_for_figure, units_asked_in
from knowledge.replies import Answer, Question
from tests.knowledge.conftest import NOW

FLAGS = """component,error,meaning
VX.Axis,error 0x10,The axis has left its range
VX.Encoder,error 0x20,The index was not found
VX.Axis,error 0x40,The axis was stopped by hand
"""
ALARMS = """alarm_id,description,remedy
208,Too few points on the path,Record it again
182,Gripper draws too much,Check it
"""
PROTOCOL = """# RQ7 protocol

## Example

- 18 voltage is 12 V
- 20 current is 2 A

## Modes

In mode 11 it waits.
"""
ENCODERS = "# RQ7 encoders\n\n## Chip\n\nThe AS5047P is read through pin 7 of the RQ7.\n"
Ask = Callable[[str], Answer]


LIFTS = "Code,Message,Remedy\nF05,Isolation low,Look for a wet plug\nF06,Voltage high,Wait\n"


@pytest.fixture
def ask(base: KnowledgeBase, tmp_path: Path) -> Ask:
    files = {
        "VX_errors.csv": FLAGS,
        "VX.md": "# VX drive\n\nThe VX drives an axis.\n",
        "CR_alarms.csv": ALARMS,
        "QX_faults.csv": LIFTS,
    }
    files |= {"CR.md": "# CR arm\n\nThe CR arm lifts.\n", "RQ7.md": PROTOCOL, "RQ7-encoders.md": ENCODERS}
    folder = tmp_path / "documents"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    base.ingest([folder], audience=Audience.INTERNAL, now=NOW)
    return lambda text: base.answer(Question(text, Audience.INTERNAL))


def test_the_list_of_the_named_machine_answers_whatever_happened_before(ask: Ask) -> None:
    for text in (
        "CR alarm 208",
        "CR alarm 208 after my colleague nudged it at lunchtime",
        "CR Alarm 208 塔 ?",
    ):
        assert "Too few points" in ask(text).text, text


def test_the_same_number_of_another_component_is_no_answer(ask: Ask) -> None:
    assert "stopped by hand" in ask("VX axis error 0x40").text
    assert "index was not found" in ask("VX encoder error 0x20").text
    assert ask("VX axis error 0x20").abstained


def test_a_bare_number_is_answered_from_a_list_of_the_named_machine_only(ask: Ask) -> None:
    for text in ("what is 182 on the CR", "CR shows 182, no power at the hand"):
        assert "draws too much" in ask(text).text, text
    assert ask("what is 182 on the RQ7").abstained


def test_a_number_that_is_no_code_where_it_stands_is_no_answer(ask: Ask) -> None:
    assert ask("RQ7 is in mode 18, what is that").abstained
    assert "waits" in ask("RQ7 is in mode 11, what is that").text


def test_a_part_number_is_found_without_its_suffix_and_an_error_code_is_not(ask: Ask) -> None:
    assert "pin 7" in ask("as5047 on the RQ7, which pin").text
    assert ask("RQ7 error AS5047").abstained


@pytest.mark.parametrize(
    "text", ["how tight do they go", "max current", "what torque", "which voltage has it"]
)
def test_a_figure_is_asked_for(text: str) -> None:
    assert asks_for_figure(text)


@pytest.mark.parametrize("text", ["which terminal is for the current limit", "where is the peak current set"])
def test_a_thing_or_a_place_is_asked_for(text: str) -> None:
    assert not asks_for_figure(text)


def test_the_unit_that_is_asked_for_tells_the_kind_of_figure() -> None:
    assert "Nm" in units_asked_in("how tight, in Nm?")
    assert "dB" in units_asked_in("how loud is it, in dB")
    assert "µF" in units_asked_in("how many microfarad may it have")
    assert units_asked_in("the output of power_dist") == frozenset()
    assert units_asked_in("how do I put it in, by hand") == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "QX on the roof of the school says F05, since the rain last night. whats wrong",
        "F05 on our QX during heavy snow",
    ],
)
def test_a_code_in_the_machines_list_is_found_whatever_is_told_of_the_weather(ask: Ask, text: str) -> None:
    assert "Isolation low" in ask(text).text
