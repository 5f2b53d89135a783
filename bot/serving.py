"""How events come in: Socket Mode by default, HTTP for replicas behind a load balancer."""

import errno
import socket
import threading

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.errors import SlackApiError

from bot.delivery import SLACK_FAILURES
from bot.errors import PortUnavailable, SlackUnreachable, TokenMissing, TokenRefused
from bot.settings import Settings

_CONCURRENT_EVENTS = 20
_TELL_AGAIN_S = 0.1


def serve_socket_mode(app: App, settings: Settings, *, until: threading.Event) -> None:
    """Hold the socket until told to stop; lost connections are made anew by the client.

    Raises:
        TokenMissing: SLACK_APP_TOKEN is not set.
        TokenRefused: Slack does not accept it.
    """
    if settings.slack_app_token is None:
        raise TokenMissing("SLACK_APP_TOKEN")
    handler = SocketModeHandler(
        app,
        app_token=settings.slack_app_token.get_secret_value(),
        web_client=app.client,
        concurrency=_CONCURRENT_EVENTS,
    )
    try:
        handler.connect()
    except SlackApiError as error:
        raise TokenRefused(str(error.response.get("error"))) from error
    except SLACK_FAILURES as error:
        raise SlackUnreachable(settings.slack_api_url) from error
    try:
        until.wait()
    finally:
        hang_up(handler)


def hang_up(handler: SocketModeHandler) -> None:
    """Close the socket and wait until nothing is read from it any more.

    The client's own `close` tells its reader to end by a flag, which the reader takes back when it begins
    in that moment; both would then wait for ever. So it is told until it has ended.
    """
    closing = threading.Thread(target=handler.close, name="hang-up")
    closing.start()
    while closing.is_alive():
        handler.client.current_session_state.terminated = True
        closing.join(_TELL_AGAIN_S)


def serve_http(app: App, *, host: str, port: int) -> None:
    """Serve Slack's requests at `/slack/events` and a health check at `/healthz` until a signal comes.

    Raises:
        PortUnavailable: The port is taken.
    """
    import uvicorn
    from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse, Response
    from starlette.routing import Route

    async def receive(request: Request) -> Response:
        # The adapter's own handler would hold the event loop until the listener acks.
        bolt_request = to_bolt_request(request, await request.body())
        return to_starlette_response(await run_in_threadpool(app.dispatch, bolt_request))

    async def healthy(_: Request) -> Response:
        return PlainTextResponse("ok")

    require_free_port(host, port)
    routes = [Route("/slack/events", receive, methods=["POST"]), Route("/healthz", healthy)]
    uvicorn.run(Starlette(routes=routes), host=host, port=port, log_level="warning")


def require_free_port(host: str, port: int) -> None:
    """Check that the port can be had.

    Raises:
        PortUnavailable: Somebody has it.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                raise PortUnavailable(port) from error
            raise
