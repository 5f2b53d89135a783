"""What the documents lack: questions that ask the same are one gap, named with what is missing or stale."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from knowledge.documents import Audience
from knowledge.gaps import FailedQuestion, Gap, Page, Trouble, find_gaps
from knowledge.ingest import IngestReport
from knowledge.knowledge_base import KnowledgeBase
from knowledge.likeness import QuestionVectors, group_alike
from knowledge.replies import Question
from tests.knowledge.conftest import NOW, HashedWords
from tests.knowledge.test_notes import DRAFT, Clock

Ingest = Callable[..., IngestReport]
MANUAL = "# Brook heat pump: service manual\n\nVersion: 2\n\n## Defrost\n\nDefrost ends after 12 minutes.\n\n"
MANUAL += "## Cabinet\n\nThe control board is in the cabinet.\n\n## Alarms\n\nE12: compressor overcurrent.\n"
PAGE = Page("brook.md", "Brook heat pump: service manual", "Defrost", None)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def base(open_base: Callable[..., KnowledgeBase], clock: Clock) -> KnowledgeBase:
    return open_base(clock=clock)


def failed(
    text: str, number: int = 0, *, asker: str = "mara", days_ago: float = 1, **more: object
) -> FailedQuestion:
    facts: dict[str, object] = {
        "question_id": f"turn_{number:03}",
        "text": text,
        "asked_at": NOW - timedelta(days=days_ago),
        "asker": asker,
        "audience": Audience.INTERNAL,
        "trouble": Trouble.NO_DOCUMENT,
    }
    return FailedQuestion(**{**facts, **more})  # type: ignore[arg-type]


def only(gaps: list[Gap]) -> Gap:
    (gap,) = gaps
    return gap


def test_questions_that_ask_the_same_are_one_gap_with_its_counts(base: KnowledgeBase, ingest: Ingest) -> None:
    ingest({"brook.md": MANUAL}, products=("Brook",))
    asked = [
        failed("Where is the defrost board?", 1, family="Brook", days_ago=9, pages=(PAGE,)),
        failed("where is the defrost board", 2, asker="jonas", family="Brook", days_ago=2),
        failed("Where is the defrost board?", 3, asker="mara", family="Tarn", days_ago=5),
        failed("Who may open the gas cock of the boiler?", 4, asker="elif", days_ago=1),
    ]
    first, second = base.find_gaps(asked)
    assert (first.times, first.people, first.families) == (3, 2, ("Brook", "Tarn"))
    assert first.questions == ("Where is the defrost board?", "where is the defrost board")
    assert first.last_asked == NOW - timedelta(days=2)
    assert first.question_ids == ("turn_001", "turn_003", "turn_002")
    assert first.nearest == (PAGE,)
    # "Defrost" and "board" both stand in the manual, but never in one passage.
    assert first.missing == "No document for Brook mentions “defrost board”."
    assert (second.times, second.families) == (1, ())
    assert second.missing == "No document mentions “gas cock”."


def test_the_same_unknown_code_joins_questions_and_another_code_parts_them(base: KnowledgeBase) -> None:
    unknown = {"trouble": Trouble.UNKNOWN_CODE}
    asked = [
        failed("What does E99 mean?", 1, code="E99", typed_code="E99", family="Brook", **unknown),
        failed("the display says e-99, now what", 2, code="E99", typed_code="e-99", asker="jonas", **unknown),
        failed("What does E98 mean?", 3, code="E98", typed_code="E98", **unknown),
    ]
    first, second = base.find_gaps(asked)
    assert (first.times, first.people) == (2, 2)
    assert first.missing == "No document for Brook holds the code E99 or e-99."
    assert second.missing == "No document holds the code E98."


def test_a_known_code_is_another_alarm_in_another_family(base: KnowledgeBase, ingest: Ingest) -> None:
    ingest({"brook.md": MANUAL})
    disliked = {"trouble": Trouble.DISLIKED, "code": "E12", "pages": (PAGE,), "days_ago": -1}
    asked = [
        failed("What does E12 mean?", n, family=name, **disliked) for n, name in enumerate(("Brook", "Tarn"))
    ]
    assert [gap.times for gap in base.find_gaps(asked)] == [1, 1]


def test_gaps_are_ordered_by_people_then_times_then_the_latest(base: KnowledgeBase) -> None:
    asked = [
        *(failed("How loud is the fan?", n, asker="mara", days_ago=1) for n in range(3)),
        *(failed("Which oil for the compressor?", 10 + n, asker=f"p{n}", days_ago=7) for n in range(2)),
        failed("Where is the strainer?", 20, days_ago=2),
        failed("May it run at sea level?", 21, days_ago=0.5),
    ]
    subjects = [gap.questions[0] for gap in base.find_gaps(asked)]
    assert subjects == [
        "Which oil for the compressor?",
        "How loud is the fan?",
        "May it run at sea level?",
        "Where is the strainer?",
    ]
    assert [gap.questions[0] for gap in base.find_gaps(asked, limit=2)] == subjects[:2]


def test_the_order_of_the_records_changes_nothing(base: KnowledgeBase, ingest: Ingest) -> None:
    ingest({"brook.md": MANUAL})
    asked = [
        failed(text, n, asker=f"p{n % 3}", days_ago=n)
        for n, text in enumerate(
            ["Where is the fan relay?", "fan relay where", "Which glycol?", "glycol, which?"]
        )
    ]
    expected = base.find_gaps(asked)
    for seed in range(3):
        shuffled = asked.copy()
        random.Random(seed).shuffle(shuffled)
        assert base.find_gaps(shuffled) == expected


def test_a_gap_that_the_documents_have_closed_is_none(base: KnowledgeBase, ingest: Ingest) -> None:
    asked = [failed("Where is the defrost board?", 1, family="Tarn")]
    assert len(base.find_gaps(asked)) == 1
    base.save_note(DRAFT, now=NOW)
    assert base.find_gaps(asked) == []


def test_a_gap_reopens_when_the_note_that_closed_it_expires(base: KnowledgeBase, clock: Clock) -> None:
    asked = [failed("Where is the defrost board?", 1, family="Tarn")]
    base.save_note(DRAFT, now=NOW)
    clock.now = datetime.combine(DRAFT.expires_on, NOW.timetz()) + timedelta(days=1)
    assert len(base.find_gaps(asked)) == 1


def test_what_only_staff_may_read_leaves_a_partners_gap_open(base: KnowledgeBase) -> None:
    base.save_note(DRAFT, now=NOW)
    gap = only(
        base.find_gaps([failed("Where is the defrost board?", family="Tarn", audience=Audience.PARTNER)])
    )
    assert gap.missing == (
        "“Note by Ada Berg, reviewed 2 Mar 2026: Defrost board of the Tarn P4” answers it, "
        "but nothing that a partner may read does."
    )


def test_a_disliked_answer_names_the_document_its_age_and_the_complaints(
    base: KnowledgeBase, ingest: Ingest, clock: Clock
) -> None:
    ingest({"brook.md": MANUAL})
    clock.now = NOW + timedelta(days=400)
    disliked = {"trouble": Trouble.DISLIKED, "code": "E12", "pages": (PAGE,), "days_ago": -399}
    asked = [
        failed("What does E12 mean?", 1, complaint="outdated", **disliked),
        failed("What does E12 mean?", 2, complaint="outdated", **disliked),
        failed("E12?", 3, asker="jonas", complaint="wrong", **disliked),
        failed("E12 again", 4, **disliked),
    ]
    gap = only(base.find_gaps(asked))
    assert gap.complaints == (("outdated", 2), ("wrong", 1))
    assert gap.missing == (
        "“Brook heat pump: service manual” v2 was no help (2 × outdated, 1 × wrong); "
        "ingested 400 days ago; is there a newer one?"
    )


def test_a_dislike_is_settled_by_what_came_in_after_it(
    base: KnowledgeBase, ingest: Ingest, clock: Clock
) -> None:
    ingest({"brook.md": MANUAL})
    asked = [
        failed("What does E12 mean?", 1, days_ago=-1, trouble=Trouble.DISLIKED, code="E12", pages=(PAGE,))
    ]
    assert len(base.find_gaps(asked)) == 1
    note = replace(DRAFT, title="Alarm E12 of the Brook", question="What does E12 mean?", products=())
    base.save_note(replace(note, text="E12 is most often a loose terminal."), now=NOW + timedelta(days=2))
    assert base.find_gaps(asked) == []


def test_a_disliked_document_that_is_gone_or_superseded_is_said_to_be(
    base: KnowledgeBase, ingest: Ingest
) -> None:
    page = Page("old.md", "Bulletin SB-1", None, None)
    asked = [failed("How is the seal glued?", trouble=Trouble.DISLIKED, pages=(page,))]
    assert only(base.find_gaps(asked)).missing == (
        "“Bulletin SB-1” was no help; it is not in the knowledge base any more."
    )
    ingest(
        {
            "old.md": "# Bulletin SB-1001\n\nThe seal.\n",
            "new.md": "# Bulletin SB-1002\n\nSupersedes: SB-1001.\n",
        }
    )
    assert only(base.find_gaps(asked)).missing == "“Bulletin SB-1” was no help; it is superseded by new.md."


def test_no_questions_are_no_gaps(base: KnowledgeBase) -> None:
    assert base.find_gaps([]) == []


def test_a_question_in_characters_without_words_is_a_gap_too(base: KnowledgeBase) -> None:
    assert only(base.find_gaps([failed("？！…")])).missing == "No document answers it."


def test_a_code_is_joined_by_nothing_but_itself(embedder: HashedWords) -> None:
    texts = ["what does E12 mean", "what does E14 mean", "what does it mean", "what does it mean now"]
    groups = group_alike(texts, keys=["E12", "E14", None, None], vectors=QuestionVectors(embedder))
    assert groups == [[0], [1], [2, 3]]


def test_vectors_are_worked_out_once_and_have_unit_length(embedder: HashedWords) -> None:
    calls: list[str] = []

    class Counting(HashedWords):
        def embed_query(self, text: str) -> np.ndarray:  # type: ignore[type-arg]
            calls.append(text)
            return super().embed_query(text)

    vectors = QuestionVectors(Counting())
    matrix = vectors.of(["fan relay", "drain", "fan relay"])
    seen = len(calls)
    assert len(set(calls)) == seen
    assert vectors.of(["drain", "fan relay"]).shape == (2, 96)
    assert len(calls) == seen
    assert np.allclose(np.linalg.norm(matrix, axis=1), 1.0, atol=1e-6)
    assert np.array_equal(matrix[0], matrix[2])


def test_finding_gaps_reads_no_clock_and_no_database_of_its_own(base: KnowledgeBase) -> None:
    vectors = QuestionVectors(HashedWords())
    asked = [failed("Where is the defrost board?")]
    assert find_gaps(asked, library=base, vectors=vectors, now=NOW) == base.find_gaps(asked)
    assert base.find_answer(Question("Where is the defrost board?", Audience.INTERNAL)).abstained
