"""Passages follow the document, and none of its text is lost."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.blocks import Block, BlockKind, ParsedDocument, row_text
from knowledge.chunking import LIMIT, PROCEDURE_LIMIT, Chunk, ChunkKind, chunk_document
from knowledge.identity import identify
from knowledge.parsing import parse_file
from tests.knowledge import samples

WORD = st.text(alphabet="abcdefghijklmnop", min_size=1, max_size=9)
SENTENCE = st.lists(WORD, min_size=1, max_size=40).map(lambda words: " ".join(words).capitalize() + ".")
TEXT = st.lists(SENTENCE, min_size=1, max_size=12).map(" ".join)


def _row(cells: list[str]) -> Block:
    header = tuple(f"column{i}" for i in range(len(cells)))
    return Block(BlockKind.ROW, row_text(header, tuple(cells)), header=header, cells=tuple(cells), table=1)


BLOCK = st.one_of(
    st.builds(lambda t, n: Block(BlockKind.HEADING, t, level=n), SENTENCE, st.integers(1, 4)),
    st.builds(lambda t: Block(BlockKind.PARAGRAPH, t), TEXT),
    st.builds(lambda t, n: Block(BlockKind.STEP, t, number=str(n)), TEXT, st.integers(1, 9)),
    st.builds(lambda t, n: Block(BlockKind.ITEM, t, level=n), SENTENCE, st.integers(0, 2)),
    st.builds(lambda t: Block(BlockKind.NOTICE, t, notice="warning"), SENTENCE),
    st.lists(SENTENCE, min_size=1, max_size=4).map(_row),
)


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


def chunks_of(name: str, content: str, folder: Path) -> list[Chunk]:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    parsed = parse_file(path, document=name)
    return chunk_document(parsed, title=identify(parsed, path=name).title)


@settings(max_examples=150, deadline=None)
@given(st.lists(BLOCK, min_size=1, max_size=25))
def test_no_text_of_a_document_is_lost(blocks: list[Block]) -> None:
    chunks = chunk_document(ParsedDocument(tuple(blocks)), title="")
    kept: set[str] = set()
    for chunk in chunks:
        kept |= words(chunk.text) | words(" ".join(chunk.section))
        kept |= words(" ".join(text for _, text in chunk.notices))
    assert words(" ".join(block.text for block in blocks)) <= kept


@settings(max_examples=60, deadline=None)
@given(st.lists(BLOCK, min_size=1, max_size=25))
def test_a_passage_stays_within_its_limit(blocks: list[Block]) -> None:
    longest_step = max((len(block.text) for block in blocks), default=0)
    for chunk in chunk_document(ParsedDocument(tuple(blocks)), title=""):
        limit = PROCEDURE_LIMIT + longest_step if chunk.kind is not ChunkKind.PROSE else 2 * LIMIT
        assert len(chunk.text) <= limit


def test_a_procedure_stays_whole_with_its_warning_and_that_of_the_section_above(tmp_path: Path) -> None:
    text = "# Pump\n\n## Work\n\nDANGER: Live parts.\n\n### Seal\n\nCAUTION: Hot.\n\n"
    text += "1. Open.\n2. Close.\n\n### Other\n\nWords.\n"
    procedure, other = chunks_of("a.md", text, tmp_path)[-2:]
    assert procedure.kind is ChunkKind.PROCEDURE
    assert procedure.text == "1. Open.\n2. Close."
    assert procedure.notices == (("danger", "Live parts."), ("caution", "Hot."))
    assert procedure.section == ("Work", "Seal")
    assert other.notices == ()


def test_a_paragraph_between_two_steps_belongs_to_the_procedure(tmp_path: Path) -> None:
    text = "# A\n\n1. Open the valve.\n\nWater runs out for a while.\n\n2. Close the valve.\n"
    (chunk,) = chunks_of("a.txt", text.replace("# A\n\n", ""), tmp_path)
    assert chunk.text == "1. Open the valve.\nWater runs out for a while.\n2. Close the valve."


def test_a_short_table_is_one_passage_with_its_caption_and_a_long_one_a_passage_per_row(
    tmp_path: Path,
) -> None:
    short = "# T\n\nRed lamp:\n\n| State | Meaning |\n|--|--|\n| on | ready |\n| off | stopped |\n"
    (table,) = chunks_of("s.md", short, tmp_path)
    assert table.kind is ChunkKind.TABLE
    assert table.text == "Red lamp:\nState: on; Meaning: ready\nState: off; Meaning: stopped"
    long = "code,meaning\n" + "".join(f"E{n:02},meaning {n}\n" for n in range(13))
    rows = chunks_of("l.csv", long, tmp_path)
    assert [row.kind for row in rows] == [ChunkKind.ROW] * 13
    assert rows[7].text == "code: E07; meaning: meaning 7"
    assert "E07" in rows[7].key_codes


def test_the_title_is_not_repeated_in_the_section(tmp_path: Path) -> None:
    chunks = chunks_of("manual.md", samples.MARKDOWN, tmp_path)
    assert {chunk.section[0] for chunk in chunks if chunk.section} == {
        "Safety",
        "Replace the shaft seal",
        "Fault codes",
        "Suction line",
    }


def test_a_document_knows_its_number_version_and_what_it_supersedes(tmp_path: Path) -> None:
    path = tmp_path / "bulletin.md"
    path.write_text(
        "# Bulletin SB-2025-03\n\nRevision: C\n\nSupersedes: SB-2024-07\n\nUse grease 7.\n", encoding="utf-8"
    )
    identity = identify(parse_file(path, document="bulletin.md"), path="bulletin.md")
    assert identity.title == "Bulletin SB-2025-03"
    assert identity.version == "C"
    assert identity.identifiers == ("SB202503",)
    assert identity.supersedes == ("SB202407",)


def test_the_title_falls_back_to_the_file_name(tmp_path: Path) -> None:
    path = tmp_path / "torque-table.csv"
    path.write_text("bolt,torque\nM8,24 Nm\n", encoding="utf-8")
    assert (
        identify(parse_file(path, document="x/torque-table.csv"), path="x/torque-table.csv").title
        == "torque table"
    )
