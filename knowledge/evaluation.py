"""Measuring retrieval and abstention on a BEIR-layout directory, through the real knowledge base."""

from __future__ import annotations

import csv
import json
import math
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session, SQLModel, create_engine

from knowledge.blocks import Block, BlockKind, ParsedDocument
from knowledge.chunking import Chunk, chunk_document
from knowledge.cross_encoder import RelevanceModel
from knowledge.documents import Audience
from knowledge.embeddings import BATCH, Embedder
from knowledge.errors import InvalidEvaluationSet
from knowledge.fusion import Mode
from knowledge.identity import Identity
from knowledge.ingest import Ingester, embedded_text
from knowledge.knowledge_base import KnowledgeBase
from knowledge.language.marking import mark_notices
from knowledge.ownership import Ownership
from knowledge.replies import Question
from knowledge.sources import SourceFile

CUTOFF = 10
_PASSAGES = 40


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """The figures of one set. `by_kind` is of the hybrid ranking; `negatives` is (n, abstained)."""

    modes: dict[str, dict[str, float]]
    by_kind: dict[str, dict[str, float]]
    negatives: tuple[int, int] | None
    queries: int
    documents: int
    p50_ms: float
    p95_ms: float
    index_s: float

    def as_json(self) -> dict[str, Any]:
        """Return the report as one JSON-ready document."""
        content: dict[str, Any] = {**self.modes, "by_kind": self.by_kind}
        if self.negatives is not None:
            content["negatives"] = {"n": self.negatives[0], "abstained": self.negatives[1]}
        return content | {
            "queries": self.queries,
            "documents": self.documents,
            "p50_ms": round(self.p50_ms, 2),
            "p95_ms": round(self.p95_ms, 2),
            "index_s": round(self.index_s, 2),
        }


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """A BEIR set: documents as (id, title, text), queries as (id, text, kind), judgements by query."""

    documents: list[tuple[str, str, str]]
    queries: list[tuple[str, str, str]]
    judgements: dict[str, dict[str, float]]
    negatives: list[str] | None


