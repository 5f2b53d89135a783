"""Reading the next file while the one before it is embedded: two cores are busy instead of one."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType

from knowledge.reading.prepared import PreparedDocument
from knowledge.reading.separate import Read
from knowledge.sources import SourceFile


@dataclass(frozen=True, slots=True)
class Reading:
    """A file that is being read; `content_hash` is of its bytes before that."""

    content_hash: str
    _future: Future[PreparedDocument]

    def result(self) -> PreparedDocument:
        """Wait for the document. Raises UnreadableDocument."""
        return self._future.result()


class ReadAhead:
    """Reads files one after the other in a thread of its own. Use it as a context; what is left undone is dropped."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="reader")

    def __enter__(self) -> ReadAhead:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Whoever is interrupted does not wait for a large file; its reader is ended by whoever started it.
        self._pool.shutdown(wait=error is None, cancel_futures=True)

    def begin(self, source: SourceFile, content_hash: str) -> Reading:
        """Begin to read a file."""
        return Reading(content_hash, self._pool.submit(self._read, source.file, source.path))
