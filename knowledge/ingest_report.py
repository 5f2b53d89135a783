"""What an ingest says while it runs and when it is done."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class IngestProgress:
    """Where an ingest stands: `done` of `total` files; `chunks` of the current document are embedded."""

    done: int
    total: int
    document: str
    chunks: int


@dataclass(frozen=True, slots=True)
class FailedDocument:
    """A file that could not be read; `reason` is one of `UnreadableDocument.REASONS`."""

    document: str
    reason: str


@dataclass(frozen=True, slots=True)
class PicturePages:
    """Pages of a document that was read which hold pictures and no text: scans, most likely. `pages` are 1-based."""

    document: str
    pages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest did, by document; `chunks` were written.

    `pictures` are the pages, of documents added or updated, of which nothing could be read. `skipped` are files in
    the folders that are of kinds that are not read.
    """

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    failed: tuple[FailedDocument, ...] = ()
    chunks: int = 0
    pictures: tuple[PicturePages, ...] = ()
    skipped: tuple[str, ...] = ()


@dataclass(slots=True)
class Tally:
    """The report while it is being written."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[FailedDocument] = field(default_factory=list)
    chunks: int = 0
    pictures: list[PicturePages] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def report(self) -> IngestReport:
        """Return what was counted so far."""
        return IngestReport(
            tuple(self.added),
            tuple(self.updated),
            tuple(self.unchanged),
            tuple(self.removed),
            tuple(self.failed),
            self.chunks,
            tuple(self.pictures),
            tuple(self.skipped),
        )