def read_set(directory: Path) -> EvaluationSet:
    """Return the set in a directory: corpus.jsonl, queries.jsonl, qrels/test.tsv, maybe negatives.jsonl.

    Raises:
        InvalidEvaluationSet: a file is missing or a line cannot be read.
    """
    judgements: dict[str, dict[str, float]] = {}
    try:
        with (directory / "qrels" / "test.tsv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                judgements.setdefault(row["query-id"], {})[row["corpus-id"]] = float(row["score"])
        documents = [
            (str(line["_id"]), str(line.get("title") or ""), str(line["text"]))
            for line in _lines(directory / "corpus.jsonl")
        ]
        queries = [
            (str(line["_id"]), str(line["text"]), _kind(line)) for line in _lines(directory / "queries.jsonl")
        ]
        path = directory / "negatives.jsonl"
        negatives = [str(line["text"]) for line in _lines(path)] if path.exists() else None
    except OSError as error:
        raise InvalidEvaluationSet(
            str(directory), f"{error.filename} can't be read ({error.strerror})"
        ) from error
    except (KeyError, ValueError, TypeError) as error:
        raise InvalidEvaluationSet(str(directory), f"{type(error).__name__}: {error}") from error
    judged = [query for query in queries if query[0] in judgements]
    if not documents or not judged:
        raise InvalidEvaluationSet(str(directory), "no documents or no judged queries")
    return EvaluationSet(documents, judged, judgements, negatives)


def _lines(path: Path) -> Iterator[dict[str, object]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def _kind(line: Mapping[str, object]) -> str:
    metadata = line.get("metadata")
    return str(metadata.get("kind") or "") if isinstance(metadata, dict) else ""


def evaluate(
    directory: Path,
    *,
    embedder: Embedder,
    relevance: RelevanceModel | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> EvaluationReport:
    """Return the figures of a BEIR set, indexed afresh in a temporary folder.

    Every document of the set is one document of the knowledge base. `on_progress` gets (done, total)
    over passages embedded.

    Raises:
        InvalidEvaluationSet: the directory is no readable BEIR set.
    """
    content = read_set(directory)
    with tempfile.TemporaryDirectory(prefix="attache-eval-") as folder, _scope(Path(folder)) as session_scope:
        started = time.perf_counter()
        _store(content, session_scope, embedder, on_progress)
        base = KnowledgeBase(
            session_scope=session_scope,
            index_dir=Path(folder) / "index",
            embedder=embedder,
            ownership=Ownership.TRY,
            relevance=relevance,
        )
        index_s = time.perf_counter() - started
        try:
            return _measure(content, base, index_s)
        finally:
            base.close()


@contextmanager
def _scope(folder: Path) -> Iterator[Callable[[], AbstractContextManager[Session]]]:
    engine = create_engine(f"sqlite:///{folder / 'evaluation.db'}", connect_args={"check_same_thread": False})
    SQLModel.metadata.create_all(
        engine, tables=[t for n, t in SQLModel.metadata.tables.items() if n.startswith("knowledge_")]
    )

    @contextmanager
    def session_scope() -> Iterator[Session]:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    try:
        yield session_scope
    finally:
        engine.dispose()


class _Prefetched:
    """An embedder that has embedded all passages beforehand, in full batches."""

    def __init__(
        self, embedder: Embedder, texts: Sequence[str], on_progress: Callable[[int, int], None] | None
    ) -> None:
        self.name = embedder.name
        self.dimensions = embedder.dimensions
        self._embedder = embedder
        self._known: dict[str, NDArray[np.float32]] = {}
        for start in range(0, len(texts), BATCH):
            part = list(texts[start : start + BATCH])
            self._known.update(zip(part, embedder.embed_passages(part), strict=True))
            if on_progress:
                on_progress(start + len(part), len(texts))

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.vstack([self._known[text] for text in texts])

    def embed_query(self, text: str) -> NDArray[np.float32]:
        return self._embedder.embed_query(text)


def _store(
    content: EvaluationSet,
    session_scope: Callable[[], AbstractContextManager[Session]],
    embedder: Embedder,
    on_progress: Callable[[int, int], None] | None,
) -> None:
    prepared: list[tuple[str, str, list[Chunk]]] = []
    for document_id, title, text in content.documents:
        blocks = mark_notices([Block(BlockKind.HEADING, title, level=1)] if title else [])
        parsed = ParsedDocument(blocks=(*blocks, Block(BlockKind.PARAGRAPH, text)))
        prepared.append((document_id, title, chunk_document(parsed, title=title)))
    texts = list(
        dict.fromkeys(embedded_text(title, chunk) for _, title, chunks in prepared for chunk in chunks)
    )
    ingester = Ingester(
        session_scope=session_scope,
        embedder=_Prefetched(embedder, texts, on_progress),
        audience=Audience.PUBLIC,
        products=(),
        now=datetime.now(UTC),
        on_progress=None,
    )
    for document_id, title, chunks in prepared:
        source = SourceFile(Path("/", document_id), Path("/"), document_id)
        ingester.store(source, "", Identity(title, None, (), ()), chunks, pages=None)


def _measure(content: EvaluationSet, base: KnowledgeBase, index_s: float) -> EvaluationReport:
    rankings: dict[Mode, dict[str, list[str]]] = {}
    latencies: list[float] = []
    for mode in Mode:
        rankings[mode] = {}
        for query_id, text, _ in content.queries:
            started = time.perf_counter()
            passages = base.search(Question(text, Audience.PUBLIC), limit=_PASSAGES, mode=mode)
            if mode is Mode.HYBRID:
                latencies.append(1000 * (time.perf_counter() - started))
            rankings[mode][query_id] = list(dict.fromkeys(passage.document for passage in passages))
    kinds = sorted({kind for _, _, kind in content.queries if kind})
    by_kind: dict[str, dict[str, float]] = {}
    for kind in kinds:
        ids = [query_id for query_id, _, own in content.queries if own == kind]
        figures = score({query_id: rankings[Mode.HYBRID][query_id] for query_id in ids}, content.judgements)
        by_kind[kind] = {
            "ndcg@10": figures["ndcg@10"],
            "success@1": figures["success@1"],
            "queries": len(ids),
        }
    negatives = None
    if content.negatives is not None:
        answers = [base.answer(Question(text, Audience.PUBLIC)) for text in content.negatives]
        negatives = (len(answers), sum(answer.abstained for answer in answers))
    return EvaluationReport(
        modes={mode.value: score(rankings[mode], content.judgements) for mode in Mode},
        by_kind=by_kind,
        negatives=negatives,
        queries=len(content.queries),
        documents=len(content.documents),
        p50_ms=float(np.percentile(latencies, 50)),
        p95_ms=float(np.percentile(latencies, 95)),
        index_s=index_s,
    )


def score(
    rankings: Mapping[str, Sequence[str]], judgements: Mapping[str, Mapping[str, float]]
) -> dict[str, float]:
    """Return mean nDCG@10 (linear gain, as trec_eval), Recall@10, MRR and success@1 over the queries."""
    rows = [_score_one(ranking, judgements[query_id]) for query_id, ranking in rankings.items()]
    names = ("ndcg@10", "recall@10", "mrr", "success@1")
    return {name: round(fmean(row[i] for row in rows), 4) for i, name in enumerate(names)}


def _score_one(ranking: Sequence[str], judged: Mapping[str, float]) -> tuple[float, float, float, float]:
    relevant = {document for document, grade in judged.items() if grade > 0}
    top = ranking[:CUTOFF]
    gain = sum(judged.get(document, 0.0) / math.log2(rank + 2) for rank, document in enumerate(top))
    best = sorted(judged.values(), reverse=True)[:CUTOFF]
    ideal = sum(grade / math.log2(rank + 2) for rank, grade in enumerate(best))
    first = next((rank for rank, document in enumerate(ranking, start=1) if document in relevant), None)
    return (
        gain / ideal if ideal else 0.0,
        sum(document in relevant for document in top) / len(relevant) if relevant else 0.0,
        1.0 / first if first else 0.0,
        float(bool(ranking) and ranking[0] in relevant),
    )
