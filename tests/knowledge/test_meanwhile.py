"""What is done beside an ingest is done for good, and what fails there is done at the end."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from knowledge import knowledge_base
from knowledge.documents import Audience
from knowledge.knowledge_base import KnowledgeBase
from knowledge.meanwhile import doing_meanwhile
from knowledge.reading.prepared import PreparedDocument, prepare_file
from knowledge.replies import Question
from tests.knowledge.conftest import NOW


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "documents").mkdir()
    for name in ("kestrel", "merlin"):
        (tmp_path / "documents" / f"{name}.md").write_text(f"# Pump {name}\n\nPump {name} runs dry.\n")
    return tmp_path / "documents"


def finds(base: KnowledgeBase, name: str) -> bool:
    found = base.search(Question(f"pump {name} runs dry", Audience.INTERNAL))
    return any(passage.document == f"{name}.md" for passage in found)


def test_the_first_file_is_indexed_before_the_last_is_read(
    base: KnowledgeBase, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(knowledge_base, "_INDEXED_EVERY_S", 0.01)
    was_found = []

    def read(path: Path, document: str) -> PreparedDocument:
        if document == "merlin.md":
            deadline_s = time.monotonic() + 30
            while not finds(base, "kestrel") and time.monotonic() < deadline_s:
                time.sleep(0.01)
            was_found.append(finds(base, "kestrel"))
        return prepare_file(path, document)

    # One file ahead: the second is begun while the first is taken in.
    report = base.ingest([folder], audience=Audience.INTERNAL, now=NOW, read=read)
    assert (len(report.added), was_found) == (2, [True])
    assert finds(base, "merlin")


def test_an_index_that_fails_meanwhile_is_brought_up_to_date_at_the_end(
    base: KnowledgeBase, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(knowledge_base, "_INDEXED_EVERY_S", 0.01)
    catch_up, has_failed = base.catch_up, threading.Event()

    def fail_once() -> int:
        if not has_failed.is_set():
            has_failed.set()
            raise OSError("no room")
        return catch_up()

    def read(path: Path, document: str) -> PreparedDocument:
        assert has_failed.wait(30)
        return prepare_file(path, document)

    monkeypatch.setattr(base, "catch_up", fail_once)
    base.ingest([folder], audience=Audience.INTERNAL, now=NOW, read=read)
    assert finds(base, "kestrel")
    assert finds(base, "merlin")
    assert "left for the end" in caplog.text


def test_what_ends_the_block_ends_the_work_beside_it() -> None:
    done: list[int] = []

    def stop_once_it_began() -> None:
        with doing_meanwhile(lambda: done.append(1), pause_s=0.001):
            deadline_s = time.monotonic() + 30
            while not done and time.monotonic() < deadline_s:
                time.sleep(0.001)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop_once_it_began()
    count = len(done)
    assert count > 0
    time.sleep(0.02)
    assert len(done) == count
