"""reStructuredText to blocks, Sphinx's own roles and directives included.

docutils reads the file with file insertion and raw output off. It drops what it does not know, so
unknown roles are reduced to their words and unknown directives to their title and body beforehand.
"""

from __future__ import annotations

import re

from knowledge.blocks import ParsedDocument
from knowledge.parsing.decoding import decode
from knowledge.parsing.html import parse_markup

_ROLE = re.compile(r"(?<![`\w]):[a-zA-Z][\w:+.-]*:`((?:[^`\\]|\\.)+)`")
_TARGET = re.compile(r"^(?P<words>.*?)\s*<[^<>]*>$", re.DOTALL)
_DIRECTIVE = re.compile(r"^(?P<indent> *)\.\. (?P<name>[\w:+.-]+)::(?P<argument>.*)$")
_KNOWN_NAMES = """
attention caution danger error hint important note tip warning admonition image figure table list-table csv-table
code code-block sourcecode math contents topic sidebar rubric epigraph container parsed-literal highlights
pull-quote compound class replace unicode date line-block header footer
"""
_KNOWN = frozenset(_KNOWN_NAMES.split())
# What comes from outside the file, or is not its text.
_DROPPED = frozenset(
    ["raw", "include", "literalinclude", "index", "highlight", "default-role", "meta", "role", "ifconfig"]
)
# Sphinx's conditions: what is only for another output than a page is not shown on one.
_PAGE_TAGS = frozenset(["html", "format_html", "builder_html", "dirhtml", "builder_dirhtml", "singlehtml"])
_RAW_ROLE = re.compile(r"^ *\.\. role:: *([\w.+-]+) *\( *raw *\)", re.MULTILINE)
_OPTION = re.compile(r"^\s*:[\w-]+:")
_SETTINGS = {
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "report_level": 5,
    "halt_level": 5,
    "syntax_highlight": "none",
    "doctitle_xform": False,
    "sectsubtitle_xform": False,
    "_disable_config": True,
    "output_encoding": "unicode",
    "embed_stylesheet": False,
    "warning_stream": False,
    "math_output": "LaTeX",
    "toc_backlinks": False,
    "smart_quotes": False,
}


def parse(data: bytes, document: str) -> ParsedDocument:
    """Return the blocks of an RST file. Raises UnreadableDocument when the bytes are not text."""
    from docutils.core import publish_parts

    text = decode(data, document).expandtabs(4)
    for role in _RAW_ROLE.findall(text):
        text = re.sub(rf"(?<![`\w]):{re.escape(role)}:`(?:[^`\\]|\\.)+`", "", text)
    text = _ROLE.sub(_role_words, text)
    source = "\n".join(flatten_directives(text.split("\n")))
    body = publish_parts(source, writer="html5", settings_overrides=_SETTINGS)["html_body"]
    body = re.sub(r'(?s)<aside class="system-message">.*?</aside>', "", body)
    body = re.sub(r'(?s)<nav class="contents[^>]*>.*?</nav>', "", body)
    return parse_markup(body)


def _role_words(match: re.Match[str]) -> str:
    inner = match[1].lstrip("~!")
    target = _TARGET.match(inner)
    words = target["words"] if target and target["words"] else inner
    return words if words.startswith("`") else f"``{words}``" if re.search(r"[*_|\\]", words) else words


def flatten_directives(lines: list[str]) -> list[str]:
    """Return the lines with every unknown directive replaced by its argument and its body."""
    output: list[str] = []
    position = 0
    while position < len(lines):
        match = _DIRECTIVE.match(lines[position])
        if match is None or match["name"].lower() in _KNOWN:
            output.append(lines[position])
            position += 1
            continue
        indent = len(match["indent"])
        is_dropped = match["name"].lower() in _DROPPED or (
            match["name"].lower() == "only" and not _is_for_pages(match["argument"])
        )
        position += 1
        body: list[str] = []
        while position < len(lines) and (not lines[position].strip() or _indent(lines[position]) > indent):
            body.append(lines[position])
            position += 1
        if is_dropped:
            output.append("")
            continue
        words = [line for line in body if line.strip()]
        while words and _OPTION.match(words[0]):
            body.remove(words.pop(0))
        depth = min((_indent(line) for line in words), default=indent)
        argument = match["argument"].strip() if match["name"].lower() != "only" else ""
        output += [" " * indent + argument, ""] if argument else [""]
        output += flatten_directives([" " * indent + line[depth:] if line.strip() else "" for line in body])
        output.append("")
    return output


def _is_for_pages(condition: str) -> bool:
    """Tell whether an `only` condition ("html and not draft") holds for a page that nothing else was said about."""
    return any(
        all(
            (word.removeprefix("not ").strip() in _PAGE_TAGS) != word.startswith("not ")
            for word in map(str.strip, part.split(" and "))
        )
        for part in re.sub(r"[()]", " ", condition).split(" or ")
    )


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
