"""What a question is about: another machine's document is no evidence, nor one that never uses its words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from knowledge.answering.evidence import measure
from knowledge.documents import Audience
from knowledge.knowledge_base import KnowledgeBase
from knowledge.language.quantities import units_of_compound
from knowledge.language.slips import is_cut_short, is_one_slip
from knowledge.replies import Answer, ProductScope, Question
from knowledge.retrieved import Retrieved
from tests.knowledge.conftest import NOW

Ask = Callable[..., Answer]
Ingest = Callable[[Mapping[str, str]], Ask]

PX = """# PX200 service manual

## Cover

The bolts of the cover take 24 Nm.

## Seal

Turn the seal with its lip towards the impeller. Grease it lightly.
"""
QR = """# QR9 service manual

## Belt

The belt needs 12 mm of slack. Let it run in for 3 hours.

## Status lamp

The green lamp blinks slowly while the battery is charged.
"""


@pytest.fixture
def ingest_all(base: KnowledgeBase, tmp_path: Path) -> Ingest:
    """Write files and read them, for no product; return how to ask."""

    def run(files: Mapping[str, str]) -> Ask:
        folder = tmp_path / "documents"
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        base.ingest([folder], audience=Audience.INTERNAL, now=NOW)

        def ask(text: str, *previous: str, scope: ProductScope | None = None) -> Answer:
            return base.answer(Question(text, Audience.INTERNAL, scope, previous))

        return ask

    return run


@pytest.fixture
def ask(ingest_all: Ingest) -> Ask:
    return ingest_all({"PX200.md": PX, "QR9.md": QR})


def test_a_fact_of_another_machine_is_no_answer(ask: Ask) -> None:
    assert "24 Nm" in ask("What torque do the bolts of the cover take?").text
    assert "24 Nm" in ask("What torque do the bolts of the PX200 cover take?").text
    assert ask("What torque do the bolts of the QR9 cover take?").reason == "no_evidence"
    assert ask("What does the green lamp of the PX200 tell?").reason == "no_evidence"


def test_the_machine_of_the_question_before_is_still_meant(ask: Ask) -> None:
    assert ask("and the torque?", "Which bolts has the cover of the QR9?").abstained
    assert "24 Nm" in ask("and the torque?", "Which bolts has the cover of the PX200?").text


def test_a_machine_that_no_document_knows_is_not_answered_for(ask: Ask) -> None:
    assert ask("What torque do the bolts of the Grundig cover take?").abstained
    assert ask("What torque do the bolts of the cover take, VERO pump?").abstained


def test_a_customer_or_a_town_is_no_machine(ask: Ask, base: KnowledgeBase) -> None:
    def others(text: str) -> frozenset[str]:
        return base._retriever.retrieve(Question(text, Audience.INTERNAL)).subject.others

    assert ask("cover bolts?").statements
    assert others("I am at Brandel, which torque?") == frozenset()
    assert others("The Brandel has stopped, which torque?") == {"Brandel"}
    assert others("Which torque? Brandel and PX200 differ") == frozenset()


def test_a_list_that_names_no_machine_is_about_all(ingest_all: Ingest) -> None:
    ask = ingest_all(
        {"PX200.md": PX, "QR9.md": QR, "alarms.csv": "code,meaning\nE07,Dry running\nE12,Winding hot\n"}
    )
    assert "Dry running" in ask("PX200 shows E07").text


def test_the_manual_of_a_family_holds_for_its_models_but_not_that_of_a_sibling(ingest_all: Ingest) -> None:
    family = "# VERO handbook\n\n## Bleeding\n\nOpen the upper vent of the VERO until water comes.\n"
    ask = ingest_all(
        {
            "vero/VERO.md": family,
            "vero/VERO-MkI.md": "# VERO MkI\n\n## Fuse\n\nThe fuse of the VERO MkI has 10 A.\n",
            "vero/VERO-MkV.md": "# VERO MkV\n\n## Drive\n\nThe VERO MkV has a drive of 4 kW.\n",
        }
    )
    assert "upper vent" in ask("bleeding the VERO MkV: which vent to open?").text
    assert "10 A" in ask("fuse of the VERO MkI?").text
    assert ask("fuse of the VERO MkV?").abstained


def test_words_of_the_field_in_a_title_name_no_machine(ingest_all: Ingest) -> None:
    ask = ingest_all(
        {
            "PX200.md": PX,
            "Greasing.md": "# Greasing\n\nGrease every nipple until fresh grease comes out.\n",
        }
    )
    assert "lip" in ask("How is the seal turned when greasing?").text


def test_a_word_that_the_machines_documents_never_use_speaks_against_an_answer(ask: Ask) -> None:
    assert "24 Nm" in ask("torque for the bolts of the PX200 cover").text
    assert ask("slack for the bolts of the PX200 battery").abstained


def test_a_word_that_is_used_once_elsewhere_is_missing_here_by_chance(
    base: KnowledgeBase, ingest_all: Ingest
) -> None:
    ingest_all(
        {
            "Kestrel3.md": "# Kestrel3 ejector\n\nIt throws good packs out with a bad pack: set the delay.\n",
            "Merlin5.md": "# Merlin5 feeder\n\nThe feeder is mounted behind the guard.\n",
        }
    )
    answer = base.answer(Question("kestrel3 throws good packs out behind a bad pack", Audience.INTERNAL))
    assert not answer.abstained


def test_what_is_asked_of_a_machine_is_compared_without_its_name(ask: Ask, base: KnowledgeBase) -> None:
    def gather(text: str) -> Retrieved:
        return base._retriever.retrieve_evidence(Question(text, Audience.INTERNAL), limit=9)

    assert ask("cover bolts?").statements
    named, plain = gather("torque of the PX200 cover bolts"), gather("torque of the cover bolts")
    assert named.passages
    expected = {passage.chunk_id: pytest.approx(passage.cosine, abs=1e-5) for passage in plain.passages}
    assert {key: named.nearness[key] for key in expected} == expected
    assert plain.nearness == {}
    best = named.passages[0]
    assert measure(best, named).cosine == named.nearness[best.chunk_id] != best.cosine


def test_a_question_of_nothing_but_a_name_keeps_it(ask: Ask, base: KnowledgeBase) -> None:
    assert ask("cover bolts?").statements
    subject = base._retriever.retrieve(Question("Where is the PX200?", Audience.INTERNAL)).subject
    assert subject.set_names_aside("torque of the PX200 cover") == "torque of the cover"
    assert subject.set_names_aside("PX200 ?") == "PX200 ?"


def test_words_that_stand_together_are_more_evidence_than_words_here_and_there(
    ingest_all: Ingest, base: KnowledgeBase
) -> None:
    ask = ingest_all(
        {
            "a.md": "# Lamps\n\nThe amber lamp of the filter blinks.\n",
            "b.md": "# Pipes\n\nThe amber pipe carries oil. The lamp is bright. The filter is dirty.\n",
            "c.md": "# Amber lamp\n\nThe filter is dirty.\n",
        }
    )
    assert ask("amber lamp of the filter").statements
    retrieved = base._retriever.retrieve(Question("amber lamp of the filter", Audience.INTERNAL))
    found = {passage.document: measure(passage, retrieved) for passage in retrieved.passages}
    assert {evidence.coverage for evidence in found.values()} == {1.0}
    assert found["a.md"].together == found["c.md"].together == 1.0
    assert 0.0 < found["b.md"].together < 0.5
    assert replace(found["b.md"], together=1.0).score > found["b.md"].score


def test_a_number_written_in_hex_is_found_only_under_what_the_question_calls_it(ingest_all: Ingest) -> None:
    ask = ingest_all(
        {
            "registers.md": "# Registers\n\n## 0x02a - Fixed voltage\n\nApplies in the mode of fixed voltage.\n",
            "errors.md": "# Error flags\n\n## 0x00000011\n\nThe spindle has stalled.\n",
            "alarms.md": "# Alarms\n\n## Alarm 65\n\nThe brake is worn.\n",
        }
    )
    assert ask("mode 42").abstained
    assert "stalled" in ask("error 17").text
    assert "stalled" in ask("error 0x11").text
    assert "worn" in ask("alarm 0065").text


@pytest.mark.parametrize(
    ("term", "word", "alike"),
    [
        ("controler", "controller", True),
        ("temperatura", "temperatur", True),
        ("rotaryy", "rotary", True),
        ("moteur", "motuer", True),
        ("breaker", "bracket", False),
        ("toner", "tone", False),
        ("payload", "layload", False),
        ("rotary", "rotary", False),
    ],
)
def test_a_slip_is_one_letter_of_a_longer_word(term: str, word: str, alike: bool) -> None:
    assert is_one_slip(term, word) is alike


def test_a_word_cut_short_has_four_letters_at_least() -> None:
    assert is_cut_short("temp", "temperatur")
    assert not is_cut_short("tem", "temperatur")
    assert not is_cut_short("perat", "temperatur")


def test_a_compound_comes_in_the_units_of_its_last_part() -> None:
    assert "°C" in units_of_compound("lagertemperatur")
    assert "Nm" in units_of_compound("anzugsdrehmoment")
    assert not units_of_compound("temperaturen2")


_SEAL = """# Tarn P4

