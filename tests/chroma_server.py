"""A Chroma server of the tests' own: on a free port of this machine, in a temporary folder."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.errors import ServerUnavailable
from knowledge.index import ChromaServer, describe_server

_START_TIMEOUT_S = 60.0


class ChromaProcess:
    """`chroma run` over one folder; it can be killed and started again, always on the same port."""

    def __init__(self, command: str, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        self._command = [
            command,
            "run",
            "--host",
            "127.0.0.1",
            "--port",
            str(self._port),
            "--path",
            str(folder),
        ]
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> ChromaServer:
        """Where it is. Tests don't wait long for a server that was away."""
        return ChromaServer(f"http://127.0.0.1:{self._port}", pause_s=0.1)

    def start(self) -> None:
        """Start it, unless it runs, and wait until it answers."""
        if self._process is not None:
            return
        self._process = subprocess.Popen(
            self._command, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + _START_TIMEOUT_S
        while True:
            try:
                describe_server(self.address)
                return
            except ServerUnavailable:
                if time.monotonic() > until or self._process.poll() is not None:
                    raise
                time.sleep(0.05)

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=30)
            self._process = None


@pytest.fixture(scope="session")
def chroma_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaProcess]:
    beside = Path(sys.executable).with_name("chroma")
    command = str(beside) if beside.exists() else shutil.which("chroma")
    if command is None:
        pytest.skip("the command `chroma` is not installed here: the tests with a Chroma server are skipped")
    process = ChromaProcess(command, tmp_path_factory.mktemp("chroma"))
    yield process
    process.kill()


@pytest.fixture
def chroma_server(chroma_process: ChromaProcess) -> ChromaProcess:
    """A Chroma server of our own that answers. Each database has collections of its own on it."""
    chroma_process.start()
    return chroma_process
