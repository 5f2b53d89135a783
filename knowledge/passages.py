"""Stored chunks as passages: ranked ones, and those that stand around a ranked one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from sqlmodel import Session

from knowledge.fusion import Signals
from knowledge.replies import Passage, Weighed
from knowledge.storage.found_chunks import FoundChunk, find_in_section, find_with_heading

# A symptom's rows stand together, or at least in one table; a list of thousands of codes is not read whole.
_REACH = 24
_SECTION_LIMIT = 40
_UNRANKED = Signals(0.0, 0.0, 0.0, 0.0)


def build_passage(
    chunk: FoundChunk, signals: Signals, *, cosine: float, credit: str | None = None
) -> Passage:
    """Return a chunk as a passage with the signals that ranked it."""
    return Passage(
        chunk_id=chunk.id,
        document=chunk.path,
        title=chunk.title,
        section=tuple(chunk.section),
        page=chunk.page,
        kind=chunk.kind,
        text=chunk.text,
        notices=tuple((level, words) for level, words in chunk.notices),
        codes=frozenset(chunk.codes),
        score=signals.fused,
        cosine=cosine,
        lexical=signals.lexical,
        code=signals.code,
        products=frozenset(product.strip().casefold() for product in chunk.products),
        header=tuple(chunk.table_header or ()),
        rows=tuple(tuple(cells) for cells in chunk.table_rows or ()),
        credit=credit,
    )


def weigh(passage: Passage) -> Weighed:
    """Return a passage as a log keeps it: where it stands and what ranked it, without its text."""
    return Weighed(
        passage.chunk_id,
        passage.document,
        passage.page,
        round(passage.score, 4),
        round(passage.cosine, 4),
        round(passage.lexical, 4),
        round(passage.code, 4),
    )


class Surroundings:
    """Reads what stands around a passage in its own document, so its readers are those of the passage."""

    def __init__(self, read_scope: Callable[[], AbstractContextManager[Session]]) -> None:
        self._read_scope = read_scope

    def same_section(self, passage: Passage) -> tuple[Passage, ...]:
        """Return the passages of the same section near this one, itself among them, in the document's order."""
        with self._read_scope() as session:
            return _plain(find_in_section(session, passage.chunk_id, reach=_REACH), credit=passage.credit)

    def section(self, passage: Passage, number: str) -> tuple[Passage, ...]:
        """Return the passages of the same document under the heading with this number, in order, () if none."""
        heading = re.compile(rf"^(?:[^\W\d]+\.?\s+)?{re.escape(number)}\.?(?![\w.])")
        with self._read_scope() as session:
            around = find_with_heading(session, passage.chunk_id, number, limit=_SECTION_LIMIT)
            found = _plain(around, credit=passage.credit)
        return tuple(other for other in found if any(heading.match(part) for part in other.section))


def _plain(found: Sequence[FoundChunk], *, credit: str | None) -> tuple[Passage, ...]:
    return tuple(build_passage(chunk, _UNRANKED, cosine=0.0, credit=credit) for chunk in found)
