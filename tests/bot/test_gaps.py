"""From the log of turns to gaps: which questions count, and that Home doesn't work them out twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text
from sqlmodel import Session

from bot.database import SessionScope, build_engine, build_read_scope, build_session_scope, upgrade_schema
from bot.experts.log import find_waiting
from bot.gaps import GapBook, list_failed_questions
from bot.records import ExpertQuestion, GuideRun, Turn
from bot.retention import redact_old_text
from knowledge.documents import Audience
from knowledge.gaps import FailedQuestion, Trouble
from knowledge.knowledge_base import KnowledgeBase
from knowledge.replies import Answer, Question
from offers.tables.parties import Person
from tests.bot.test_retention import CITATION, a_turn
from tests.knowledge.conftest import HashedWords
from tests.knowledge.test_notes import DRAFT

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def unanswered(number: int, question: str, *, reason: str = "no_evidence", **more: Any) -> Turn:
    turn = a_turn(number, days_ago=1)
    facts = {
        "question": question, "searched": question, "abstained": True, "reason": reason, "helpful": None,
        "feedback_reason": None, "feedback_note": None, "codes": [], "typed_codes": [], "citations": [],
    }  # fmt: skip
    for name, value in {**facts, **more}.items():
        setattr(turn, name, value)
    return turn


@contextmanager
def fresh(scope: SessionScope, *turns: Any) -> Iterator[Session]:
    """Write turns and read on in another session."""
    with scope() as session:
        session.add_all(turns)
    with scope() as session:
        yield session


def test_reports_of_danger_and_remarks_are_no_gaps(session_scope: SessionScope) -> None:
    said = [
        "Kältemittel tritt aus",
        "there is a smel of gass here",
        "fixed it, thanks!",
        "👍",
        "Which oil for the fan?",
    ]
    turns = [unanswered(number, text) for number, text in enumerate(said)]
    with fresh(session_scope, *turns) as session:
        found = list_failed_questions(session, since=NOW - timedelta(days=30))
    assert [one.text for one in found] == ["Which oil for the fan?"]


def test_unanswered_disliked_and_vain_questions_count_and_no_others(session_scope: SessionScope) -> None:
    run = GuideRun(
        run_id="run_1", channel="D1", thread_ts="1.1", turn_id="turn_4", slack_user_id="U1", audience="internal",
        document="a.md", title="No heat", checks=[], notices=[], citations=[], ruled_out=[], outcome="unresolved",
        started_at=NOW, updated_at=NOW,
    )  # fmt: skip
    liked, vain, empty, gone = (a_turn(number, days_ago=1) for number in (3, 4, 5, 6))
    liked.helpful, vain.helpful, vain.feedback_reason = True, None, None
    empty.abstained, empty.reason = True, "empty_question"
    gone.redacted_at = NOW
    old = a_turn(7, days_ago=90)
    unknown = unanswered(
        1,
        "What is E99?",
        reason="unknown_code",
        codes=["E99"],
        typed_codes=["e-99"],
        audience="public",  # Asked where guests read along, by somebody who may read more.
        helpful=False,
    )
    elif_ = Person(
        person_id="X-1", slack_user_id="U1", name="Elif", role="partner", partner_id="P-1", recorded_at=NOW,
        source="import",
    )  # fmt: skip
    with fresh(
        session_scope, elif_, run, unknown, a_turn(2, days_ago=2), liked, vain, empty, gone, old
    ) as session:
        found = list_failed_questions(session, since=NOW - timedelta(days=30))
    by_id = {one.question_id: one for one in found}
    assert list(by_id) == ["turn_1", "turn_4", "turn_2"]
    assert by_id["turn_1"] == FailedQuestion(
        question_id="turn_1",
        text="What is E99?",
        asked_at=NOW - timedelta(days=1),
        asker="U1",
        audience=Audience.PARTNER,
        trouble=Trouble.UNKNOWN_CODE,
        family="Aurora",
        code="E99",
        typed_code="e-99",
        pages=by_id["turn_2"].pages,
    )
    assert by_id["turn_2"].pages[0].document == CITATION["document"]
    assert (by_id["turn_2"].trouble, by_id["turn_2"].complaint) == (Trouble.DISLIKED, "wrong")
    assert by_id["turn_2"].comment == "secret words"
    assert (by_id["turn_4"].trouble, by_id["turn_4"].complaint) == (Trouble.DISLIKED, "no check helped")


class CountingBase(KnowledgeBase):
    """A knowledge base that counts how often gaps are worked out."""

    worked_out = 0

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.asked: list[Question] = []

    def find_answer(self, question: Question) -> Answer:
        self.asked.append(question)
        return super().find_answer(question)

    def find_gaps(self, *args: Any, **kwargs: Any) -> Any:
        self.worked_out += 1
        return super().find_gaps(*args, **kwargs)


@pytest.fixture
def base(tmp_path: Path, session_scope: SessionScope) -> Iterator[CountingBase]:
    opened = CountingBase(session_scope=session_scope, index_dir=tmp_path / "index", embedder=HashedWords())
    yield opened
    opened.close()


def test_home_works_gaps_out_only_when_something_has_changed(
    session_scope: SessionScope, base: CountingBase
) -> None:
    book = GapBook(session_scope, base, clock=lambda: NOW)
    with fresh(session_scope, unanswered(1, "Where is the defrost board?")):
        pass
    first = book.look()
    assert [gap.questions[0] for gap in first.gaps] == ["Where is the defrost board?"]
    assert book.look() == first
    assert base.worked_out == 1
    with fresh(session_scope, unanswered(2, "Which glycol?", slack_user_id="U2")):
        pass
    assert book.look(is_hasty=True) == first  # Somebody waits for a conversion to show.
    assert len(book.look().gaps) == 2
    assert not book.refresh()
    base.save_note(replace(DRAFT, audience=Audience.PUBLIC), now=NOW)
    assert len(book.look().gaps) == 2  # Nobody who opens Home waits for all of them to be asked anew.
    assert base.worked_out == 2
    assert book.refresh()
    assert [gap.questions[0] for gap in book.look().gaps] == ["Which glycol?"]
    assert base.worked_out == 3


def test_what_was_asked_for_a_gap_is_not_asked_again_while_the_documents_stay(
    session_scope: SessionScope, base: CountingBase
) -> None:
    book = GapBook(session_scope, base, clock=lambda: NOW)
    with fresh(session_scope, unanswered(1, "Where is the defrost board?")):
        pass
    book.look()
    with fresh(session_scope, unanswered(2, "Which glycol?", slack_user_id="U2")):
        pass
    book.look()
    book.look(region="North")
    before = list(base.asked)
    assert {one.text for one in before} == {"Where is the defrost board?", "Which glycol?"}
    assert len(before) == len(set(before))
    base.save_note(replace(DRAFT, audience=Audience.PUBLIC), now=NOW)
    book.refresh()
    assert {one.text for one in base.asked[len(before) :]} == {one.text for one in before}


def test_home_names_due_notes_and_what_waits_for_experts(
    session_scope: SessionScope, base: CountingBase
) -> None:
    book = GapBook(session_scope, base, clock=lambda: NOW)
    base.save_note(DRAFT, now=NOW - timedelta(days=200))
    question = ExpertQuestion(
        turn_id="turn_1", slack_user_id="U1", person_id="E-1", channel="D1", thread_ts="1.1", audience="internal",
        expert_channel="C1", expert_ts="2.2", asked_at=NOW - timedelta(days=3),
    )  # fmt: skip
    with fresh(session_scope, question):
        pass
    report = book.look()
    assert [note.draft.title for note in report.due_notes] == [DRAFT.title]
    assert (report.waiting.count, report.waiting.since) == (1, NOW - timedelta(days=3))
    with session_scope() as session:
        row = session.get_one(ExpertQuestion, "turn_1")
        row.answered_at = NOW
        session.add(row)
    assert book.look().waiting.count == 0


def test_a_regions_manager_learns_from_the_regions_people(
    session_scope: SessionScope, base: CountingBase
) -> None:
    people = [
        Person(person_id=f"E-{user}", slack_user_id=user, name=user, role="technician", region=region, recorded_at=NOW)
        for user, region in (("UN", "North"), ("US", "South"))
    ]  # fmt: skip
    asked = [
        unanswered(1, "Where is the defrost board?", slack_user_id="UN"),
        unanswered(2, "Which glycol?", slack_user_id="US"),
        a_turn(3, days_ago=1),
    ]
    asked[2].slack_user_id, asked[2].helpful = "UN", True
    waiting = ExpertQuestion(
        turn_id="turn_1", slack_user_id="UN", person_id="E-UN", channel="D1", thread_ts="1.1", audience="internal",
        expert_channel="C1", expert_ts="2.2", asked_at=NOW,
    )  # fmt: skip
    book = GapBook(session_scope, base, clock=lambda: NOW)
    with fresh(session_scope, *people, *asked, waiting):
        pass
    reports = {region: book.look(region=region) for region in ("North", "South", None)}
    asked_there = {region: {gap.questions[0] for gap in one.gaps} for region, one in reports.items()}
    assert asked_there["North"] == {"Where is the defrost board?"}
    assert asked_there["South"] == {"Which glycol?"}
    assert asked_there[None] == asked_there["North"] | asked_there["South"]
    assert {region: one.waiting.count for region, one in reports.items()} == {"North": 1, "South": 0, None: 1}


def test_the_log_is_read_and_redacted_on_postgresql_too(postgresql_url: str, tmp_path: Path) -> None:
    server = build_engine(postgresql_url)
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE DATABASE learning"))
    server.dispose()
    url = make_url(postgresql_url).set(database="learning").render_as_string(hide_password=False)
    engine = build_engine(url)
    upgrade_schema(engine)
    scope = build_session_scope(engine)
    base = CountingBase(session_scope=scope, index_dir=tmp_path / "index", embedder=HashedWords())
    book = GapBook(build_read_scope(engine), base, clock=lambda: NOW)
    try:
        with fresh(scope, unanswered(1, "Where is the defrost board?"), a_turn(2, days_ago=40)) as session:
            assert len(list_failed_questions(session, since=NOW - timedelta(days=90))) == 2
            assert find_waiting(session).count == 0
        assert len(book.look().gaps) == 2
        assert redact_old_text(scope, keep_days=30, now=NOW) == 1
        assert len(book.look().gaps) == 1
        base.save_note(replace(DRAFT, audience=Audience.PUBLIC), now=NOW)
        assert book.refresh()
        assert book.look().gaps == ()
    finally:
        base.close()
        engine.dispose()
