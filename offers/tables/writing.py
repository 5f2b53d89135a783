"""Writing rows that are all known beforehand: without a model's objects, and in few statements."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import Insert, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert
from sqlmodel import Session, SQLModel

from offers.tables.versions import Row, table_of

_WAITING = "rows that are written together"


def write_rows(session: Session, model: type[SQLModel], *rows: Row) -> None:
    """Write rows of a table at once, by one statement; what they don't say is NULL, not the model's default."""
    waiting = session.info.get(_WAITING)
    if waiting is not None:
        waiting.extend((model, row) for row in rows)
        return
    session.execute(_insert(model), rows[0] if len(rows) == 1 else rows)


@contextmanager
def writing_together(session: Session) -> Iterator[None]:
    """Hold back what `write_rows` is given in the block, and write it when the block ends; nothing if it fails.

    PostgreSQL gets rows of several tables by one statement: to send and to plan each costs more than to write it.
    What is read in the block does not find them.
    """
    waiting: list[tuple[type[SQLModel], Row]] = []
    session.info[_WAITING] = waiting
    try:
        yield
    finally:
        del session.info[_WAITING]
    if session.connection().dialect.name != "postgresql":
        for model, row in waiting:
            write_rows(session, model, row)
    elif waiting:
        shape = tuple((model, tuple(row)) for model, row in waiting)
        values = {
            _name_value(number, column): value
            for number, (_, row) in enumerate(waiting)
            for column, value in row.items()
        }
        session.execute(_insert_together(shape), values)


def write_row_once(session: Session, model: type[SQLModel], row: Row) -> bool:
    """Write a row unless a unique index says that it is there; returns whether it was written.

    Another transaction that is writing the same is waited for, and the caller's own goes on either way.
    """
    dialect = session.connection().dialect.name
    return session.execute(_insert_once(model, dialect), row).first() is not None


@cache
def _insert(model: type[SQLModel]) -> Insert:
    return table_of(model).insert().inline()


@cache
def _insert_together(shape: tuple[tuple[type[SQLModel], tuple[str, ...]], ...]) -> Insert:
    """SQL for PostgreSQL: a row into each table, given its columns; the last carries the others along."""
    *others, last = (
        _insert(model).values({column: bindparam(_name_value(number, column)) for column in columns})
        for number, (model, columns) in enumerate(shape)
    )
    return last.add_cte(*(one.cte(f"row_{number}") for number, one in enumerate(others)))


def _name_value(number: int, column: str) -> str:
    return f"row_{number}_{column}"


@cache
def _insert_once(model: type[SQLModel], dialect: str) -> ReturningInsert[Any]:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    table = table_of(model)
    return insert(table).on_conflict_do_nothing().returning(table.c.row_id)
