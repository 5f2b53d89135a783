"""A second process on the same database and Chroma server: ingests a folder when told to, then waits to be killed."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.database import build_engine, build_read_scope, build_session_scope
from knowledge.documents import Audience
from knowledge.index import ChromaServer
from knowledge.knowledge_base import KnowledgeBase
from knowledge.ownership import Ownership
from tests.knowledge.conftest import NOW, HashedWords


def main(database_url: str, chroma_url: str, index_dir: str, folder: str) -> None:
    engine = build_engine(database_url)
    base = KnowledgeBase(
        session_scope=build_session_scope(engine),
        read_scope=build_read_scope(engine),
        index_dir=Path(index_dir),
        embedder=HashedWords(),
        ownership=Ownership.TRY,
        server=ChromaServer(chroma_url),
    )
    _tell("ready")
    sys.stdin.readline()
    for path in sorted(Path(folder).iterdir()):
        base.ingest([path], audience=Audience.INTERNAL, now=NOW)
    _tell("done")
    sys.stdin.readline()


def _tell(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
