"""Who may open the derived indexes for writing: one process at a time, by a file lock."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.errors import IndexUnavailable

if TYPE_CHECKING:
    from filelock import FileLock


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
