"""Appending row versions, and reading what was known at an instant."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Table,
    and_,
    bindparam,
    case,
    inspect,
    or_,
    select,
    tuple_,
    update,
)
from sqlmodel import Session, SQLModel, col

from offers.tables.columns import UtcDateTime, Versioned
from offers.vocabulary import Source

Instant = datetime | None
"""The instant of a reader's knowledge; None is the present, whatever any clock says."""

Row = dict[str, Any]
Key = tuple[Any, ...]

_KEYS_PER_QUERY = 500


@dataclass(frozen=True, slots=True)
class RowChange:
    """One cell that differs from what was known; `before` is None for a new row or an unknown value."""

    key: str
    column: str
    before: str | None
    after: str | None


@dataclass(slots=True)
class Tally:
    """How many rows were new, changed or the same, with the first changes for a person to look at."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    changes: list[RowChange] = field(default_factory=list)


def known_at(model: type[Versioned], instant: datetime) -> ColumnElement[bool]:
    """SQL: the row version that was known at the instant."""
    return and_(
        col(model.recorded_at) <= instant,
        or_(col(model.superseded_at).is_(None), col(model.superseded_at) > instant),
    )


def table_of(model: type[SQLModel]) -> Table:
    """Return the SQL table behind a model."""
    return cast(Table, inspect(model).local_table)


class VersionWriter:
    """Appends versions of rows to one table.

    Args:
        model: The table.
        key: The columns that identify a row.
        recorded_at_of: When a row counts as recorded; gets the row and whether it has versions already.
        insert_only: Columns of a row that has no version yet, beyond those of the file.
        claims_own: An imported row takes over our own row of the same id, even when nothing else differs.
        write: False compares only, for a dry run.
    """

    _CHANGES_KEPT = 50

    def __init__(
        self,
        model: type[Versioned],
        key: Sequence[str],
        *,
        recorded_at_of: Callable[[Row, bool], datetime],
        insert_only: Callable[[Row], Row] | None = None,
        claims_own: bool = False,
        write: bool = True,
    ) -> None:
        self._table = table_of(model)
        self._insert_only = insert_only
        self._claims_own = claims_own
        self._key = tuple(key)
        self._recorded_at_of = recorded_at_of
        self._write = write
        self._columns = [column.name for column in self._table.columns if column.name != "row_id"]
        self.tally = Tally()

    def append(self, session: Session, rows: Sequence[Row]) -> None:
        """Append the rows that differ from what was known when they were recorded. Keys must not repeat."""
        closing: list[Row] = []
        fresh: list[Row] = []
        for start in range(0, len(rows), _KEYS_PER_QUERY):
            part = rows[start : start + _KEYS_PER_QUERY]
            chains = self._load_chains(session, [self._key_of(row) for row in part])
            for row in part:
                self._place(row, chains.get(self._key_of(row), []), closing, fresh)
        if not self._write:
            return
        if closing:
            # Closed before the new ones are written: a key has one current version at any statement.
            session.execute(
                self._table.update()
                .where(self._table.c.row_id == bindparam("version_row_id"))
                .values(superseded_at=bindparam("version_ends")),
                closing,
                execution_options={"synchronize_session": False},
            )
        if fresh:
            session.execute(self._table.insert(), fresh)

    def _key_of(self, row: Mapping[str, Any]) -> Key:
        return tuple(row[name] for name in self._key)

    def _load_chains(self, session: Session, keys: Sequence[Key]) -> dict[Key, list[Mapping[str, Any]]]:
        columns = [self._table.c[name] for name in self._key]
        simple = len(columns) == 1
        wanted = columns[0].in_([key[0] for key in keys]) if simple else tuple_(*columns).in_(list(keys))
        query = select(self._table).where(wanted).order_by(self._table.c.recorded_at, self._table.c.row_id)
        chains: dict[Key, list[Mapping[str, Any]]] = defaultdict(list)
        for mapping in session.execute(query).mappings():
            version = cast(Mapping[str, Any], mapping)
            chains[self._key_of(version)].append(version)
        return chains

    def _place(
        self, row: Row, chain: Sequence[Mapping[str, Any]], closing: list[Row], fresh: list[Row]
    ) -> None:
        at = self._recorded_at_of(row, bool(chain))
        before = [version for version in chain if version["recorded_at"] <= at]
        later = [version for version in chain if version["recorded_at"] > at]
        known = next((one for one in reversed(before) if _is_open_at(one, at)), None)
        content = {name: value for name, value in row.items() if name != "recorded_at"}
        if known is not None and self._is_same(known, content):
            self.tally.unchanged += 1
            return
        version: Row = dict.fromkeys(self._columns)
        version["source"] = Source.IMPORT.value
        if known is not None:
            # What the file doesn't carry (a thread, an idempotency key) stays as it was.
            version.update({name: known[name] for name in self._columns if name != "source"})
            closing.append({"version_row_id": known["row_id"], "version_ends": at})
            self.tally.updated += 1
        else:
            version.update(self._insert_only(row) if self._insert_only else {})
            self.tally.inserted += 1
        version.update(content)
        version["recorded_at"] = at
        version["superseded_at"] = (
            known["superseded_at"] if known is not None else (later[0]["recorded_at"] if later else None)
        )
        fresh.append(version)
        self._note_changes(content, known)

    def _is_same(self, known: Mapping[str, Any], content: Row) -> bool:
        if self._claims_own and known["source"] == Source.OWN.value:
            return False
        return all(known[name] == value for name, value in content.items())

    def _note_changes(self, content: Row, known: Mapping[str, Any] | None) -> None:
        if len(self.tally.changes) >= self._CHANGES_KEPT:
            return
        name = " / ".join(str(part) for part in self._key_of(content))
        if known is None:
            self.tally.changes.append(RowChange(name, "", None, "new"))
            return
        for column, value in content.items():
            if known[column] != value:
                self.tally.changes.append(RowChange(name, column, _shown(known[column]), _shown(value)))


def _is_open_at(version: Mapping[str, Any], instant: datetime) -> bool:
    superseded_at = version["superseded_at"]
    return superseded_at is None or superseded_at > instant


def _shown(value: object) -> str | None:
    return None if value is None else str(value)


def close_versions(
    session: Session, model: type[Versioned], where: Sequence[ColumnElement[bool]], *, at: datetime
) -> None:
    """End the current versions that fit: from then on there is no such row. What was known before stays known."""
    # An instant in the past, as of a back-dated export: a version never ends before it began.
    began = col(model.recorded_at)
    ended = case((began > at, began), else_=at)
    session.execute(
        update(model).where(*where, current(model)).values(superseded_at=ended),
        execution_options={"synchronize_session": False},
    )


def current(model: type[Versioned]) -> ColumnElement[bool]:
    """SQL: the current row version."""
    return col(model.superseded_at).is_(None)


def version_at(model: type[Versioned], known: Instant) -> ColumnElement[bool]:
    """SQL: the row version known at the instant; the current one for None."""
    return current(model) if known is None else known_at(model, known)


def version_bound(table: FromClause, *, is_past: bool) -> ColumnElement[bool]:
    """SQL like `version_at`, for a statement that is built once: the instant is its parameter `known`."""
    if not is_past:
        return table.c.superseded_at.is_(None)
    known = bindparam("known", type_=UtcDateTime)
    return and_(
        table.c.recorded_at <= known,
        or_(table.c.superseded_at.is_(None), table.c.superseded_at > known),
    )


def read_rows(
    session: Session, build: Callable[[bool], Select[Any]], known: Instant, **parameters: object
) -> Sequence[Any]:
    """Return the rows of a statement that was built once, with plain values and nothing of the session's.

    To build a statement costs the library more than most databases need to answer it.

    Args:
        build: Returns the statement for the present (False) or for an instant of the past (True); cached.
        known: The instant of knowledge.
        parameters: What the statement binds beside `known`.
    """
    if session.autoflush:
        # Statements on tables don't flush by themselves as those on models do.
        session.flush()
    bound = parameters if known is None else {"known": known, **parameters}
    return session.execute(build(known is not None), bound).all()
