"""The local workspace's page, used the way its browser does: over its HTTP API on loopback."""

import json
import time
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlencode

from tests.benchmarks.processes import Running

_PAUSE_S = 0.02


class NoAnswer(RuntimeError):
    """What was waited for did not come."""


class PageClient:
    """One person's page."""

    def __init__(self, port: int, *, user_id: str, process: Running) -> None:
        self._port = port
        self._user_id = user_id
        self._process = process

    def wait_until_listening(self, *, timeout_s: float) -> None:
        """Return when the page is served."""
        self._wait(lambda: self._request("GET", "/") or True, "the page", timeout_s)

    def open_dm(self) -> str:
        """Return the channel of the person's messages with the app."""
        return str(self._json("POST", "/page/api/dm", {"as": self._user_id})["channel"])

    def post(self, channel: str, text: str) -> str:
        """Post a message and return its ts."""
        message = {"as": self._user_id, "channel": channel, "text": text}
        return str(self._json("POST", "/page/api/messages", message)["ts"])

    def wait_for_answer(self, channel: str, ts: str, *, timeout_s: float) -> str:
        """Return the app's finished answer in the thread of a message, as JSON text."""
        query = urlencode({"as": self._user_id, "channel": channel, "thread_ts": ts})

        def find() -> str | None:
            messages = self._json("GET", f"/page/api/messages?{query}")["messages"]
            finished = (json.dumps(one) for one in messages if one["is_app"] and not one["streaming"])
            return next((text for text in finished if "answer_feedback" in text), None)

        return str(self._wait(find, "an answer", timeout_s))

    def _wait(self, find: Any, what: str, timeout_s: float) -> Any:
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            self._process.require_alive()
            try:
                found = find()
            except (OSError, HTTPException):
                found = None
            if found:
                return found
            time.sleep(_PAUSE_S)
        raise NoAnswer(f"{what} did not come within {timeout_s:.0f} s")

    def _json(self, method: str, path: str, body: dict[str, str] | None = None) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self._request(method, path, body))
        if not answer.get("ok"):
            raise NoAnswer(f"{method} {path}: {answer.get('error')}")
        return answer

    def _request(self, method: str, path: str, body: dict[str, str] | None = None) -> bytes:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            headers = {"Content-Type": "application/json", "Origin": f"http://127.0.0.1:{self._port}"}
            connection.request(method, path, body=json.dumps(body) if body else None, headers=headers)
            return connection.getresponse().read()
        finally:
            connection.close()
