"""Models of one series in one document: what is said of one alone is no answer for the other."""

from collections.abc import Callable

import pytest

from knowledge.documents import Audience
from knowledge.ingest_report import IngestReport
from knowledge.knowledge_base import KnowledgeBase
from knowledge.replies import Answer, ProductScope, Question
from knowledge.siblings import find_series

MANUAL = """# Ranger 25e and Ranger 30e service manual

## Noise

The Ranger 25e has 68 dB at the ear of the driver. Both are quieter with the door shut.

## Mast

The mast of the Ranger 30e tilts 6 degrees forward.

## Lithium kit (Ranger 30e)

The lithium kit weighs 410 kg.

## Wheels

| Joint | Ranger 25e | Ranger 30e |
|---|---|---|
| Wheel nuts | 380 Nm | 440 Nm |
| Axle of the 25e | 210 Nm | - |
"""
Ask = Callable[..., Answer]


@pytest.fixture
def ask(base: KnowledgeBase, ingest: Callable[..., IngestReport]) -> Ask:
    ingest({"ranger_25e_30e_manual.md": MANUAL, "winch_W20.md": "# Winch W20\n\nThe winch has a drum.\n"})

    def ask(text: str, scope: ProductScope | None = None) -> Answer:
        return base.answer(Question(text, Audience.INTERNAL, scope=scope))

    return ask


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("noise at the ear of the driver, ranger 25e", "68 dB"),
        ("mast of the ranger 30e tilts how many degrees forward", "6 degrees"),
        ("how much does the lithium kit of the ranger 30e weigh", "410 kg"),
        ("how tight are the wheel nuts of the ranger 25e", "380 Nm"),
    ],
)
def test_what_is_said_of_the_model_is_answered(ask: Ask, text: str, figure: str) -> None:
    assert figure in ask(text).text


@pytest.mark.parametrize(
    "text",
    [
        "noise at the ear of the driver, ranger 30e",
        "mast of the ranger 25e tilts how many degrees forward",
        "how much does the lithium kit of the ranger 25e weigh",
        "mast of the 25e tilts how many degrees forward",
    ],
)
def test_what_is_said_of_its_sibling_alone_is_not(ask: Ask, text: str) -> None:
    assert ask(text).abstained


def test_the_model_on_the_bench_counts_as_the_named_one(ask: Ask) -> None:
    text = "the mast tilts how many degrees forward"
    for model, is_answered in (("Ranger 30e", True), ("Ranger 25e", False)):
        answer = ask(text, ProductScope(sku=model, model=model, family="Ranger"))
        assert ("6 degrees" in answer.text and not answer.widened) == is_answered, model


@pytest.mark.parametrize(
    ("asked", "names", "text", "is_for_others"),
    [
        ("oil of the FW-220", {"fw220"}, "Only the FW-320 has a fan.", True),
        ("oil of the FW-220", {"fw220"}, "FW-220 and FW-320: one litre.", False),
        ("oil of the FW-220", {"fw220"}, "Use an M10 screw of 320 mm.", False),
        ("cap of the Pila 22", {"pila"}, "Pila 11: 5 Nm", True),
        ("cap of the Pila 22", {"pila"}, "Pila 11: 5 Nm; Pila 22: 7 Nm", False),
        ("cap of the pila", {"pila"}, "Pila 11: 5 Nm", False),
        ("mast of the 30e", {"30e"}, "25e: 6 degrees", True),
        ("M10 bolt of the Pila", {"pila"}, "An M8 bolt.", False),
    ],
)
def test_a_series_is_known_by_how_it_is_written(
    asked: str, names: set[str], text: str, is_for_others: bool
) -> None:
    assert any(one.is_for_others(text) for one in find_series(asked, names)) == is_for_others
