"""The process that ingests: `python -m tests.benchmarks.ingest_child FILES HOME CACHE`, one JSON line out."""

import json
import sys
import time
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import Any

from bot.app import open_database
from bot.database import build_session_scope
from bot.settings import Settings
from knowledge.documents import Audience
from knowledge.embeddings import BATCH, build_embedder
from knowledge.ingest import IngestProgress
from knowledge.knowledge_base import KnowledgeBase
from knowledge.ownership import Ownership
from knowledge.reading.separate import SeparateReader
from tests.benchmarks.manual_files import Group, read_groups
from tests.benchmarks.progress import Progress
from tests.benchmarks.vector_cache import CachingEmbedder

_SAMPLE = 256


def main() -> None:
    """Ingest, then time the embedder itself on passages of the result."""
    files, home, cache = (Path(argument) for argument in sys.argv[1:])
    settings = Settings(home=home, database_url=None)
    told = ingest(read_groups(files), settings, cache)
    sys.stdout.write(json.dumps(told))


def ingest(groups: list[Group], settings: Settings, cache: Path) -> dict[str, Any]:
    """Ingest the groups' folders and return the figures.

    First everything is read into SQL by a process that does not own the indexes, then the indexes are brought
    up to date in one go: the way of an ingest beside a running bot, and both parts can be told apart.
    """
    real = build_embedder(settings.embedder)
    engine = open_database(settings)
    scope = build_session_scope(engine)
    watch = _Watch(sum(len(list(group.folder.iterdir())) for group in groups))
    embedder = CachingEmbedder(real, cache, on_made=watch.note_made)
    # The model is loaded and has run once, so that the peak is that of an ingest without a cache.
    real.embed_passages(["The cover of the discharge-side oil filter is held by four screws. " * 8] * BATCH)
    base = KnowledgeBase(session_scope=scope, index_dir=settings.index_dir, embedder=embedder)
    with watch.bar, SeparateReader() as reader:
        for group in groups:
            watch.begin()
            report = base.ingest(
                [group.folder],
                audience=Audience(group.audience),
                products=group.products,
                on_progress=watch.note,
                now=datetime.now(UTC),
                read=reader.read,
            )
            watch.end()
            if report.failed:
                raise SystemExit(f"{report.failed[0].document}: {report.failed[0].reason}")
    passages = {document.document: document.chunks for document in base.list_documents()}
    base.close()
    started = time.perf_counter()
    owner = KnowledgeBase(
        session_scope=scope, index_dir=settings.index_dir, embedder=embedder, ownership=Ownership.TRY
    )
    index_s = time.perf_counter() - started
    owner.close()
    by_style: defaultdict[str, int] = defaultdict(int)
    for document, count in passages.items():
        by_style[PurePath(document).suffix[1:]] += count
    told = {
        "documents": len(passages),
        "passages": sum(passages.values()),
        "read_s": sum(watch.seconds.values()),
        "index_s": index_s,
        "passages_by_style": by_style,
        "read_s_by_style": watch.seconds,
        "made": embedder.made,
        "embedding_rates": [] if embedder.made else _time_embedder(real, engine),
    }
    embedder.close()
    engine.dispose()
    return told


def _time_embedder(real: Any, engine: Any) -> list[float]:
    """Return the passages per second of each batch of a sample, embedded for real."""
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT text FROM knowledge_chunks ORDER BY embed_hash").fetchmany(
            _SAMPLE
        )
    rates = []
    for start in range(0, len(rows), BATCH):
        texts = [row[0] for row in rows[start : start + BATCH]]
        started = time.perf_counter()
        real.embed_passages(texts)
        rates.append(len(texts) / (time.perf_counter() - started))
    return rates


class _Watch:
    """Seconds by file format, from the progress that an ingest tells."""

    def __init__(self, documents: int) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.bar = Progress("reading manuals", documents)
        self._done = 0
        self._style = ""
        self._since = 0.0
        self._made = 0

    def begin(self) -> None:
        """Take note that a group begins."""
        self._since = time.perf_counter()
        self._style = ""

    def note(self, progress: IngestProgress) -> None:
        """Take note of a file that begins, or is under way."""
        style = PurePath(progress.document).suffix[1:]
        now = time.perf_counter()
        self.seconds[self._style or style] += now - self._since
        self._since, self._style = now, style
        self.bar.show(self._done + progress.done, f"{self._made:,} passages embedded" if self._made else "")
        self._in_group = progress.total

    def note_made(self, made: int) -> None:
        """Take note that passages were embedded for real."""
        self._made = made

    def end(self) -> None:
        """Take note that a group is through."""
        self.seconds[self._style] += time.perf_counter() - self._since
        self._done += self._in_group


if __name__ == "__main__":
    main()
