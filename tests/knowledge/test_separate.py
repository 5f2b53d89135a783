"""Files are read in processes of their own: several at once, and each one's end is its own."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from knowledge.errors import UnreadableDocument
from knowledge.reading.separate import SeparateReader

FILES = 24


def write_pumps(folder: Path) -> list[Path]:
    """Write files in two formats; each says its own number."""
    paths = [folder / f"{number}.{'md' if number % 2 else 'csv'}" for number in range(FILES)]
    for number, path in enumerate(paths):
        text = f"# Pump {number}\n\nRuns dry.\n" if number % 2 else f"Pump,Fault\nPump {number},Runs dry\n"
        path.write_text(text)
    return paths


def test_threads_read_at_once_and_each_gets_its_own_document(tmp_path: Path) -> None:
    paths = write_pumps(tmp_path)
    together = threading.Barrier(3)

    def read(numbered: tuple[int, Path]) -> str:
        number, path = numbered
        if number < 3:
            together.wait(30)
        document = reader.read(path, path.name)
        return f"{document.identity.title} {' '.join(chunk.text for chunk in document.chunks)}"

    with SeparateReader() as reader, ThreadPoolExecutor(3) as pool:
        texts = list(pool.map(read, enumerate(paths)))
    for number, text in enumerate(texts):
        words = text.replace(";", " ").split()
        assert str(number) in words
        assert not {str(other) for other in range(FILES) if other != number} & set(words)


def test_a_file_that_ends_its_reader_is_named_and_the_next_one_is_read(tmp_path: Path) -> None:
    (tmp_path / "flood.csv").write_text("Part,Text\n" + "bolt,tight\n" * 400_000)
    good = tmp_path / "good.md"
    good.write_text("# Pump\n\nRuns dry.\n")
    with SeparateReader(cpu_s=1) as reader:
        with pytest.raises(UnreadableDocument) as caught:
            reader.read(tmp_path / "flood.csv", "flood.csv")
        assert (caught.value.document, caught.value.reason) == ("flood.csv", "too_heavy")
        assert reader.read(good, "good.md").identity.title == "Pump"


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="the system does not list its processes as files")
def test_closing_ends_every_process_also_one_that_is_reading(tmp_path: Path) -> None:
    (tmp_path / "flood.csv").write_text("Part,Text\n" + "bolt,tight\n" * 400_000)
    (tmp_path / "good.md").write_text("# Pump\n\nRuns dry.\n")
    before = children()
    reader = SeparateReader()
    reader.read(tmp_path / "good.md", "good.md")
    with ThreadPoolExecutor(2) as pool:
        floods = [pool.submit(reader.read, tmp_path / "flood.csv", "flood.csv") for _ in range(2)]
        while len(children() - before) < 2:
            assert not any(flood.done() for flood in floods)
        reader.close()
    assert all(isinstance(flood.exception(), UnreadableDocument) for flood in floods)
    with pytest.raises(UnreadableDocument):
        reader.read(tmp_path / "good.md", "good.md")
    assert not children() - before


def children() -> set[int]:
    """Return the process ids of this process's children."""
    tasks = Path(f"/proc/{os.getpid()}/task")
    return {int(pid) for task in tasks.iterdir() for pid in (task / "children").read_text().split()}
