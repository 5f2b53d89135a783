"""A killed ingest leaves whole documents; one process owns the indexes, every other one reads."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import select

from knowledge.documents import Audience
from knowledge.index import DenseIndex
from knowledge.knowledge_base import KnowledgeBase
from knowledge.ownership import Ownership
from knowledge.replies import Question
from knowledge.storage.models import ChunkRow, DocumentRow, VectorRow
from tests.children import spawn
from tests.knowledge.conftest import NOW, SessionScope


def start_ingest(tmp_path: Path, moment: str) -> subprocess.Popen[str]:
    """Ingest the test's documents in a process that stops at a moment."""
    return spawn(
        "tests.knowledge.crash_child",
        str(tmp_path / "attache.db"), str(tmp_path / "index"), str(tmp_path / "documents"), moment,
    )  # fmt: skip


def write_documents(folder: Path) -> None:
    for number in range(4):
        (folder / f"{number}.md").write_text(
            f"# Valve {number}\n\nValve {number} opens at {number + 3} bar.\n\n"
            f"## Fan\n\nFan {number} has {number + 5} blades.\n"
        )


def find(base: KnowledgeBase, text: str) -> list[str]:
    return [p.text for p in base.search(Question(text, Audience.INTERNAL), limit=20)]


@pytest.mark.parametrize(
    "moment", ["between chunks and vectors", "before chroma", "before the lexical commit", "before the state"]
)
def test_a_killed_ingest_leaves_whole_documents_and_the_next_run_goes_on(
    tmp_path: Path,
    folder: Path,
    session_scope: SessionScope,
    open_base: Callable[..., KnowledgeBase],
    moment: str,
) -> None:
    write_documents(folder)
    child = start_ingest(tmp_path, moment)
    child.communicate(timeout=60)
    assert child.returncode == 9
    with session_scope() as session:
        for document in session.exec(select(DocumentRow)).all():
            chunks = session.exec(select(ChunkRow).where(ChunkRow.document_id == document.id)).all()
            assert len(chunks) == document.chunk_count == 2
            assert all(session.get(VectorRow, chunk.id) for chunk in chunks)
    base = open_base()
    report = base.ingest([folder], audience=Audience.INTERNAL, now=NOW)
    assert len(report.added) + len(report.unchanged) == 4
    texts = find(base, "valve opens fan blades")
    assert len(texts) == len(set(texts)) == 8
    base.close()
    assert DenseIndex.embedded(tmp_path / "index" / "dense").count() == 8


def test_a_second_process_reads_and_its_writes_reach_the_owner(
    tmp_path: Path, folder: Path, base: KnowledgeBase
) -> None:
    assert base.is_owner
    write_documents(folder)
    child = start_ingest(tmp_path, "write")
    output, _ = child.communicate(timeout=60)
    assert (output.strip(), child.returncode) == ("reader", 0)
    assert base.catch_up() == 4
    assert base.catch_up() == 0
    assert "Valve 2 opens at 5 bar." in find(base, "At what pressure does valve 2 open?")


def test_the_indexes_are_free_again_when_their_owner_is_killed(
    tmp_path: Path, folder: Path, open_base: Callable[..., KnowledgeBase]
) -> None:
    child = start_ingest(tmp_path, "hold")
    assert child.stdout is not None
    assert child.stdout.readline().strip() == "owner"
    base = open_base()
    assert not base.is_owner
    write_documents(folder)
    base.ingest([folder], audience=Audience.INTERNAL, now=NOW)
    assert len(find(base, "valve opens fan blades")) == 8
    child.kill()
    child.communicate(timeout=30)
    assert base.catch_up() == 4
    assert base.is_owner
    assert len(find(base, "valve opens fan blades")) == 8


def test_a_rebuild_and_a_lost_index_folder_bring_everything_back(
    folder: Path, tmp_path: Path, open_base: Callable[..., KnowledgeBase]
) -> None:
    import shutil

    write_documents(folder)
    first = open_base()
    first.ingest([folder], audience=Audience.INTERNAL, now=NOW)
    expected = find(first, "valve 1 opens")
    assert first.rebuild() == 4
    assert sorted(find(first, "valve 1 opens")) == sorted(expected)
    first.close()
    shutil.rmtree(tmp_path / "index")
    reader = open_base(Ownership.NEVER)
    for base in (reader, open_base()):
        found = find(base, "valve 1 opens")
        assert found[0] == expected[0] == "Valve 1 opens at 4 bar."
        assert sorted(found) == sorted(expected)


def test_an_index_made_from_another_database_is_made_anew(
    folder: Path, session_scope: SessionScope, open_base: Callable[..., KnowledgeBase], tmp_path: Path
) -> None:
    write_documents(folder)
    base = open_base()
    base.ingest([folder], audience=Audience.INTERNAL, now=NOW)
    base.close()
    state = tmp_path / "index" / "state.json"
    state.write_text(state.read_text().replace('"instance": "', '"instance": "x'))
    assert len(find(open_base(), "valve opens fan blades")) == 8
