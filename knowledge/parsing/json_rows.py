"""JSON to blocks: every record of a list becomes a row, nested names joined with blanks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count

from knowledge.blocks import Block, BlockKind, ParsedDocument, row_text
from knowledge.errors import UnreadableDocument
from knowledge.parsing.decoding import decode

_MAX_DEPTH = 60


def parse(data: bytes, document: str) -> ParsedDocument:
    """Return the records of a JSON file, or of one with a document on each line.

    Raises:
        UnreadableDocument: the file is not JSON, or nested beyond reason.
        RecursionError: it is nested so deep that its reader gives up.
    """
    text = decode(data, document)
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        content = _read_lines(text, document, error)
    if _depth(content) > _MAX_DEPTH:
        raise UnreadableDocument(document, "too_deep")
    return ParsedDocument(blocks=tuple(_blocks(content, (), count(1))))


def _read_lines(text: str, document: str, cause: Exception) -> list[object]:
    try:
        lines = [json.loads(line) for line in text.splitlines() if line.strip()]
    except json.JSONDecodeError:
        raise UnreadableDocument(document, "corrupt") from cause
    return lines


def _depth(content: object) -> int:
    depth, level = 0, [content]
    while level and depth <= _MAX_DEPTH:
        depth += 1
        level = [
            child
            for node in level
            for child in (node.values() if isinstance(node, dict) else node if isinstance(node, list) else ())
        ]
    return depth


def _blocks(content: object, path: tuple[str, ...], tables: count[int]) -> Iterator[Block]:
    if isinstance(content, list):
        table = next(tables)
        for item in content:
            yield _row(item, table)
    elif isinstance(content, dict):
        nested = {key: value for key, value in content.items() if _is_records(value)}
        plain = {key: value for key, value in content.items() if key not in nested}
        if plain:
            yield _row(plain, next(tables))
        for key, value in nested.items():
            yield Block(BlockKind.HEADING, str(key), level=len(path) + 1)
            yield from _blocks(value, (*path, str(key)), tables)
    else:
        yield Block(BlockKind.PARAGRAPH, _scalar(content))


def _is_records(value: object) -> bool:
    if isinstance(value, list):
        return any(isinstance(item, dict) for item in value)
    return isinstance(value, dict) and any(isinstance(item, dict | list) for item in value.values())


def _row(item: object, table: int) -> Block:
    flat = dict(_flatten(item, ""))
    header, cells = tuple(flat), tuple(flat.values())
    return Block(BlockKind.ROW, row_text(header, cells), header=header, cells=cells, table=table)


def _flatten(item: object, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(item, dict):
        for key, value in item.items():
            yield from _flatten(value, f"{name} {key}".strip())
    elif isinstance(item, list) and any(isinstance(part, dict | list) for part in item):
        for position, part in enumerate(item, start=1):
            yield from _flatten(part, f"{name} {position}".strip())
    elif isinstance(item, list):
        yield name, ", ".join(_scalar(part) for part in item)
    else:
        yield name, _scalar(item)


def _scalar(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
