"""A log of what was done: the row of the day and of the machine that are asked about, or none."""

from collections.abc import Callable

import pytest

from knowledge.documents import Audience
from knowledge.ingest_report import IngestReport
from knowledge.knowledge_base import KnowledgeBase
from knowledge.replies import Answer, Question

JOBS = ("WELD LADDER HINGE", "REPLACE SLEW MOTOR", "ADJUST L/H BRAKE", "REPLACE WIPER BLADE")
LOG = "Date,Unit,Job,Cost\n" + "".join(
    f"20{year:02}-{month:02}-1{unit},{'ABCD'[unit]},{JOBS[(year + month + unit) % 4]},{100 * year + month}.5{unit}\n"
    for year in (7, 8, 9)
    for month in range(1, 13)
    for unit in range(4)
)
Ask = Callable[..., Answer]


@pytest.fixture
def ask(base: KnowledgeBase, ingest: Callable[..., IngestReport]) -> Ask:
    ingest({"crane-jobs.csv": LOG})

    def ask(text: str, *previous: str) -> Answer:
        return base.answer(Question(text, Audience.INTERNAL, previous=previous))

    return ask


def first_row(answer: Answer) -> str:
    assert not answer.abstained, answer
    return answer.statements[0].text


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("what did the slew motor replacement cost in march 2008 on crane C", "Date: 2008-03-12; Unit: C"),
        ("slew motor replacement, crane C, 12.3.2008, what cost?", "Date: 2008-03-12; Unit: C"),
        ("cost of the wiper blade replacement on tower B in sept 2009", "Date: 2009-09-11; Unit: B"),
        ("what did adjusting the left brake cost in march 2007 on crane A", "Date: 2007-03-10; Unit: A"),
        ("cost of welding the ladder hinge in november 2007", "Date: 2007-11-12; Unit: C"),
    ],
)
def test_the_row_of_that_day_and_machine_answers(ask: Ask, text: str, row: str) -> None:
    assert first_row(ask(text)).startswith(row)


@pytest.mark.parametrize(
    "text",
    [
        "what did the slew motor replacement cost in march 2003",
        "cost of welding the ladder hinge on 25.11.2007",
    ],
)
def test_a_row_of_another_day_is_no_answer(ask: Ask, text: str) -> None:
    assert ask(text).abstained


def test_a_row_of_another_machine_is_no_answer(ask: Ask) -> None:
    assert first_row(ask("cost of the slew motor replacement on crane C in march 2008")).startswith(
        "Date: 2008-03-12"
    )
    assert ask("cost of the slew motor replacement on crane D in march 2008").abstained
    # The log's letters tell cranes apart, not motors.
    assert first_row(ask("cost of replacing slew motor D in march 2008")).startswith("Date: 2008-03-12")


def test_the_other_hand_is_no_answer(ask: Ask) -> None:
    assert ask("cost of adjusting the right brake on crane A in march 2007").abstained


def test_what_was_not_done_that_month_is_not_answered_by_what_was(ask: Ask) -> None:
    assert ask("cost of the gearbox overhaul in march 2008").abstained


def test_a_date_of_its_own_takes_the_place_of_the_one_before(ask: Ask) -> None:
    before = "cost of the slew motor replacement on crane C in march 2008"
    assert first_row(ask("and in 2009?", before)).startswith("Date: 2009-")
