"""What ingest costs beyond its embedder: the seconds that are spent on anything else."""

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.app import open_database
from bot.database import build_read_scope, build_session_scope
from bot.settings import Settings
from knowledge.embeddings import Embedder, build_embedder
from knowledge.knowledge_base import KnowledgeBase
from knowledge.ownership import Ownership
from tests.benchmarks.collection import as_text, ingest_groups
from tests.benchmarks.figures import Figure, Peer, single
from tests.benchmarks.home import SEED, Home
from tests.benchmarks.manual_files import write_files
from tests.benchmarks.manuals import write_manuals
from tests.benchmarks.readings import Readings

_PASSAGES = 300


class _Watched:
    """An embedder, and the seconds that it took for passages."""

    def __init__(self, real: Embedder) -> None:
        self._real = real
        self.name, self.dimensions = real.name, real.dimensions
        self.seconds = 0.0
        self.passages = 0

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        started = time.perf_counter()
        vectors = self._real.embed_passages(texts)
        self.seconds += time.perf_counter() - started
        self.passages += len(texts)
        return vectors

    def embed_query(self, text: str) -> NDArray[np.float32]:
        return self._real.embed_query(text)


def measure_overhead(home: Home) -> list[Figure]:
    """Ingest some manuals with the default embedder, nothing cached; opening the store and the model is not counted."""
    groups = write_files(
        [as_text(manual) for manual in write_manuals(_PASSAGES, seed=SEED + 5)], home.folder / "few-manuals"
    )
    settings = Settings(home=home.folder / "few-home", database_url=None, chroma_url=None)
    engine = open_database(settings)
    embedder = _Watched(build_embedder(home.embedder))
    embedder.embed_passages(["The cover of the oil filter is held by four screws."])
    base = KnowledgeBase(
        session_scope=build_session_scope(engine),
        read_scope=build_read_scope(engine),
        index_dir=settings.index_dir,
        embedder=embedder,
        ownership=Ownership.TRY,
    )
    embedder.seconds, embedder.passages = 0.0, 0
    started = time.perf_counter()
    ingest_groups(base, groups)
    seconds = time.perf_counter() - started
    base.close()
    engine.dispose()
    alone = Peer(f"{home.embedder} alone", Readings((embedder.seconds,)))
    return [
        single(f"ingest of {embedder.passages:,} passages, {home.embedder}, end to end", "s", seconds, alone)
    ]
