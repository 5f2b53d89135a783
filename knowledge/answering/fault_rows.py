"""The rows of a fault table: symptom, cause, test and remedy out of its cells, and the items a cell lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from knowledge.blocks import Block, BlockKind, row_text
from knowledge.language.codes import block_codes
from knowledge.language.faults import Role, column_roles
from knowledge.replies import Passage

_CODE_COLUMN = re.compile(
    r"alarm|code|error|fault|flag|\bid\b|fehler|störung|meldung|codigo|código|故障|报警|代码", re.I
)
_CJK = re.compile(r"[぀-ヿ㐀-䶿一-鿿]")
_MARK = re.compile(r"(?:(?<=^)|(?<=[\s;；,，.。]))\(?(\d{1,2}|[a-h])\s?[.)、．）]\s*(?=\S)")
_BULLET = re.compile(r"(?:^|\s)[•▪◦‣●■]\s*")
_SEPARATOR = re.compile(r"\s*[;；]\s*")
_REFERENCE_ONLY = re.compile(
    r"^\W*(?:see\s+|siehe\s+)?(?:sections?|chapters?|pages?|p\.|fig(?:ure)?s?\.?|tables?|abschnitt|kapitel|seite)\s*"
    r"[\d.,\sand-]+\W*$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class FaultRow:
    """One row, each part word for word or None. `label` are its cells up to the symptom, with their header.

    `name` is what a column of its own calls the symptom, without the code or the product line beside it;
    "" in a list of codes, which has no such column.
    """

    passage: Passage
    symptom: str
    cause: str | None
    test: str | None
    remedy: str | None
    label: tuple[tuple[str, ...], tuple[str, ...]]
    name: str


@dataclass(frozen=True, slots=True)
class _Columns:
    """Which columns hold what; `name` are those of `symptom` that name it."""

    symptom: tuple[int, ...]
    name: tuple[int, ...]
    cause: tuple[int, ...]
    test: tuple[int, ...]
    remedy: tuple[int, ...]


def read_rows(passages: Sequence[Passage], *, question: str) -> list[FaultRow]:
    """Return the rows of one table that say something to look at or to do, in order.

    A row without a symptom belongs to the symptom above it. Where a table has no column for symptoms,
    a row with nothing but its first cell names one.
    """
    header = passages[0].header
    columns = _columns(header, passages, is_cjk=bool(_CJK.search(question)))
    found: list[FaultRow] = []
    symptom, name = "", ""
    label: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    for passage, cells in _rows(passages):
        own = _filled(cells, columns.symptom)
        named = _filled(cells, columns.name)
        filled = [cell for cell in cells if cell]
        is_title = not columns.symptom and len(filled) == 1 and len(cells) > 1 and bool(cells[0])
        if is_title:
            symptom = name = _flat(cells[0])
            label = (), (cells[0],)
            continue
        if named or (own and not columns.name):
            symptom, name = " · ".join(map(_flat, own)), " · ".join(map(_flat, named))
            label = header, cells[: max(columns.symptom) + 1]
        cause, test, remedy = (_join(cells, held) for held in (columns.cause, columns.test, columns.remedy))
        if cause or test or remedy:
            found.append(FaultRow(passage, symptom, cause, test, remedy, label, name))
    return found


def read_codes(row: FaultRow) -> set[str]:
    """Return every form of the codes of a row's symptom."""
    header, cells = row.label
    every, _ = block_codes(Block(BlockKind.ROW, row_text(header, cells), header=header, cells=cells))
    return every


def find_table_intro(passage: Passage) -> str | None:
    """Return the words that introduce a table, where they stand in one passage with it."""
    first = row_text(passage.header, passage.rows[0]) if passage.rows else ""
    lines = passage.text.split("\n")
    return "\n".join(lines[: lines.index(first)]).strip() or None if first in lines else None


def split_items(cell: str, *, by_semicolon: bool = True) -> tuple[str, ...]:
    """Return what a cell lists, by its lines, numbers, bullets or semicolons; the whole cell when it lists nothing.

    A bare reference ("section 7") stays with what stands before it.
    """
    lines = _join_wrapped([line.strip() for line in cell.split("\n") if line.strip()])
    if len(lines) > 1:
        return _with_references(
            [_MARK.sub("", line, count=1) if _MARK.match(line) else line for line in lines]
        )
    flat = _flat(cell)
    numbered = _split_numbered(flat)
    if len(numbered) > 1:
        return _with_references(numbered)
    bullets = [part.strip(" ;；") for part in _BULLET.split(flat) if part.strip(" ;；")]
    if len(bullets) > 1:
        return _with_references(bullets)
    return _with_references([part for part in _SEPARATOR.split(flat) if part]) if by_semicolon else (flat,)


def _columns(header: tuple[str, ...], passages: Sequence[Passage], *, is_cjk: bool) -> _Columns:
    roles = column_roles(header)
    by_role = {role: [i for i, held in enumerate(roles) if held is role] for role in Role}
    first = min(i for i, role in enumerate(roles) if role not in (None, Role.SYMPTOM))
    named = [i for i in by_role[Role.SYMPTOM] if _has_words(i, passages)]
    # A running number or a level beside the symptom says nothing of it; its code or product line does.
    beside = [i for i in range(first) if _has_words(i, passages) or _CODE_COLUMN.search(header[i])]
    every = sorted({*named, *beside})
    cause, test, remedy = (
        _of_language(by_role[role], passages, is_cjk=is_cjk) for role in (Role.CAUSE, Role.TEST, Role.REMEDY)
    )
    return _Columns(tuple(every), tuple(named), cause, test, remedy)


def _of_language(columns: list[int], passages: Sequence[Passage], *, is_cjk: bool) -> tuple[int, ...]:
    """Return the columns to read: of a list in two scripts those in the question's, else all of them."""
    is_theirs = {i: any(i < len(c) and _CJK.search(c[i]) for _, c in _rows(passages)) for i in columns}
    if len(set(is_theirs.values())) < 2:
        return tuple(columns)
    return tuple(i for i in columns if is_theirs[i] == is_cjk)


def _has_words(column: int, passages: Sequence[Passage]) -> bool:
    return any(
        sum(map(str.isalpha, cells[column])) >= 3 for _, cells in _rows(passages) if column < len(cells)
    )


def _rows(passages: Iterable[Passage]) -> Iterator[tuple[Passage, tuple[str, ...]]]:
    """Yield the rows in order; a row that was cut into several passages comes once."""
    last: tuple[str, ...] | None = None
    for passage in passages:
        for cells in passage.rows:
            if cells != last:
                yield passage, cells
            last = cells


def _filled(cells: tuple[str, ...], columns: tuple[int, ...]) -> list[str]:
    return [cells[i] for i in columns if i < len(cells) and cells[i]]


def _join(cells: tuple[str, ...], columns: tuple[int, ...]) -> str | None:
    return "\n".join(_filled(cells, columns)) or None


def _flat(cell: str) -> str:
    return " ".join(cell.split())


def _join_wrapped(lines: list[str]) -> list[str]:
    """Return the lines with those joined that only wrap: one that goes on in lower case after no stop."""
    joined: list[str] = []
    for line in lines:
        if joined and line[:1].islower() and not joined[-1].endswith((".", ";", ":", "。", "；")):
            joined[-1] = f"{joined[-1]} {line}"
        else:
            joined.append(line)
    return joined


def _split_numbered(text: str) -> list[str]:
    """Return the items of "1. … 2. …" or "a) … b) …"; [] when the marks don't count on from the first."""
    marks = list(_MARK.finditer(text))
    if not marks or marks[0].start() > 0 or marks[0][1] not in ("1", "a"):
        return []
    taken = [marks[0]]
    for mark in marks[1:]:
        wanted = str(int(taken[-1][1]) + 1) if taken[-1][1].isdigit() else chr(ord(taken[-1][1]) + 1)
        if mark[1] == wanted:
            taken.append(mark)
    ends = [*(mark.start() for mark in taken[1:]), len(text)]
    return [text[mark.end() : end].strip(" ;；,，") for mark, end in zip(taken, ends, strict=True)]


def _with_references(items: Sequence[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for item in items:
        if kept and _REFERENCE_ONLY.match(item):
            kept[-1] = f"{kept[-1]}; {item}"
        else:
            kept.append(item)
    return tuple(kept)
