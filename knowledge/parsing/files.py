"""Choosing the parser for a file, and the limits every file is held to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from knowledge.blocks import Block, BlockKind, ParsedDocument
from knowledge.errors import UnreadableDocument
from knowledge.language.notices import mark_notices

MAX_FILE_BYTES = 200 * 1024 * 1024
MAX_TEXT_BYTES = 32 * 1024 * 1024
_BINARY_FORMATS = {".pdf", ".docx"}

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
    ".json": "json_rows",
    ".txt": "plain",
    ".text": "plain",
}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


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
        size = path.stat().st_size
        if size > (MAX_FILE_BYTES if suffix in _BINARY_FORMATS else MAX_TEXT_BYTES):
            raise UnreadableDocument(document, "too_large")
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableDocument(document, "unreadable") from error
    if not data.strip():
        raise UnreadableDocument(document, "empty")
    parse: Callable[[bytes, str], ParsedDocument] = import_module(
        f"knowledge.parsing.{_PARSERS[suffix]}"
    ).parse
    return finish(parse(data, document), document=document)


def finish(parsed: ParsedDocument, *, document: str) -> ParsedDocument:
    """Return the document cleaned, its notices marked. Raises UnreadableDocument when no text is left."""
    cleaned = [block for block in map(_clean_block, parsed.blocks) if _says_something(block)]
    if not any(character.isalnum() for block in cleaned for character in block.text):
        raise UnreadableDocument(document, "no_text")
    return replace(parsed, blocks=tuple(mark_notices(cleaned)))


def _says_something(block: Block) -> bool:
    return bool(block.text) and (block.kind is BlockKind.CODE or any(c.isalnum() for c in block.text))


def decode(data: bytes, document: str) -> str:
    """Return the text of a file in UTF-8, UTF-16 with a mark, or Windows-1252.

    Raises:
        UnreadableDocument: the bytes are not text (a mislabelled binary file).
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise UnreadableDocument(document, "unknown_encoding") from error
    if b"\x00" in data[:4096]:
        raise UnreadableDocument(document, "corrupt")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    controls = sum(1 for byte in data[:4096] if byte < 32 and byte not in b"\t\n\r\x0c\x1b")
    if controls > 8:
        raise UnreadableDocument(document, "corrupt")
    return data.decode("cp1252", errors="replace")


def clean(text: str, *, keep_lines: bool = False) -> str:
    """Return the text without control and invisible characters, blanks collapsed."""
    text = unicodedata.normalize("NFC", text.replace("\u00ad", "").replace("\r\n", "\n").replace("\r", "\n"))
    text = _CONTROL.sub("", text)
    if keep_lines:
        return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")
    return re.sub(r"[^\S\n]+", " ", re.sub(r"\s*\n\s*", "\n", text)).strip()


def _clean_block(block: Block) -> Block:
    if block.kind is BlockKind.CODE:
        return replace(block, text=clean(block.text, keep_lines=True))
    return replace(
        block,
        text=clean(block.text),
        header=tuple(clean(cell).replace("\n", " ") for cell in block.header),
        cells=tuple(clean(cell) for cell in block.cells),
    )
