"""Filling the tables with a company as large as wanted, the way the importer would, without its files and checks.

The indexes are taken away for the time of filling and made again from the words in which the database has them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, insert, select

from bot.database import build_session_scope, upgrade_schema
from offers.deciding.history import tally_plays
from offers.importing.kinds import FILE_KINDS, FileKind
from offers.models import OfferEvent, TallyState
from offers.rules import ensure_default_rules
from offers.tables.versions import Row, table_of
from offers.vocabulary import Source
from tests.benchmarks.company import as_cell, draw_company
from tests.benchmarks.company_events import Shape
from tests.benchmarks.progress import Progress

_BATCH = 5_000
_ROWS_PER_ASSET = 7.6
TABLES = tuple(table_of(kind.model) for kind in FILE_KINDS.values())
"""The tables that an import fills, in order of dependency."""


def fill_sqlite(
    engine: Engine, *, assets: int, today: date, seed: int, shape: Shape, recorded_at: datetime
) -> int:
    """Make the schema and fill it; return how many rows it has. The file is unsafe until this is over."""
    upgrade_schema(engine)
    rows = draw_company(assets=assets, today=today, seed=seed, shape=shape)
    bar = Progress("drawing the company", round(assets * _ROWS_PER_ASSET))
    done = 0
    with engine.connect() as connection, bar:
        for setting in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-1000000", "temp_store=MEMORY"):
            connection.connection.cursor().execute(f"PRAGMA {setting}")
        with _without_indexes(connection):
            for kind, batch in _batches(_versions(rows, recorded_at)):
                connection.execute(insert(table_of(kind.model)), batch)
                done += len(batch)
                bar.show(done, kind.name)
        connection.commit()
    _finish(engine, recorded_at)
    return done


def copy_to_postgresql(source: Engine, target: Engine, *, recorded_at: datetime) -> int:
    """Make the schema on an empty PostgreSQL database and copy the SQLite database's rows; return how many."""
    upgrade_schema(target)
    done = 0
    with source.connect() as reader, target.connect() as writer:
        total = sum(_count(reader, table) for table in TABLES)
        with Progress("copying to PostgreSQL", total) as bar, _without_indexes(writer):
            for table in TABLES:
                for batch in reader.execution_options(yield_per=_BATCH).execute(select(table)).partitions():
                    _copy(writer, table, batch)
                    done += len(batch)
                    bar.show(done, table.name)
        for table in TABLES:
            writer.execute(
                select(
                    func.setval(
                        func.pg_get_serial_sequence(table.name, "row_id"),
                        select(func.coalesce(func.max(table.c.row_id), 1)).scalar_subquery(),
                    )
                )
            )
        writer.commit()
    _finish(target, recorded_at)
    return done


def find_last_rows(engine: Engine) -> dict[str, int]:
    """Return the highest row number of every table of offers that has one."""
    with engine.connect() as connection:
        return {
            table.name: connection.execute(select(func.max(table.c.row_id))).scalar() or 0
            for table in OfferEvent.metadata.sorted_tables
            if table.name.startswith("offers_") and "row_id" in table.c
        }


def delete_after(engine: Engine, last_rows: dict[str, int]) -> None:
    """Delete every row above these numbers: what an earlier run of the measurements wrote, and tallied perhaps."""
    with engine.begin() as connection:
        for table in OfferEvent.metadata.sorted_tables:
            if table.name in last_rows:
                connection.execute(table.delete().where(table.c.row_id > last_rows[table.name]))
    with build_session_scope(engine)() as session:
        until = session.execute(select(func.max(table_of(TallyState).c.until_row_id))).scalar_one()
        if until is not None and until > last_rows[str(OfferEvent.__tablename__)]:
            tally_plays(session, anew=True)


def _finish(engine: Engine, recorded_at: datetime) -> None:
    with build_session_scope(engine)() as session:
        ensure_default_rules(session, recorded_at)
        tally_plays(session, anew=True)


def _versions(
    rows: Iterable[tuple[str, Sequence[Any]]], recorded_at: datetime
) -> Iterator[tuple[FileKind, Row]]:
    """Yield each row as its first version, as `offers.importing` reads and writes it."""
    blank = {kind.name: _blank(table_of(kind.model), recorded_at) for kind in FILE_KINDS.values()}
    headers = {kind.name: kind.headers for kind in FILE_KINDS.values()}
    for name, row in rows:
        kind = FILE_KINDS[name]
        cells = {
            header: None if value is None else str(as_cell(value))
            for header, value in zip(headers[name], row, strict=True)
        }
        columns = kind.row.model_validate(cells).to_columns()
        if kind.model is OfferEvent:
            columns["idempotency_key"] = f"import:{columns['event_id']}"
            columns["recorded_at"] = columns["recorded_at"] or recorded_at
        yield kind, blank[name] | columns


def _blank(table: Table, recorded_at: datetime) -> Row:
    row: Row = dict.fromkeys(column.name for column in table.columns if column.name != "row_id")
    return row | {"source": Source.IMPORT.value, "recorded_at": recorded_at}


def _batches(rows: Iterable[tuple[FileKind, Row]]) -> Iterator[tuple[FileKind, list[Row]]]:
    waiting: defaultdict[str, list[Row]] = defaultdict(list)
    for kind, row in rows:
        waiting[kind.name].append(row)
        if len(waiting[kind.name]) == _BATCH:
            yield kind, waiting.pop(kind.name)
    for name, left in waiting.items():
        yield FILE_KINDS[name], left


def _copy(connection: Connection, table: Table, rows: Sequence[Any]) -> None:
    columns = ", ".join(column.name for column in table.columns)
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN") as copy:  # type: ignore[attr-defined]
        for row in rows:
            copy.write_row(row)


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


@contextmanager
def _without_indexes(connection: Connection) -> Iterator[None]:
    if connection.dialect.name == "sqlite":
        query = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    else:
        query = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
    names = {table.name for table in TABLES}
    found = [
        row
        for row in connection.exec_driver_sql(query).all()
        if row[0] in names and not row[1].endswith("_pkey")
    ]
    for _, index, _ in found:
        connection.exec_driver_sql(f'DROP INDEX "{index}"')
    yield
    with Progress("making indexes", len(found)) as bar:
        for number, (_, index, definition) in enumerate(found, start=1):
            connection.exec_driver_sql(definition)
            bar.show(number, index)
