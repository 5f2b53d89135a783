"""Mapping files: other systems' files, headers and words as ours.

    assets:
      files: [Asset]                      what their file is called
      columns: {Id: asset_id, ...}        their header: ours; other columns of theirs are passed over
      values: {status: {installed: active}}   our column: their word: ours
      defaults: {status: active}          where the cell is empty or the column is missing
      skip: {IsDeleted: ["true"]}         rows of theirs that are passed over: header: words in it

A kind whose mapping is only headers may be written without `columns`. The maps of systems that are known come
with Attaché and go by their name: `--map salesforce`.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import yaml

from offers.errors import ImportPathMissing, MappingUnreadable
from offers.importing.kinds import FILE_KINDS

SHIPPED = ("erpnext", "salesforce")
"""The names of the maps that come with Attaché."""

_PARTS = {"files", "columns", "values", "defaults", "skip"}


@dataclass(frozen=True, slots=True)
class FileMap:
    """How another system's file of one kind is read. Their words are casefolded; several headers may mean one of ours.

    `columns` is their header to ours, `values` our column to {their word: ours}, `defaults` our column to a cell,
    `skip` their header to the words by which a row is none of ours. A word for "" empties the cell.
    """

    columns: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    files: frozenset[str] = frozenset()
    skip: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def is_passed_over(self, header: Sequence[str], cells: Sequence[str | None]) -> bool:
        """Return whether a row of theirs is none of ours."""
        return bool(self.skip) and any(
            (cell or "").strip().casefold() in self.skip.get(name.strip().casefold(), ())
            for name, cell in zip(header, cells, strict=False)
        )

    def translate(self, cells: Mapping[str, str | None]) -> dict[str, str | None]:
        """Return a row's cells, by our columns, in our words."""
        translated: dict[str, str | None] = dict(self.defaults)
        for column, cell in cells.items():
            if cell is not None:
                words = self.values.get(column)
                translated[column] = (words.get(cell.casefold(), cell) or None) if words else cell
            else:
                translated.setdefault(column, None)
        return translated


def load_mapping(path: Path | None) -> dict[str, FileMap]:
    """Return the maps by kind of a YAML or TOML file, or of a map that comes with Attaché; {} without one.

    Raises:
        ImportPathMissing: There is no such file.
        MappingUnreadable: It is not a mapping, or names a kind or header that doesn't exist.
    """
    if path is None:
        return {}
    try:
        content = _read(path)
    except UnicodeDecodeError as error:
        raise MappingUnreadable(path, "it is not UTF-8 text") from error
    except OSError as error:
        raise ImportPathMissing(path) from error
    try:
        parsed: object = tomllib.loads(content) if path.suffix == ".toml" else yaml.safe_load(content)
    except (tomllib.TOMLDecodeError, yaml.YAMLError) as error:
        raise MappingUnreadable(path, " ".join(str(error).split())) from error
    if not isinstance(parsed, dict):
        raise MappingUnreadable(path, "it must be a table of file kinds")
    return {str(kind): _read_kind(path, str(kind), content) for kind, content in parsed.items()}


def _read(path: Path) -> str:
    if str(path).casefold() in SHIPPED and not path.exists():
        shipped = files("offers.importing") / "maps" / f"{str(path).casefold()}.yaml"
        return shipped.read_text(encoding="utf-8")
    return path.read_text(encoding="utf-8-sig")


def _read_kind(path: Path, kind: str, content: object) -> FileMap:
    if kind not in FILE_KINDS:
        raise MappingUnreadable(path, f"{kind!r} is not one of {', '.join(FILE_KINDS)}")
    if not isinstance(content, dict):
        raise MappingUnreadable(path, f"{kind} must be a table of their header to ours")
    if not isinstance(content.get("columns"), dict):
        return FileMap(_read_columns(path, kind, content))
    strange = sorted(str(part) for part in content.keys() - _PARTS)
    if strange:
        raise MappingUnreadable(path, f"{kind} has {strange[0]!r} beside {', '.join(sorted(_PARTS))}")
    names = content.get("files", [])
    if not isinstance(names, list):
        raise MappingUnreadable(path, f"files of {kind} must be a list of names")
    return FileMap(
        columns=_read_columns(path, kind, content["columns"]),
        values={
            column: {word.casefold(): ours for word, ours in _read_words(path, kind, words).items()}
            for column, words in _read_parts(path, kind, content, "values").items()
        },
        defaults=_read_words(path, kind, _read_parts(path, kind, content, "defaults")),
        files=frozenset(plain_name(str(name)) for name in names),
        skip=_read_skip(path, kind, content.get("skip", {})),
    )


def _read_columns(path: Path, kind: str, columns: Mapping[object, object]) -> dict[str, str]:
    for target in columns.values():
        _require_column(path, kind, target)
    return {str(theirs).strip().casefold(): str(target) for theirs, target in columns.items()}


def _read_skip(path: Path, kind: str, skip: object) -> dict[str, frozenset[str]]:
    if not isinstance(skip, dict) or not all(isinstance(words, list) for words in skip.values()):
        raise MappingUnreadable(path, f"skip of {kind} must be a table of their header to a list of words")
    return {
        str(header).strip().casefold(): frozenset(str(word).strip().casefold() for word in words)
        for header, words in skip.items()
    }


def _read_parts(path: Path, kind: str, content: Mapping[object, object], part: str) -> dict[str, object]:
    found = content.get(part, {})
    if not isinstance(found, dict):
        raise MappingUnreadable(path, f"{part} of {kind} must be a table")
    for column in found:
        _require_column(path, kind, column)
    return {str(column): value for column, value in found.items()}


def _read_words(path: Path, kind: str, words: object) -> dict[str, str]:
    if not isinstance(words, dict) or any(isinstance(word, dict | list) for word in words.values()):
        raise MappingUnreadable(path, f"the words of {kind} must be a table of theirs to ours")
    return {str(theirs): str(ours) for theirs, ours in words.items()}


def _require_column(path: Path, kind: str, column: object) -> None:
    ours = FILE_KINDS[kind].headers
    if column not in ours:
        raise MappingUnreadable(path, f"{kind} has no column {column!r}; it has {', '.join(ours)}")


def plain_name(name: str) -> str:
    """Return a file's or object's name without case, blanks, dashes and underscores: "Serial No" is "serialno"."""
    return "".join(character for character in name.casefold() if character.isalnum())
