"""Reading files in processes of their own: what a file does to its reader, it does to nobody else.

The libraries behind PDF and Word are large, partly written in C, and fed with whatever lies in a folder. A
file that brings its reader down, or keeps it busy without end, costs that process, is named, and the next
file is read by a new one. This keeps memory flat too: a process that has grown is replaced.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from knowledge.errors import UnreadableDocument
from knowledge.reading.message import read_message, write_message
from knowledge.reading.prepared import PreparedDocument, prepare_file

logger = logging.getLogger(__name__)

Read = Callable[[Path, str], PreparedDocument]
"""Reads the file at a path; the second argument is the path that people see. Raises UnreadableDocument.

Several threads may read at a time.
"""

# Address space, of which a file of 2,000 pages touches a twentieth, and processor time, of which it takes a sixth.
MAX_MEMORY_BYTES = 4 * 1024**3
MAX_CPU_S = 900
# A process that was larger than this once is not used for another file.
_GROWN_BYTES = 400 * 1024**2
_LENGTH = struct.Struct(">Q")
_START = "import sys; sys.path[:] = sys.argv[1:]; from knowledge.reading.separate import serve; serve()"


class SeparateReader:
    """Reads files in processes, one for each thread that reads at a time. Use it as a context.

    A process is started when a file finds all others busy, and reads one file after the other.
    """

    def __init__(self, *, memory_bytes: int = MAX_MEMORY_BYTES, cpu_s: int = MAX_CPU_S) -> None:
        self._limits = {"memory_bytes": memory_bytes, "cpu_s": cpu_s}
        self._lock = threading.Lock()
        self._idle: list[_Process] = []
        self._busy: set[_Process] = set()
        self._is_closed = False

    def __enter__(self) -> SeparateReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self, count: int) -> None:
        """Start processes that will be needed; they load their libraries while this one does something else."""
        with self._lock:
            if not self._is_closed:
                self._idle += [_Process() for _ in range(count)]

    def read(self, path: Path, document: str) -> PreparedDocument:
        """Read a file. Raises UnreadableDocument, also when its process ends on the way, or all were closed."""
        with self._lock:
            if self._is_closed:
                raise UnreadableDocument(document, "too_heavy")
            process = self._idle.pop() if self._idle else _Process()
            self._busy.add(process)
        try:
            reply = process.ask({"path": str(path), "document": document, **self._limits})
        finally:
            with self._lock:
                self._busy.discard(process)
        if reply is None:
            process.end()
            logger.warning("the reader of %s files ended with %s", path.suffix, process.exit_code)
            raise UnreadableDocument(document, "too_heavy")
        self._give_back(process, is_grown=reply["peak_bytes"] > _GROWN_BYTES)
        if reply["reason"] is not None:
            raise UnreadableDocument(document, reply["reason"])
        return read_message(reply["prepared"])

    def close(self) -> None:
        """End the processes; a file that is being read in another thread is refused there."""
        with self._lock:
            self._is_closed = True
            idle, busy = [*self._idle], [*self._busy]
            self._idle.clear()
        for process in idle:
            process.end()
        for process in busy:
            process.kill()

    def _give_back(self, process: _Process, *, is_grown: bool) -> None:
        with self._lock:
            is_kept = not is_grown and not self._is_closed
            if is_kept:
                self._idle.append(process)
        if not is_kept:
            process.end()


class _Process:
    """One process that reads."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and program, no words of others
            [sys.executable, "-c", _START, *sys.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Libraries complain of broken files there; whoever wants to read that asks with --verbose.
            stderr=None if logger.isEnabledFor(logging.INFO) else subprocess.DEVNULL,
            # Ctrl-C is for the ingest, which then ends the reader.
            start_new_session=True,
        )

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.returncode

    def ask(self, request: dict[str, Any]) -> dict[str, Any] | None:
        """Return its reply, None when it ends on the way."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the reader was started without pipes")
        try:
            _send(self._process.stdin, request)
            return _receive(self._process.stdout)
        except (OSError, ValueError):
            # ValueError: what a process began to say before it ended is no message.
            return None

    def kill(self) -> None:
        """Kill it, and wait until it is gone; whoever waits for its reply gets none, and closes its pipes."""
        self._process.kill()
        self._process.wait()

    def end(self) -> None:
        """Kill it, wait until it is gone, and close its pipes: for whoever reads them, nobody else."""
        self.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


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
