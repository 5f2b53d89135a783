"""A real SQLite file and a real PostgreSQL server; what stores or sells is tested on both."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session, SQLModel

import offers.models
from bot.database import SessionScope, build_engine, build_session_scope
from offers.people import PersonFacts, find_person_by_slack_id
from offers.rules import ensure_default_rules
from tests.offers.company import NOW, load_company
from tests.offers.pandas_loading import Loaded, Shelf, load_both

assert offers.models

TABLES = [table for name, table in SQLModel.metadata.tables.items() if name.startswith("offers_")]


@dataclass(frozen=True)
class Store:
    """A database with the tables of offers, and its scope."""

    engine: Engine
    scope: SessionScope


@pytest.fixture(scope="session")
def postgresql_engine(postgresql_url: str) -> Iterator[Engine]:
    """An engine on the server, with the tables."""
    engine = build_engine(postgresql_url)
    SQLModel.metadata.create_all(engine, tables=TABLES)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store: a SQLite file, then PostgreSQL."""
    if request.param == "sqlite":
        engine = build_engine(f"sqlite:///{shutil.copy(request.getfixturevalue('empty_database'), tmp_path)}")
        yield Store(engine, build_session_scope(engine))
        engine.dispose()
        return
    engine = request.getfixturevalue("postgresql_engine")
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE " + ", ".join(table.name for table in TABLES)))
    yield Store(engine, build_session_scope(engine))


@pytest.fixture
def company(store: Store, tmp_path: Path) -> Store:
    """A store with the small company and the built-in rules."""
    load_company(store.scope, tmp_path / "files")
    with store.scope() as session:
        ensure_default_rules(session, NOW)
    return store


def person(session: Session, slack_user_id: str) -> PersonFacts:
    """Return one of the company's people."""
    found = find_person_by_slack_id(session, slack_user_id)
    assert found is not None
    return found


@pytest.fixture
def session_scope(store: Store) -> SessionScope:
    """The scope of the store: what is tested here is tested on both databases."""
    return store.scope


@pytest.fixture
def engine(store: Store) -> Engine:
    """The engine of the store."""
    return store.engine


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a test writes its import files."""
    return tmp_path / "files"


@pytest.fixture(scope="session")
def shelf(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path_factory.mktemp("shelf"), empty_database)
    yield shelf
    shelf.put_back()


@pytest.fixture(scope="session")
def load_random(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Loaded]:
    """Load a random company into a SQLite file of its own, once."""
    loaded: dict[tuple[Any, ...], Loaded] = {}

    def once(seed: int, **options: Any) -> Loaded:
        key = (seed, *options.values())
        if key not in loaded:
            scope = shelf.add(f"random-{len(loaded)}")
            loaded[key] = load_both(scope, tmp_path_factory.mktemp("files"), seed, **options)
        return loaded[key]

    return once
