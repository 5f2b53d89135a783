"""Column types and the row-version mixin that every imported table shares.

A row is never changed in place. A new version is appended with `recorded_at`, and the version before it
gets `superseded_at`; the current version is the one with `superseded_at IS NULL`. What was known at an
instant `t` is `recorded_at <= t AND (superseded_at IS NULL OR superseded_at > t)`.
"""

from datetime import UTC, datetime

from sqlalchemy import BigInteger, DateTime, Index, Integer, text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from offers.vocabulary import Source

ROW_ID = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite numbers rows by itself only for INTEGER keys; PostgreSQL needs the eight bytes."""

CURRENT = text("superseded_at IS NULL")
OFFERED = text("offer_id IS NOT NULL")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC instant: naive UTC text in SQLite (so that it sorts), timestamptz in PostgreSQL.

    A naive value is refused with ValueError: a time without a zone is a guess.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the instant as the database stores it."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value.isoformat()} where an aware one is needed")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the instant as aware UTC, whatever the session's time zone is."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Versioned(SQLModel):
    """The columns of a row version."""

    row_id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    superseded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    source: str = Field(default=Source.IMPORT.value)


def version_indexes(table: str, *key: str) -> tuple[Index, Index]:
    """Return the indexes of a row-versioned table: one current version per key, and the chain of versions."""
    return (
        Index(f"uq_{table}_current", *key, unique=True, sqlite_where=CURRENT, postgresql_where=CURRENT),
        Index(f"ix_{table}_chain", *key, "recorded_at"),
    )
