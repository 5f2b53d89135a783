"""What ingest stores of a file: what the document says of itself, and its passages."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from knowledge.chunking import Chunk, chunk_document
from knowledge.identity import Identity, identify
from knowledge.parsing.files import parse_file

# PDFium and Docutils keep what they are doing in places that all threads of a process share.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class PreparedDocument:
    """A file ready to be embedded and stored.

    `pages` is how many it has, None where it knows no pages; `picture_pages` are those (1-based) that hold
    pictures and no text.
    """

    identity: Identity
    chunks: tuple[Chunk, ...]
    pages: int | None
    picture_pages: tuple[int, ...]


def prepare_file(path: Path, document: str) -> PreparedDocument:
    """Read a file; `document` is the path that people see and that errors carry. Raises UnreadableDocument.

    A process reads one at a time, whichever thread asks.
    """
    with _one_at_a_time:
        parsed = parse_file(path, document=document)
    identity = identify(parsed, path=document)
    chunks = tuple(chunk_document(parsed, title=identity.title))
    return PreparedDocument(identity, chunks, parsed.pages, parsed.picture_pages)
