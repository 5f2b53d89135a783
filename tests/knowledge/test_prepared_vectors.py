"""Vectors that come with a program are used for the passages they were made from, and for nothing else."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from knowledge.embeddings import normalise
from knowledge.prepared_vectors import PreparedEmbedder, RecordingEmbedder

DIMENSIONS = 8


class Counting:
    """An embedder of known vectors that notes what it was asked for."""

    def __init__(self, name: str = "counting") -> None:
        self.name = name
        self.dimensions = DIMENSIONS
        self.asked: list[str] = []

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        return np.vstack([self.embed_query(text) for text in texts]) if texts else np.empty((0, DIMENSIONS))

    def embed_query(self, text: str) -> NDArray[np.float32]:
        seeded = np.random.default_rng(list(text.encode()))
        return normalise(seeded.normal(size=DIMENSIONS).astype(np.float32))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    recording = RecordingEmbedder(Counting())
    recording.embed_passages(["one", "two"])
    recording.embed_passages(["three", "one"])
    assert recording.write(tmp_path / "vectors.npz") == 3
    return tmp_path / "vectors.npz"


def test_known_passages_are_not_embedded_and_keep_their_order(file: Path) -> None:
    embedder = Counting()
    found = PreparedEmbedder(embedder, file).embed_passages(["three", "one", "two"])
    assert embedder.asked == []
    assert found.dtype == np.float32
    cosines = np.sum(
        found * np.vstack([embedder.embed_query(text) for text in ("three", "one", "two")]), axis=1
    )
    assert cosines == pytest.approx([1, 1, 1], abs=1e-5)
    assert np.linalg.norm(found, axis=1) == pytest.approx([1, 1, 1], abs=1e-6)


def test_only_the_unknown_is_embedded_and_once(file: Path) -> None:
    embedder = Counting()
    found = PreparedEmbedder(embedder, file).embed_passages(["new", "two", "new", "One"])
    assert embedder.asked == ["new", "One"]
    assert found[0] == pytest.approx(embedder.embed_query("new"))
    assert found[2] == pytest.approx(embedder.embed_query("new"))
    assert found[1] == pytest.approx(embedder.embed_query("two"), abs=1e-3)


def test_no_passage_is_no_row(file: Path) -> None:
    assert PreparedEmbedder(Counting(), file).embed_passages([]).shape == (0, DIMENSIONS)


def test_a_file_of_another_embedder_is_not_used(file: Path) -> None:
    embedder = Counting("another")
    PreparedEmbedder(embedder, file).embed_passages(["one"])
    assert embedder.asked == ["one"]


def test_the_same_passages_are_written_as_the_same_bytes(tmp_path: Path) -> None:
    files = [tmp_path / "first.npz", tmp_path / "second.npz"]
    for file, texts in zip(files, (["one", "two"], ["two", "one"]), strict=True):
        recording = RecordingEmbedder(Counting())
        recording.embed_passages(texts)
        recording.write(file)
    assert files[0].read_bytes() == files[1].read_bytes()
