"""Markdown to blocks: CommonMark with tables, front matter and the common admonitions."""

from __future__ import annotations

import re
from dataclasses import replace

from markdown_it import MarkdownIt

from knowledge.blocks import ParsedDocument
from knowledge.language.notices import notice_level
from knowledge.parsing.decoding import decode
from knowledge.parsing.html import parse_markup

_FRONT_MATTER = re.compile(r"\A---\s*\n(.*?)\n(?:---|\.\.\.)\s*\n", re.DOTALL)
_ADMONITION = re.compile(r"^(?P<indent> *)(?:!!!|\?\?\?\+?|:::)\s*\{?(?P<label>\w+)\}?\s*(?P<title>.*)$")


def parse(data: bytes, document: str) -> ParsedDocument:
    """Return the blocks of a Markdown file. Raises UnreadableDocument when the bytes are not text."""
    text = decode(data, document)
    metadata: dict[str, str] = {}
    front = _FRONT_MATTER.match(text)
    if front:
        metadata = _front_matter(front[1])
        text = text[front.end() :]
    markup = (
        MarkdownIt("commonmark", {"html": True})
        .enable(["table", "strikethrough"])
        .render(_open_admonitions(text))
    )
    return replace(parse_markup(markup), title=metadata.get("title"), metadata=metadata)


def _front_matter(text: str) -> dict[str, str]:
    pairs = (
        line.split(":", 1) for line in text.splitlines() if ":" in line and not line.startswith((" ", "#"))
    )
    return {key.strip().lower(): value.strip().strip("\"'[]") for key, value in pairs}


def _open_admonitions(text: str) -> str:
    """Rewrite "!!! warning" with its indented body and "::: warning … :::" as HTML blocks."""
    lines = text.split("\n")
    output: list[str] = []
    position = 0
    is_fenced = False
    while position < len(lines):
        line = lines[position]
        if re.match(r"\s*(```|~~~)", line):
            is_fenced = not is_fenced
        match = None if is_fenced else _ADMONITION.match(line)
        level = notice_level(match["label"]) if match else None
        if match is None or level is None:
            output.append(line)
            position += 1
            continue
        position += 1
        body = [match["title"].strip().strip('"').rstrip("}")]
        if ":::" in line:
            while position < len(lines) and lines[position].strip() != ":::":
                body.append(lines[position])
                position += 1
            position += 1
        else:
            inner = len(match["indent"]) + 2
            while position < len(lines) and (
                not lines[position].strip() or lines[position].startswith(" " * inner)
            ):
                body.append(lines[position].strip())
                position += 1
        output += ["", f'<div class="{level}">', "", *body, "", "</div>", ""]
    return "\n".join(output)
