"""The large base is what an import would have written."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from bot.database import build_engine, build_session_scope, upgrade_schema
from offers.importing import import_paths
from tests.benchmarks.base_tables import TABLES, delete_after, fill_sqlite, find_last_rows
from tests.benchmarks.company import write_company
from tests.benchmarks.company_events import LONG_STANDING

TODAY = date(2026, 3, 2)
RECORDED_AT = datetime.combine(TODAY, time(), UTC)
SHAPE = replace(LONG_STANDING, full_accounts=0)


def rows(engine: Engine, table: Any) -> set[tuple[Any, ...]]:
    with engine.connect() as connection:
        columns = [column for column in table.columns if column.name != "row_id"]
        return {tuple(row) for row in connection.execute(select(*columns))}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    engine = build_engine(f"sqlite:///{tmp_path_factory.mktemp('filled') / 'attache.db'}")
    fill_sqlite(engine, assets=150, today=TODAY, seed=1, shape=SHAPE, recorded_at=RECORDED_AT)
    return engine


def test_every_table_holds_what_an_import_of_the_files_writes(filled: Engine, tmp_path: Path) -> None:
    write_company(tmp_path / "files", assets=150, today=TODAY, seed=1, shape=SHAPE)
    imported = build_engine(f"sqlite:///{tmp_path / 'attache.db'}")
    upgrade_schema(imported)
    assert import_paths(build_session_scope(imported), [tmp_path / "files"], recorded_at=RECORDED_AT).is_clean
    for table in TABLES:
        assert rows(filled, table) == rows(imported, table), table.name
        assert rows(filled, table)
    imported.dispose()


def test_what_a_run_wrote_is_deleted_before_the_next(filled: Engine) -> None:
    last, table = find_last_rows(filled), TABLES[0]
    before = rows(filled, table)
    with filled.begin() as connection:
        fresh = {"partner_id": "P-new", "name": "New", "source": "import", "recorded_at": RECORDED_AT}
        connection.execute(table.insert(), fresh)
    assert rows(filled, table) != before
    delete_after(filled, last)
    assert rows(filled, table) == before