## Shaft seal

The price of the shaft seal of the Tarn P4 is given on request. The shaft seal weighs 2 kg. Its torque, how much it
takes, stands on the cover of the shaft seal of the Tarn P4.
"""


@pytest.mark.parametrize(
    ("question", "line"),
    [
        ("What is the price of the shaft seal of the Tarn P4?", "The price of the shaft seal is 84 EUR."),
        (
            "How much torque does the shaft seal of the Tarn P4 take?",
            "The torque of the shaft seal is 24 Nm.",
        ),
    ],
)
def test_a_price_or_figure_is_answered_only_where_one_of_its_kind_stands(
    base: KnowledgeBase, ingest: Callable[..., object], question: str, line: str
) -> None:
    ingest({"seal.md": _SEAL})
    assert base.answer(Question(question, Audience.INTERNAL)).abstained
    ingest({"seal.md": f"{_SEAL}{line}\n"})
    answer = base.answer(Question(question, Audience.INTERNAL))
    assert line in answer.text


def test_a_code_is_not_looked_up_for_a_thing_that_no_document_knows(
    base: KnowledgeBase, ingest: Callable[..., object]
) -> None:
    ingest({"codes.csv": "code,meaning\nE12,Dry running\nE13,Motor too hot\n"})
    assert not base.answer(Question("What does code E12 mean?", Audience.INTERNAL)).abstained
    assert base.answer(Question("What does code E12 mean on a gramophone?", Audience.INTERNAL)).abstained


@pytest.mark.parametrize("maker", ["by Daikin", "for a Daikin", "from Daikin", "in the Daikin"])
def test_another_makers_name_is_not_overlooked_however_it_is_put(
    base: KnowledgeBase, ingest: Callable[..., object], maker: str
) -> None:
    ingest({"seal.md": "# Tarn P4\n\n## Shaft seal\n\nGrease the shaft seal with silicone grease.\n"})
    scope = ProductScope(model="Tarn P4")
    question = "Which grease for the shaft seal"
    assert not base.answer(Question(f"{question}?", Audience.INTERNAL, scope)).abstained
    assert base.answer(Question(f"{question} {maker}?", Audience.INTERNAL, scope)).abstained


def test_where_somebody_stands_counts_against_no_answer(base: KnowledgeBase, ingest_all: Ingest) -> None:
    ingest_all({"px.md": PX, "qr.md": QR})
    asked = "Which torque do the bolts of the cover take at Fjordview Clinic?"
    names = ("Fjordview Clinic", "Boiler house", "Quay 4, Bergen")
    assert base.answer(Question(asked, Audience.INTERNAL)).abstained
    answer = base.answer(Question(asked, Audience.INTERNAL, names=names))
    assert "24 Nm" in answer.statements[0].text
    # An earlier question of the thread is rid of the names too.
    follow_up = "And in Nm?"
    assert base.answer(Question(follow_up, Audience.INTERNAL, previous=(asked,))).abstained
    followed = base.answer(Question(follow_up, Audience.INTERNAL, previous=(asked,), names=names))
    assert "24 Nm" in followed.statements[0].text
    # What else no document knows still counts.
    assert base.answer(
        Question(
            "Which torque do the bolts of the sunroof take at Fjordview Clinic?",
            Audience.INTERNAL,
            names=names,
        )
    ).abstained
