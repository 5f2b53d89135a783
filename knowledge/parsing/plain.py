"""Plain text to blocks: paragraphs, numbered steps, bullets, and headings set off by case or number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge.blocks import Block, BlockKind, ParsedDocument
from knowledge.parsing.decoding import decode

STEP = re.compile(r"^\s*(?:step\s+)?(\d{1,3})[.)]\s+(?=\S)", re.IGNORECASE)
BULLET = re.compile(r"^\s*[-*•▪◦‣–]\s+(?=\S)")
_UNDERLINE = re.compile(r"^\s*([=\-~^#*])\1{2,}\s*$")
_NUMBERED = re.compile(r"^(\d+(?:\.\d+)+)\.?\s+[A-ZÄÖÜ]")


def parse(data: bytes, document: str) -> ParsedDocument:
    """Return the blocks of a text file. Raises UnreadableDocument when the bytes are not text."""
    return ParsedDocument(blocks=tuple(split_lines(decode(data, document).splitlines())))


def split_lines(lines: list[str]) -> Iterator[Block]:
    """Yield blocks from lines; an empty line ends a paragraph, a step or a bullet starts a new one."""
    current: list[str] = []
    kind, number = BlockKind.PARAGRAPH, None

    def close() -> Iterator[Block]:
        nonlocal kind, number
        if current:
            yield Block(kind, "\n".join(current), number=number)
        current.clear()
        kind, number = BlockKind.PARAGRAPH, None

    for position, line in enumerate(lines):
        following = lines[position + 1] if position + 1 < len(lines) else ""
        step, bullet = STEP.match(line), BULLET.match(line)
        if not line.strip() or _UNDERLINE.match(line):
            yield from close()
        elif _UNDERLINE.match(following) or _is_heading(line, following, is_first=not current):
            yield from close()
            level = len(found[1].split(".")) if (found := _NUMBERED.match(line.strip())) else 1
            yield Block(BlockKind.HEADING, line.strip(), level=level)
        elif step or bullet:
            yield from close()
            kind = BlockKind.STEP if step else BlockKind.ITEM
            number = step[1] if step else None
            mark = step or bullet
            current.append(line[mark.end() :].strip() if mark else line.strip())
        else:
            current.append(line.strip())
    yield from close()


def _is_heading(line: str, following: str, *, is_first: bool) -> bool:
    text = line.strip()
    if not is_first or following.strip() or len(text) > 80 or text.endswith((".", ":", ";", ",")):
        return False
    return bool(_NUMBERED.match(text)) or (text.isupper() and len(text) > 3)
