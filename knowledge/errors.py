"""What can go wrong in knowledge; every leaf states one fact and carries its data."""

from __future__ import annotations

from datetime import date


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


class CrossEncoderUnavailable(KnowledgeError):
    """The model that reads questions and texts together cannot be loaded; `reason` is technical, never for a person."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the cross-encoder is not available: {reason}")
        self.reason = reason


class EmbedderMismatch(KnowledgeError):
    """The stored vectors were made by another embedder; vectors are never mixed."""

    def __init__(self, stored: str, configured: str) -> None:
        super().__init__(f"vectors were made by {stored}, the configured embedder is {configured}")
        self.stored = stored
        self.configured = configured


class ModelPackageMissing(KnowledgeError):
    """The language model of a setting needs a package; `install` is what pip is told."""

    def __init__(self, spec: str, package: str, install: str) -> None:
        super().__init__(f"{spec} needs {package}")
        self.spec = spec
        self.package = package
        self.install = install


class ModelUnusable(KnowledgeError):
    """The language model of a setting cannot be built; `reason` is a short fact for an admin."""

    def __init__(self, spec: str, reason: str) -> None:
        super().__init__(f"{spec}: {reason}")
        self.spec = spec
        self.reason = reason


class WritingFailed(KnowledgeError):
    """A language model wrote nothing or not all. `reason` is slow, cut_off, failed, down or busy."""

    REASONS = ("slow", "cut_off", "failed", "down", "busy")

    def __init__(self, model: str, reason: str) -> None:
        super().__init__(f"{model}: {reason}")
        self.model = model
        self.reason = reason


class IndexUnavailable(KnowledgeError):
    """A derived index could not be opened or written; SQL still holds everything."""

    def __init__(self, index: str, reason: str) -> None:
        super().__init__(f"{index} index is not available: {reason}")
        self.index = index
        self.reason = reason


class ServerUnavailable(IndexUnavailable):
    """The Chroma server does not answer, or refuses; questions are answered without it."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__("dense", reason)
        self.url = url


class NoteEmpty(KnowledgeError):
    """A note says nothing; `part` is "title" or "text"."""

    def __init__(self, part: str) -> None:
        super().__init__(f"a note has no {part}")
        self.part = part


class NoteDatesWrong(KnowledgeError):
    """A note would expire before today or before its review."""

    def __init__(self, review_on: date, expires_on: date) -> None:
        super().__init__(f"review on {review_on}, expiry on {expires_on}")
        self.review_on = review_on
        self.expires_on = expires_on


class InvalidEvaluationSet(KnowledgeError):
    """A directory is not a readable BEIR set: a file is missing or a line is wrong."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason
