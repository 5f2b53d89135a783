"""What people asked and the documents don't give: read from the log of turns, told to managers."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_
from sqlmodel import Session, col, select

from bot.access import audience_of
from bot.clock import Clock
from bot.database import SessionScope
from bot.experts.log import Waiting, find_waiting, is_asked_in
from bot.records import GuideRun, Turn
from bot.views.feedback import COMPLAINTS
from knowledge.documents import Audience
from knowledge.gaps import FailedQuestion, Gap, Page, Trouble
from knowledge.knowledge_base import KnowledgeBase
from knowledge.language.remarks import read_remark
from knowledge.notes import Note
from knowledge.safety import reports_danger
from offers.people import list_people

ON_HOME = 5
HOME_WINDOW = timedelta(days=90)
# Beyond so many the oldest are left out: grouping compares every question with every other.
_MOST = 1_000
_IN_VAIN = "no check helped"
_TROUBLES = {
    "unknown_code": Trouble.UNKNOWN_CODE,
    "no_evidence": Trouble.NO_DOCUMENT,
    "no_documents": Trouble.NO_DOCUMENT,
}


@dataclass(frozen=True, slots=True)
class LearningReport:
    """What is to be learnt: the gravest gaps, the notes to be looked at again, the questions that wait for experts."""

    gaps: tuple[Gap, ...]
    due_notes: tuple[Note, ...]
    waiting: Waiting


@dataclass(frozen=True, slots=True)
class _Kept:
    """Gaps with the state of the documents and the log that they were worked out from."""

    documents: tuple[int, date]
    failed: tuple[Any, ...]
    gaps: tuple[Gap, ...]


class GapBook:
    """Keeps the last reports, because Home is published often and its questions rarely change."""

    def __init__(self, read_scope: SessionScope, knowledge: KnowledgeBase, *, clock: Clock) -> None:
        self._read_scope = read_scope
        self._knowledge = knowledge
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str | None, _Kept] = {}

    def look(self, *, region: str | None = None, is_hasty: bool = False) -> LearningReport:
        """Return the report for Home.

        A question that failed since last time is worked out at once. All of them anew, because the documents have
        changed, is left to `refresh`: whoever opens Home doesn't wait for it.

        Args:
            region: Only what the people of that region asked; None is everybody.
            is_hasty: Take the gaps as they were worked out last, when they were: somebody waits for something else.
        """
        today = self._clock().date()
        due = tuple(note for note in self._knowledge.list_notes() if note.is_due(today))
        with self._read_scope() as session:
            waiting = find_waiting(session, region=region)
        kept = self._kept.get(region)
        if kept is None or not (is_hasty or kept.documents != self._documents()):
            kept = self._work_out(region)
        return LearningReport(kept.gaps, due, waiting)

    def refresh(self) -> bool:
        """Work out anew what was looked at before the documents changed; tells whether anything is different."""
        documents = self._documents()
        stale = [(region, kept) for region, kept in self._kept.items() if kept.documents != documents]
        anew = {region: self._work_out(region).gaps for region, _ in stale}
        return any(anew[region] != kept.gaps for region, kept in stale)

    def _documents(self) -> tuple[int, date]:
        """Return what the documents are as of: notes expire with the day."""
        return self._knowledge.revision, self._clock().date()

    def _work_out(self, region: str | None) -> _Kept:
        since = self._clock() - HOME_WINDOW
        with self._lock:
            documents = self._documents()
            with self._read_scope() as session:
                failed = _count_failed(session, since=since, region=region)
                kept = self._kept.get(region)
                if kept is not None and (kept.documents, kept.failed) == (documents, failed):
                    return kept
                asked = list_failed_questions(session, since=since, region=region)
            kept = _Kept(documents, failed, tuple(self._knowledge.find_gaps(asked, limit=ON_HOME)))
            self._kept[region] = kept
            return kept


def list_failed_questions(
    session: Session, *, since: datetime, region: str | None = None
) -> list[FailedQuestion]:
    """Return the questions since then that were not answered or whose answer was disliked, the newest first.

    A report of danger is no gap in the documents, nor is a remark that asks nothing. With `region` only those of its
    people.
    """
    turns = session.exec(
        select(Turn)
        .where(col(Turn.asked_at) >= since, _has_failed(), is_asked_in(region, col(Turn.slack_user_id)))
        .order_by(col(Turn.asked_at).desc(), col(Turn.turn_id))
        .limit(_MOST)
    ).all()
    walked_in_vain = set(session.exec(_walked_in_vain()).all())
    readers = {person.slack_user_id: audience_of(person) for person in list_people(session)}
    return [
        _build_failed(
            turn,
            reader=readers.get(turn.slack_user_id, Audience.PUBLIC),
            is_in_vain=turn.turn_id in walked_in_vain,
        )
        for turn in turns
        if not reports_danger(turn.question) and read_remark(turn.question) is None
    ]


def _count_failed(session: Session, *, since: datetime, region: str | None) -> tuple[Any, ...]:
    """Return what changes whenever a question joins those that failed, leaves them, or is commented on."""
    latest = (func.max(col(Turn.asked_at)), func.max(col(Turn.reacted_at)))
    failed = (col(Turn.asked_at) >= since, _has_failed(), is_asked_in(region, col(Turn.slack_user_id)))
    return tuple(session.exec(select(func.count(), *latest).where(*failed)).one())


def _has_failed() -> Any:
    is_unanswered = and_(col(Turn.abstained).is_(True), col(Turn.reason).in_(list(_TROUBLES)))
    is_no_help = or_(col(Turn.helpful).is_(False), col(Turn.turn_id).in_(_walked_in_vain()))
    return and_(
        col(Turn.redacted_at).is_(None), or_(is_unanswered, and_(col(Turn.abstained).is_(False), is_no_help))
    )


def _walked_in_vain() -> Any:
    return select(GuideRun.turn_id).where(col(GuideRun.outcome) == "unresolved")


def _build_failed(turn: Turn, *, reader: Audience, is_in_vain: bool) -> FailedQuestion:
    """Return the turn as a failed question of this reader: where it was asked, less may have been said."""
    return FailedQuestion(
        question_id=turn.turn_id,
        text=turn.searched or turn.question,
        asked_at=turn.asked_at,
        asker=turn.slack_user_id,
        audience=reader,
        trouble=_TROUBLES[turn.reason or "no_evidence"] if turn.abstained else Trouble.DISLIKED,
        family=turn.family,
        code=turn.codes[0] if turn.codes else None,
        typed_code=turn.typed_codes[0] if turn.typed_codes else None,
        pages=_pages(turn.nearest if turn.abstained else turn.citations),
        complaint=COMPLAINTS.get(turn.feedback_reason or "") or (_IN_VAIN if is_in_vain else None),
        comment=turn.feedback_note,
    )


def _pages(citations: Sequence[dict[str, Any]]) -> tuple[Page, ...]:
    return tuple(
        Page(one["document"], one["title"], one.get("section"), one.get("page")) for one in citations
    )
