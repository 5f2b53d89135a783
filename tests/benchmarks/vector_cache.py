"""An embedder that remembers: real vectors, made once per text and kept outside the repository."""

import hashlib
import os
import re
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.embeddings import BATCH, Embedder


def cache_folder() -> Path:
    """Return where vectors are kept: `$XDG_CACHE_HOME/attache-bench`, else `~/.cache/attache-bench`."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "attache-bench"


class CachingEmbedder:
    """Wraps the real embedder behind the same protocol. Queries are embedded for real, every time.

    `made` counts the passages that had to be embedded because the cache did not know them.
    """

    def __init__(self, real: Embedder, folder: Path, *, on_made: Callable[[int], None] | None = None) -> None:
        """Open the cache of this embedder, or make it anew when the file is damaged."""
        self._real = real
        self._on_made = on_made
        self._vectors = _VectorFile(folder, name=real.name, dimensions=real.dimensions)
        self.made = 0

    @property
    def name(self) -> str:
        """The real embedder's: the database must not notice the cache."""
        return self._real.name

    @property
    def dimensions(self) -> int:
        """The real embedder's."""
        return self._real.dimensions

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return an `(n, dimensions)` matrix, from the cache where it knows the text."""
        found = self._vectors.find(texts)
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        for start in range(0, len(missing), BATCH):
            part = missing[start : start + BATCH]
            made = dict(zip(part, self._real.embed_passages(part), strict=True))
            self._vectors.keep(made)
            found.update(made)
            self.made += len(part)
            if self._on_made:
                self._on_made(self.made)
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        return np.vstack([found[text] for text in texts])

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """Return a `(dimensions,)` vector, made now."""
        return self._real.embed_query(text)

    def close(self) -> None:
        """Close the cache's file."""
        self._vectors.close()


class _VectorFile:
    """Vectors by the hash of their text, in a SQLite file per embedder."""

    def __init__(self, folder: Path, *, name: str, dimensions: int) -> None:
        self._dimensions = dimensions
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{re.sub(r'[^A-Za-z0-9.-]+', '_', name)}-{dimensions}.sqlite3"
        try:
            self._file = self._open(path)
        except sqlite3.DatabaseError:
            for damaged in folder.glob(f"{path.name}*"):
                damaged.unlink()
            self._file = self._open(path)

    @staticmethod
    def _open(path: Path) -> sqlite3.Connection:
        file = sqlite3.connect(path, timeout=30)
        try:
            file.execute(
                "CREATE TABLE IF NOT EXISTS vectors (text_hash BLOB PRIMARY KEY, vector BLOB NOT NULL)"
            )
            if file.execute("PRAGMA quick_check").fetchone() != ("ok",):
                raise sqlite3.DatabaseError("damaged")
        except sqlite3.DatabaseError:
            file.close()
            raise
        return file

    def find(self, texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Return the vectors that are known and whole."""
        found: dict[str, NDArray[np.float32]] = {}
        for text in dict.fromkeys(texts):
            row = self._file.execute(
                "SELECT vector FROM vectors WHERE text_hash = ?", (_hash(text),)
            ).fetchone()
            if row is None or len(row[0]) != 4 * self._dimensions:
                continue
            vector = np.frombuffer(row[0], dtype="<f4")
            if abs(float(np.linalg.norm(vector)) - 1) < 0.01:
                found[text] = vector
        return found

    def keep(self, vectors: dict[str, NDArray[np.float32]]) -> None:
        """Keep the vectors, at once: an interrupted run goes on where it stopped."""
        rows = [(_hash(text), np.asarray(vector, dtype="<f4").tobytes()) for text, vector in vectors.items()]
        with self._file:
            self._file.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)

    def close(self) -> None:
        self._file.close()


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
