"""The dense index on a Chroma server: used while it answers, missed by nobody while it doesn't."""

from __future__ import annotations

import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlmodel import SQLModel

from bot.database import build_engine, build_read_scope, build_session_scope
from knowledge.documents import Audience
from knowledge.errors import IndexUnavailable, ServerUnavailable
from knowledge.fusion import Mode
from knowledge.index import ChromaServer, DenseIndex
from knowledge.knowledge_base import KnowledgeBase
from knowledge.ownership import Ownership
from knowledge.remote_index import RemoteIndex
from knowledge.replies import Question
from knowledge.storage.repository import get_state
from tests.children import spawn
from tests.chroma_server import ChromaProcess
from tests.knowledge.conftest import NOW, HashedWords, SessionScope

OpenBase = Callable[..., KnowledgeBase]
_PATIENCE_S = 60.0


def write_pumps(folder: Path, numbers: range) -> None:
    for number in numbers:
        (folder / f"{number}.md").write_text(f"# Pump {number}\n\nPump {number} lifts {number + 3} metres.\n")


def first_hit(base: KnowledgeBase, number: int) -> str:
    """Return the best passage by the vectors alone, so that no word index can cover for them."""
    found = base.search(
        Question(f"Pump {number} lifts {number + 3} metres", Audience.INTERNAL), limit=1, mode=Mode.DENSE
    )
    return found[0].text if found else ""


def count_on_server(server: ChromaProcess, session_scope: SessionScope) -> int:
    with session_scope() as session:
        instance = get_state(session).instance
    with closing(DenseIndex.on_server(server.address, instance=instance, timeout_s=30)) as index:
        return index.count()


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + _PATIENCE_S
    while not holds():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.05)


def test_documents_reach_the_server_and_leave_it(
    chroma_server: ChromaProcess,
    open_base: OpenBase,
    folder: Path,
    tmp_path: Path,
    session_scope: SessionScope,
) -> None:
    write_pumps(folder, range(10, 14))
    base = open_base(server=chroma_server.address)
    base.ingest([folder], audience=Audience.INTERNAL, now=NOW)
    assert count_on_server(chroma_server, session_scope) == 4
    assert first_hit(base, 12) == "Pump 12 lifts 15 metres."
    assert not (tmp_path / "index" / "dense").exists()
    (document,) = (d.document for d in base.list_documents() if "12" in d.document)
    assert base.remove(document)
    assert count_on_server(chroma_server, session_scope) == 3
    assert first_hit(base, 12) != "Pump 12 lifts 15 metres."
    assert base.rebuild() == 3
    assert count_on_server(chroma_server, session_scope) == 3
    assert first_hit(base, 13) == "Pump 13 lifts 16 metres."


def test_a_server_that_lost_its_data_is_filled_again(
    chroma_server: ChromaProcess, open_base: OpenBase, folder: Path, session_scope: SessionScope
) -> None:
    write_pumps(folder, range(10, 14))
    base = open_base(server=chroma_server.address)
    base.ingest([folder], audience=Audience.INTERNAL, now=NOW)
    with session_scope() as session:
        instance = get_state(session).instance
    with closing(DenseIndex.on_server(chroma_server.address, instance=instance, timeout_s=30)) as index:
        index.clear()
    assert first_hit(base, 11) == "Pump 11 lifts 14 metres."
    base.catch_up()
    assert count_on_server(chroma_server, session_scope) == 4


def test_nobody_notices_a_server_that_dies_and_comes_back(
    chroma_server: ChromaProcess, open_base: OpenBase, folder: Path, session_scope: SessionScope
) -> None:
    write_pumps(folder, range(10, 20))
    base = open_base(server=chroma_server.address)
    base.ingest([folder], audience=Audience.INTERNAL, now=NOW)
    wrong: list[str] = []
    asked: list[int] = []
    stop = threading.Event()

    def keep_asking() -> None:
        while not stop.is_set():
            number = 10 + len(asked) % 10
            found = first_hit(base, number)
            asked.append(number)
            if found != f"Pump {number} lifts {number + 3} metres.":
                wrong.append(found)

    asker = threading.Thread(target=keep_asking)
    asker.start()
    try:
        wait_until(lambda: len(asked) > 20)
        chroma_server.kill()
        before = len(asked)
        wait_until(lambda: len(asked) > before + 20)
        write_pumps(folder, range(20, 22))
        base.ingest([folder], audience=Audience.INTERNAL, now=NOW)
        assert first_hit(base, 21) == "Pump 21 lifts 24 metres."
        chroma_server.start()
        assert count_on_server(chroma_server, session_scope) == 10

        def is_complete() -> bool:
            base.catch_up()
            return count_on_server(chroma_server, session_scope) == 12

        wait_until(is_complete)
        after = len(asked)
        wait_until(lambda: len(asked) > after + 20)
    finally:
        stop.set()
        asker.join()
    assert wrong == []


