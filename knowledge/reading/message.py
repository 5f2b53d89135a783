"""A prepared document on its way between two processes: plain JSON, in which nothing can be run."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from knowledge.chunking import Chunk, ChunkKind
from knowledge.identity import Identity
from knowledge.reading.prepared import PreparedDocument

_OF_CHUNK = tuple(field.name for field in fields(Chunk))


def write_message(prepared: PreparedDocument) -> dict[str, Any]:
    """Return the document as values that JSON has; a passage is the list of its fields in their order."""
    return {
        "identity": asdict(prepared.identity),
        "chunks": [[getattr(chunk, name) for name in _OF_CHUNK] for chunk in prepared.chunks],
        "pages": prepared.pages,
        "picture_pages": prepared.picture_pages,
    }


def read_message(content: dict[str, Any]) -> PreparedDocument:
    """Return the document that a message holds."""
    stated = content["identity"]
    identity = Identity(
        stated["title"], stated["version"], tuple(stated["identifiers"]), tuple(stated["supersedes"])
    )
    chunks = tuple(_read_chunk(dict(zip(_OF_CHUNK, values, strict=True))) for values in content["chunks"])
    return PreparedDocument(identity, chunks, content["pages"], tuple(content["picture_pages"]))


def _read_chunk(facts: dict[str, Any]) -> Chunk:
    return Chunk(
        kind=ChunkKind(facts["kind"]),
        text=facts["text"],
        section=tuple(facts["section"]),
        page=facts["page"],
        notices=tuple((level, words) for level, words in facts["notices"]),
        codes=tuple(facts["codes"]),
        key_codes=tuple(facts["key_codes"]),
        header=tuple(facts["header"]),
        rows=tuple(tuple(cells) for cells in facts["rows"]),
    )
