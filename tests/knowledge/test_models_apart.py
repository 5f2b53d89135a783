"""Machines told apart in a small library: its lists and bulletins mention every model, and a sheet is for two."""

from collections.abc import Callable

import pytest

from knowledge.documents import Audience
from knowledge.ingest_report import IngestReport
from knowledge.knowledge_base import KnowledgeBase
from knowledge.language.quantities import (
    asks_for_figure,
    asks_for_rate,
    holds_rate,
    names_figure,
    units_asked_in,
)
from knowledge.replies import Answer, Question

FILES = {
    "winches/W20-service.md": (
        "# Hallig W20 winch, service manual\n\n"
        "## Gearbox oil\n\nFill 2.4 l of gear oil CLP 220. Change it every 1,000 hours.\n\n"
        "## Rope\n\nDiscard the rope when ten wires are broken.\n\n"
        "## Cleaning\n\nWipe the drum with a dry cloth every month.\n\n"
        "## Roller guard\n\nGrease the roller guard bolts every month.\n\n## Hook\n\nTighten the hook.\n"
    ),
    "winches/W45-service.md": (
        "# Hallig W45 winch, service manual\n\n"
        "## Gearbox oil\n\nFill 5.1 l of gear oil CLP 320. Change it every 2,000 hours.\n\n"
        "## Replacing the brake spring\n\n"
        "1. Lock the drum with the pin.\n2. Undo four screws of the brake housing.\n3. Change the brake spring.\n\n"
        "## Roller guard\n\nTighten the roller guard bolts crosswise.\n\n"
        "## Load cell\n\nThe load cell has a resistance of 350 Ohm.\n"
    ),
    "winches/towing-W20-and-W45.md": "# Towing a load, W20 and W45\n\nNever stand in the line of pull.\n",
    "winches/faults.csv": (
        "Code,Model,Meaning\nF01,W20,Rope slack\nF02,W45,Load cell open: measure 350 Ohm at plug X2\n"
        "F03,W20 W45,Drum overheated\nF04,W45,Brake spring broken\nF05,W20,Limit switch reached\n"
    ),
    "winches/parts.csv": (
        "Part,Model,Description\nHW-101,W20,Drum cover\nHW-102,W45,Brake lining\nHW-103,W20 W45,Hook\n"
    ),
}
Ask = Callable[..., Answer]


@pytest.fixture
def ask(base: KnowledgeBase, ingest: Callable[..., IngestReport]) -> Ask:
    ingest(FILES)

    def ask(text: str, *previous: str) -> Answer:
        return base.answer(Question(text, Audience.INTERNAL, previous=previous))

    return ask


@pytest.mark.parametrize(
    ("text", "document", "figure"),
    [
        ("how much gear oil for the w20", "winches/W20-service.md", "2.4 l"),
        ("how much gear oil for the w45", "winches/W45-service.md", "5.1 l"),
        ("resistance of the load cell w45", "winches/W45-service.md", "350 Ohm"),
        ("F04 on the hallig", "winches/faults.csv", "Brake spring"),
    ],
)
def test_each_model_is_answered_from_its_own_documents(
    ask: Ask, text: str, document: str, figure: str
) -> None:
    answer = ask(text)
    assert not answer.abstained, answer
    assert answer.citations[0].document == document
    assert figure in " ".join(statement.text for statement in answer.statements)


@pytest.mark.parametrize(
    "text",
    [
        # The manual of the other model has it, word for word.
        "how do i replace the brake spring on the w20",
        # The own manual has the part, the other one what is asked of it.
        "tighten the roller guard bolts of the w20",
        # So has a row for the other model in a list for both.
        "resistance of the load cell on the w20",
        "when do i discard the rope of the w45",
    ],
)
def test_what_stands_in_the_other_models_documents_is_no_answer(ask: Ask, text: str) -> None:
    assert ask(text).abstained


@pytest.mark.parametrize(
    "text", ["which language can the display of the w20 be set to", "w20 connect a fire alarm"]
)
def test_a_machines_name_beside_a_word_for_codes_brings_none_of_its_rows(ask: Ask, text: str) -> None:
    assert ask(text).abstained


def test_a_sheet_for_both_models_holds_for_each(ask: Ask) -> None:
    for model in ("w20", "w45"):
        answer = ask(f"towing a load with the {model}")
        assert answer.citations[0].document == "winches/towing-W20-and-W45.md"


@pytest.mark.parametrize(
    ("text", "is_figure"),
    [
        ("drum speed of the w20", True),
        ("hook diameter?", True),
        ("and the weight?", True),
        ("low pressure on circuit A", False),
        ("temperature sensor wiring", False),
        ("the register for motor temperature", False),
        ("why does the voltage drop at the terminals", False),
    ],
)
def test_a_figures_name_alone_asks_for_it_where_no_trouble_is_told(text: str, is_figure: bool) -> None:
    assert names_figure(text) == is_figure


def test_a_figure_that_is_named_alone_is_answered_by_one_of_its_kind_only(ask: Ask) -> None:
    assert ask("drum weight of the w20").abstained


def test_a_part_number_is_answered_by_a_passage_that_holds_one_only(ask: Ask) -> None:
    assert "HW-102" in ask("part number of the brake lining w45").text
    assert ask("part number of the brake spring w45").abstained


def test_how_many_in_a_time_is_answered_by_what_happens_in_a_time_only(
    base: KnowledgeBase, ingest: Callable[..., IngestReport]
) -> None:
    def is_answered(text: str) -> bool:
        return not base.answer(Question(text, Audience.INTERNAL)).abstained

    ingest({"hoist.md": "# Hoist\n\n## Motor\n\nThe motor starts in star. It is greased after 200 hours.\n"})
    assert not is_answered("how many starts an hour may the hoist motor do")
    ingest({"hoist.md": "# Hoist\n\n## Motor\n\nThe motor starts at most 12 times per hour.\n"})
    assert is_answered("how many starts an hour may the hoist motor do")


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("conductivity limit of the permeate", "µS/cm"),
        ("wie hoch ist der widerstand", "Ohm"),
        ("which water hardness", "°dH"),
        ("how bright, brightness of the lamp", "lux"),
        ("spindle torque", "Ncm"),
    ],
)
def test_units_of_more_trades_are_known(text: str, unit: str) -> None:
    assert unit in units_asked_in(text)


def test_what_temperature_something_bears_asks_for_a_figure() -> None:
    assert asks_for_figure("what ambient temperature is it allowed to run in")


def test_a_rate_is_told_from_an_amount() -> None:
    assert asks_for_rate("how many starts per hour may the motor do")
    assert asks_for_rate("coolant pump how much litres a minute")
    assert asks_for_rate("wie viele starts pro stunde")
    assert not asks_for_rate("how many litres of oil")
    assert not asks_for_rate("how many times must it be greased")
    assert holds_rate("At most 30 starts per hour.")
    assert holds_rate("40 l/min")
    assert not holds_rate("Fill 2.4 l and wait an evening.")
