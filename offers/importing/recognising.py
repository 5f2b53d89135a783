"""What the tables of an import are: by the map, by their names, else by their headers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from offers.importing.checks import RowProblem
from offers.importing.files import FileUnreadable, SourceTable, open_tables
from offers.importing.kinds import FILE_KINDS, FileKind, find_kind_by_header, find_kind_by_name
from offers.importing.mapping import FileMap, plain_name


@dataclass(frozen=True, slots=True)
class Source:
    """A table of a known kind; `file_map` None where it is in our own layout."""

    table: SourceTable
    kind: FileKind
    file_map: FileMap | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that is not taken, with the reason; `kind` None where it is not known."""

    path: Path
    problem: RowProblem
    kind: FileKind | None = None


def recognise(files: Sequence[Path], mappings: Mapping[str, FileMap]) -> tuple[list[Source], list[Refusal]]:
    """Return the tables in the files by what they are, and the files and tables that can't be taken."""
    sources: list[Source] = []
    refused: list[Refusal] = []
    for path in files:
        if path.suffix.lower() not in (".csv", ".xlsx"):
            refused.append(Refusal(path, RowProblem(0, "", "is neither a .csv nor an .xlsx file")))
            continue
        try:
            tables = open_tables(path)
        except FileUnreadable as error:
            kind = find_kind_by_name(path.stem)
            refused.append(Refusal(path, RowProblem(error.line, "", error.reason), kind))
            continue
        for table in tables:
            found = _find_kind(table, mappings)
            if found is None:
                reason = f"{table.name} is not one of {', '.join(FILE_KINDS)}, by its name or by its header"
                refused.append(Refusal(path, RowProblem(table.header_line, "", reason)))
                continue
            source = Source(table, found, _find_map(table, mappings.get(found.name)))
            twin = next((one for one in sources if _tells_the_same(one, source)), None)
            if twin is None:
                sources.append(source)
            else:
                reason = f"tells what {twin.table.name} tells: import one of them, or it would count twice"
                refused.append(Refusal(path, RowProblem(table.header_line, "", reason), found))
    return sources, refused


def _tells_the_same(one: Source, other: Source) -> bool:
    """Tell whether two files are what the map knows as one thing by two names, such as an order and its invoice."""
    names = {plain_name(source.table.name) for source in (one, other)}
    return one.kind is other.kind and other.file_map is not None and len(names & other.file_map.files) == 2


def _find_map(table: SourceTable, file_map: FileMap | None) -> FileMap | None:
    """Return the map of a file, None for one in our own layout that stands beside another system's."""
    headers = {header.strip().casefold() for header in table.header}
    is_theirs = file_map is not None and not file_map.columns.keys().isdisjoint(headers)
    return file_map if is_theirs else None


def _find_kind(table: SourceTable, mappings: Mapping[str, FileMap]) -> FileKind | None:
    """Return the kind that the map or we call a file so, else the one that its header tells."""
    named = [kind for kind, file_map in mappings.items() if plain_name(table.name) in file_map.files]
    if named:
        return FILE_KINDS[named[0]]
    found = find_kind_by_name(table.name)
    if found is not None:
        return found
    headers = [header.casefold() for header in table.header]
    mapped = [kind for kind, file_map in mappings.items() if file_map.columns.keys() <= set(headers)]
    if len(mapped) == 1:
        return FILE_KINDS[mapped[0]]
    return find_kind_by_header(frozenset(headers) - {""})
