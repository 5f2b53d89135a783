"""Sentences of real manuals, as they are and with one thing changed: what the gate keeps and what it lets through."""

import random
import re
from collections import Counter
from pathlib import Path

import pytest

from knowledge.answering.support import Witness
from knowledge.chunking import ChunkKind, chunk_document
from knowledge.errors import UnreadableDocument
from knowledge.parsing.files import parse_file
from knowledge.replies import Passage

CORPUS = Path(__file__).parents[3] / "shared" / "data" / "corpus"
FOLDERS = ("odrive_v3", "moteus", "libresolar_bms_c1", "mukob_ksif", "libresolar_handbook")
SENTENCES = 400
SWAPS = (
    ("open", "close"), ("increase", "decrease"), ("enable", "disable"), ("positive", "negative"), ("above", "below"),
    ("maximum", "minimum"), ("connect", "disconnect"), ("start", "stop"), ("before", "after"), ("high", "low"),
    ("must", "must not"), ("is", "is not"), ("can", "cannot"), ("will", "will not"), ("should", "should not"),
)  # fmt: skip
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")

pytestmark = [
    pytest.mark.quality,
    pytest.mark.timeout(1_200),
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not beside this checkout"),
]


def read_passages() -> list[Passage]:
    """The passages of the manuals, in an order that is always the same."""
    found = []
    for folder in FOLDERS:
        for file in sorted((CORPUS / folder).rglob("*")):
            if file.suffix not in {".md", ".rst", ".html", ".adoc"}:
                continue
            try:
                parsed = parse_file(file, document=file.name)
            except UnreadableDocument:
                continue
            title = parsed.title or ""
            found += [
                Passage(
                    1,
                    file.name,
                    title,
                    chunk.section,
                    None,
                    chunk.kind,
                    chunk.text,
                    (),
                    frozenset(),
                    1,
                    1,
                    1,
                    0,
                )
                for chunk in chunk_document(parsed, title=title)
                if chunk.kind != ChunkKind.NOTICE
            ]
    random.Random(7).shuffle(found)
    return found


def change(sentence: str) -> list[tuple[str, str]]:
    """The sentence with another number, another unit, or one word turned into its opposite."""
    changed = [
        ("number", sentence[: match.start()] + str(int(float(match[0])) + 7) + sentence[match.end() :])
        for match in list(NUMBER.finditer(sentence))[:1]
    ]
    unit = re.search(r"(?<=\d)\s?(V|A|Nm|mm|Hz|rpm|ms|kHz|mA)\b", sentence)
    if unit:
        changed.append(("unit", f"{sentence[: unit.start()]} lb{sentence[unit.end() :]}"))
    for one, other in SWAPS:
        match = re.search(rf"\b{one}\b(?! not| only| be)", sentence)
        if match:
            changed.append(("flip", sentence[: match.start()] + other + sentence[match.end() :]))
    return [(kind, text) for kind, text in changed if text != sentence]


def test_real_sentences_are_kept_and_changed_ones_are_not() -> None:
    tried, passed, lost = Counter[str](), Counter[str](), []
    for passage in read_passages():
        witness = Witness(passage, weigh=lambda _: 1.0)
        for piece in witness.pieces[:2]:
            if not 25 <= len(piece.text) <= 400 or "\n" in piece.text or tried["same"] >= SENTENCES:
                continue
            tried["same"] += 1
            if not witness.judge(piece.text).is_supported:
                lost.append(piece.text)
            for kind, text in change(piece.text):
                tried[kind] += 1
                passed[kind] += witness.judge(text).is_supported
    assert tried["same"] == SENTENCES
    assert lost == []
    assert (passed["number"], passed["unit"]) == (0, 0)
    assert passed["flip"] <= 0.03 * tried["flip"]
