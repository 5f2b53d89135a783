"""AsciiDoc's preprocessor: of a document with conditions, the lines that it has by itself.

A condition holds by the attributes that the document sets, as when it is converted to a page with no
others given. What stands under a condition that doesn't hold is not shown, and is no text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_CONDITION = re.compile(r"^(ifdef|ifndef|ifeval|endif)::(.*?)\[(.*)\]\s*$")
_ATTRIBUTE = re.compile(r"^:(!?)([\w-]+)(!?):(?:\s+(.*))?$")
_REFERENCE = re.compile(r"\{([\w-]+)\}")
_COMPARISON = re.compile(r"^\s*(\S.*?)\s*(==|!=|<=|>=|<|>)\s*(\S.*?)\s*$")
_OF_PAGES = {
    "backend": "html5",
    "backend-html5": "",
    "basebackend": "html",
    "basebackend-html": "",
    "doctype": "article",
}


def shown_lines(lines: list[str]) -> Iterator[str]:
    """Yield the lines whose conditions hold, without the conditions."""
    attributes = dict(_OF_PAGES)
    open_conditions: list[bool] = []
    for line in lines:
        match = _CONDITION.match(line)
        is_shown = all(open_conditions)
        if match is None:
            if is_shown:
                _set_attribute(line, attributes)
                yield line
            continue
        kind, names, words = match.groups()
        if kind == "endif":
            if open_conditions:
                open_conditions.pop()
        elif kind == "ifeval":
            open_conditions.append(_compare(words, attributes))
        else:
            holds = _is_set(names, attributes) == (kind == "ifdef")
            if not words:
                open_conditions.append(holds)
            elif holds and is_shown:
                yield words


def _set_attribute(line: str, attributes: dict[str, str]) -> None:
    match = _ATTRIBUTE.match(line)
    if match is None:
        return
    name = match[2].lower()
    if match[1] or match[3]:
        attributes.pop(name, None)
    else:
        attributes[name] = match[4] or ""


def _is_set(names: str, attributes: dict[str, str]) -> bool:
    """Tell whether one of "a,b" or all of "a+b" are set."""
    if "+" in names:
        return all(name.strip().lower() in attributes for name in names.split("+"))
    return any(name.strip().lower() in attributes for name in names.split(","))


def _compare(words: str, attributes: dict[str, str]) -> bool:
    """Return what a comparison such as "{revnumber}" >= 2 says; False when it can't be told."""
    match = _COMPARISON.match(_REFERENCE.sub(lambda found: attributes.get(found[1].lower(), ""), words))
    if match is None:
        return False
    first, second = (_value(side) for side in (match[1], match[3]))
    if match[2] in ("==", "!="):
        return (first == second) == (match[2] == "==")
    if isinstance(first, str) or isinstance(second, str):
        return False
    return {"<": first < second, "<=": first <= second, ">": first > second, ">=": first >= second}[match[2]]


def _value(side: str) -> str | float:
    if side[:1] in "\"'":
        return side.strip("\"'")
    try:
        return float(side)
    except ValueError:
        return side
