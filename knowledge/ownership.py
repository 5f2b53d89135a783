"""Who may write the derived indexes: one process at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from knowledge.errors import IndexUnavailable

if TYPE_CHECKING:
    from filelock import FileLock

SessionScope = Callable[[], AbstractContextManager[Session]]


class Ownership(StrEnum):
    """TRY takes the indexes when nobody has them; NEVER only reads."""

    TRY = "try"
    NEVER = "never"


class OwnerLock:
    """The lock on an index folder. The operating system frees it when its process dies."""

    def __init__(self, index_dir: Path, ownership: Ownership) -> None:
        self._path = index_dir / "owner.lock"
        self._ownership = ownership
        self._lock: FileLock | None = None

    @property
    def is_held(self) -> bool:
        """Tell whether this process owns the indexes."""
        return self._lock is not None

    def acquire(self) -> bool:
        """Take the lock if that is wanted and it is free; return whether it is held now.

        Raises:
            IndexUnavailable: the folder cannot be written.
        """
        if self._lock is not None or self._ownership is Ownership.NEVER:
            return self.is_held
        from filelock import FileLock, Timeout

        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self._path, timeout=0, thread_local=False)
            lock.acquire()
        except Timeout:
            return False
        except OSError as error:
            raise IndexUnavailable("lock", type(error).__name__) from error
        self._lock = lock
        return True

    def release(self) -> None:
        """Give the indexes free."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None


class DatabaseLock:
    """A lock that all processes on one database see, on whatever machine they run; held for a block.

    PostgreSQL: an advisory lock of a connection of its own, which the server frees when that connection
    ends. SQLite, a file of one machine: a lock file beside it.
    """

    def __init__(self, session_scope: SessionScope, name: str) -> None:
        self._session_scope = session_scope
        self._name = name

    @contextmanager
    def try_hold(self) -> Iterator[Callable[[], bool] | None]:
        """Yield what tells whether the lock is still held, or None when another process has it."""
        with self._session_scope() as session:
            engine = session.get_bind().engine
        if engine.dialect.name == "postgresql":
            with self._hold_advisory(engine) as is_held:
                yield is_held
        elif engine.url.database in (None, "", ":memory:"):
            yield lambda: True
        else:
            with self._hold_file(Path(f"{engine.url.database}.{self._name}.lock")) as is_held:
                yield is_held

    @contextmanager
    def _hold_advisory(self, engine: Engine) -> Iterator[Callable[[], bool] | None]:
        key = int.from_bytes(
            hashlib.sha256(f"attache {self._name}".encode()).digest()[:8], "big", signed=True
        )
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            taken = connection.execute(
                text("SELECT pg_try_advisory_lock(:key), pg_backend_pid()"), {"key": key}
            ).one()
            if not taken[0]:
                yield None
                return

            def is_held() -> bool:
                # A connection that broke is opened anew, without the lock.
                try:
                    return bool(connection.scalar(text("SELECT pg_backend_pid()")) == taken[1])
                except DBAPIError:
                    return False

            try:
                yield is_held
            finally:
                # A connection that goes back to the pool would keep the lock.
                if is_held():
                    connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})

    @staticmethod
    @contextmanager
    def _hold_file(path: Path) -> Iterator[Callable[[], bool] | None]:
        from filelock import FileLock, Timeout

        lock = FileLock(path, timeout=0, thread_local=False)
        try:
            lock.acquire()
        except Timeout:
            yield None
            return
        except OSError as error:
            raise IndexUnavailable("lock", type(error).__name__) from error
        try:
            yield lambda: lock.is_locked
        finally:
            lock.release()
