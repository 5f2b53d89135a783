"""A process that ingests a folder and is killed on the way, or holds the indexes until it is told to go."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from bot.database import build_engine, build_session_scope
from knowledge import indexes
from knowledge.documents import Audience
from knowledge.knowledge_base import KnowledgeBase
from knowledge.ownership import Ownership
from knowledge.storage import repository
from tests.knowledge.conftest import NOW, HashedWords


def main(database: str, index_dir: str, folder: str, moment: str) -> None:
    scope = build_session_scope(build_engine(f"sqlite:///{database}"))
    base = KnowledgeBase(
        session_scope=scope, index_dir=Path(index_dir), embedder=HashedWords(), ownership=Ownership.TRY
    )
    if moment == "hold":
        print("owner" if base.is_owner else "reader", flush=True)  # noqa: T201 - the test reads it
        sys.stdin.readline()
        base.close()
        return
    if moment == "write":
        base.ingest([Path(folder)], audience=Audience.INTERNAL, now=NOW)
        print("owner" if base.is_owner else "reader", flush=True)  # noqa: T201 - the test reads it
        base.close()
        return
    # Which call of what is the last: three indexes are committed empty before they are filled, and the state
    # says so first.
    targets: dict[str, tuple[object, str, int]] = {
        "between chunks and vectors": (repository, "insert_vectors", 2),
        "before chroma": (indexes, "fill", 1),
        "before the lexical commit": (indexes.LexicalIndex, "commit", 4),
        "before the state": (indexes, "write_state", 2),
    }
    owner, name, last = targets[moment]
    original = getattr(owner, name)
    calls = 0

    def die_later(*args: object, **kwargs: object) -> object:
        nonlocal calls
        calls += 1
        if calls == last:
            os._exit(9)
        return original(*args, **kwargs)

    setattr(owner, name, die_later)
    base.ingest([Path(folder)], audience=Audience.INTERNAL, now=NOW)
    os._exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
