"""How long a manager's Home takes to open right after the app has started: a process of its own for every reading."""

import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from slack_bolt.adapter.socket_mode import SocketModeHandler
from sqlmodel import col, select

from bot.app import running_app
from bot.database import build_engine, build_read_scope, build_session_scope
from bot.demo.launch import build_seed, connect, hang_up
from bot.demo.workspace.server import WorkspaceServer
from bot.settings import Settings
from offers.models import Person
from offers.people import list_people

MANAGER = "U0BENCHMGR"
_OPENINGS = 3
_TIMEOUT_S = 120.0


def open_first_homes(url: str, folder: Path, *, starts: int) -> list[tuple[float, ...]]:
    """Start the app so many times; return of each how many ms the first openings of a manager's Home took."""
    _hire_manager(url)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        return [pool.submit(_open, url, folder).result() for _ in range(starts)]


def _hire_manager(url: str) -> None:
    """Write a manager, unless there is one; it is deleted with all else before the next run."""
    engine = build_engine(url)
    with build_session_scope(engine)() as session:
        if session.exec(select(Person).where(col(Person.slack_user_id) == MANAGER)).first() is None:
            manager = Person(
                person_id="X-MGR",
                slack_user_id=MANAGER,
                name="Manager",
                role="manager",
                recorded_at=datetime.now(UTC),
            )
            session.add(manager)
    engine.dispose()


def _open(url: str, folder: Path) -> tuple[float, ...]:
    """Open Home as soon as the app is connected, and twice more."""
    settings = Settings(home=folder, database_url=url, digest_weekday="off", alert_days="off")
    engine = build_engine(url)
    with build_read_scope(engine)() as session:
        people = [person for person in list_people(session) if person.slack_user_id == MANAGER]
    engine.dispose()
    with WorkspaceServer(build_seed(people)) as server, running_app(connect(settings, server)) as app:
        handler = SocketModeHandler(app, app_token=server.app_token, web_client=app.client, concurrency=20)
        handler.connect()
        try:
            return tuple(_time_opening_ms(server) for _ in range(_OPENINGS))
        finally:
            hang_up(handler, server)


def _time_opening_ms(server: WorkspaceServer) -> float:
    """Return how long it takes until a page is published that was not there before."""
    before = (server.workspace.home_of(MANAGER) or {}).get("hash")
    started = time.perf_counter()
    server.workspace.open_home(MANAGER)
    server.workspace.wait_for(
        lambda now: (now.home_of(MANAGER) or {}).get("hash") not in (None, before), timeout_s=_TIMEOUT_S
    )
    return 1000 * (time.perf_counter() - started)


def first_and_later(openings: Sequence[tuple[float, ...]]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the first openings of all starts, and the others."""
    return tuple(one[0] for one in openings), tuple(ms for one in openings for ms in one[1:])
