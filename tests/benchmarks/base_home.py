"""The large installed base on disk: made once, kept for the next run, and as it was made before each of them."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from bot.database import build_engine, refresh_statistics, upgrade_schema
from tests.benchmarks.base_tables import copy_to_postgresql, delete_after, fill_sqlite, find_last_rows
from tests.benchmarks.company_events import LONG_STANDING, Shape
from tests.benchmarks.progress import say
from tests.postgresql import find_server, running_server

SEED = 20_262
_LAYOUT = 2
"""Changes with what is drawn or with how it is stored, so that an older base is made anew."""
_SERVER = {"shared_buffers": "1GB", "max_wal_size": "4GB"}


@dataclass(frozen=True, slots=True)
class Base:
    """One database with the company in it. History ends the day before `now`."""

    name: str
    engine: Engine
    url: str
    now: datetime
    assets: int


@contextmanager
def sqlite_base(folder: Path, *, assets: int, shape: Shape = LONG_STANDING) -> Iterator[Base]:
    """Yield the base on SQLite, made when there is none or when making it was cut short."""
    home = folder / f"base-{assets}"
    file = home / "attache.db"
    now = datetime.now(UTC)
    made = _read_mark(home)
    if made is None:
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        engine = build_engine(f"sqlite:///{file}")
        fill_sqlite(
            engine,
            assets=assets,
            today=now.date(),
            seed=SEED,
            shape=shape,
            recorded_at=now - timedelta(days=1),
        )
        made = _write_mark(home, engine, now)
        engine.dispose()
    engine = build_engine(f"sqlite:///{file}")
    try:
        upgrade_schema(engine)
        delete_after(engine, made.last_rows)
        refresh_statistics(engine)
        yield Base("SQLite", engine, f"sqlite:///{file}", made.now, assets)
    finally:
        engine.dispose()


@contextmanager
def postgresql_base(folder: Path, source: Base) -> Iterator[Base | None]:
    """Yield the same rows on a PostgreSQL server of our own, ended by itself; None where it is not installed."""
    if find_server() is None:
        say("PostgreSQL is not installed here: only SQLite is measured.")
        yield None
        return
    # The server doesn't run as root, and its user must reach the folder.
    home = (Path("/var/tmp/attache-bench") if os.geteuid() == 0 else folder) / f"base-{source.assets}-pg"  # noqa: S108
    made = _read_mark(home)
    if made is None or made.now != source.now:
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        made = None
    with running_server(home, **_SERVER) as url:
        engine = build_engine(url)
        try:
            if made is None:
                copy_to_postgresql(source.engine, engine, recorded_at=source.now - timedelta(days=1))
                made = _write_mark(home, engine, source.now)
            upgrade_schema(engine)
            delete_after(engine, made.last_rows)
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM ANALYZE")
            yield Base("PostgreSQL", engine, url, made.now, source.assets)
        finally:
            engine.dispose()


@dataclass(frozen=True, slots=True)
class _Mark:
    now: datetime
    last_rows: dict[str, int]


def _read_mark(home: Path) -> _Mark | None:
    """Return what was noted when the base was finished, None when it was not."""
    try:
        noted = json.loads((home / "finished.json").read_text(encoding="utf-8"))
        if noted["layout"] != _LAYOUT:
            return None
        return _Mark(datetime.fromisoformat(noted["now"]), noted["last_rows"])
    except (OSError, ValueError, KeyError):
        return None


def _write_mark(home: Path, engine: Engine, now: datetime) -> _Mark:
    mark = _Mark(now, find_last_rows(engine))
    noted = {"layout": _LAYOUT, "now": now.isoformat(), "last_rows": mark.last_rows}
    part = home / "finished.part"
    part.write_text(json.dumps(noted), encoding="utf-8")
    part.replace(home / "finished.json")
    return mark
