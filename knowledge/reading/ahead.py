"""Reading files while those before them are embedded: all cores are busy instead of one."""

from __future__ import annotations

import os
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType

from knowledge.reading.prepared import PreparedDocument
from knowledge.reading.separate import Read
from knowledge.sources import SourceFile

# A reader takes 150 to 400 MB with a large file, and more than four find nobody who stores as fast.
_MOST_READERS = 4
# What is read ahead lies in memory: many small files, or one large one and the next. With fewer files the other readers
# are idle while the first one reads a large one.
_MOST_FILES, _MOST_BYTES = 64, 16 * 1024**2


def count_readers() -> int:
    """Return how many files are read at a time: one for each core that this process may use, at most four."""
    return min(_MOST_READERS, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)


@dataclass(frozen=True, slots=True)
class Reading:
    """A file that is being read; `content_hash` is of its bytes before that, `size` their number."""

    content_hash: str
    size: int
    _future: Future[PreparedDocument]

    def result(self) -> PreparedDocument:
        """Wait for the document. Raises UnreadableDocument."""
        return self._future.result()


@dataclass(slots=True)
class _Waiting:
    """A file that nobody reads yet."""

    source: SourceFile
    size: int
    future: Future[PreparedDocument]


class ReadAhead:
    """Reads files in threads of its own, as many as there are cores to share. Use it as a context.

    One thread takes the first file that waits, so that there is always something to store; the others take the
    largest, so that at the end not one of them is left with a large one. What is left undone at its end is dropped.
    """

    def __init__(self, read: Read) -> None:
        self._read = read
        self._waiting: list[_Waiting] = []
        self._lock = threading.Lock()
        self._first_taker: int | None = None
        self._pool = ThreadPoolExecutor(count_readers(), thread_name_prefix="reader")

    def __enter__(self) -> ReadAhead:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Whoever is interrupted does not wait for a large file; its reader is ended by whoever started it.
        self._pool.shutdown(wait=error is None, cancel_futures=True)

    def begin(self, source: SourceFile, content_hash: str, size: int) -> Reading:
        """Begin to read a file of `size` bytes, or let it wait until a thread is free."""
        waiting = _Waiting(source, size, Future())
        with self._lock:
            self._waiting.append(waiting)
        self._pool.submit(self._read_one)
        return Reading(content_hash, size, waiting.future)

    def _read_one(self) -> None:
        """Read one of the files that wait; each that was begun brings one call of this."""
        one = self._take()
        try:
            one.future.set_result(self._read(one.source.file, one.source.path))
        finally:
            failure = sys.exception()
            if failure is not None:
                one.future.set_exception(failure)

    def _take(self) -> _Waiting:
        thread = threading.get_ident()
        with self._lock:
            if self._first_taker is None:
                self._first_taker = thread
            is_first = thread == self._first_taker
            chosen = self._waiting[0] if is_first else max(self._waiting, key=lambda one: one.size)
            self._waiting.remove(chosen)
            return chosen


def keep_ahead(
    begun: Iterable[tuple[SourceFile, Reading | None]],
) -> Iterator[tuple[SourceFile, Reading | None]]:
    """Yield files in their order, each when enough of those behind it have been begun."""
    waiting: deque[tuple[SourceFile, Reading | None]] = deque()
    size = 0
    for source, reading in begun:
        waiting.append((source, reading))
        size += reading.size if reading else 0
        while len(waiting) > 1 and (len(waiting) > _MOST_FILES or size > _MOST_BYTES):
            first = waiting.popleft()
            size -= first[1].size if first[1] else 0
            yield first
    yield from waiting
