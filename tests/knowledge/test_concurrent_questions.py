"""Many people ask at once while documents come in: no question fails, and none gets another's answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

from knowledge.documents import Audience
from knowledge.knowledge_base import KnowledgeBase
from knowledge.replies import ProductScope, Question
from tests.knowledge.conftest import NOW

ASKERS = 32
QUESTIONS_EACH = 6
FIRST, LATER = range(100, 113), range(200, 220)


def write_valves(folder: Path, numbers: range) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        (folder / f"PV{number}.md").write_text(
            f"# Pressure valve PV{number}\n\n## Setting\n\nThe valve PV{number} opens at {number + 7} bar.\n\n"
            f"## Faults\n\n| Code | Remedy |\n|---|---|\n| E{number} | Clean the seat of the valve PV{number}. |\n"
        )


def ask(base: KnowledgeBase, number: int) -> tuple[str, list[str]]:
    """Return the answer to one of three kinds of question, and the documents it cites."""
    text = (
        f"At what pressure does the valve PV{number} open?",
        f"What does E{number} mean?",
        "At what pressure does the valve open?",
    )[number % 3]
    name = f"PV{number}"
    scope = ProductScope(sku=name, family="Valves", model=name) if number % 3 == 2 else None
    answer = base.answer(Question(text, Audience.INTERNAL, scope=scope))
    return answer.text, [citation.document for citation in answer.citations]


def test_thirty_two_askers_get_their_own_answers_while_documents_come_in(
    base: KnowledgeBase, folder: Path
) -> None:
    for number in FIRST:
        write_valves(folder / str(number), range(number, number + 1))
        base.ingest([folder / str(number)], audience=Audience.INTERNAL, products=[f"PV{number}"], now=NOW)
    write_valves(folder / "later", LATER)
    is_done = Event()

    def keep_asking(asker: int) -> list[str]:
        wrong: list[str] = []
        asked = 0
        while asked < QUESTIONS_EACH or not is_done.is_set():
            number = FIRST[(asker + asked * 11) % len(FIRST)]
            text, documents = ask(base, number)
            expected = f"E{number}" if number % 3 == 1 else f"{number + 7} bar"
            if expected not in text or not any(f"PV{number}" in document for document in documents):
                wrong.append(f"PV{number}: {text}")
            asked += 1
        return wrong

    with ThreadPoolExecutor(ASKERS) as pool:
        askers = [pool.submit(keep_asking, asker) for asker in range(ASKERS)]
        try:
            report = base.ingest(
                [folder / "later"], audience=Audience.INTERNAL, products=["Later valves"], now=NOW
            )
        finally:
            is_done.set()
        assert [wrong for asker in askers for wrong in asker.result()] == []
    assert len(report.added) == len(LATER)
    assert "PV205.md" in ask(base, 205)[1][0]
