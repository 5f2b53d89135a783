"""What the cross-encoder is taught with: whole, told apart by the passage alone, of no set that is measured."""

from collections import Counter
from pathlib import Path

from tests.quality.inquiries import read_inquiries
from tests.quality.teaching.examples import Lesson, load_lessons, make_examples

LESSONS = load_lessons()
HERE = Path(__file__).parent


def test_lessons_are_whole() -> None:
    assert len(LESSONS) > 1000
    assert all(one.text.strip() and one.section and one.document for one in LESSONS)
    assert all(len(one.answered) >= 3 and len(one.unanswered) >= 3 for one in LESSONS)
    assert all(set(one.answered).isdisjoint(one.unanswered) for one in LESSONS)


def test_a_question_is_no_label() -> None:
    """Answered and unanswered questions are alike in length: what tells them apart stands in the passage."""
    answered = [len(question.split()) for one in LESSONS for question in one.answered]
    unanswered = [len(question.split()) for one in LESSONS for question in one.unanswered]
    assert abs(sum(answered) / len(answered) - sum(unanswered) / len(unanswered)) < 1


def test_no_question_of_a_measured_set_is_taught() -> None:
    taught = {question.casefold() for one in LESSONS for question in (*one.answered, *one.unanswered)}
    files = [*HERE.glob("*.jsonl"), *HERE.glob("companies/*/questions.jsonl")]
    assert len(files) >= 11
    for file in files:
        assert taught.isdisjoint(inquiry.text.casefold() for inquiry in read_inquiries(file))


def test_a_question_is_also_read_with_another_passage_of_its_document() -> None:
    first = Lesson(
        "D", ("A",), "The lamp is red.", ("colour of the lamp", "which lamp", "lamp?"), ("lamp price",)
    )
    other = Lesson("D", ("B",), "The belt is 3 mm.", ("belt size",), ("belt colour",))
    examples = list(make_examples([first, other], seed=0))
    assert Counter(one.is_answered for one in examples) == {True: 4, False: 5}
    stray = {(one.question, one.text) for one in examples if not one.is_answered}
    assert ("colour of the lamp", "D > B. The belt is 3 mm.") in stray
    assert ("belt size", "D > A. The lamp is red.") in stray
