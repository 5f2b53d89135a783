"""The schema that migrations make is the schema that the models declare, and a kill loses nothing that was kept."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, make_url, text
from sqlmodel import SQLModel, select

import bot.migrations
from bot.clock import utc_now
from bot.database import (
    SessionScope,
    build_engine,
    build_read_scope,
    build_session_scope,
    require_schema,
    upgrade_schema,
)
from bot.errors import DatabaseUnavailable, SchemaOutdated
from bot.records import HomeReader, Turn


def test_migrations_make_what_the_models_declare(tmp_path: Path) -> None:
    engine = build_engine(f"sqlite:///{tmp_path / 'attache.db'}")
    upgrade_schema(engine)
    upgrade_schema(engine)
    require_schema(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []
    engine.dispose()


def test_migrations_make_the_same_schema_on_postgresql(postgresql_url: str) -> None:
    server = build_engine(postgresql_url)
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE DATABASE migrated"))
    server.dispose()
    engine = build_engine(
        make_url(postgresql_url).set(database="migrated").render_as_string(hide_password=False)
    )
    upgrade_schema(engine)
    require_schema(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []
    engine.dispose()


def test_a_database_with_questions_in_it_is_upgraded_and_keeps_them(tmp_path: Path) -> None:
    engine = build_engine(f"sqlite:///{tmp_path / 'attache.db'}")
    migrate(engine, "0001")
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO bot_turn (turn_id, channel, thread_ts, slack_user_id, audience, question, answer, rest, "
            "citations, abstained, latency_ms, asked_at) VALUES "
            "('turn_1', 'D1', '1.1', 'U1', 'internal', 'Where?', 'There.', '[]', '[]', 0, 5, '2026-11-22 08:00:00')"
        )
    upgrade_schema(engine)
    with build_session_scope(engine)() as session:
        turn = session.exec(select(Turn)).one()
        assert (turn.question, turn.searched, turn.passages, turn.nearest) == ("Where?", "", [], [])
        assert (turn.feedback_reason, turn.redacted_at) == (None, None)
    engine.dispose()


def migrate(engine: Engine, revision: str) -> None:
    """Bring a database to one revision."""
    config = Config()
    config.set_main_option("script_location", str(Path(bot.migrations.__file__).parent))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_a_schema_that_is_missing_is_told(tmp_path: Path) -> None:
    engine = build_engine(f"sqlite:///{tmp_path / 'attache.db'}")
    with pytest.raises(SchemaOutdated):
        require_schema(engine)
    engine.dispose()


def test_a_database_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / "attache.db").mkdir()
    engine = build_engine(f"sqlite:///{tmp_path / 'attache.db'}")
    with pytest.raises(DatabaseUnavailable):
        upgrade_schema(engine)
    engine.dispose()


def test_a_scope_that_fails_keeps_nothing_and_a_reader_never_writes(tmp_path: Path) -> None:
    engine = build_engine(f"sqlite:///{tmp_path / 'attache.db'}")
    SQLModel.metadata.create_all(engine)
    scope, reader = build_session_scope(engine), build_read_scope(engine)
    with pytest.raises(RuntimeError, match="on the way"):
        fail_in(scope)
    with reader() as session:
        session.add(HomeReader(slack_user_id="U2", opened_at=utc_now()))
    with reader() as session:
        assert session.exec(select(HomeReader)).all() == []
    engine.dispose()


def fail_in(scope: SessionScope) -> None:
    """Write something and fail before the block ends."""
    with scope() as session:
        session.add(HomeReader(slack_user_id="U1", opened_at=utc_now()))
        session.flush()
        raise RuntimeError("on the way")
