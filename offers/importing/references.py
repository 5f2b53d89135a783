"""Whether the ids that a file refers to exist: in the database, or in a file of the same import."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

from sqlalchemy import select
from sqlmodel import Session

from offers.importing.checks import RowProblem
from offers.importing.kinds import FILE_KINDS, FileKind
from offers.tables.versions import Row, table_of

SessionScope = Callable[[], AbstractContextManager[Session]]


class KnownIds:
    """The ids of each kind of file, read once per import and kept up to date with its files."""

    def __init__(self, session_scope: SessionScope) -> None:
        self._session_scope = session_scope
        self._ids: dict[str, set[str]] = {}
        self._refused: dict[str, set[str]] = defaultdict(set)
        self._unread: set[str] = set()

    def has(self, kind: str, identity: str) -> bool:
        """Return whether a row of that kind is known."""
        if kind not in self._ids:
            self._ids[kind] = self._load(FILE_KINDS[kind])
        return identity in self._ids[kind]

    def was_refused(self, kind: str, identity: str) -> bool:
        """Return whether the row stood in a file of this import that was not accepted."""
        return kind in self._unread or identity in self._refused[kind]

    def refuse(self, kind: str) -> None:
        """Take note that a file of this kind could not be read, so that its ids are not known."""
        self._unread.add(kind)

    def add(self, kind: str, identities: Iterable[str], *, accepted: bool) -> None:
        """Take over the ids of a file."""
        if accepted:
            self.has(kind, "")
            self._ids[kind].update(identities)
        else:
            self._refused[kind].update(identities)

    def _load(self, kind: FileKind) -> set[str]:
        table = table_of(kind.model)
        with self._session_scope() as session:
            return set(session.execute(select(table.c[kind.key[0]]).distinct()).scalars())


class ReferenceChecker:
    """Checks the references of one file, row by row, and those to itself at the end.

    Rows that refer to a refused file are summed up, one problem per column: their own file is not at fault,
    and ten thousand lines would hide what is.
    """

    def __init__(self, kind: FileKind, known: KnownIds) -> None:
        self._kind = kind
        self._known = known
        self._own: set[str] = set()
        self._later: list[tuple[int, str, str]] = []
        self._waiting: dict[tuple[str, str], list[int]] = defaultdict(list)

    def note(self, identity: str | None) -> None:
        """Take note of an id of the file whose row is wrong: what refers to it is not at fault."""
        if identity is not None:
            self._own.add(identity)

    def check(self, line: int, row: Row) -> list[RowProblem]:
        """Return the problems of a row's references."""
        self._own.add(row[self._kind.key[0]])
        problems: list[RowProblem] = []
        for column, kind in self._kind.references.items():
            identity = row[column]
            if identity is None or self._known.has(kind, identity):
                continue
            if kind == self._kind.name:
                self._later.append((line, column, identity))
            elif self._known.was_refused(kind, identity):
                self._waiting[column, kind].append(line)
            else:
                problems.append(_dangling(line, column, identity, kind))
        return problems

    def finish(self, *, accepted: bool) -> list[RowProblem]:
        """Return the problems that only the whole file shows; its ids become known to the files after it."""
        problems = [
            _dangling(line, column, identity, self._kind.name)
            for line, column, identity in self._later
            if identity not in self._own
        ]
        problems += [
            RowProblem(lines[0], column, f"{len(lines)} rows refer to {kind}, which was not imported")
            for (column, kind), lines in self._waiting.items()
        ]
        if len(self._kind.key) == 1:
            self._known.add(self._kind.name, self._own, accepted=accepted and not problems)
        return problems


def _dangling(line: int, column: str, identity: str, kind: str) -> RowProblem:
    return RowProblem(line, column, f"{identity!r} is not in {kind}")
