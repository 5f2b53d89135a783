"""Figures of `ask`: every kind of reader, by stage, beside Chroma alone."""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.app import open_knowledge
from knowledge.documents import Audience
from knowledge.embeddings import Embedder, build_embedder
from knowledge.knowledge_base import KnowledgeBase
from knowledge.ownership import Ownership
from knowledge.replies import Answer, ProductScope, Question
from tests.benchmarks.catalogue import Product
from tests.benchmarks.figures import Figure, Peer
from tests.benchmarks.home import SEED, Home
from tests.benchmarks.manuals import Inquiry, draw_inquiries
from tests.benchmarks.progress import Progress, say
from tests.benchmarks.readings import Readings, time_s

_WARM_UP = 8
_CHROMA_BATCH = 2_000
_PEER = "Chroma alone, top 10, query embedded"


@dataclass(frozen=True, slots=True)
class Reader:
    """A way to ask: whose eyes, at a machine or not, and whether the process owns the indexes."""

    name: str
    audience: Audience
    is_scoped: bool
    is_owner: bool

    def question(self, inquiry: Inquiry) -> Question:
        """Return the question as this reader asks it."""
        scope = _scope(inquiry.product) if self.is_scoped else None
        return Question(text=inquiry.text, audience=self.audience, scope=scope)


READERS = (
    Reader("internal", Audience.INTERNAL, is_scoped=False, is_owner=True),
    Reader("internal, at a machine", Audience.INTERNAL, is_scoped=True, is_owner=True),
    Reader("partner", Audience.PARTNER, is_scoped=False, is_owner=True),
    Reader("partner, at a machine", Audience.PARTNER, is_scoped=True, is_owner=True),
    Reader("internal, process without the indexes", Audience.INTERNAL, is_scoped=False, is_owner=False),
)


def _scope(product: Product) -> ProductScope:
    return ProductScope(sku=product.sku, family=product.family, model=product.name)


class _Tally:
    """The readings of one reader: the whole answer and each of its stages."""

    def __init__(self) -> None:
        self.total: list[float] = []
        self.stages: defaultdict[str, list[float]] = defaultdict(list)
        self.answered = 0
        self.widened = 0

    def note(self, answer: Answer, seconds: float) -> None:
        self.total.append(1000 * seconds)
        for stage, milliseconds in answer.timings_ms.items():
            self.stages[stage].append(milliseconds)
        self.stages["all else"].append(1000 * seconds - sum(answer.timings_ms.values()))
        self.answered += not answer.abstained
        self.widened += answer.widened


def measure_ask(home: Home) -> list[Figure]:
    """Ask as every reader in turn, so that a busy moment of the machine hits all alike.

    Each reader has questions of its own: one that was asked before is embedded already.
    """
    run = home.ingested()
    rounds = home.scale.questions + _WARM_UP
    drawn = draw_inquiries(home.manuals(), rounds * len(READERS), seed=SEED)
    tallies = {reader: _Tally() for reader in READERS}
    alone_ms: list[float] = []
    with ExitStack() as stack:
        embedder = build_embedder(home.embedder)
        bases = {is_owner: stack.enter_context(_open(home, is_owner=is_owner)) for is_owner in (True, False)}
        ask_alone = stack.enter_context(_chroma_alone(home, embedder))
        bar = stack.enter_context(Progress("asking", rounds))
        for number in range(rounds):
            bar.show(number)
            inquiries = drawn[number * len(READERS) :][: len(READERS)]
            _, seconds = time_s(ask_alone, inquiries[0].text)
            if number >= _WARM_UP:
                alone_ms.append(1000 * seconds)
            for turn in range(len(READERS)):
                reader = READERS[(turn + number) % len(READERS)]
                answer, seconds = time_s(bases[reader.is_owner].answer, reader.question(inquiries[turn]))
                if number >= _WARM_UP:
                    tallies[reader].note(answer, seconds)
    peer = Peer(_PEER, Readings(tuple(alone_ms)))
    return [
        Figure(f"{_PEER} ({run.passages:,} passages)", "ms", peer.readings),
        *(figure for reader, tally in tallies.items() for figure in _figures(reader, tally, peer)),
    ]


def _figures(reader: Reader, tally: _Tally, peer: Peer) -> Iterator[Figure]:
    count = len(tally.total)
    say(f"  ask as {reader.name}: {tally.answered} of {count} answered, {tally.widened} beyond the scope")
    yield Figure(f"ask, {reader.name}", "ms", Readings(tuple(tally.total)), peer)
    for stage, values in tally.stages.items():
        yield Figure(f"- {stage}", "ms", Readings(tuple(values)))


@contextmanager
def _open(home: Home, *, is_owner: bool) -> Iterator[KnowledgeBase]:
    engine = home.open_engine()
    base = open_knowledge(home.settings, engine, ownership=Ownership.TRY if is_owner else Ownership.NEVER)
    try:
        if base.is_owner is not is_owner:
            raise RuntimeError("the indexes are not in the hands that are to be measured")
        yield base
    finally:
        base.close()
        engine.dispose()


@contextmanager
def _chroma_alone(home: Home, embedder: Embedder) -> Iterator[Callable[[str], object]]:
    """Open a Chroma store with the same vectors and texts, as Chroma sets it up by itself; yield its ask."""
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    folder: Path = home.folder / "chroma-alone"
    client = chromadb.PersistentClient(str(folder), settings=ChromaSettings(anonymized_telemetry=False))
    collection = client.create_collection(
        "passages", embedding_function=None, metadata={"hnsw:space": "cosine"}
    )
    with closing(sqlite3.connect(home.database)) as source:
        query = "SELECT c.id, c.text, v.embedding FROM knowledge_chunks c JOIN knowledge_vectors v ON v.chunk_id = c.id"
        rows = source.execute(query).fetchall()
    for start in range(0, len(rows), _CHROMA_BATCH):
        part = rows[start : start + _CHROMA_BATCH]
        collection.add(
            ids=[str(row[0]) for row in part],
            documents=[row[1] for row in part],
            embeddings=np.vstack([np.frombuffer(row[2], dtype="<f4") for row in part]),
        )
    yield lambda text: collection.query(
        query_embeddings=embedder.embed_query(text)[np.newaxis, :], n_results=10
    )
