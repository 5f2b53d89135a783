"""Fixtures that every part uses: a real SQLite file with all tables, and the one scope that commits."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine
from sqlmodel import SQLModel

import bot.records
import knowledge.storage.models
import offers.models
from bot.database import SessionScope, build_engine, build_session_scope
from tests.chroma_server import chroma_process, chroma_server
from tests.postgresql import postgresql_url

__all__ = ["chroma_process", "chroma_server", "engine", "postgresql_url", "session_scope"]

# A busy machine is no defect of what is tested.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

assert bot.records
assert knowledge.storage.models
assert offers.models


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are cores: a test waits for sockets, browsers and disks as well."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every table and no row: to copy it takes 2 ms, to make it 30."""
    path = tmp_path_factory.mktemp("empty") / "attache.db"
    built = build_engine(f"sqlite:///{path}")
    SQLModel.metadata.create_all(built)
    built.dispose()
    return path


@pytest.fixture
def engine(empty_database: Path, tmp_path: Path) -> Iterator[Engine]:
    """A SQLite database in a file, with every table."""
    built = build_engine(f"sqlite:///{shutil.copy(empty_database, tmp_path)}")
    yield built
    built.dispose()


@pytest.fixture
def session_scope(engine: Engine) -> SessionScope:
    """The scope that commits when its block ends."""
    return build_session_scope(engine)
