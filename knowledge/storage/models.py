"""The tables: SQL is the source of truth for documents, chunks and their vectors."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Column, DateTime, Dialect, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel


class UtcDateTime(TypeDecorator[datetime]):
    """Keeps aware UTC: timestamptz where the database has it, naive UTC in SQLite."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Ask for a time zone everywhere but in SQLite, which has none."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times: a time without a zone is a mistake upstream."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - signature of TypeDecorator
        """Return aware UTC whatever the database keeps."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# AUTOINCREMENT: an id must never be used twice. An index that lags behind SQL would otherwise
# resolve an old id to a new chunk, perhaps one of another audience.
NEVER_REUSED: dict[str, Any] = {"sqlite_autoincrement": True}


class DocumentRow(SQLModel, table=True):
    """One ingested file. `source` is its absolute path, `path` what people see."""

    __tablename__ = "knowledge_documents"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("source", name="uq_knowledge_documents_source"),
        UniqueConstraint("path", name="uq_knowledge_documents_path"),
        Index("ix_knowledge_documents_revision", "revision"),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, primary_key=True)
    source: str = Field(sa_column=Column(Text, nullable=False))
    root: str = Field(sa_column=Column(Text, nullable=False))
    path: str = Field(sa_column=Column(Text, nullable=False))
    content_hash: str
    audience: str
    products: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    title: str = Field(sa_column=Column(Text, nullable=False))
    version: str | None = None
    identifiers: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    supersedes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    pages: int | None = None
    chunk_count: int = 0
    revision: int
    ingested_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class ChunkRow(SQLModel, table=True):
    """One passage. `notices` are [level, text] pairs; `key_codes` are the codes it defines.

    A passage of a table also keeps its `table_header` and the cells of its rows; None for all others.
    """

    __tablename__ = "knowledge_chunks"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("document_id", "position", name="uq_knowledge_chunks_position"),
        Index("ix_knowledge_chunks_embed_hash", "embed_hash"),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, primary_key=True)
    document_id: int
    position: int
    kind: str
    text: str = Field(sa_column=Column(Text, nullable=False))
    section: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    page: int | None = None
    notices: list[list[str]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    codes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    key_codes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    table_header: list[str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    table_rows: list[list[str]] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    embed_hash: str


class NoteRow(SQLModel, table=True):
    """A reviewed note: who said it, who vouches for it, and until when; its words are a document like any other.

    `document_id` is the document that holds its passages. The days are UTC days, `expires_on` the last one.
    """

    __tablename__ = "knowledge_notes"
    __table_args__: ClassVar[Any] = (UniqueConstraint("document_id", name="uq_knowledge_notes_document"),)

    note_id: str = Field(primary_key=True, max_length=64)
    document_id: int
    author: str = Field(max_length=200)
    reviewer: str = Field(max_length=200)
    question: str = Field(sa_column=Column(Text, nullable=False))
    text: str = Field(sa_column=Column(Text, nullable=False))
    reviewed_on: date
    review_on: date
    expires_on: date


class VectorRow(SQLModel, table=True):
    """A chunk's vector: float32, little endian, unit length."""

    __tablename__ = "knowledge_vectors"

    chunk_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    embedding: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class RemovalRow(SQLModel, table=True):
    """A document that is gone, and since which revision: what an index still has to forget."""

    __tablename__ = "knowledge_removals"
    __table_args__: ClassVar[Any] = (Index("ix_knowledge_removals_revision", "revision"),)

    document_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    revision: int


class StateRow(SQLModel, table=True):
    """The one row that says at which revision the knowledge is and who made its vectors.

    `instance` is drawn at random with the first revision: an index that was made from another
    database is recognised by it, whatever its revision.
    """

    __tablename__ = "knowledge_state"

    id: int = Field(default=1, primary_key=True)
    revision: int = 0
    instance: str = ""
    embedder: str | None = None
    dimensions: int | None = None
