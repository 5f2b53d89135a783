"""Databases that are filled once and copied: a SQLite file by the file system, PostgreSQL by its own templates."""

import itertools
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url
from sqlmodel import SQLModel

from bot.database import SessionScope, build_engine, build_session_scope

Fill = Callable[[SessionScope], None]

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Template:
    """A filled database. `copy()` is one like it, for whoever wants to write, and is gone afterwards.

    One at a time: every copy has the same engine, so that a statement is compiled for the first of them alone.
    """

    copy: Callable[[], AbstractContextManager[Engine]]


def fill_sqlite(folder: Path, fill: Fill) -> Template:
    """Fill a SQLite file with every table, once."""
    path = folder / "template.db"
    engine = build_engine(f"sqlite:///{path}")
    SQLModel.metadata.create_all(engine)
    fill(build_session_scope(engine))
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()

    place = folder / "copy"
    copied = build_engine(f"sqlite:///{place / path.name}")

    @contextmanager
    def copy() -> Iterator[Engine]:
        place.mkdir()
        shutil.copy(path, place)
        try:
            yield copied
        finally:
            copied.dispose()
            shutil.rmtree(place)

    return Template(copy)


def fill_postgresql(server_url: str, fill: Fill) -> Template:
    """Fill a database of its own on the server, with every table, once."""
    server = make_url(server_url)
    name = f"template_{next(_numbers)}"
    _on_server(server_url, f"CREATE DATABASE {name}")
    engine = build_engine(server.set(database=name).render_as_string(hide_password=False))
    SQLModel.metadata.create_all(engine)
    fill(build_session_scope(engine))
    # What a copy reads first would otherwise be left to each of them to find out.
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()

    copied = build_engine(server.set(database=f"{name}_copy").render_as_string(hide_password=False))

    @contextmanager
    def copy() -> Iterator[Engine]:
        _on_server(server_url, f"CREATE DATABASE {name}_copy TEMPLATE {name} STRATEGY FILE_COPY")
        try:
            yield copied
        finally:
            copied.dispose()
            _on_server(server_url, f"DROP DATABASE {name}_copy WITH (FORCE)")

    return Template(copy)


def _on_server(url: str, statement: str) -> None:
    engine = build_engine(url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))
    engine.dispose()
