"""HTTP and WebSocket: routes, who may call them, and the headers the page is served with."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.demo.workspace.core import Core
from bot.demo.workspace.page_api import answer_page, snapshot
from bot.demo.workspace.records import StoredFile
from bot.demo.workspace.refusals import Json, Refusal
from bot.demo.workspace.responses import respond
from bot.demo.workspace.web_api.dispatch import call_method
from bot.demo.workspace.web_api.files import store_upload

PAGE = Path(__file__).resolve().parent.parent / "page"
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
SAFE_INLINE = ("image/png", "image/jpeg", "image/gif", "text/plain", "application/pdf")


class Gatekeeper:
    """Lets in what names this machine as its host and, for a browser, comes from this very page.

    So no other web site can reach the workspace through a visitor's browser, not by DNS rebinding either.
    """

    def __init__(self, app: ASGIApp, *, port: int) -> None:
        self._app = app
        names = ("127.0.0.1", "localhost")
        self._hosts = {f"{name}:{port}" for name in names}
        self._origins = {f"http://{host}" for host in self._hosts}
        # The SDK's WebSocket handshake sends the host without its port.
        self._socket_hosts = self._hosts | set(names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse or pass on one request."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
        hosts = self._socket_hosts if scope["type"] == "websocket" else self._hosts
        problem = None
        if headers.get("host") not in hosts:
            problem = "invalid_host"
        elif scope.get("method") != "GET" and headers.get("origin", "") not in ("", *self._origins):
            problem = "invalid_origin"
        if problem is None:
            await self._app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await WebSocket(scope, receive, send).close(1008)
        else:
            await JSONResponse({"ok": False, "error": problem}, status_code=403)(scope, receive, send)


def _with_headers(send: Send) -> Send:
    async def add(message: Any) -> None:
        if message["type"] == "http.response.start":
            message.setdefault("headers", [])
            for name, value in (
                ("content-security-policy", POLICY),
                ("x-content-type-options", "nosniff"),
                ("referrer-policy", "no-referrer"),
                ("cache-control", "no-store"),
            ):
                message["headers"].append((name.encode(), value.encode()))
        await send(message)

    return add


class LoopSocket:
    """A Socket Mode connection that any thread may write to."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._loop = loop

    def send(self, message: Json) -> None:
        """Queue a message."""
        self._put(json.dumps(message))

    def close(self) -> None:
        """Close after what is queued."""
        self._put(None)

    def _put(self, item: str | None) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.queue.put_nowait, item)


