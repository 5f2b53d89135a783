"""What a document says about itself: its title, version, numbers, and what it supersedes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath

from knowledge.blocks import BlockKind, ParsedDocument
from knowledge.language.codes import exact_form

_OPENING_BLOCKS = 40
_NUMBER = r"[A-Z]{1,6}[-\s]?\d[\w-]*(?:[-/]\w+)*|\d{2,}[-/]\d+[\w-]*"
_SUPERSEDES = re.compile(
    r"\b(?:supersedes?|superseding|replaces|ersetzt|sustituye(?: a)?|remplace|取代|替代)\b(?P<rest>[^.\n]{0,160})",
    re.I,
)
_IDENTIFIER = re.compile(
    r"\b(?:bulletin|document|doc|manual|publication|service information|dokument|mitteilung|boletín)"
    r"(?:\s*(?:no|nr|number|id|nummer))?\.?\s*[:#]?\s*(?P<number>" + _NUMBER + r")",
    re.I,
)
_VERSION = re.compile(
    r"\b(?:version|rev(?:ision)?|issue|edition|ausgabe)\.?\s*:?\s*(v?\d[\w.-]*|[A-Z])\b", re.I
)
_CODE = re.compile(rf"\b(?:{_NUMBER})")


@dataclass(frozen=True, slots=True)
class Identity:
    """A document's title, version, and the normalised numbers it bears and supersedes."""

    title: str
    version: str | None
    identifiers: tuple[str, ...]
    supersedes: tuple[str, ...]


def identify(parsed: ParsedDocument, *, path: str) -> Identity:
    """Return what the document says of itself; the title falls back to the file's name."""
    stem = PurePath(path).stem
    title = find_title(parsed, path=path)
    opening = [block.text for block in parsed.blocks[:_OPENING_BLOCKS]]
    supersedes = _numbers(parsed.metadata.get("supersedes", ""))
    identifiers = _numbers(
        " ".join([stem, title, parsed.metadata.get("id", ""), parsed.metadata.get("number", "")])
    )
    version = parsed.metadata.get("version")
    for text in opening:
        found = _SUPERSEDES.search(text)
        if found:
            supersedes |= _numbers(found["rest"])
        before = text[: found.start()] if found else text
        match = _IDENTIFIER.search(before)
        if match:
            identifiers |= _numbers(match["number"])
        stated = None if version else _VERSION.search(before[:120])
        version = stated[1] if stated else version
    return Identity(title, version, tuple(sorted(identifiers - supersedes)), tuple(sorted(supersedes)))


def find_title(parsed: ParsedDocument, *, path: str) -> str:
    """Return the first heading of the highest level, else the metadata's title, else the file's name."""
    headings = [block for block in parsed.blocks if block.kind is BlockKind.HEADING]
    stem = PurePath(path).stem
    named = re.sub(r"[-_]+", " ", stem).strip() or stem
    if parsed.title and parsed.pages:
        return parsed.title
    if headings and headings[0].level <= min(block.level for block in headings):
        return headings[0].text
    return parsed.title or (headings[0].text if headings else named)


def _numbers(text: str) -> set[str]:
    return {exact_form(match[0]) for match in _CODE.finditer(text) if any(c.isdigit() for c in match[0])}
