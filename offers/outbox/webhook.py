"""Sending one message: signed by Standard Webhooks, to an address that was checked, within a time that is bounded."""

import socket
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import httpx
from standardwebhooks import Webhook

from offers.outbox.addresses import Resolve, find_refusal, resolve
from offers.outbox.endpoint import Endpoint
from offers.outbox.envelope import Envelope
from offers.outbox.verdicts import Response

TIMEOUT_S = 20.0
"""For a whole try; the specification recommends 15 to 30."""

_PORTS = {"http": 80, "https": 443}


def sign(envelope: Envelope, secrets: tuple[str, ...], *, at: datetime) -> dict[str, str]:
    """Return the headers that prove where the message comes from; `at` is the instant of this try."""
    signatures = [Webhook(secret).sign(envelope.message_id, at, envelope.body) for secret in secrets]
    return {
        "webhook-id": envelope.message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def post(
    envelope: Envelope,
    endpoint: Endpoint,
    *,
    at: datetime,
    resolver: Resolve = resolve,
    timeout_s: float = TIMEOUT_S,
    trust: ssl.SSLContext | None = None,
) -> Response:
    """Send the message and return what came back; whatever goes wrong is a `problem`, never an error.

    The body of an answer is not read. Redirects are not followed, no proxy and no login of the environment is used.

    Args:
        trust: Which certificates are believed; None are those of the system and of certifi.
    """
    found = _find_addresses(endpoint, resolver)
    if isinstance(found, Response):
        return found
    response = Response(None, "the host has no address")
    deadline = time.monotonic() + timeout_s
    for address in found:
        with _Deadline(deadline) as limit, _open_client(trust or _trust(), deadline) as client:
            try:
                return _exchange(client, envelope, endpoint, address, at=at, limit=limit)
            except httpx.ConnectError as error:
                # Nothing was sent yet: another address of the same host may be tried.
                response = Response(None, _describe_refusal(error))
            except (httpx.HTTPError, OSError) as error:
                is_late = isinstance(error, httpx.TimeoutException) or time.monotonic() >= deadline
                return Response(None, f"no answer within {timeout_s:g} s" if is_late else "a broken answer")
    return response


def find_address_fault(endpoint: Endpoint, *, resolver: Resolve = resolve) -> str | None:
    """Return why nothing could be sent to the endpoint as its host's name stands now, or None. Nothing is sent."""
    found = _find_addresses(endpoint, resolver)
    return found.problem if isinstance(found, Response) else None


def _find_addresses(endpoint: Endpoint, resolver: Resolve) -> Sequence[str] | Response:
    """Return the addresses that may be connected to, or why there is none: one that is refused spoils them all."""
    try:
        url = httpx.URL(endpoint.url)
        addresses = resolver(url.raw_host.decode("ascii"), url.port or _PORTS[url.scheme])
    except httpx.InvalidURL:
        return Response(None, "the address can't be read")
    except (OSError, UnicodeError):
        return Response(None, "the host's name is not known")
    for address in addresses:
        why = find_refusal(address, allows_private=endpoint.allows_private)
        if why is not None:
            return Response(None, f"nothing is sent to an address of this kind: {why}")
    return addresses


class _Deadline:
    """Cuts a connection off when its time is over: a timeout of httpx begins anew with every byte."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(max(0.0, deadline - time.monotonic()), self._cut)
        self._timer.daemon = True

    def __enter__(self) -> "_Deadline":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Take note of the connection's socket; httpx calls this as it goes along."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._socket = info["return_value"].get_extra_info("socket")
            if time.monotonic() >= self._deadline:
                raise httpx.ConnectTimeout("the time for a try is over")

    def _cut(self) -> None:
        if self._socket is not None:
            try:
                # The plain call: an SSL socket's own would take its state away from the thread that reads.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
            except OSError:
                return


@cache
def _trust() -> ssl.SSLContext:
    """What certifi knows and, beside it, what the machine's admin has added to the system."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context


def _open_client(trust: ssl.SSLContext, deadline: float) -> httpx.Client:
    return httpx.Client(
        verify=trust,
        trust_env=False,
        follow_redirects=False,
        timeout=max(0.1, deadline - time.monotonic()),
    )


def _exchange(
    client: httpx.Client,
    envelope: Envelope,
    endpoint: Endpoint,
    address: str,
    *,
    at: datetime,
    limit: _Deadline,
) -> Response:
    """Send to the address itself, while the Host header and the certificate stay those of the name."""
    url = httpx.URL(endpoint.url)
    headers = {
        "host": url.netloc.decode("ascii"),
        "content-type": "application/json",
        "user-agent": "attache",
        **sign(envelope, endpoint.secrets, at=at),
    }
    name = url.raw_host.decode("ascii")
    with client.stream(
        "POST",
        url.copy_with(host=address),
        content=envelope.body.encode(),
        headers=headers,
        extensions={"sni_hostname": name, "trace": limit.trace},
    ) as answer:
        return Response(answer.status_code, retry_after=answer.headers.get("retry-after"))


def _describe_refusal(error: httpx.ConnectError) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "the certificate is not valid for this host"
        if isinstance(cause, ssl.SSLError):
            return "no secure connection could be made"
        cause = cause.__cause__ or cause.__context__
    return "no connection could be made"