async def _read_values(request: Request) -> Json:
    body = await request.body()
    values: Json = dict(request.query_params)
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            parsed = json.loads(body or b"{}")
        except ValueError as failure:
            raise Refusal("invalid_json") from failure
        if not isinstance(parsed, dict):
            raise Refusal("json_not_object")
        values.update(parsed)
    else:
        values.update(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return values


class Routes:
    """The endpoints of one workspace."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def call_api(self, request: Request) -> Response:
        """POST or GET /api/METHOD."""
        try:
            values = await _read_values(request)
        except Refusal as refusal:
            return JSONResponse(refusal.as_json())
        scheme, _, header_token = request.headers.get("authorization", "").partition(" ")
        posted_token = values.pop("token", None)
        token = header_token.strip() if scheme.lower() == "bearer" else posted_token
        name = request.path_params["method"]
        answer = await run_in_threadpool(call_method, self._core, name, values=values, token=token)
        if answer.body is None:
            return PlainTextResponse("server error", status_code=answer.status, headers=answer.headers)
        return JSONResponse(answer.body, status_code=answer.status, headers=answer.headers)

    async def connect(self, websocket: WebSocket) -> None:
        """The WebSocket that apps.connections.open gave out."""
        if not self._core.hub.redeem(websocket.query_params.get("ticket", "")):
            await websocket.close(1008)
            return
        await websocket.accept()
        socket = LoopSocket(asyncio.get_running_loop())
        self._core.hub.attach(socket)
        writer = asyncio.create_task(_write(websocket, socket))
        try:
            while True:
                message = json.loads(await websocket.receive_text())
                if isinstance(message, dict) and "envelope_id" in message:
                    self._core.hub.acknowledge(str(message["envelope_id"]), message.get("payload"))
        except (WebSocketDisconnect, RuntimeError, ValueError):
            # The app went away, or the writer closed the connection under the reader.
            pass
        finally:
            self._core.hub.detach(socket)
            writer.cancel()

    async def respond(self, request: Request) -> Response:
        """POST to a response URL."""
        try:
            body = await _read_values(request)
            await run_in_threadpool(respond, self._core, request.path_params["key"], body)
        except Refusal as refusal:
            is_url = refusal.error in ("invalid_url", "expired_url", "used_url")
            return JSONResponse(refusal.as_json(), status_code=404 if is_url else 400)
        return PlainTextResponse("ok")

    async def upload(self, request: Request) -> Response:
        """POST to an upload URL."""
        content = await request.body()
        if store_upload(self._core, request.path_params["key"], content):
            return PlainTextResponse(f"OK - {len(content)}")
        return PlainTextResponse("invalid upload", status_code=400)

    def download(self, request: Request) -> Response:
        """GET a file with the bot token."""
        if request.headers.get("authorization") != f"Bearer {self._core.bot_token}":
            return PlainTextResponse("not_authed", status_code=401)
        return _serve_file(self._core.state.files.get(request.path_params["file_id"]))

    def download_for_page(self, request: Request) -> Response:
        """GET a file as a person who is in one of its channels, or was shown it on a surface."""
        file = self._core.state.files.get(request.path_params["file_id"])
        viewer = request.query_params.get("as", "")
        channels = [self._core.state.conversations[one] for one in (file.channels if file else ())]
        is_shown = file is not None and viewer in file.viewers
        if not is_shown and not any(viewer in channel.members for channel in channels):
            return PlainTextResponse("file_not_found", status_code=404)
        return _serve_file(file)

    async def page_api(self, request: Request) -> Response:
        """Any request under /page/api."""
        try:
            values = await _read_values(request)
        except Refusal as refusal:
            return JSONResponse(refusal.as_json(), status_code=400)
        status, body = await run_in_threadpool(
            answer_page, self._core, request.method, request.path_params["path"], values
        )
        return JSONResponse(body, status_code=status)

    async def stream(self, request: Request) -> Response:
        """GET /page/api/stream: server-sent events."""
        user_id = request.query_params.get("as", "")
        if user_id not in self._core.state.users:
            return JSONResponse({"ok": False, "error": "user_not_found"}, status_code=403)
        return StreamingResponse(self._follow(user_id), media_type="text/event-stream")

    async def _follow(self, user_id: str) -> AsyncIterator[str]:
        subscription = self._core.feed.subscribe(user_id, asyncio.get_running_loop())
        try:
            yield "retry: 1000\n\n"
            for item in await run_in_threadpool(snapshot, self._core, user_id):
                yield _as_event(item)
            while True:
                try:
                    waited = await asyncio.wait_for(
                        subscription.queue.get(), self._core.timing.feed_heartbeat_s
                    )
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                if waited is None:
                    return
                yield _as_event(waited)
        finally:
            self._core.feed.unsubscribe(subscription)

    def index(self, _request: Request) -> Response:
        """GET / is the page."""
        page = PAGE / "index.html"
        if not page.is_file():
            return PlainTextResponse("The page is not installed.", status_code=404)
        return FileResponse(page)

    def permalink(self, request: Request) -> Response:
        """GET /archives/CHANNEL/pTS opens the page there."""
        channel, ts = request.path_params["channel"], request.path_params["ts"].removeprefix("p")
        target = f"/?channel={channel}&ts={ts[:-6]}.{ts[-6:]}"
        if "thread_ts" in request.query_params:
            target += f"&thread_ts={request.query_params['thread_ts']}"
        return RedirectResponse(target, status_code=303)


async def _write(websocket: WebSocket, socket: LoopSocket) -> None:
    try:
        while (item := await socket.queue.get()) is not None:
            await websocket.send_text(item)
        await websocket.close(1001)
    except (WebSocketDisconnect, RuntimeError):
        # The app was gone first; what it did not get is delivered again like anything unacknowledged.
        return


def _as_event(item: Json) -> str:
    return f"data: {json.dumps(item)}\n\n"


def _serve_file(file: StoredFile | None) -> Response:
    if file is None or file.content is None:
        return PlainTextResponse("file_not_found", status_code=404)
    disposition = "inline" if file.mimetype in SAFE_INLINE else "attachment"
    name = file.name.encode("ascii", "replace").decode().replace('"', "'")
    headers = {"content-disposition": f'{disposition}; filename="{name}"'}
    return Response(file.content, media_type=file.mimetype, headers=headers)


def build_http(core: Core, *, port: int) -> ASGIApp:
    """Return the ASGI application of a workspace."""
    routes = Routes(core)
    methods = ["GET", "POST", "DELETE"]
    app = Starlette(
        routes=[
            Route("/", routes.index),
            Route("/api/{method}", routes.call_api, methods=["GET", "POST"]),
            WebSocketRoute("/socket", routes.connect),
            Route("/response/{key}", routes.respond, methods=["POST"]),
            Route("/upload/v1/{key}", routes.upload, methods=["POST"]),
            Route("/files/{file_id}/{name}", routes.download),
            Route("/archives/{channel}/{ts}", routes.permalink),
            Route("/page/files/{file_id}", routes.download_for_page),
            Route("/page/api/stream", routes.stream),
            Route("/page/api/{path:path}", routes.page_api, methods=methods),
            Mount("/page", StaticFiles(directory=PAGE, check_dir=False)),
        ]
    )
    return Gatekeeper(app, port=port)
