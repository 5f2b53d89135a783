"""Words are kept as long as the admin says; what was counted stays countable."""

from datetime import UTC, datetime, timedelta

from sqlmodel import select

from bot.conduct.threads import list_questions
from bot.database import SessionScope
from bot.records import ExpertReply, Turn
from bot.retention import redact_old_text

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
CITATION = {
    "number": 1,
    "document": "a.md",
    "title": "A",
    "section": None,
    "page": 3,
    "quote": "secret words",
}


def a_turn(number: int, *, days_ago: int) -> Turn:
    return Turn(
        turn_id=f"turn_{number}",
        channel="D1",
        thread_ts="1.1",
        slack_user_id="U1",
        audience="internal",
        question="secret words",
        searched="secret words",
        codes=["SECRET1"],
        typed_codes=["secret-1"],
        answer="secret words",
        rest=[{"kind": "sentence", "text": "secret words", "citation": 1, "step": None}],
        citations=[CITATION],
        nearest=[CITATION],
        passages=[{"chunk_id": 7, "document": "a.md", "page": 3, "score": 0.5}],
        abstained=False,
        latency_ms=12,
        helpful=False,
        feedback_reason="wrong",
        feedback_note="secret words",
        family="Aurora",
        asked_at=NOW - timedelta(days=days_ago),
    )


def a_reply(number: int, *, days_ago: int) -> ExpertReply:
    moment = NOW - timedelta(days=days_ago)
    return ExpertReply(
        channel="C1", ts=f"{number}.1", turn_id="turn_1", slack_user_id="U2", person_id="E-1", name="Ada",
        text="secret words", received_at=moment,
    )  # fmt: skip


def test_old_words_go_and_figures_stay(session_scope: SessionScope) -> None:
    with session_scope() as session:
        session.add_all([a_turn(1, days_ago=31), a_turn(2, days_ago=29)])
        session.add_all([a_reply(1, days_ago=31), a_reply(2, days_ago=29)])
    assert redact_old_text(session_scope, keep_days=30, now=NOW) == 2
    assert redact_old_text(session_scope, keep_days=30, now=NOW) == 0
    with session_scope() as session:
        old, new = session.get_one(Turn, "turn_1"), session.get_one(Turn, "turn_2")
        assert "secret" not in repr(old.model_dump()).lower()
        assert old.redacted_at == NOW
        assert (old.helpful, old.feedback_reason, old.family, old.latency_ms) == (
            False,
            "wrong",
            "Aurora",
            12,
        )
        assert old.passages == [{"chunk_id": 7, "document": "a.md", "page": 3, "score": 0.5}]
        assert (old.citations[0]["document"], old.citations[0]["page"]) == ("a.md", 3)
        assert (new.question, new.redacted_at) == ("secret words", None)
        texts = {reply.ts: reply.text for reply in session.exec(select(ExpertReply)).all()}
        assert texts == {"1.1": "", "2.1": "secret words"}
        assert list_questions(session, "D1", "1.1") == ("secret words",)


def test_more_than_a_batch_is_redacted_in_one_go(session_scope: SessionScope) -> None:
    with session_scope() as session:
        session.add_all([a_turn(number, days_ago=99) for number in range(1_001)])
    assert redact_old_text(session_scope, keep_days=30, now=NOW) == 1_001
