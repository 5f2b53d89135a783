"""The workspace on a port of this machine, in a thread of its own."""

import asyncio
import contextlib
import errno
import logging
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import uvicorn

from bot.demo.workspace.core import build_core
from bot.demo.workspace.http import build_http
from bot.demo.workspace.seed import WorkspaceSeed
from bot.demo.workspace.timing import Timing
from bot.demo.workspace.workspace import Workspace

LOOPBACK = "127.0.0.1"
logger = logging.getLogger(__name__)


class PortInUse(Exception):
    """Another program listens on the port."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} on {LOOPBACK} is in use")
        self.port = port


class PromptServer(uvicorn.Server):
    """Uvicorn, except that it stops when it is told to and not at its next look at the clock."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.wake = asyncio.Event()

    async def main_loop(self) -> None:
        """Serve until told to stop. A tick numbered 0 is one that renews the Date header, due once a second."""
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.wake.wait(), 1.0)


class WorkspaceServer:
    """A workspace that listens on loopback; port 0 takes any free one. Use it as a context manager."""

    def __init__(self, seed: WorkspaceSeed, port: int = 0, *, timing: Timing | None = None) -> None:
        self._wanted_port = port
        self._core = build_core(seed, timing or Timing())
        self._loop: asyncio.AbstractEventLoop | None = None
        self._uvicorn: PromptServer | None = None
        self._thread: threading.Thread | None = None
        self.port = 0
        self.url = ""
        self.api_url = ""
        self.bot_token = self._core.bot_token
        self.app_token = self._core.app_token
        self.workspace = Workspace(self._core)
        self.faults = self._core.faults
        for event, scope in self._core.manifest.unheard_events().items():
            logger.warning("the manifest subscribes to %s without the scope %s", event, scope)

    def start(self) -> Self:
        """Listen; raises PortInUse, or OSError for whatever else keeps the port from being bound."""
        listener = _bind(self._wanted_port)
        self.port = listener.getsockname()[1]
        self.url = f"http://{LOOPBACK}:{self.port}"
        self.api_url = f"{self.url}/api/"
        self._core.base_url = self.url
        self._core.response_urls.base_url = self.url
        self._core.hub.later = self._later
        config = uvicorn.Config(
            build_http(self._core, port=self.port),
            loop="asyncio",
            http="h11",
            ws="websockets-sansio",
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
        )
        self._uvicorn = PromptServer(config)
        self._thread = threading.Thread(target=self._run, args=(listener,), name="workspace", daemon=True)
        self._thread.start()
        while not self._uvicorn.started and self._thread.is_alive():
            time.sleep(0.002)
        return self

    def stop(self) -> None:
        """Close every connection and the port; does nothing when it is not running."""
        if self._uvicorn is None or self._thread is None:
            return
        self._core.feed.close()
        self._core.hub.drop_all(graceful=False)
        self._uvicorn.should_exit = True
        self._later(0, self._uvicorn.wake.set)
        self._thread.join(timeout=10)
        self._uvicorn = self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _run(self, listener: socket.socket) -> None:
        async def serve() -> None:
            self._loop = asyncio.get_running_loop()
            if self._uvicorn is not None:
                await self._uvicorn.serve(sockets=[listener])

        try:
            asyncio.run(serve())
        finally:
            listener.close()

    def _later(self, delay_s: float, run: Callable[[], None]) -> None:
        loop = self._loop
        if loop is None or loop.is_closed():
            return
        try:
            loop.call_soon_threadsafe(loop.call_later, delay_s, run)
        except RuntimeError:
            # The loop was closed in between: nothing that is due later matters any more.
            return


def _bind(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        listener.listen(128)
    except OSError as failure:
        listener.close()
        if failure.errno == errno.EADDRINUSE:
            raise PortInUse(port) from failure
        raise
    return listener
