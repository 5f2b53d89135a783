"""A receiver of webhooks on this machine: it checks every signature with the library, and answers as it is told."""

import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OLDER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


@dataclass(frozen=True)
class Reply:
    """How one request is answered: a status with headers, or something that is no answer."""

    status: int = 204
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = "plain"
    wait_s: float = 0.0


@dataclass
class Received:
    """One request that arrived."""

    message_id: str
    headers: dict[str, str]
    document: Any
    is_genuine: bool


class Receiver(ThreadingHTTPServer):
    """Answers with `replies` in turn, then with 204."""

    daemon_threads = True

    def __init__(self, *, secret: str = SECRET) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.secret = secret
        self.replies: list[Reply] = []
        self.received: list[Received] = []
        self.at_once: Counter[str] = Counter()
        self.most_at_once = 0
        self.lock = threading.Lock()

    @property
    def port(self) -> int:
        """The port that was free."""
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hooks/attache?key=k1"

    @property
    def ids(self) -> list[str]:
        """The ids of what arrived, in order."""
        return [one.message_id for one in self.received]


class Handler(BaseHTTPRequestHandler):
    """Reads, checks, notes and answers one request."""

    server: Receiver
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Take a message."""
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        message_id = self.headers["webhook-id"]
        with self.server.lock:
            reply = self.server.replies.pop(0) if self.server.replies else Reply()
            self.server.at_once[message_id] += 1
            self.server.most_at_once = max(self.server.most_at_once, self.server.at_once[message_id])
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            document, is_genuine = Webhook(self.server.secret).verify(body, headers), True
        except WebhookVerificationError:
            document, is_genuine = body, False
        self.server.received.append(Received(message_id, headers, document, is_genuine))
        time.sleep(reply.wait_s)
        with self.server.lock:
            self.server.at_once[message_id] -= 1
        with suppress(OSError):
            self.answer(reply)

    def answer(self, reply: Reply) -> None:
        """Answer as the reply says."""
        self.close_connection = True
        if reply.kind == "garbage":
            self.wfile.write(b"\x00\xff this is not HTTP\r\n\r\n")
        elif reply.kind == "hang up":
            self.connection.shutdown(socket.SHUT_RDWR)
        elif reply.kind == "drip":
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while True:
                self.wfile.write(b"X-Drop: 1\r\n")
                self.wfile.flush()
                time.sleep(0.05)
        else:
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.kind == "endless":
                self.end_headers()
                while True:
                    self.wfile.write(b"more " * 1000)
            self.send_header("content-length", "0")
            self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def receiving(*, secret: str = SECRET, context: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Run a receiver while the block runs; with a context it speaks TLS."""
    with Receiver(secret=secret) as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
