"""Mapping files: other systems' headers as ours."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

import yaml

from offers.errors import ImportPathMissing, MappingUnreadable
from offers.importing.kinds import FILE_KINDS

HeaderMap = Mapping[str, str]
"""Their header, casefolded -> our header."""


def load_mapping(path: Path | None) -> dict[str, HeaderMap]:
    """Return {kind: {their header: our header}} from a YAML or TOML file; {} without one.

    Raises:
        ImportPathMissing: There is no such file.
        MappingUnreadable: It is not a mapping, or names a kind or header that doesn't exist.
    """
    if path is None:
        return {}
    try:
        content = path.read_text(encoding="utf-8-sig")
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
    return {str(kind): _read_kind(path, str(kind), headers) for kind, headers in parsed.items()}


def _read_kind(path: Path, kind: str, headers: object) -> HeaderMap:
    if kind not in FILE_KINDS:
        raise MappingUnreadable(path, f"{kind!r} is not one of {', '.join(FILE_KINDS)}")
    if not isinstance(headers, dict):
        raise MappingUnreadable(path, f"{kind} must be a table of their header to ours")
    ours = FILE_KINDS[kind].headers
    mapped: dict[str, str] = {}
    for theirs, target in headers.items():
        if target not in ours:
            raise MappingUnreadable(path, f"{kind} has no column {target!r}; it has {', '.join(ours)}")
        if target in mapped.values():
            raise MappingUnreadable(path, f"{kind} maps two headers to {target!r}")
        mapped[str(theirs).strip().casefold()] = str(target)
    return mapped
