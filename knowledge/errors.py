"""What can go wrong in knowledge; every leaf states one fact and carries its data."""

from __future__ import annotations


class KnowledgeError(Exception):
    """Base of every error that the knowledge package raises on purpose."""


class UnreadableDocument(KnowledgeError):
    """A file could not be turned into text. `reason` is one of `REASONS`."""

    REASONS = (
        "corrupt",
        "encrypted",
        "empty",
        "no_text",
        "too_large",
        "too_deep",
        "too_heavy",
        "zip_bomb",
        "truncated",
        "mislabelled",
        "unreadable",
        "unknown_encoding",
        "link_outside",
        "bad_name",
        "unknown_format",
    )

    def __init__(self, document: str, reason: str) -> None:
        super().__init__(f"{document}: {reason}")
        self.document = document
        self.reason = reason


class PathNotFound(KnowledgeError):
    """A path given to ingest does not exist."""

    def __init__(self, path: str) -> None:
        super().__init__(f"no such file or folder: {path}")
        self.path = path


class EmbedderUnavailable(KnowledgeError):
    """The embedder of a setting cannot be built; `reason` is technical, never for a person."""

    def __init__(self, spec: str, reason: str) -> None:
        super().__init__(f"embedder {spec} is not available: {reason}")
        self.spec = spec
        self.reason = reason


class EmbedderMismatch(KnowledgeError):
    """The stored vectors were made by another embedder; vectors are never mixed."""

    def __init__(self, stored: str, configured: str) -> None:
        super().__init__(f"vectors were made by {stored}, the configured embedder is {configured}")
        self.stored = stored
        self.configured = configured


class IndexUnavailable(KnowledgeError):
    """A derived index could not be opened or written; SQL still holds everything."""

    def __init__(self, index: str, reason: str) -> None:
        super().__init__(f"{index} index is not available: {reason}")
        self.index = index
        self.reason = reason


class InvalidEvaluationSet(KnowledgeError):
    """A directory is not a readable BEIR set: a file is missing or a line is wrong."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason
