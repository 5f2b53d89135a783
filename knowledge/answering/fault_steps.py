"""Numbered steps and listed items as checks, and whether they can be walked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge.chunking import ChunkKind
from knowledge.language.faults import is_check, is_decision, steps_named
from knowledge.replies import Passage

_STEP = re.compile(r"^(\d{1,3})\.\s+(.*)$")
_ITEM = re.compile(r"^-\s+(.*)$")
# At least this share (0..1) of a list's steps must have somebody look, measure or decide.
_CHECK_SHARE = 0.5
_INTRO_LIMIT = 400


@dataclass(frozen=True, slots=True)
class Step:
    """A step or an item with what is nested in it. `number` is None for an item."""

    number: str | None
    text: str
    passage: Passage


def read_list(passage: Passage, section: Sequence[Passage]) -> list[Step]:
    """Return the list that a passage holds, also where it was cut into several passages of its section.

    [] when it holds none. What introduces the list is left out.

    Args:
        passage: A procedure or a passage of prose.
        section: The passages of its section in order, itself among them.
    """
    lists = _numbered(section) if passage.kind == ChunkKind.PROCEDURE else _itemised(section)
    own = [[step.passage.chunk_id for step in steps].count(passage.chunk_id) for steps in lists]
    return lists[own.index(max(own))] if any(own) else []


def find_list_intro(passage: Passage) -> str | None:
    """Return the words that introduce a list: a procedure's opening, or the line above the first item."""
    pattern = _STEP if passage.kind == ChunkKind.PROCEDURE else _ITEM
    lines = passage.text.split("\n")
    first = next((i for i, line in enumerate(lines) if pattern.match(line)), 0)
    opening = lines[:first] if pattern is _STEP else lines[:first][-1:]
    intro = "\n".join(opening).strip()
    return intro if 0 < len(intro) <= _INTRO_LIMIT else None


def is_walkable(steps: Sequence[Step], *, is_under_fault_heading: bool) -> bool:
    """Tell whether steps are checks that are ruled out one after the other, or branch like a decision procedure.

    Under a heading of faults at least half of them check something. Elsewhere they must branch: one
    sends the reader to another step of the list, or two say what to do otherwise.
    """
    if len(steps) < 2:
        return False
    numbers = {step.number for step in steps}
    sends = any(str(number) in numbers for step in steps for number in steps_named(step.text))
    if sends or sum(is_decision(step.text) for step in steps) >= 2:
        return True
    return is_under_fault_heading and sum(is_check(step.text) for step in steps) >= _CHECK_SHARE * len(steps)


def _numbered(section: Sequence[Passage]) -> list[list[Step]]:
    """Return the numbered lists of a section; one goes on in the next passage where the count does."""
    lists: list[list[Step]] = []
    for passage in section:
        if passage.kind != ChunkKind.PROCEDURE:
            continue
        own: list[Step] = []
        for line in passage.text.split("\n"):
            match = _STEP.match(line)
            if match:
                own.append(Step(match[1], match[2], passage))
            elif own and line.strip():
                own[-1] = replace(own[-1], text=f"{own[-1].text}\n{line.strip()}")
        if own and lists and int(own[0].number or 0) == int(lists[-1][-1].number or 0) + 1:
            lists[-1] += own
        elif own:
            lists.append(own)
    return lists


def _itemised(section: Sequence[Passage]) -> list[list[Step]]:
    """Return the bulleted lists of a section.

    Words between two items belong to the item above them (some formats lose how deep they stand), unless
    they introduce the next list. A section that says more between its items than in them is no list.
    """
    lists: list[list[Step]] = [[]]
    waiting: list[str] = []
    spoken = 0
    for passage in section:
        for line in passage.text.split("\n") if passage.kind == ChunkKind.PROSE else ():
            match = _ITEM.match(line)
            if match is None:
                is_page_number = passage.page is not None and line.strip().isdigit()
                waiting.append("" if is_page_number else line.strip())
                continue
            if lists[-1] and waiting and waiting[-1].endswith((":", "：")):
                lists.append([])
            elif lists[-1] and any(waiting):
                spoken += sum(map(bool, waiting))
                lists[-1][-1] = replace(
                    lists[-1][-1], text="\n".join([lists[-1][-1].text, *filter(None, waiting)])
                )
            waiting = []
            lists[-1].append(Step(None, match[1], passage))
    return [steps for steps in lists if steps] if spoken <= sum(map(len, lists)) else []
