"""Fixtures that every part uses: a real SQLite file with all tables, and the one scope that commits."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import SQLModel

import bot.records
import knowledge.storage.models
import offers.models
from bot.database import SessionScope, build_engine, build_session_scope
from tests.chroma_server import chroma_process, chroma_server
from tests.postgresql import postgresql_url

__all__ = ["chroma_process", "chroma_server", "engine", "postgresql_url", "session_scope"]

assert bot.records
assert knowledge.storage.models
assert offers.models


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A SQLite database in a file, with every table."""
    built = build_engine(f"sqlite:///{tmp_path / 'attache.db'}")
    SQLModel.metadata.create_all(built)
    yield built
    built.dispose()


@pytest.fixture
def session_scope(engine: Engine) -> SessionScope:
    """The scope that commits when its block ends."""
    return build_session_scope(engine)
