"""Blocks to passages that follow the document.

A passage never crosses a heading. A numbered procedure stays whole, with the words that introduce it;
a long table gives a passage per row, a short one is a passage of its own; prose is packed up to
`TARGET` characters and split at sentences. Notices stand apart from the text: every passage of a
section carries the section's notices, and what has somebody work on a machine, a procedure or a table
of faults and remedies, also those of the headings above it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby

from knowledge.blocks import Block, BlockKind, ParsedDocument
from knowledge.language.codes import block_codes, codes_in
from knowledge.language.faults import is_fault_table
from knowledge.language.sentences import split_long

TARGET = 900
LIMIT = 1_300
PROCEDURE_LIMIT = 4_000
SMALL_TABLE_ROWS = 12
SMALL_TABLE_CHARACTERS = 1_100
_LEAD_LIMIT = 300


class ChunkKind(StrEnum):
    """What a passage is made of; answers are composed accordingly."""

    PROSE = "prose"
    PROCEDURE = "procedure"
    TABLE = "table"
    ROW = "row"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Chunk:
    """One passage. `notices` are (level, words); `key_codes` are the codes the passage defines.

    A passage of a table has the table's `header` and the cells of its own `rows`.
    """

    kind: ChunkKind
    text: str
    section: tuple[str, ...]
    page: int | None
    notices: tuple[tuple[str, str], ...] = ()
    codes: tuple[str, ...] = ()
    key_codes: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    def searchable(self) -> str:
        """Return the text that is embedded and indexed: the notices' words and the passage's."""
        known = self.text if self.kind is ChunkKind.NOTICE else ""
        return "\n".join([*(words for _, words in self.notices if words not in known), self.text])


@dataclass(slots=True)
class _Section:
    """The blocks under one heading, and the notices that stand directly under it."""

    path: tuple[str, ...]
    level: int
    page: int | None
    blocks: list[Block] = field(default_factory=list)
    has_children: bool = False

    def notices(self) -> tuple[tuple[str, str], ...]:
        return tuple(
            dict.fromkeys(
                (block.notice or "notice", block.text)
                for block in self.blocks
                if block.kind is BlockKind.NOTICE
            )
        )


def chunk_document(parsed: ParsedDocument, *, title: str) -> list[Chunk]:
    """Return the passages of a document in its order. Joined they hold all of its text."""
    chunks: list[Chunk] = []
    ancestors: list[_Section] = []
    for section in _sections(parsed.blocks):
        ancestors = [above for above in ancestors if above.level < section.level]
        inherited = tuple(notice for above in ancestors for notice in above.notices())
        chunks.extend(_section_chunks(section, inherited, title=title))
        ancestors.append(section)
    return chunks


def _sections(blocks: tuple[Block, ...]) -> list[_Section]:
    sections = [_Section(path=(), level=0, page=None)]
    stack: list[_Section] = []
    for block in blocks:
        if block.kind is not BlockKind.HEADING:
            sections[-1].blocks.append(block)
            continue
        stack = [above for above in stack if above.level < block.level]
        for above in stack:
            above.has_children = True
        path = (*(stack[-1].path if stack else ()), block.text)
        section = _Section(path=path, level=block.level, page=block.page)
        sections.append(section)
        stack.append(section)
    return sections


def _section_chunks(
    section: _Section, inherited: tuple[tuple[str, str], ...], *, title: str
) -> Iterator[Chunk]:
    own = section.notices()
    heading = section.path[-1] if section.path else ""
    path = tuple(part for part in section.path if part not in title)
    _, heading_keys = block_codes(Block(BlockKind.HEADING, heading)) if heading else (set(), set())
    content = [block for block in section.blocks if block.kind is not BlockKind.NOTICE]
    if not content:
        if own:
            text = "\n".join(words for _, words in own)
            page = next(block.page for block in section.blocks)
            for piece in split_long(text, limit=PROCEDURE_LIMIT):
                yield Chunk(ChunkKind.NOTICE, piece, path, page, own, tuple(codes_in(piece)))
        elif heading and not section.has_children:
            yield Chunk(
                ChunkKind.PROSE,
                heading,
                path,
                section.page,
                (),
                tuple(codes_in(heading)),
                tuple(sorted(heading_keys)),
            )
        return
    for kind, blocks, text in _pieces(content):
        codes: set[str] = set(codes_in(text)) | set(heading_keys)
        keys: set[str] = set(heading_keys)
        for block in blocks:
            all_codes, defined = block_codes(block)
            codes |= all_codes
            keys |= defined
        rows = [block for block in blocks if block.kind is BlockKind.ROW]
        header = rows[0].header if rows else ()
        instructs = kind is ChunkKind.PROCEDURE or is_fault_table(header)
        yield Chunk(
            kind,
            text,
            path,
            blocks[0].page,
            tuple(dict.fromkeys(inherited + own)) if instructs else own,
            tuple(sorted(codes)),
            tuple(sorted(keys)),
            header,
            tuple(block.cells for block in rows),
        )


def _pieces(blocks: list[Block]) -> Iterator[tuple[ChunkKind, list[Block], str]]:
    """Yield (kind, blocks, text) for the runs of prose, steps and table rows of a section."""
    run: list[Block] = []
    position = 0
    while position < len(blocks):
        block = blocks[position]
        if block.kind is BlockKind.STEP and block.level == 0:
            lead = [run.pop()] if run and _introduces(run[-1]) else []
            yield from _prose(run)
            run = []
            end = _procedure_end(blocks, position)
            yield from _procedure(lead, blocks[position:end])
            position = end
        elif block.kind is BlockKind.ROW:
            lead = [run.pop()] if run and _introduces(run[-1]) else []
            yield from _prose(run)
            run = []
            end = position
            while end < len(blocks) and _is_beside(blocks[end], block):
                end += 1
            yield from _table(lead, blocks[position:end])
            position = end
        else:
            run.append(block)
            position += 1
    yield from _prose(run)


def _is_beside(row: Block, first: Block) -> bool:
    """Tell whether a row belongs to a passage that begins with another: of its table, and on its page."""
    return row.kind is BlockKind.ROW and (row.table, row.page) == (first.table, first.page)


def _introduces(block: Block) -> bool:
    """Tell whether a paragraph leads into what follows: a short one, or one that ends in a colon."""
    return block.kind is BlockKind.PARAGRAPH and len(block.text) <= _LEAD_LIMIT


def _procedure_end(blocks: list[Block], start: int) -> int:
    """Return where a run of steps ends; paragraphs between two steps belong to it."""
    end = start
    for position in range(start, len(blocks)):
        block = blocks[position]
        if block.kind is BlockKind.STEP:
            if position > start and block.level == 0 and block.number == "1" and blocks[start].number == "1":
                break
            end = position + 1
        elif block.level > 0 and position == end:
            end = position + 1
        elif (
            block.kind is BlockKind.ROW
            or position - end >= 4
            or not _continues(blocks, position, blocks[end - 1])
        ):
            break
    return end


def _continues(blocks: list[Block], position: int, last: Block) -> bool:
    """Tell whether a later step carries on the count, so that what stands between is part of it."""
    last_number = next(
        (b.number for b in reversed(blocks[:position]) if b.kind is BlockKind.STEP and b.level == 0), None
    )
    for block in blocks[position : position + 5]:
        if block.kind is BlockKind.STEP and block.level == 0:
            return bool(
                last_number
                and block.number
                and last_number.isdigit()
                and block.number.isdigit()
                and int(block.number) == int(last_number) + 1
            )
    return last.level > 0 and blocks[position].level > 0


def render(block: Block) -> str:
    """Return a block as lines of a passage: steps with their number, items with a dash."""
    indent = "  " * block.level if block.kind is not BlockKind.CODE else ""
    if block.kind is BlockKind.STEP:
        return f"{indent}{block.number}. {block.text}"
    if block.kind is BlockKind.ITEM:
        return f"{indent}- {block.text}"
    return f"{indent}{block.text}"


def _procedure(lead: list[Block], steps: list[Block]) -> Iterator[tuple[ChunkKind, list[Block], str]]:
    opening = "\n".join(render(block) for block in lead)
    part: list[Block] = []
    size = len(opening)
    for block in steps:
        length = len(block.text) + 8
        if part and size + length > PROCEDURE_LIMIT and block.kind is BlockKind.STEP:
            yield (
                ChunkKind.PROCEDURE,
                lead + part,
                "\n".join([*([opening] if opening else []), *map(render, part)]),
            )
            part, size = [], len(opening)
        part.append(block)
        size += length
    yield ChunkKind.PROCEDURE, lead + part, "\n".join([*([opening] if opening else []), *map(render, part)])


def _table(lead: list[Block], rows: list[Block]) -> Iterator[tuple[ChunkKind, list[Block], str]]:
    opening = [block.text for block in lead]
    size = sum(len(row.text) for row in rows)
    if len(rows) <= SMALL_TABLE_ROWS and size <= SMALL_TABLE_CHARACTERS:
        yield ChunkKind.TABLE, lead + rows, "\n".join([*opening, *(row.text for row in rows)])
        return
    if lead:
        yield from _prose(lead)
    for row in rows:
        for piece in split_long(row.text, limit=PROCEDURE_LIMIT):
            yield ChunkKind.ROW, [row], piece


def _prose(blocks: list[Block]) -> Iterator[tuple[ChunkKind, list[Block], str]]:
    part: list[Block] = []
    size = 0
    for is_long, group in groupby(blocks, key=lambda block: len(block.text) > LIMIT):
        if is_long:
            for block in group:
                if part:
                    yield ChunkKind.PROSE, part, "\n".join(map(render, part))
                    part, size = [], 0
                for piece in split_long(render(block), limit=TARGET):
                    yield (
                        ChunkKind.PROSE,
                        [Block(block.kind, piece, level=block.level, page=block.page)],
                        piece,
                    )
            continue
        for block in group:
            if part and size + len(block.text) > TARGET:
                yield ChunkKind.PROSE, part, "\n".join(map(render, part))
                part, size = [], 0
            part.append(block)
            size += len(block.text) + 1
    if part:
        yield ChunkKind.PROSE, part, "\n".join(map(render, part))
