"""Vectors made beforehand, for documents that come with a program: nobody waits for what never changes."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.embeddings import Embedder, normalise


class PreparedEmbedder:
    """An embedder that takes the vectors of known passages from a file, and makes only the others.

    A file of another embedder's is not looked at. Vectors are kept as halves: a cosine moves by less than 1e-3.
    """

    def __init__(self, embedder: Embedder, file: Path) -> None:
        self.name = embedder.name
        self._embedder = embedder
        self._known = _read(file, embedder.name)

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        return self._embedder.dimensions

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return an `(n, dimensions)` matrix, a row per text, in order."""
        keys = [_key(text) for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        made = self._embedder.embed_passages(list(missing.values())) if missing else ()
        found = {**self._known, **dict(zip(missing, made, strict=True))} if missing else self._known
        return np.asarray([found[key] for key in keys], dtype=np.float32).reshape(-1, self.dimensions)

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """Return a `(dimensions,)` vector."""
        return self._embedder.embed_query(text)


class RecordingEmbedder:
    """An embedder that keeps what it makes of passages, to be written down as prepared vectors."""

    def __init__(self, embedder: Embedder) -> None:
        self.name = embedder.name
        self._embedder = embedder
        self._made: dict[bytes, NDArray[np.float32]] = {}

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        return self._embedder.dimensions

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return an `(n, dimensions)` matrix, a row per text, in order."""
        vectors = self._embedder.embed_passages(texts)
        self._made.update(zip(map(_key, texts), vectors, strict=True))
        return vectors

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """Return a `(dimensions,)` vector."""
        return self._embedder.embed_query(text)

    def write(self, file: Path) -> int:
        """Write the vectors of all passages so far, the same bytes for the same passages; return how many."""
        keys = sorted(self._made)
        np.savez(
            file,
            embedder=np.array(self.name),
            keys=np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(len(keys), -1),
            vectors=np.asarray([self._made[key] for key in keys], dtype=np.float16),
        )
        return len(keys)


def _read(file: Path, embedder: str) -> Mapping[bytes, NDArray[np.float32]]:
    with np.load(file, allow_pickle=False) as stored:
        if str(stored["embedder"]) != embedder:
            return {}
        keys, vectors = stored["keys"], normalise(stored["vectors"].astype(np.float32))
    return dict(zip(map(bytes, keys), vectors, strict=True))


def _key(text: str) -> bytes:
    return sha256(text.encode()).digest()
