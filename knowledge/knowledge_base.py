"""The knowledge base: what the rest of the product asks and tells."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import Session

from knowledge.answering.briefing import Brief
from knowledge.answering.chat import Composer
from knowledge.answering.composing import Listener, compose
from knowledge.answering.evidence import look_elsewhere
from knowledge.answering.relevance import read_together
from knowledge.answering.rewording import Reworded, reword
from knowledge.answers import Drafted, draft_answer
from knowledge.cross_encoder import RelevanceModel
from knowledge.documents import Audience, DocumentSummary
from knowledge.embeddings import Embedder
from knowledge.fusion import Mode
from knowledge.gaps import FailedQuestion, Gap, find_gaps
from knowledge.index import ChromaServer
from knowledge.indexes import Indexes
from knowledge.ingest import Ingester
from knowledge.ingest_report import IngestProgress, IngestReport
from knowledge.language.dictionary import is_english
from knowledge.likeness import QuestionVectors
from knowledge.listing import list_documents
from knowledge.notes import Note, NoteDraft, get_note, list_notes, save_note
from knowledge.ownership import Ownership
from knowledge.passages import Surroundings
from knowledge.reading.prepared import prepare_file
from knowledge.reading.separate import Read
from knowledge.remembered import RememberedAnswers
from knowledge.replies import Answer, Passage, Question
from knowledge.retrieval import Retriever
from knowledge.retrieved import Retrieved
from knowledge.storage.repository import (
    check_embedder,
    delete_document,
    find_by_path,
    get_state,
    next_revision,
)

# The same manual in three formats takes three places of them.
_ANSWER_PASSAGES = 24


def _utc_now() -> datetime:
    return datetime.now(UTC)


class KnowledgeBase:
    """Documents in, cited answers out. Safe to use from many threads."""

    def __init__(
        self,
        *,
        session_scope: Callable[[], AbstractContextManager[Session]],
        index_dir: Path,
        embedder: Embedder,
        ownership: Ownership = Ownership.NEVER,
        read_scope: Callable[[], AbstractContextManager[Session]] | None = None,
        clock: Callable[[], datetime] = _utc_now,
        composer: Composer | None = None,
        server: ChromaServer | None = None,
        relevance: RelevanceModel | None = None,
    ) -> None:
        """Open. With Ownership.TRY the indexes are taken if nobody has them, and are brought up to date.

        Args:
            read_scope: A scope that takes no write lock, so that questions don't wait for each other;
                `session_scope` serves when there is none.
            clock: Tells whether a note has expired when a question is asked.
            composer: Words the answers; without one they are made of the documents' own sentences.
            server: Holds the dense index; questions don't need it to answer. Without one it is in the folder.
            relevance: Reads questions and passages together; without one, words and vectors decide alone.

        Raises:
            IndexUnavailable: the index folder cannot be written or opened.
            EmbedderMismatch: the stored vectors were made by another embedder.
        """
        self._session_scope = session_scope
        self._read_scope = read_scope or session_scope
        self._embedder = embedder
        self._composer = composer
        self._relevance = relevance
        self._surroundings = Surroundings(self._read_scope)
        with self._read_scope() as session:
            check_embedder(session, name=embedder.name, dimensions=embedder.dimensions)
        self._indexes = Indexes(
            session_scope=self._read_scope,
            index_dir=index_dir,
            dimensions=embedder.dimensions,
            ownership=ownership,
            server=server,
        )
        self._clock = clock
        self._retriever = Retriever(
            session_scope=self._read_scope, indexes=self._indexes, embedder=embedder, clock=clock
        )
        self._vectors = QuestionVectors(embedder)
        self._remembered = RememberedAnswers(self)
        self.catch_up()

    @property
    def is_owner(self) -> bool:
        """Tell whether this process keeps the indexes."""
        return self._indexes.is_owner

    @property
    def revision(self) -> int:
        """Return the revision of the documents; it rises with every change."""
        with self._read_scope() as session:
            return get_state(session).revision

    def ingest(
        self,
        paths: Sequence[Path],
        *,
        audience: Audience,
        products: Sequence[str] = (),
        on_progress: Callable[[IngestProgress], None] | None = None,
        now: datetime,
        read: Read = prepare_file,
    ) -> IngestReport:
        """Read files and folders into the database; the owner also brings the indexes up to date.

        An unchanged file costs a hash. A file that cannot be read is in the report's `failed` with a
        reason, and the rest is read. An interrupted run has whole documents only; the next goes on.

        Args:
            read: Reads one file; `SeparateReader.read` does it in a process of its own.

        Raises:
            PathNotFound: a path does not exist.
            EmbedderMismatch: the stored vectors were made by another embedder.
            EmbedderUnavailable: the embedder cannot be loaded.
        """
        ingester = Ingester(
            session_scope=self._session_scope,
            embedder=self._embedder,
            audience=audience,
            products=products,
            now=now,
            on_progress=on_progress,
            read=read,
        )
        try:
            return ingester.run(paths)
        finally:
            self.catch_up()

    def catch_up(self) -> int:
        """Apply what other processes wrote; return how many documents changed (0 when not the owner)."""
        return self._indexes.catch_up()

    def answer(
        self,
        question: Question,
        *,
        on_part: Listener | None = None,
        should_stop: Callable[[], bool] | None = None,
    ) -> Answer:
        """Return a cited answer, or an abstention with the nearest pages; with a composer a language model words it.

        Args:
            on_part: Told the notices and statements that a model's answer will have, in order, as soon as each
                is certain; never called when the answer is not composed.
            should_stop: Asked while a model writes; True ends the answer with what was told.
        """
        drafted, retrieved = self._draft(question)
        if self._composer is None:
            return drafted.answer
        brief = Brief(question, retrieved, drafted, self._retriever.weigher(question.audience))
        return compose(brief, self._composer, on_part=on_part, should_stop=should_stop)

    def reword(self, notes: Sequence[str], *, names: Iterable[str] = ()) -> Reworded | None:
        """Return notes as a language model words them; None without one, or when it changes what they say.

        Args:
            names: What stands in the notes under a name of its own, such as a product: it is kept letter by letter.
        """
        return None if self._composer is None else reword(notes, self._composer, names=names)

    def find_answer(self, question: Question) -> Answer:
        """Return what the documents say in their own words, or an abstention with the nearest pages.

        Where the documents of the question's product don't answer, the whole collection is asked and
        the answer says so (`widened`).
        """
        return self._draft(question)[0].answer

    def _draft(self, question: Question) -> tuple[Drafted, Retrieved]:
        narrow = self._find_evidence(question)
        scoped = draft_answer(question, narrow, self._surroundings)
        bench = question.scope.names() if question.scope else frozenset()
        if not scoped.answer.abstained:
            # The question itself may name another machine than the one on the bench.
            widened = bool(bench) and bench.isdisjoint(narrow.machines.own)
            return _traced(scoped, narrow, widened=widened), narrow
        if scoped.answer.reason == "no_evidence" and bench:
            everywhere = self._find_evidence(question, is_wide=True)
            wide = draft_answer(question, everywhere, self._surroundings)
            if not wide.answer.abstained:
                return _traced(wide, everywhere, widened=True), everywhere
        return _traced(scoped, narrow, widened=False), narrow

    def _find_evidence(self, question: Question, *, is_wide: bool = False) -> Retrieved:
        found = self._retriever.retrieve_evidence(question, limit=_ANSWER_PASSAGES, is_wide=is_wide)
        retrieved = look_elsewhere(found)
        return retrieved if self._relevance is None else read_together(retrieved, self._relevance)

    def warm_up(self) -> None:
        """Load what the first question would otherwise wait for."""
        self.search(Question(text="warm up", audience=Audience.PUBLIC), limit=1)
        is_english("warm")
        if self._relevance is not None:
            self._relevance.score("warm up", ["warm up"])

    def search(self, question: Question, *, limit: int = 10, mode: Mode = Mode.HYBRID) -> list[Passage]:
        """Return ranked passages, best first, [] if none."""
        return list(self._retriever.retrieve(question, limit=limit, mode=mode).passages)

    def list_documents(self) -> list[DocumentSummary]:
        """Return every document, by path. `superseded_by` is the path of its replacement."""
        with self._read_scope() as session:
            return list_documents(session)

    def save_note(self, draft: NoteDraft, *, now: datetime) -> Note:
        """Keep a note, in the place of an earlier one with its id; it is found from now on, by every process.

        Raises:
            NoteEmpty: it has no title, or no text that says anything.
            NoteDatesWrong: it would expire before today or before its review.
            EmbedderMismatch: the stored vectors were made by another embedder.
        """
        try:
            return save_note(draft, session_scope=self._session_scope, embedder=self._embedder, now=now)
        finally:
            self.catch_up()

    def list_notes(self) -> list[Note]:
        """Return every note, by the name of its document."""
        with self._read_scope() as session:
            return list_notes(session)

    def find_note(self, note_id: str) -> Note | None:
        """Return a note by its id, None when there is none (any more)."""
        with self._read_scope() as session:
            return get_note(session, note_id)

    def find_gaps(self, asked: Sequence[FailedQuestion], *, limit: int | None = None) -> list[Gap]:
        """Return what the documents lack, judged by questions that they failed; the gravest first.

        What the documents answer meanwhile is left out. With a `limit` only as many are worked out.
        """
        now = self._clock()
        self._remembered.keep_for(self.revision, now.date())
        return find_gaps(asked, library=self._remembered, vectors=self._vectors, now=now, limit=limit)

    def mentions(self, terms: Sequence[str], *, reader: Audience, names: Collection[str]) -> bool:
        """Tell whether one passage that the reader may see, in the scope of these names, holds all terms (stems)."""
        return self._retriever.mentions(terms, reader=reader, names=names)

    def remove(self, document: str) -> bool:
        """Remove a document by the path that `list_documents` shows; False when there is none."""
        with self._session_scope() as session:
            if find_by_path(session, document) is None:
                return False
            revision = next_revision(session)
            row = find_by_path(session, document)
            if row is None:
                return False
            delete_document(session, row, revision=revision)
        self.catch_up()
        return True

    def rebuild(self, on_progress: Callable[[int, int], None] | None = None) -> int:
        """Make the indexes anew from the database; return how many documents they hold (0 when not the owner)."""
        return self._indexes.rebuild(on_progress)

    def close(self) -> None:
        """Close the files and give the indexes free."""
        self._indexes.close()


def _traced(drafted: Drafted, retrieved: Retrieved, *, widened: bool) -> Drafted:
    return replace(drafted, answer=replace(drafted.answer, trace=retrieved.trace, widened=widened))
