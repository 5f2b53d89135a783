"""Passages that are read together with the question: an answer in other words is seen, nothing else is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from knowledge import cross_encoder
from knowledge.answering.evidence import FOREIGN_COSINE, Evidence
from knowledge.cross_encoder import CrossEncoder
from knowledge.documents import Audience
from knowledge.errors import CrossEncoderUnavailable
from knowledge.knowledge_base import KnowledgeBase
from knowledge.replies import Question
from tests.knowledge.conftest import NOW

LAMP = """# QR9 service manual

## Indications

The red lamp blinks quickly while the battery is almost empty.

## Belt

The belt needs 12 mm of slack.
"""
COVER = """# PX200 service manual

## Cover

The bolts of the cover take 24 Nm. The lamp beside them is red.
"""
PARAPHRASE = "QR9: the red lamp flickers fast, what does it want from me?"


class Recorded:
    """A model that finds everything as relevant as it is told, and remembers what it read."""

    def __init__(self, logit: float) -> None:
        self.logit = logit
        self.read: list[tuple[str, str]] = []

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        self.read += [(question, text) for text in texts]
        return [self.logit] * len(texts)


@pytest.fixture(scope="module")
def model() -> CrossEncoder:
    return CrossEncoder()


def fill(base: KnowledgeBase, folder: Path, **texts: str) -> None:
    documents = folder / "documents"
    documents.mkdir()
    for name, text in texts.items():
        (documents / f"{name}.md").write_text(text, encoding="utf-8")
    base.ingest([documents], audience=Audience.INTERNAL, now=NOW)


def test_an_answer_is_told_from_what_only_shares_its_words(model: CrossEncoder) -> None:
    answer, other, unrelated = model.score(
        "the light flickers fast, what does it want from me?",
        [
            "Indications. The lamp blinks quickly while the battery is almost empty.",
            "Lights. Fast lights for the workshop are sold by many makers.",
            "The customer's canteen is closed on Fridays.",
        ],
    )
    assert answer > other + 1
    assert answer > unrelated + 1


BELT = (
    "QR9 service manual > Drive belt. Press the belt down with one finger halfway between the pulleys: it gives way by "
    "12 mm. Slacken the two M8 screws of the motor plate, push the motor back and tighten them with 22 Nm. Look at the "
    "belt for cracks every six months."
)


@pytest.mark.parametrize(
    ("answered", "not_stated"),
    [
        ("how much slack should the rubber loop have", "what does a new belt cost"),
        ("how often do I have to check the belt for damage", "how many hours does the belt live"),
        (
            "how tight do the bolts go that hold the motor in place",
            "torque of the screws that hold the pulleys",
        ),
        ("what do I undo to move the motor", "which spanner fits the screws of the motor plate"),
        ("belt too loose, how do I put that right", "the belt squeals when it is cold, why"),
    ],
)
def test_what_is_stated_of_a_part_is_told_from_what_is_not(
    model: CrossEncoder, answered: str, not_stated: str
) -> None:
    assert model.score(answered, [BELT])[0] > model.score(not_stated, [BELT])[0] + 1


def test_weights_that_were_taught_for_another_model_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with np.load(cross_encoder._TAUGHT) as file:
        weights = {name: file[name] for name in file.files}
    np.savez(tmp_path / "other.npz", **weights | {"of": np.array("0" * 64)})
    monkeypatch.setattr(cross_encoder, "_TAUGHT", tmp_path / "other.npz")
    cross_encoder._load.cache_clear()
    try:
        with pytest.raises(CrossEncoderUnavailable):
            CrossEncoder().score("which torque?", ["24 Nm"])
    finally:
        cross_encoder._load.cache_clear()


def test_scores_come_in_the_order_of_the_texts_and_of_none_there_are_none(model: CrossEncoder) -> None:
    texts = ["The bolts take 24 Nm.", "It rained."]
    assert model.score("which torque?", texts) == model.score("which torque?", texts[::-1])[::-1]
    assert model.score("which torque?", []) == []


def test_long_and_odd_texts_are_read_as_far_as_they_go(model: CrossEncoder) -> None:
    long = "The bolts of the cover take 24 Nm. " * 400
    assert len(model.score("which torque do the bolts take? " * 200, [long, "", "\x00", "扭矩"])) == 4


def test_many_threads_read_at_once_and_each_gets_its_own(model: CrossEncoder) -> None:
    questions = [f"what takes {number} Nm?" for number in range(6)]
    texts = ["The bolts take 3 Nm.", "The seal is grey."]
    alone = [model.score(question, texts) for question in questions]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda question: model.score(question, texts), questions))
    assert together == [pytest.approx(scores, abs=1e-4) for scores in alone]


def test_a_package_without_the_model_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cross_encoder, "_PACKAGE", "no_such_package")
    with pytest.raises(CrossEncoderUnavailable):
        CrossEncoder()


def test_an_answer_in_other_words_is_found_by_reading_it(
    open_base: Callable[..., KnowledgeBase], tmp_path: Path, model: CrossEncoder
) -> None:
    by_words = open_base()
    fill(by_words, tmp_path, QR9=LAMP, PX200=COVER)
    question = Question(PARAPHRASE, Audience.INTERNAL)
    assert by_words.answer(question).abstained
    answer = open_base(relevance=model).answer(question)
    assert "almost empty" in answer.text
    assert answer.citations[0].section == "Indications"


def test_what_is_relevant_to_no_question_is_no_answer(
    open_base: Callable[..., KnowledgeBase], tmp_path: Path
) -> None:
    base = open_base()
    fill(base, tmp_path, QR9=LAMP)
    assert not base.answer(Question("What slack does the belt need?", Audience.INTERNAL)).abstained
    sceptic = open_base(relevance=Recorded(-11.0))
    assert sceptic.answer(Question("What does the belt want?", Audience.INTERNAL)).abstained


def test_only_what_may_answer_is_read(open_base: Callable[..., KnowledgeBase], tmp_path: Path) -> None:
    model = Recorded(6.0)
    base = open_base(relevance=model)
    fill(base, tmp_path, QR9=LAMP, PX200=COVER)
    answer = base.answer(Question(PARAPHRASE, Audience.INTERNAL))
    assert {citation.document for citation in answer.citations} == {"QR9.md"}
    assert model.read
    assert all("QR9" in text for _, text in model.read)
    assert {question for question, _ in model.read} == {PARAPHRASE}


def test_the_same_passage_in_two_formats_is_read_once(
    open_base: Callable[..., KnowledgeBase], tmp_path: Path
) -> None:
    model = Recorded(0.0)
    base = open_base(relevance=model)
    fill(base, tmp_path, **{"QR9": LAMP, "QR9-copy": LAMP})
    base.answer(Question(PARAPHRASE, Audience.INTERNAL))
    texts = [text for _, text in model.read]
    assert len(texts) == len(set(texts)) == 2


def test_what_was_not_read_for_want_of_time_counts_no_more_than_the_worst_that_was(
    open_base: Callable[..., KnowledgeBase], tmp_path: Path
) -> None:
    places = [
        "press",
        "loader",
        "winder",
        "feeder",
        "stacker",
        "sorter",
        "washer",
        "dryer",
        "packer",
        "labeller",
        "palletiser",
    ]
    sections = [
        f"## {place.title()}\n\nThe belt of the {place} needs {size} mm of slack when {place} rolls are {place}-warm."
        for size, place in enumerate(places, start=3)
    ]
    base = open_base()
    fill(base, tmp_path, QR9="# QR9 service manual\n\n" + "\n\n".join(sections) + "\n")
    question = Question("What slack does the belt need?", Audience.INTERNAL)
    assert not base.answer(question).abstained
    sceptic = Recorded(-11.0)
    assert open_base(relevance=sceptic).answer(question).abstained
    assert 1 < len(sceptic.read) < len(places)


@pytest.mark.parametrize(
    "text", ["Wie viel Spiel braucht der Riemen?", "QR9 的皮带需要多少间隙？", "hello", ""]
)
def test_a_question_in_another_language_and_small_talk_are_not_read(
    open_base: Callable[..., KnowledgeBase], tmp_path: Path, text: str
) -> None:
    model = Recorded(9.0)
    base = open_base(relevance=model)
    fill(base, tmp_path, QR9=LAMP)
    base.answer(Question(text, Audience.INTERNAL))
    assert model.read == []


def test_relevance_adds_to_the_evidence_and_makes_strange_words_cheaper() -> None:
    def score(relevance: float | None) -> float:
        return Evidence(0.5, 0.5, FOREIGN_COSINE, 0.0, relevance=relevance).score

    assert score(-10.0) < score(None) < score(5.0)
