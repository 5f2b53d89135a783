"""Ingest, ask, change, remove: the whole knowledge base on real SQLite and real indexes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import select

from knowledge.documents import Audience
from knowledge.errors import EmbedderMismatch, PathNotFound
from knowledge.ingest_report import FailedDocument, IngestProgress, IngestReport
from knowledge.knowledge_base import KnowledgeBase
from knowledge.ownership import Ownership
from knowledge.replies import Answer, ProductScope, Question
from knowledge.storage.models import ChunkRow, VectorRow
from tests.knowledge import samples
from tests.knowledge.conftest import NOW, HashedWords, SessionScope

Ingest = Callable[..., IngestReport]


def ask(base: KnowledgeBase, text: str, audience: Audience = Audience.INTERNAL, **more: object) -> Answer:
    return base.answer(Question(text, audience, **more))  # type: ignore[arg-type]


def test_nine_formats_are_ingested_and_each_answers(base: KnowledgeBase, folder: Path) -> None:
    samples.write_all(folder)
    (folder / "photo.png").write_bytes(b"\x89PNG")
    report = base.ingest([folder], audience=Audience.INTERNAL, now=NOW)
    assert report.failed == ()
    assert len(report.added) == 9
    for question, document, words in [
        ("How do I replace the shaft seal?", "manual.md", "Tighten the bolts to 24 Nm."),
        ("What is the pressure limit of the P4-60?", "guide.html", "10 bar"),
        ("At how many baud does the serial line talk?", "controller.rst", "19200 baud"),
        ("What clearance is needed at the rear side?", "installation.adoc", "250 mm"),
        ("What is the torque of part BOLT-0088?", "parts.csv", "24 Nm"),
        ("What does alarm 18 mean?", "alarms.json", "Seal leaks"),
        ("Fill the casing before the first start", "commissioning.txt", "Fill the casing"),
        ("Which fuse for the P4-40 power?", "data.pdf", "16 A"),
        ("How many grams to grease the bearings?", "plan.docx", "15 g"),
    ]:
        answer = ask(base, question)
        assert not answer.abstained, question
        assert words in answer.text, (question, answer.text)
        assert document in {citation.document for citation in answer.citations}, (question, answer.citations)


def test_a_pdf_is_cited_with_its_page_and_section(base: KnowledgeBase, folder: Path) -> None:
    samples.write_pdf(folder / "data.pdf")
    base.ingest([folder], audience=Audience.INTERNAL, now=NOW)
    citation = ask(base, "How long does the bearing of stage 3 last?").citations[0]
    assert (citation.document, citation.page, citation.section) == ("data.pdf", 3, "Chapter 3")
    assert "stage 3" in citation.quote


def test_an_unchanged_file_costs_a_hash_a_changed_one_is_replaced_a_missing_one_removed(
    base: KnowledgeBase, ingest: Ingest, folder: Path, embedder: HashedWords
) -> None:
    ingest({"a.md": "# Valve\n\nThe valve opens at 3 bar.\n", "sub/b.md": "# Fan\n\nThe fan has 5 blades.\n"})
    embedded = embedder.embedded
    again = ingest()
    assert (again.unchanged, again.chunks) == (("a.md", "sub/b.md"), 0)
    assert embedder.embedded == embedded
    changed = ingest({"a.md": "# Valve\n\nThe valve opens at 4 bar.\n"})
    assert (changed.updated, changed.unchanged, changed.chunks) == (("a.md",), ("sub/b.md",), 1)
    assert "4 bar" in ask(base, "At what pressure does the valve open?").text
    (folder / "sub" / "b.md").unlink()
    assert ingest().removed == ("sub/b.md",)
    assert ask(base, "How many blades has the fan?").abstained


def test_bad_files_are_named_and_the_rest_is_read(ingest: Ingest, folder: Path) -> None:
    (folder / "corrupt.pdf").write_bytes(b"%PDF-1.4 nothing")
    report = ingest({"good.md": "# Good\n\nThe good file.\n", "empty.txt": ""})
    assert report.added == ("good.md",)
    assert set(report.failed) == {
        FailedDocument("corrupt.pdf", "corrupt"),
        FailedDocument("empty.txt", "empty"),
    }


def test_a_changed_file_that_became_unreadable_keeps_its_last_good_state(
    base: KnowledgeBase, ingest: Ingest
) -> None:
    ingest({"a.md": "# Valve\n\nThe valve opens at 3 bar.\n"})
    assert ingest({"a.md": ""}).failed == (FailedDocument("a.md", "empty"),)
    assert "3 bar" in ask(base, "At what pressure does the valve open?").text


def test_a_symlink_loop_is_walked_once(ingest: Ingest, folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "loop").symlink_to(folder, target_is_directory=True)
    assert ingest({"a.md": "# One\n\nText.\n"}).added == ("a.md",)


def test_a_path_that_does_not_exist_is_refused_before_anything_is_read(
    base: KnowledgeBase, folder: Path
) -> None:
    (folder / "a.md").write_text("# A\n\nText.\n")
    with pytest.raises(PathNotFound):
        base.ingest([folder, folder / "missing"], audience=Audience.INTERNAL, now=NOW)
    assert base.list_documents() == []


def test_a_file_below_an_ingested_root_keeps_its_name(
    base: KnowledgeBase, ingest: Ingest, folder: Path
) -> None:
    ingest({"sub/a.md": "# A\n\nThe first text.\n"})
    (folder / "sub" / "a.md").write_text("# A\n\nThe second text.\n")
    report = base.ingest([folder / "sub" / "a.md"], audience=Audience.INTERNAL, now=NOW)
    assert report.updated == ("sub/a.md",)


def test_two_roots_with_the_same_name_inside_are_told_apart(base: KnowledgeBase, tmp_path: Path) -> None:
    for root in ("north", "south"):
        (tmp_path / root).mkdir()
        (tmp_path / root / "a.md").write_text(f"# {root}\n\nText of {root}.\n")
        base.ingest([tmp_path / root], audience=Audience.INTERNAL, now=NOW)
    assert [document.document for document in base.list_documents()] == ["a.md", "south/a.md"]


def test_progress_is_reported_by_file_and_passage(base: KnowledgeBase, folder: Path) -> None:
    (folder / "a.md").write_text("# A\n\nText.\n")
    seen: list[IngestProgress] = []
    base.ingest([folder], audience=Audience.INTERNAL, now=NOW, on_progress=seen.append)
    assert seen[0] == IngestProgress(0, 1, "a.md", 0)
    assert seen[-1].chunks == 1


def test_remove_forgets_a_document_everywhere(
    base: KnowledgeBase, ingest: Ingest, session_scope: SessionScope
) -> None:
    ingest({"a.md": "# Valve\n\nThe valve opens at 3 bar.\n"})
    assert base.remove("a.md")
    assert not base.remove("a.md")
    assert base.list_documents() == []
    assert ask(base, "At what pressure does the valve open?").reason == "no_documents"
    with session_scope() as session:
        assert session.exec(select(ChunkRow)).all() == []
        assert session.exec(select(VectorRow)).all() == []


def test_an_audience_sees_its_own_and_what_nests_in_it(base: KnowledgeBase, folder: Path) -> None:
    for audience in Audience:
        path = folder / audience.value
        path.mkdir()
        (path / f"{audience.value}.md").write_text(f"# Valve\n\nThe {audience.value} valve opens at 3 bar.\n")
        base.ingest([path], audience=audience, now=NOW)
    for reader, seen in [
        (Audience.INTERNAL, {"internal.md", "partner.md", "public.md"}),
        (Audience.PARTNER, {"partner.md", "public.md"}),
        (Audience.PUBLIC, {"public.md"}),
    ]:
        passages = base.search(Question("At what pressure does the valve open?", reader))
        assert {passage.document for passage in passages} == seen


def test_internal_documents_do_not_shift_a_partners_scores(base: KnowledgeBase, tmp_path: Path) -> None:
    def scores() -> list[tuple[str, float, float]]:
        question = Question("At what pressure does the valve open?", Audience.PARTNER)
        return [(p.text, p.score, p.cosine) for p in base.search(question)]

    shared, private = tmp_path / "shared", tmp_path / "private"
    shared.mkdir()
    private.mkdir()
    (shared / "a.md").write_text("# Valve\n\nThe valve opens at 3 bar.\n")
    (shared / "b.md").write_text("# Fan\n\nThe fan starts at low pressure.\n")
    base.ingest([shared], audience=Audience.PARTNER, now=NOW)
    before = scores()
    for number in range(12):
        (private / f"{number}.md").write_text(f"# Valve {number}\n\nPressure valve opens, secret {number}.\n")
    base.ingest([private], audience=Audience.INTERNAL, now=NOW)
    assert scores() == before


def test_a_changed_audience_moves_a_document_without_embedding_it_again(
    base: KnowledgeBase, ingest: Ingest, embedder: HashedWords
) -> None:
    ingest({"a.md": "# Valve\n\nThe valve opens at 3 bar.\n"}, audience=Audience.PUBLIC)
    embedded = embedder.embedded
    assert ingest(audience=Audience.INTERNAL).updated == ("a.md",)
    assert embedder.embedded == embedded
    assert ask(base, "At what pressure does the valve open?", Audience.PARTNER).reason == "no_documents"


def test_the_scope_comes_first_and_the_whole_collection_second(base: KnowledgeBase, tmp_path: Path) -> None:
    for name, text in (
        ("P4", "The P4 cover bolts take 24 Nm."),
        ("Q9", "The Q9 cover bolts take 60 Nm. Its fan has 5 blades."),
    ):
        path = tmp_path / name
        path.mkdir()
        (path / f"{name}.md").write_text(f"# Torque\n\n{text}\n")
        base.ingest([path], audience=Audience.INTERNAL, products=[name], now=NOW)
    scoped = ask(base, "Which torque for the cover bolts?", scope=ProductScope(sku="q9"))
    assert {citation.document for citation in scoped.citations} == {"Q9.md"}
    assert not scoped.widened
    wide = ask(base, "How many blades has the fan of the Q9?", scope=ProductScope(sku="P4"))
    assert wide.widened
    assert "5 blades" in wide.text


def test_a_superseded_bulletin_is_not_used_and_its_successor_says_so(
    base: KnowledgeBase, ingest: Ingest
) -> None:
    ingest({"old.md": "# Bulletin SB-2024-07\n\nGrease the bearing with 20 g.\n"})
    assert "20 g" in ask(base, "How much grease for the bearing?").text
    ingest({"new.md": "# Bulletin SB-2025-03\n\nSupersedes: SB-2024-07\n\nGrease the bearing with 15 g.\n"})
    answer = ask(base, "How much grease for the bearing?")
    assert "15 g" in answer.text
    assert "20 g" not in answer.text
    assert answer.replaced == (("Bulletin SB-2024-07", "Bulletin SB-2025-03"),)
    assert {d.document: d.superseded_by for d in base.list_documents()} == {
        "new.md": None,
        "old.md": "new.md",
    }


def test_a_hidden_document_supersedes_nothing_for_those_who_cannot_read_it(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    for name, audience, text in (
        ("old", Audience.PUBLIC, "# Bulletin SB-2024-07\n\nGrease the bearing with 20 g.\n"),
        (
            "new",
            Audience.INTERNAL,
            "# Bulletin SB-2025-03\n\nSupersedes: SB-2024-07\n\nGrease the bearing with 15 g.\n",
        ),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.md").write_text(text)
        base.ingest([tmp_path / name], audience=audience, now=NOW)
    assert "20 g" in ask(base, "How much grease for the bearing?", Audience.PARTNER).text
    assert "15 g" in ask(base, "How much grease for the bearing?").text


def test_another_embedder_is_refused(
    base: KnowledgeBase, ingest: Ingest, session_scope: SessionScope, tmp_path: Path
) -> None:
    class Other(HashedWords):
        name = "other"

    ingest({"a.md": "# A\n\nText.\n"})
    with pytest.raises(EmbedderMismatch) as caught:
        KnowledgeBase(session_scope=session_scope, index_dir=tmp_path / "other", embedder=Other())
    assert caught.value.stored.startswith("hashed-words")


def test_equal_text_is_embedded_once(ingest: Ingest, embedder: HashedWords) -> None:
    ingest({"a.md": "# Valve\n\nThe valve opens at 3 bar.\n"})
    embedded = embedder.embedded
    ingest({"copy.md": "# Valve\n\nThe valve opens at 3 bar.\n"})
    assert embedder.embedded == embedded


def test_a_read_only_file_system_entry_is_named(ingest: Ingest, folder: Path) -> None:
    if os.geteuid() == 0:
        (folder / "dangling.md").symlink_to(folder / "nowhere.md")
        assert ingest({"a.md": "# A\n\nText.\n"}).added == ("a.md",)
    else:
        (folder / "locked.md").write_text("# L\n\nText.\n")
        (folder / "locked.md").chmod(0)
        assert ingest().failed == (FailedDocument("locked.md", "unreadable"),)


def test_a_reader_and_the_owner_give_the_same_ranking(
    base: KnowledgeBase, ingest: Ingest, open_base: Callable[..., KnowledgeBase]
) -> None:
    ingest({name: text for name, text in samples.TEXTS.items() if name.endswith((".md", ".html", ".csv"))})
    reader = open_base(Ownership.NEVER)
    assert (base.is_owner, reader.is_owner) == (True, False)
    for text in ("replace the shaft seal", "pressure limits", "E07", "slope of the suction line"):
        question = Question(text, Audience.INTERNAL)
        assert [p.chunk_id for p in base.search(question, limit=5)] == [
            p.chunk_id for p in reader.search(question, limit=5)
        ]
