"""A small, deterministic embedder, and a knowledge base over real SQLite and real indexes."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import Engine
from sqlmodel import Session

from bot.database import build_engine, build_session_scope
from knowledge.documents import Audience
from knowledge.embeddings import normalise
from knowledge.ingest import IngestReport
from knowledge.knowledge_base import KnowledgeBase
from knowledge.language.terms import analyze
from knowledge.ownership import Ownership
from tests.knowledge import samples

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SessionScope = Callable[[], AbstractContextManager[Session]]


class HashedWords:
    """A bag of hashed words as an embedder: near texts share words, and nothing is random."""

    name = "hashed-words"
    dimensions = 96

    def __init__(self) -> None:
        self.embedded = 0

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.embedded += len(texts)
        return np.vstack([self._vector(text) for text in texts]) if texts else np.empty((0, 96), np.float32)

    def embed_query(self, text: str) -> NDArray[np.float32]:
        return self._vector(text)

    def _vector(self, text: str) -> NDArray[np.float32]:
        vector = np.full(self.dimensions, 0.01, dtype=np.float32)
        for term in analyze(text):
            digest = hashlib.sha256(term.encode()).digest()
            vector[int.from_bytes(digest[:4], "big") % self.dimensions] += 1.0
        return normalise(vector)


@pytest.fixture
def embedder() -> HashedWords:
    return HashedWords()


@pytest.fixture
def open_base(
    tmp_path: Path, session_scope: SessionScope, embedder: HashedWords
) -> Iterator[Callable[..., KnowledgeBase]]:
    """Open knowledge bases on one database and one index folder; all are closed at the end."""
    opened: list[KnowledgeBase] = []

    def open_one(ownership: Ownership = Ownership.TRY, **more: Any) -> KnowledgeBase:
        base = KnowledgeBase(
            session_scope=session_scope,
            index_dir=tmp_path / "index",
            embedder=embedder,
            ownership=ownership,
            **more,
        )
        opened.append(base)
        return base

    yield open_one
    for base in opened:
        base.close()


@pytest.fixture
def base(open_base: Callable[..., KnowledgeBase]) -> KnowledgeBase:
    return open_base()


@contextmanager
def _base_in(home: Path, empty_database: Path) -> Iterator[KnowledgeBase]:
    """An empty knowledge base in a folder of its own."""
    engine = build_engine(f"sqlite:///{shutil.copy(empty_database, home)}")
    base = KnowledgeBase(
        session_scope=build_session_scope(engine),
        index_dir=home / "index",
        embedder=HashedWords(),
        ownership=Ownership.TRY,
    )
    yield base
    base.close()
    engine.dispose()


@pytest.fixture(scope="module")
def standing_base(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Iterator[KnowledgeBase]:
    """A knowledge base that the tests of a module share: one of them fills it, and all only ask."""
    with _base_in(tmp_path_factory.mktemp("standing"), empty_database) as base:
        yield base


@pytest.fixture(scope="session")
def stocked_home(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Path:
    """A database and its indexes with the samples taken in, to be copied."""
    home, folder = tmp_path_factory.mktemp("stocked"), tmp_path_factory.mktemp("samples")
    for name, text in samples.TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    with _base_in(home, empty_database) as base:
        base.ingest([folder], audience=Audience.INTERNAL, now=NOW)
    return home


@pytest.fixture
def stocked_engine(stocked_home: Path, tmp_path: Path) -> Iterator[Engine]:
    """A database with the samples, its indexes beside it; for modules whose every test asks about them."""
    shutil.copytree(stocked_home, tmp_path, dirs_exist_ok=True)
    built = build_engine(f"sqlite:///{tmp_path / 'attache.db'}")
    yield built
    built.dispose()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "documents"
    path.mkdir()
    return path


@pytest.fixture
def ingest(base: KnowledgeBase, folder: Path) -> Callable[..., IngestReport]:
    """Write files ({name: text}) into the folder and ingest it."""

    def run(
        files: dict[str, str] | None = None,
        *,
        audience: Audience = Audience.INTERNAL,
        products: Sequence[str] = (),
    ) -> IngestReport:
        for name, text in (files or {}).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return base.ingest([folder], audience=audience, products=products, now=NOW)

    return run