def test_the_server_is_asked_again_after_a_pause(
    chroma_server: ChromaProcess, open_base: OpenBase, folder: Path, session_scope: SessionScope
) -> None:
    write_pumps(folder, range(10, 13))
    open_base(server=chroma_server.address).ingest([folder], audience=Audience.INTERNAL, now=NOW)
    with session_scope() as session:
        state = get_state(session)
        instance, revision = state.instance, state.revision
    remote = RemoteIndex(session_scope, chroma_server.address, HashedWords.dimensions)
    query = HashedWords().embed_query("Pump 11 lifts 14 metres")
    remote.catch_up(instance, revision)
    expected = remote.search(query, [Audience.INTERNAL], limit=3)
    assert len(expected) == 3
    chroma_server.kill()
    with pytest.raises(IndexUnavailable):
        remote.search(query, [Audience.INTERNAL], limit=3)
    chroma_server.start()
    time.sleep(chroma_server.address.pause_s)
    assert remote.search(query, [Audience.INTERNAL], limit=3) == expected
    remote.close()


def test_a_rebuild_without_the_server_says_so_and_does_the_rest(
    chroma_server: ChromaProcess, open_base: OpenBase, folder: Path
) -> None:
    write_pumps(folder, range(10, 13))
    chroma_server.kill()
    base = open_base(server=chroma_server.address)
    base.ingest([folder], audience=Audience.INTERNAL, now=NOW)
    with pytest.raises(ServerUnavailable):
        base.rebuild()
    assert first_hit(base, 11) == "Pump 11 lifts 14 metres."


def test_a_server_that_never_answers_keeps_nobody_waiting(open_base: OpenBase, folder: Path) -> None:
    write_pumps(folder, range(10, 13))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = ChromaServer(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout_s=0.2)
        base = open_base(server=server)
        base.ingest([folder], audience=Audience.INTERNAL, now=NOW)
        assert first_hit(base, 11) == "Pump 11 lifts 14 metres."


@contextmanager
def second_process(
    database_url: str, server: ChromaProcess, index_dir: Path, folder: Path
) -> Iterator[subprocess.Popen[str]]:
    arguments = [database_url, server.address.url, str(index_dir), str(folder)]
    with spawn("tests.knowledge.server_child", *arguments) as child:
        try:
            yield child
        finally:
            child.kill()


def hear(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline().strip()


def tell(child: subprocess.Popen[str]) -> None:
    assert child.stdin is not None
    child.stdin.write("go\n")
    child.stdin.flush()


@pytest.fixture
def replicas_url(postgresql_url: str) -> str:
    """A database of its own with all tables, on PostgreSQL."""
    server = build_engine(postgresql_url)
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("DROP DATABASE IF EXISTS replicas WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE replicas"))
    server.dispose()
    url = make_url(postgresql_url).set(database="replicas").render_as_string(hide_password=False)
    engine = build_engine(url)
    SQLModel.metadata.create_all(engine)
    engine.dispose()
    return url


def test_two_processes_share_postgresql_and_the_server(
    chroma_server: ChromaProcess, replicas_url: str, folder: Path, tmp_path: Path
) -> None:
    write_pumps(folder, range(10, 30))
    engine = build_engine(replicas_url)
    session_scope = build_session_scope(engine)
    base = KnowledgeBase(
        session_scope=session_scope,
        read_scope=build_read_scope(engine),
        index_dir=tmp_path / "here",
        embedder=HashedWords(),
        ownership=Ownership.TRY,
        server=chroma_server.address,
    )
    seen: set[int] = set()

    def ask_all() -> bool:
        """Ask for every pump; one that was found once is never missed again."""
        base.catch_up()
        found = {n for n in range(10, 30) if first_hit(base, n) == f"Pump {n} lifts {n + 3} metres."}
        assert seen <= found
        seen.update(found)
        return len(seen) == 20

    try:
        with second_process(replicas_url, chroma_server, tmp_path / "there", folder) as child:
            assert hear(child) == "ready"
            assert not ask_all()
            tell(child)
            wait_until(ask_all)
            assert hear(child) == "done"
            child.kill()
            child.wait(timeout=30)
        write_pumps(folder, range(30, 32))
        base.ingest([folder], audience=Audience.INTERNAL, now=NOW)
        assert first_hit(base, 31) == "Pump 31 lifts 34 metres."
        wait_until(lambda: base.catch_up() == 0 and count_on_server(chroma_server, session_scope) == 22)
        assert ask_all()
    finally:
        base.close()
        engine.dispose()
