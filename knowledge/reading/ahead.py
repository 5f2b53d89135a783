"""Reading files while those before them are embedded: all cores are busy instead of one."""

from __future__ import annotations

import os
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
# What is read ahead lies in memory: many small files, or one large one and the next.
_MOST_FILES, _MOST_BYTES = 16, 16 * 1024**2


@dataclass(frozen=True, slots=True)
class Reading:
    """A file that is being read; `content_hash` is of its bytes before that, `size` their number."""

    content_hash: str
    size: int
    _future: Future[PreparedDocument]

    def result(self) -> PreparedDocument:
        """Wait for the document. Raises UnreadableDocument."""
        return self._future.result()


class ReadAhead:
    """Reads files in threads of its own, as many as there are cores to share. Use it as a context.

    What is left undone at its end is dropped.
    """

    def __init__(self, read: Read) -> None:
        self._read = read
        readers = min(_MOST_READERS, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)
        self._pool = ThreadPoolExecutor(readers, thread_name_prefix="reader")

    def __enter__(self) -> ReadAhead:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Whoever is interrupted does not wait for a large file; its reader is ended by whoever started it.
        self._pool.shutdown(wait=error is None, cancel_futures=True)

    def begin(self, source: SourceFile, content_hash: str, size: int) -> Reading:
        """Begin to read a file of `size` bytes."""
        return Reading(content_hash, size, self._pool.submit(self._read, source.file, source.path))


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
