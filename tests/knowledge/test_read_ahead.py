"""The next file is read while one is embedded; each file's fate stays its own."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from knowledge.blocks import ParsedDocument
from knowledge.documents import Audience
from knowledge.errors import UnreadableDocument
from knowledge.knowledge_base import KnowledgeBase
from knowledge.reading import ahead, prepared
from knowledge.reading.ahead import ReadAhead, Reading, keep_ahead
from knowledge.reading.prepared import PreparedDocument, prepare_file
from knowledge.sources import SourceFile
from tests.knowledge.conftest import NOW, HashedWords, SessionScope


class Patient(HashedWords):
    """Embeds the first file only once the second is being read."""

    def __init__(self) -> None:
        super().__init__()
        self.second_begun = threading.Event()

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        assert self.second_begun.wait(30)
        return super().embed_passages(texts)


def write_files(folder: Path) -> None:
    for name in ("a", "b", "c"):
        (folder / f"{name}.md").write_text(f"# Pump {name}\n\nPump {name} runs dry.\n")


def test_the_second_file_is_read_before_the_first_is_embedded(
    session_scope: SessionScope, tmp_path: Path, folder: Path
) -> None:
    write_files(folder)
    embedder = Patient()

    def read(path: Path, document: str) -> PreparedDocument:
        if path.name == "b.md":
            embedder.second_begun.set()
        return prepare_file(path, document)

    base = KnowledgeBase(session_scope=session_scope, index_dir=tmp_path / "index", embedder=embedder)
    report = base.ingest([folder], audience=Audience.INTERNAL, now=NOW, read=read)
    assert len(report.added) == 3


def test_a_file_that_cannot_be_read_ahead_is_named_and_the_others_are_taken_in(
    base: KnowledgeBase, folder: Path
) -> None:
    write_files(folder)

    def read(path: Path, document: str) -> PreparedDocument:
        if path.name == "b.md":
            raise UnreadableDocument(document, "corrupt")
        return prepare_file(path, document)

    shown: list[str] = []
    report = base.ingest(
        [folder],
        audience=Audience.INTERNAL,
        now=NOW,
        read=read,
        on_progress=lambda progress: shown.append(progress.document),
    )
    assert [(failed.document, failed.reason) for failed in report.failed] == [("b.md", "corrupt")]
    assert sorted(report.added) == ["a.md", "c.md"]
    assert list(dict.fromkeys(shown)) == ["a.md", "b.md", "c.md"]


def test_many_small_files_are_read_ahead_and_one_large_one_holds_the_next_back() -> None:
    def reading(size: int) -> tuple[SourceFile, Reading]:
        return SourceFile(Path("x"), Path(), "x"), Reading("", size, Future())

    def begun_when_first_is_due(sizes: Sequence[int]) -> int:
        begun = 0

        def begin() -> Iterator[tuple[SourceFile, Reading]]:
            nonlocal begun
            for size in sizes:
                begun += 1
                yield reading(size)

        next(keep_ahead(begin()))
        return begun

    mega = 1024**2
    assert begun_when_first_is_due([mega] * 100) == 17
    assert begun_when_first_is_due([40 * mega] * 100) == 2
    assert begun_when_first_is_due([1000] * 100) == 65
    assert begun_when_first_is_due([1000]) == 1


def test_an_ingest_that_is_interrupted_reads_no_further(
    open_base: Callable[..., KnowledgeBase], folder: Path
) -> None:
    names = [f"{number:02}.md" for number in range(40)]
    for name in names:
        (folder / name).write_text(f"# Pump {name}\n\nPump {name} runs dry.\n")
    begun: list[str] = []

    def read(path: Path, document: str) -> PreparedDocument:
        begun.append(path.name)
        return prepare_file(path, document)

    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_base().ingest([folder], audience=Audience.INTERNAL, now=NOW, read=read, on_progress=interrupt)
    assert names[-1] not in begun


def test_in_one_process_the_libraries_read_one_file_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path)
    inside, most = [], []
    parse, both_there = prepared.parse_file, threading.Barrier(2)

    def watch(path: Path, *, document: str) -> ParsedDocument:
        if path.parent == tmp_path:  # A reader that another test stopped may still be at its last file.
            inside.append(path)
            most.append(len(inside))
        try:
            time.sleep(0.05)  # Long enough for the other to come in, were it let.
            return parse(path, document=document)
        finally:
            if path in inside:
                inside.remove(path)

    def read(name: str) -> str:
        both_there.wait(30)
        return prepare_file(tmp_path / name, name).chunks[0].text

    monkeypatch.setattr(prepared, "parse_file", watch)
    with ThreadPoolExecutor(2) as pool:
        texts = list(pool.map(read, ("a.md", "b.md")))
    assert all(f"Pump {name}" in text for name, text in zip("ab", texts, strict=True))
    assert most == [1, 1]


def test_one_reader_takes_what_is_due_first_and_the_other_what_is_largest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "count_readers", lambda: 2)
    release = {name: threading.Event() for name in "abcde"}
    taken: queue.Queue[tuple[int, str]] = queue.Queue()

    def read(path: Path, document: str) -> PreparedDocument:
        taken.put((threading.get_ident(), document))
        assert release[document].wait(30)
        return prepare_file(path, document)

    write_files(tmp_path)
    with ReadAhead(read) as readers:
        sizes = {"a": 1, "b": 1, "c": 1, "d": 5, "e": 100}
        readings = {}
        for name, size in sizes.items():
            source = SourceFile(tmp_path / "a.md", tmp_path, name)
            readings[name] = readers.begin(source, "", size)
            if name in "ab":
                # Both are busy before anything waits; whoever read the first file goes on in order.
                busy = dict([taken.get(timeout=30)])
                assert list(busy.values()) == [name]
        release["a"].set()
        assert taken.get(timeout=30)[1] == "c"
        release["b"].set()
        assert taken.get(timeout=30)[1] == "e"
        for gate in release.values():
            gate.set()
        assert all(reading.result().chunks for reading in readings.values())
