"""Questions with what an honest answer to them is, and how an answer is judged."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from sqlmodel import Session, select

from knowledge.answering.grounding import ungrounded_facts
from knowledge.documents import Audience
from knowledge.replies import Answer, Citation, ProductScope, Question
from knowledge.storage.models import ChunkRow, DocumentRow

_FOLDER = Path(__file__).parent
# Lists whose rows carry no headings: the row's own key (a code, a flag) must be cited instead.
_ROW_FILES = (".csv", ".json")


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question as it is typed, its kind, and where its answer stands (any of; none when nothing answers).

    `documents` are patterns of paths, `headings` parts of headings, or keys of rows in a list.
    """

    text: str
    kind: str
    language: str
    is_answerable: bool
    previous: tuple[str, ...]
    scope: ProductScope | None
    documents: tuple[str, ...]
    headings: tuple[str, ...]

    def question(self) -> Question:
        """Return the question as an employee asks it."""
        return Question(text=self.text, audience=Audience.INTERNAL, scope=self.scope, previous=self.previous)


def load_inquiries(name: str) -> list[Inquiry]:
    """Return the inquiries of `<name>.jsonl` beside this file, in its order."""
    return read_inquiries(_FOLDER / f"{name}.jsonl")


def read_inquiries(path: Path) -> list[Inquiry]:
    """Return the inquiries of a file, in its order."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [
        Inquiry(
            text=row["question"],
            kind=row["kind"],
            language=row["language"],
            is_answerable=row["answerable"],
            previous=tuple(row.get("previous", ())),
            scope=ProductScope(**row["scope"]) if "scope" in row else None,
            documents=tuple(row.get("documents", ())),
            headings=tuple(row.get("headings", ())),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer judged. `invented` are figures, codes and addresses that stand in no cited passage."""

    inquiry: Inquiry
    answer: Answer
    invented: frozenset[str]
    milliseconds: float

    @property
    def is_false(self) -> bool:
        """Tell an answer where none is due, and an abstention where an answer is."""
        return self.answer.abstained == self.inquiry.is_answerable

    @property
    def cites_document(self) -> bool:
        """Tell whether the first citation is of a document that answers."""
        return not self.answer.abstained and _is_document(self.answer.citations[0], self.inquiry)

    @property
    def cites_heading(self) -> bool:
        """Tell whether the first citation is of the place in that document that answers."""
        return self.cites_document and _is_heading(self.answer.citations[0], self.inquiry)


def _is_document(citation: Citation, inquiry: Inquiry) -> bool:
    return any(fnmatch(citation.document, pattern) for pattern in inquiry.documents)


def _is_heading(citation: Citation, inquiry: Inquiry) -> bool:
    place = f"{citation.title} {citation.section or ''}"
    if citation.document.endswith(_ROW_FILES):
        place += f" {citation.quote}"
    return not inquiry.headings or any(part.casefold() in place.casefold() for part in inquiry.headings)


def find_invented(answer: Answer, session: Session) -> frozenset[str]:
    """Return what an answer asserts in figures, codes or addresses and its cited passages don't hold."""
    sources = {citation.number: _cited_text(citation, session) for citation in answer.citations}
    said = [
        *((notice.text, notice.citation) for notice in answer.notices),
        *((statement.text, statement.citation) for statement in (*answer.statements, *answer.more)),
    ]
    return frozenset(fact for text, number in said for fact in ungrounded_facts(text, sources[number]))


def _cited_text(citation: Citation, session: Session) -> Sequence[str]:
    """Return the stored text of the passages under the cited heading; of a list, of the cited rows."""
    rows = session.exec(
        select(ChunkRow)
        .join(DocumentRow, DocumentRow.id == ChunkRow.document_id)  # type: ignore[arg-type]
        .where(DocumentRow.path == citation.document)
    ).all()
    under = [
        row
        for row in rows
        if (" > ".join(row.section) or None, row.page) == (citation.section, citation.page)
    ]
    pieces = [piece for piece in citation.quote.removesuffix("…").split(" … ") if piece]
    quoted = [row for row in under if any(piece in " ".join(row.text.split()) for piece in pieces)]
    return [
        citation.title,
        citation.section or "",
        *(row.text for row in quoted or under),
        *(words for row in quoted or under for _, words in row.notices),
    ]
