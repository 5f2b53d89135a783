"""The title that a file's properties name: nobody sees it, so it counts only in words that the document shows."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.blocks import Block
from knowledge.language.terms import words


def seen_title(title: str | None, blocks: Sequence[Block]) -> str | None:
    """Return the title when every word of it stands in the document, else None."""
    wanted = set(words(title or ""))
    for block in blocks:
        if not wanted:
            break
        wanted -= set(words(block.text))
    return title if title and words(title) and not wanted else None
