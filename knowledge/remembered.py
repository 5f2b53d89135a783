"""Answers that are remembered until the documents change: gaps ask the same questions again and again."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

from knowledge.documents import Audience, DocumentSummary
from knowledge.failed_questions import Library
from knowledge.replies import Answer, Question, Trace


class RememberedAnswers:
    """A library that answers what it was asked before, at the same state of the documents, from memory. Thread-safe."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._lock = threading.Lock()
        self._state: tuple[int, date] | None = None
        self._answers: dict[Question, Answer] = {}

    def keep_for(self, revision: int, day: date) -> None:
        """Forget the answers of another revision of the documents, and of another day: notes expire."""
        with self._lock:
            if self._state != (revision, day):
                self._state, self._answers = (revision, day), {}

    def find_answer(self, question: Question) -> Answer:
        """Return what the documents say, without how it was found."""
        with self._lock:
            answers = self._answers
            found = answers.get(question)
        if found is None:
            # What was found out while the documents changed goes to the answers of the state that it was asked in.
            found = replace(self._library.find_answer(question), trace=Trace())
            with self._lock:
                answers[question] = found
        return found

    def mentions(self, terms: Sequence[str], *, reader: Audience, names: Collection[str]) -> bool:
        """Tell whether one passage that the reader may see, in the scope of these names, holds all terms (stems)."""
        return self._library.mentions(terms, reader=reader, names=names)

    def list_documents(self) -> list[DocumentSummary]:
        """Return every document."""
        return self._library.list_documents()
