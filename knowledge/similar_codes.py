"""A code that stands in no document: which real ones look like it, and where they stand.

They are offered as what they are, other codes; nothing is ever answered from them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager

from sqlmodel import Session

from knowledge.documents import Audience
from knowledge.fusion import Signals
from knowledge.language.codes import CodeMention
from knowledge.lexical import LexicalIndex
from knowledge.passages import build_passage
from knowledge.replies import Passage, SimilarCode
from knowledge.storage.found_chunks import find_chunks

_MOST = 3
_HITS = 40
# A letter or digit misread on a display is one slip; only in long part numbers are two still likely.
_LONG_CODE = 7
_JOINT = r"[\s\-–_./]?"
# What stands on the keys of the digits: "E!2" is most likely E12.
_SHIFTED = str.maketrans("!|@§$^*", "1123468")


def find_similar_codes(
    unknown: Iterable[CodeMention],
    lexical: LexicalIndex,
    *,
    session_scope: Callable[[], AbstractContextManager[Session]],
    reader: Audience,
    excluded: Iterable[int],
) -> tuple[tuple[SimilarCode, Passage], ...]:
    """Return up to three codes per unknown one that are a slip away from it, with a passage that holds each."""
    readable = {audience.value for audience in reader.readable()}
    hidden = set(excluded)
    found: dict[str, tuple[SimilarCode, Passage]] = {}
    for mention in unknown:
        form = mention.forms[0]
        is_number = form.startswith("#")
        likely = form.translate(_SHIFTED)
        hits = lexical.search_similar_codes(form, slips=2 if len(form) >= _LONG_CODE else 1, limit=_HITS)
        with session_scope() as session:
            rows = find_chunks(session, hits)
        ranked: list[tuple[int, bool, bool, str, SimilarCode, Passage]] = []
        for chunk_id in hits:
            if chunk_id not in rows:
                continue
            chunk = rows[chunk_id]
            if chunk.audience not in readable or chunk.document_id in hidden:
                continue
            passage = build_passage(chunk, Signals(0.0, 0.0, 0.0, 0.0), cosine=0.0)
            # A number is no slip of a letter: 17 is not near to D17 and 12 not to C12.
            for code in {c for c in chunk.codes if not c.startswith("~") and is_number == c.startswith("#")}:
                slips = count_slips(form, code)
                if 0 < slips <= (2 if len(form) >= _LONG_CODE else 1):
                    is_listed = code in chunk.key_codes
                    similar = SimilarCode(asked=mention.surface, code=find_surface(code, passage))
                    ranked.append((slips, code != likely, not is_listed, code, similar, passage))
        ranked.sort(key=lambda hit: (*hit[:4], hit[5].chunk_id))
        taken = 0
        for *_, code, similar, passage in ranked:
            if taken < _MOST and code not in found:
                found[code] = (similar, passage)
                taken += 1
    return tuple(found.values())


def count_slips(typed: str, real: str) -> int:
    """Return how many characters were misread, left out, added or swapped with their neighbour."""
    before: Sequence[int] = []
    above = list(range(len(real) + 1))
    for row, left in enumerate(typed, start=1):
        line = [row]
        for column, right in enumerate(real, start=1):
            cost = min(above[column] + 1, line[-1] + 1, above[column - 1] + (left != right))
            if row > 1 and column > 1 and left == real[column - 2] and typed[row - 2] == right:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        before, above = above, line
    return above[-1]


def find_surface(code: str, passage: Passage) -> str:
    """Return a code as its document writes it."""
    if code.startswith("#"):
        return code[1:]
    letters = (f"[{re.escape(c)}O]" if c == "0" else re.escape(c) for c in code)
    written = re.compile(rf"(?<![^\W_]){_JOINT.join(letters)}(?![^\W_])", re.IGNORECASE)
    for text in (passage.text, *passage.section):
        if match := written.search(text):
            return match[0]
    return code
