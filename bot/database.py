"""The SQL database: one engine, one place that commits."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError
from sqlmodel import Session

from bot.errors import DatabaseUnavailable, DataDirectoryUnusable, SchemaOutdated

SessionScope = Callable[[], AbstractContextManager[Session]]

_BUSY_TIMEOUT_S = 15.0
_MIGRATION_LOCK = 0x4A7_7AC4E


def prepare_home(home: Path) -> None:
    """Create the data directory, readable by its owner only.

    Raises:
        DataDirectoryUnusable: It can't be created or written.
    """
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = home / f".write-probe-{os.getpid()}"
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        raise DataDirectoryUnusable(str(home), error.strerror or str(error)) from error


def build_engine(url: str) -> Engine:
    """Return an engine for SQLite (WAL, foreign keys, immediate write locks) or PostgreSQL.

    Raises:
        DatabaseUnavailable: The URL names no database that can be used here.
    """
    try:
        parsed = make_url(url)
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError) as error:
        raise DatabaseUnavailable("ATTACHE_DATABASE_URL is not a URL of SQLite or PostgreSQL") from error
    if parsed.get_backend_name() != "sqlite":
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        return create_engine(
            parsed,
            # Statements are short and many: to compile one takes the server longer than to run it. And what
            # they read is in memory or on a disk without arms. The few that look at everything sort and hash
            # some hundred thousand rows: with the server's usual 4 MB of memory that goes by way of the disk, and
            # a DISTINCT over what parallel workers made distinct before does not come to an end (PostgreSQL 15).
            connect_args={"options": "-c jit=off -c random_page_cost=1.1 -c work_mem=32MB"},
            pool_pre_ping=True,
            pool_size=10,
            max_overflow=20,
            hide_parameters=True,
        )
    engine = create_engine(
        parsed,
        connect_args={"check_same_thread": False, "timeout": _BUSY_TIMEOUT_S},
        pool_size=10,
        max_overflow=40,
        hide_parameters=True,  # The log holds no message text.
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _record: Any) -> None:
        # The driver must not open transactions by itself: `begin` below does, with the lock it needs.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        # A deferred transaction that reads first and writes later can fail with SQLITE_BUSY at once, whatever
        # the timeout (https://sqlite.org/lang_transaction.html); an immediate one waits its turn instead.
        mode = connection.get_execution_options().get("sqlite_begin", "IMMEDIATE")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


def build_session_scope(engine: Engine) -> SessionScope:
    """Return the only commit there is: a scope that commits when its block ends and rolls back when it fails."""

    @contextmanager
    def session_scope() -> Iterator[Session]:
        with Session(engine, expire_on_commit=False) as session:
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise

    return session_scope


def build_read_scope(engine: Engine) -> SessionScope:
    """Return a scope for reading only: it takes no write lock and never commits."""
    reader = engine.execution_options(sqlite_begin="DEFERRED")

    @contextmanager
    def read_scope() -> Iterator[Session]:
        # Closing rolls back on the connection and leaves what was loaded readable, unlike `rollback()`.
        with Session(reader, expire_on_commit=False, autoflush=False) as session:
            yield session

    return read_scope


def upgrade_schema(engine: Engine) -> None:
    """Bring the schema to the newest migration; creates it when the database is empty.

    Raises:
        DatabaseUnavailable: The database can't be opened.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                # Replicas that start together must not migrate at once.
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DatabaseError as error:
        raise DatabaseUnavailable(_reason(error)) from error


def refresh_statistics(engine: Engine) -> None:
    """Let the database look at what it holds, so that it chooses its indexes well; for after a large change.

    SQLite does it at no other time. It reads every index, some seconds for millions of rows: samples begin with the
    first keys, and one large customer there would speak for all.
    """
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
        # Connections that are open keep the plans they know.
        engine.dispose()
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def require_schema(engine: Engine) -> None:
    """Check that the schema is the newest.

    Raises:
        SchemaOutdated: A migration is missing.
        DatabaseUnavailable: The database can't be opened.
    """
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    newest = ScriptDirectory.from_config(config).get_current_head()
    try:
        with engine.execution_options(sqlite_begin="DEFERRED").connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    except DatabaseError as error:
        raise DatabaseUnavailable(_reason(error)) from error
    if current != newest:
        raise SchemaOutdated(current, newest)


def _reason(error: DatabaseError) -> str:
    return str(error.orig).strip().splitlines()[0]
