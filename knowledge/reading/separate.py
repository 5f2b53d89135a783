"""Reading files in a process of its own: what a file does to its reader, it does to nobody else.

The libraries behind PDF and Word are large, partly written in C, and fed with whatever lies in a folder. A
file that brings its reader down, or keeps it busy without end, costs that process, is named, and the next
file is read by a new one. The same process keeps memory flat: one that has grown is replaced.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from knowledge.errors import UnreadableDocument
from knowledge.reading.message import read_message, write_message
from knowledge.reading.prepared import PreparedDocument, prepare_file

logger = logging.getLogger(__name__)

Read = Callable[[Path, str], PreparedDocument]
"""Reads the file at a path; the second argument is the path that people see. Raises UnreadableDocument."""

# Address space, of which a file of 2,000 pages touches a twentieth, and processor time, of which it takes a sixth.
MAX_MEMORY_BYTES = 4 * 1024**3
MAX_CPU_S = 900
# A process that was larger than this once is not used for another file.
_GROWN_BYTES = 400 * 1024**2
_LENGTH = struct.Struct(">Q")
_START = "import sys; sys.path[:] = sys.argv[1:]; from knowledge.reading.separate import serve; serve()"


class SeparateReader:
    """Reads one file after the other in a process that is started with the first. Use it as a context."""

    def __init__(self, *, memory_bytes: int = MAX_MEMORY_BYTES, cpu_s: int = MAX_CPU_S) -> None:
        self._limits = {"memory_bytes": memory_bytes, "cpu_s": cpu_s}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> SeparateReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, path: Path, document: str) -> PreparedDocument:
        """Read a file. Raises UnreadableDocument, also when the process that reads it ends on the way."""
        process = self._process or self._start()
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the reader was started without pipes")
        try:
            _send(process.stdin, {"path": str(path), "document": document, **self._limits})
            reply = _receive(process.stdout)
        except OSError:
            reply = None
        if reply is None:
            self.close()
            logger.warning("the reader of %s files ended with %s", path.suffix, process.returncode)
            raise UnreadableDocument(document, "too_heavy")
        if reply["peak_bytes"] > _GROWN_BYTES:
            self.close()
        if reply["reason"] is not None:
            raise UnreadableDocument(document, reply["reason"])
        return read_message(reply["prepared"])

    def close(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()

    def _start(self) -> subprocess.Popen[bytes]:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and program, no words of others
            [sys.executable, "-c", _START, *sys.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Libraries complain of broken files there; whoever wants to read that asks with --verbose.
            stderr=None if logger.isEnabledFor(logging.INFO) else subprocess.DEVNULL,
            # Ctrl-C is for the ingest, which then ends the reader.
            start_new_session=True,
        )
        return self._process


def serve() -> None:
    """Read the files that standard input names until it ends; the documents go to standard output."""
    output = os.fdopen(os.dup(1), "wb")
    # What a library prints must not come between two replies.
    os.dup2(2, 1)
    while (request := _receive(sys.stdin.buffer)) is not None:
        _limit(request["memory_bytes"], request["cpu_s"])
        reason, prepared = None, None
        try:
            prepared = write_message(prepare_file(Path(request["path"]), request["document"]))
        except UnreadableDocument as error:
            reason = error.reason
        _send(output, {"reason": reason, "prepared": prepared, "peak_bytes": _peak_bytes()})


def _limit(memory_bytes: int, cpu_s: int) -> None:
    """Limit this process's memory, and its processor time from now on, where the system can."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    for limit, value in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + cpu_s),
    ):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(limit, (value, resource.getrlimit(limit)[1]))


def _peak_bytes() -> int:
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _send(stream: IO[bytes], message: dict[str, Any]) -> None:
    data = json.dumps(message).encode("ascii")
    stream.write(_LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def _receive(stream: IO[bytes]) -> dict[str, Any] | None:
    """Return the next message, None when the stream ends before it is whole."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    data = stream.read(length)
    if len(data) < length:
        return None
    message: dict[str, Any] = json.loads(data)
    return message
