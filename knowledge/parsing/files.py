"""Choosing the parser for a file, and the limits every file is held to."""

from __future__ import annotations

import logging
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from importlib import import_module
from pathlib import Path

from knowledge.blocks import Block, BlockKind, ParsedDocument
from knowledge.errors import UnreadableDocument
from knowledge.language.marking import mark_notices
from knowledge.language.unseen import strip_unseen

logger = logging.getLogger(__name__)

MEBIBYTE = 1024 * 1024
# A manual of 2,000 pages has 4 MiB of text; with its pictures, as PDF or Word, seldom more than 100. A text file
# beyond its limit is a data export, and would take a gibibyte of memory or more: measured were, for each MiB of
# RST 160 MiB and 15 s, of Markdown 85 MiB and 6 s, of HTML 55 MiB and 4 s, of tables 50 MiB, of the rest 25 MiB.
MAX_BYTES = {
    "pdf": 200 * MEBIBYTE,
    "docx": 200 * MEBIBYTE,
    "rst": 4 * MEBIBYTE,
    "markdown": 8 * MEBIBYTE,
    "html": 16 * MEBIBYTE,
    "tabular": 16 * MEBIBYTE,
    "workbook": 16 * MEBIBYTE,
    "json_rows": 16 * MEBIBYTE,
    "asciidoc": 16 * MEBIBYTE,
    "plain": 32 * MEBIBYTE,
}

# Parsers are imported when the first file of their format arrives: docutils, python-docx and the
# PDF libraries cost more to import than most questions cost to answer.
_PARSERS = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".rst": "rst",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".adoc": "asciidoc",
    ".asciidoc": "asciidoc",
    ".csv": "tabular",
    ".tsv": "tabular",
    ".xlsx": "workbook",
    ".json": "json_rows",
    ".txt": "plain",
    ".text": "plain",
}
# Parsers are other people's code, fed with other people's bytes: what they stumble over is this one file's fault
# and must not end the run. Here are the errors that they raise on broken input beside their own, which each
# parser translates itself; what is missing (an interrupt, an exit) ends the run.
_STUMBLES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BufferError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
_TITLE_CHARACTERS = 200
_BLANKS = re.compile(r"[^\S\n]+")
_LINE_END = re.compile(r"\s*\n\s*")


def is_document(path: Path) -> bool:
    """Tell whether a file is of a format that can be read; images and other binaries are not."""
    return path.suffix.lower() in _PARSERS


def parse_file(path: Path, *, document: str) -> ParsedDocument:
    """Return the file as blocks. `document` is the name that errors carry.

    Raises:
        UnreadableDocument: the file is corrupt, encrypted, empty, without text, or beyond a limit.
    """
    suffix = path.suffix.lower()
    try:
        if path.stat().st_size > MAX_BYTES[_PARSERS[suffix]]:
            raise UnreadableDocument(document, "too_large")
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableDocument(document, "unreadable") from error
    if not data.strip():
        raise UnreadableDocument(document, "empty")
    try:
        parse: Callable[[bytes, str], ParsedDocument] = import_module(
            f"knowledge.parsing.{_PARSERS[suffix]}"
        ).parse
        return finish(parse(data, document), document=document)
    except RecursionError as error:
        raise UnreadableDocument(document, "too_deep") from error
    except MemoryError as error:
        raise UnreadableDocument(document, "too_large") from error
    except _STUMBLES as error:
        logger.warning("the parser of %s files stumbled: %s", suffix, type(error).__name__)
        raise UnreadableDocument(document, "corrupt") from error


def finish(parsed: ParsedDocument, *, document: str) -> ParsedDocument:
    """Return the document cleaned, its notices marked. Raises UnreadableDocument when no text is left."""
    cleaned = [block for block in map(_clean_block, parsed.blocks) if _says_something(block)]
    if not any(character.isalnum() for block in cleaned for character in block.text):
        raise UnreadableDocument(document, "no_text")
    title = clean(parsed.title or "").replace("\n", " ")[:_TITLE_CHARACTERS]
    metadata = {clean(key): clean(value) for key, value in parsed.metadata.items()}
    return replace(parsed, blocks=tuple(mark_notices(cleaned)), title=title or None, metadata=metadata)


def _says_something(block: Block) -> bool:
    return bool(block.text) and (block.kind is BlockKind.CODE or any(c.isalnum() for c in block.text))


def clean(text: str, *, keep_lines: bool = False) -> str:
    """Return the text without control and invisible characters, blanks collapsed."""
    text = unicodedata.normalize("NFC", strip_unseen(text))
    if keep_lines:
        return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")
    return _BLANKS.sub(" ", _LINE_END.sub("\n", text) if "\n" in text else text).strip()


def _clean_block(block: Block) -> Block:
    if block.kind is BlockKind.CODE:
        return replace(block, text=clean(block.text, keep_lines=True))
    return replace(
        block,
        text=clean(block.text),
        header=tuple(_clean_cell(cell).replace("\n", " ") for cell in block.header),
        cells=tuple(map(_clean_cell, block.cells)),
    )


# A header comes again with every row, and many cells do.
_clean_cell = lru_cache(maxsize=2_048)(clean)
