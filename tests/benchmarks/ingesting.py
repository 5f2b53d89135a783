"""Figures of ingest, beside a bare insert of the same passages."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from tests.benchmarks.figures import Figure, Peer, single
from tests.benchmarks.home import Home
from tests.benchmarks.readings import Readings


def measure_ingest(home: Home) -> list[Figure]:
    """Return how fast manuals become searchable with all vectors in the cache, and how fast vectors are made."""
    run = home.ingested()
    bare = Peer("SQLite executemany of the same texts", Readings((run.passages / _insert_bare(home),)))
    name = f"ingest {run.passages:,} passages of {run.documents} documents"
    figures = [
        single(f"{name}, vectors cached", "passages/s", run.passages / (run.read_s + run.index_s), bare),
        single("- parsing, chunking, SQL", "passages/s", run.passages / run.read_s, bare),
        single("- Chroma and tantivy", "passages/s", run.passages / run.index_s),
    ]
    for style, passages in sorted(run.passages_by_style.items()):
        rate = passages / run.read_s_by_style[style]
        figures.append(single(f"- parsing, chunking, SQL of .{style} ({passages:,})", "passages/s", rate))
    if run.embedding_rates:
        figures.append(
            Figure(f"embedder {home.embedder}, batches of 32", "passages/s", Readings(run.embedding_rates))
        )
    return figures


def _insert_bare(home: Home) -> float:
    """Return the seconds of one transaction that inserts the texts of all passages into a new file."""
    with closing(sqlite3.connect(home.database)) as source:
        texts = source.execute("SELECT text FROM knowledge_chunks").fetchall()
    path: Path = home.folder / "bare-texts.db"
    started = time.perf_counter()
    with closing(sqlite3.connect(path)) as target, target:
        target.execute("CREATE TABLE passages (id INTEGER PRIMARY KEY, text TEXT)")
        target.executemany("INSERT INTO passages (text) VALUES (?)", texts)
    return time.perf_counter() - started
