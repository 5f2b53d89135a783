"""What a user would pick instead, over the same passages and vectors: LangChain's retrievers, and Chroma alone."""

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.embeddings import Embedder
from tests.benchmarks.collection import Rows
from tests.benchmarks.progress import Progress

_BATCH = 2_000
LIMIT = 20


@dataclass(frozen=True, slots=True)
class Peers:
    """Each takes a question and a filter on Chroma's metadata; BM25 knows no filter, and searches everything."""

    chroma: Callable[[str, Mapping[str, Any]], object]
    bm25: Callable[[str, Mapping[str, Any]], object]
    ensemble: Callable[[str, Mapping[str, Any]], object]


@contextmanager
def open_peers(
    rows: Rows, documents: Mapping[int, tuple[str, str]], embedder: Embedder, folder: Path
) -> Iterator[Peers]:
    """Fill them with all passages that are not superseded, as they set themselves up."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # langchain-community is being sunset.
        import chromadb
        from chromadb.config import Settings as ChromaSettings
        from langchain_chroma import Chroma
        from langchain_classic.retrievers import EnsembleRetriever
        from langchain_community.retrievers import BM25Retriever
        from langchain_core.documents import Document

    kept = [row for row, document in enumerate(rows.documents.tolist()) if document in documents]
    metadatas = [
        dict(zip(("audience", "product"), documents[int(rows.documents[row])], strict=True)) for row in kept
    ]
    client = chromadb.PersistentClient(
        str(folder / "chroma-peer"), settings=ChromaSettings(anonymized_telemetry=False)
    )
    with closing(client), Progress("filling Chroma alone", len(kept)) as bar:
        collection = client.create_collection(
            "passages", embedding_function=None, metadata={"hnsw:space": "cosine"}
        )
        for start in range(0, len(kept), _BATCH):
            bar.show(start)
            part = kept[start : start + _BATCH]
            collection.add(
                ids=[str(row) for row in part],
                documents=[rows.texts[row] for row in part],
                embeddings=rows.vectors[part],
                metadatas=metadatas[start : start + _BATCH],
            )
        store = Chroma(client=client, collection_name="passages", embedding_function=_adapt(embedder))
        bm25 = BM25Retriever.from_documents(
            [
                Document(page_content=rows.texts[row], metadata=metadata)
                for row, metadata in zip(kept, metadatas, strict=True)
            ],
            k=LIMIT,
        )

        def ask_ensemble(text: str, where: Mapping[str, Any]) -> object:
            dense = store.as_retriever(search_kwargs={"k": LIMIT, "filter": dict(where)})
            return EnsembleRetriever(retrievers=[bm25, dense], weights=[0.5, 0.5]).invoke(text)

        yield Peers(
            chroma=lambda text, where: collection.query(
                query_embeddings=embedder.embed_query(text)[np.newaxis, :], n_results=LIMIT, where=dict(where)
            ),
            bm25=lambda text, _: bm25.invoke(text),
            ensemble=ask_ensemble,
        )


def _adapt(embedder: Embedder) -> Any:
    """Return our embedder as LangChain takes one."""
    from langchain_core.embeddings import Embeddings

    class Adapted(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [list(map(float, vector)) for vector in embedder.embed_passages(texts)]

        def embed_query(self, text: str) -> list[float]:
            return list(map(float, embedder.embed_query(text)))

    return Adapted()
