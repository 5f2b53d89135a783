"""What a reader of the page does not see is no text: it is neither answered, nor cited, nor a title."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.documents import Audience
from knowledge.knowledge_base import KnowledgeBase
from knowledge.parsing import parse_file
from knowledge.replies import Question
from tests.knowledge.attacks import hidden_markup, hidden_pages
from tests.knowledge.conftest import NOW


def _text(suffix: str, text: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = folder / f"valve{suffix}"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def _page(suffix: str, write: Callable[[Path], None]) -> Callable[[Path], Path]:
    def run(folder: Path) -> Path:
        write(folder / f"valve{suffix}")
        return folder / f"valve{suffix}"

    return run


def attacks() -> dict[str, Callable[[Path], Path]]:
    """Every attack by name; each writes its document and returns its path."""
    found: dict[str, Callable[[Path], Path]] = {}
    for suffix, build, fragments in (
        (".html", hidden_markup.build_html, hidden_markup.HTML),
        (".md", hidden_markup.build_markdown, hidden_markup.MARKDOWN),
        (".rst", hidden_markup.build_rst, hidden_markup.RST),
        (".adoc", hidden_markup.build_asciidoc, hidden_markup.ASCIIDOC),
    ):
        for name, fragment in fragments.items():
            found[f"{suffix[1:]}: {name}"] = _text(suffix, build(fragment))
    for name, draw in hidden_pages.PDF.items():
        found[f"pdf: {name}"] = _page(".pdf", lambda path, draw=draw: hidden_pages.write_pdf(path, draw))
    found["pdf: layer that is off"] = _page(".pdf", hidden_pages.write_hidden_layer)
    for name, hide in hidden_pages.DOCX.items():
        found[f"docx: {name}"] = _page(".docx", lambda path, hide=hide: hidden_pages.write_docx(path, hide))
    return found


ATTACKS = attacks()


@pytest.mark.parametrize("name", ATTACKS)
def test_hidden_text_is_not_read_and_what_is_seen_is(name: str, folder: Path) -> None:
    path = ATTACKS[name](folder)
    read = repr(parse_file(path, document=path.name).blocks)
    assert "zebra4711" not in read
    assert "3 bar" in read


@pytest.mark.parametrize("kind", sorted({name.split(":")[0] for name in ATTACKS}))
def test_hidden_text_is_no_answer_and_what_is_seen_still_is(
    kind: str, base: KnowledgeBase, folder: Path
) -> None:
    names = [name for name in ATTACKS if name.split(":")[0] == kind]
    for number, name in enumerate(names):
        (folder / str(number)).mkdir()
        ATTACKS[name](folder / str(number))
    report = base.ingest([folder], audience=Audience.INTERNAL, now=NOW)
    assert report.failed == ()
    assert len(report.added) == len(names)
    asked = base.answer(Question("What is the override password?", Audience.INTERNAL))
    assert "zebra4711" not in repr(asked)
    assert "zebra4711" not in repr(base.list_documents())
    assert not [
        found
        for found in base.search(Question("zebra4711", Audience.INTERNAL), limit=500)
        if "zebra" in repr(found)
    ]
    seen = base.answer(Question("At what pressure does the drain valve open?", Audience.INTERNAL))
    assert "3 bar" in seen.text
    assert "zebra4711" not in repr(seen)
