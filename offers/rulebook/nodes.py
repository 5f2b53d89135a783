"""YAML as plain values that remember their lines. Nothing of it is executed, shared or expanded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

_DEEPEST = 8
_NULL = "tag:yaml.org,2002:null"

Path = tuple[str | int, ...]
"""Where a value stands: keys, and positions in lists."""

Value = Any
"""A text, None for nothing, a list of values, or a dictionary of them: scalars are never anything but text."""


@dataclass(slots=True)
class Document:
    """One value of a file, the line (from 1) on which each part begins, and what is wrong with its form."""

    value: Value = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)

    def line_of(self, path: Path) -> int:
        """Return the line of a part, or of the nearest part around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_documents(text: str) -> tuple[list[Document], list[tuple[int, str]]]:
    """Return the documents of a YAML text, and the problems (line, reason) that keep it from being read at all."""
    try:
        refused = list(_refuse(text))
        if refused:
            return [], refused
        nodes = [node for node in yaml.compose_all(text, Loader=yaml.SafeLoader) if node is not None]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return [], [(mark.line + 1 if mark else 1, f"this is not YAML: {error.problem or error.context}")]
    except yaml.reader.ReaderError as error:
        return [], [(text.count("\n", 0, error.position) + 1, "this character can't stand in a text")]
    documents = [_read_document(node) for node in nodes]
    return [one for one in documents if one.value is not None or one.problems], []


def _refuse(text: str) -> Iterator[tuple[int, str]]:
    """Yield what a rule has no use for and what could make a small file large: it is looked for before anything is
    built.
    """
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            yield (
                line,
                "anchors and aliases (& and *) are not read; write the words out, or put them in quotes",
            )
        elif getattr(event, "tag", None):
            yield line, "tags (!) are not read; put the words in quotes"
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            yield line, "this is nested deeper than a rule"
            return


def _read_document(node: yaml.Node) -> Document:
    document = Document()
    document.value = _read(node, (), document)
    return document


def _read(node: yaml.Node, path: Path, document: Document) -> Value:
    document.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_read(item, (*path, index), document) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _read_mapping(node, path, document)
    return None if node.tag == _NULL else str(node.value)


def _read_mapping(node: yaml.MappingNode, path: Path, document: Document) -> Mapping[str, Value]:
    found: dict[str, Value] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            document.problems.append((line, "a name is needed before the colon"))
            continue
        name = str(key.value)
        if name in found:
            document.problems.append((line, f"{name} stands here twice"))
            continue
        document.lines[*path, name] = line
        found[name] = _read(value, (*path, name), document)
    return found
