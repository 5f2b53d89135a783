"""One message on its way: genuine, to the address that was checked, and within its time."""

import ssl
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from shutil import which

import pytest

from bot.clock import utc_now
from offers.outbox.endpoint import Endpoint, find_secret_fault, find_url_fault, split_secrets
from offers.outbox.envelope import Envelope
from offers.outbox.verdicts import Response
from offers.outbox.webhook import post, sign
from tests.offers.outbox.receiver import OLDER, SECRET, Receiver, Reply, receiving

MESSAGE = Envelope(
    "MS-1", "offer.accepted", datetime(2026, 3, 1, tzinfo=UTC), {"offer_id": "OF-1", "customer": "Müller ✓"}
)


def send(endpoint: Endpoint, *, timeout_s: float = 5.0) -> Response:
    return post(MESSAGE, endpoint, at=utc_now(), timeout_s=timeout_s)


def test_what_arrives_is_genuine_and_says_what_happened(receiver: Receiver, endpoint: Endpoint) -> None:
    assert send(endpoint) == Response(204)
    (one,) = receiver.received
    assert one.is_genuine
    assert one.message_id == "MS-1"
    assert one.document == {
        "type": "offer.accepted",
        "timestamp": "2026-03-01T00:00:00+00:00",
        "data": {"offer_id": "OF-1", "customer": "Müller ✓"},
    }
    assert one.headers["content-type"] == "application/json"
    assert one.headers["host"] == f"127.0.0.1:{receiver.port}"


@pytest.mark.parametrize("secret", [SECRET, OLDER])
def test_while_secrets_change_the_receiver_may_know_either(secret: str) -> None:
    with receiving(secret=secret) as server:
        endpoint = Endpoint(server.url, split_secrets(f"{SECRET}  {OLDER}"), allows_private=True)
        send(endpoint)
        assert [one.is_genuine for one in server.received] == [True]
        assert server.received[0].headers["webhook-signature"].count("v1,") == 2


def test_a_wrong_secret_is_noticed_by_the_receiver(receiver: Receiver) -> None:
    send(Endpoint(receiver.url, (OLDER,), allows_private=True))
    assert [one.is_genuine for one in receiver.received] == [False]


def test_each_try_is_signed_for_its_own_instant() -> None:
    first, later = (
        sign(MESSAGE, (SECRET,), at=datetime(2026, 3, 1, 12, minute, tzinfo=UTC)) for minute in (0, 5)
    )
    assert first["webhook-id"] == later["webhook-id"]
    assert int(later["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 300
    assert first["webhook-signature"] != later["webhook-signature"]


@pytest.mark.parametrize("status", [200, 404, 410, 500])
def test_a_status_comes_back(receiver: Receiver, endpoint: Endpoint, status: int) -> None:
    receiver.replies = [Reply(status)]
    assert send(endpoint) == Response(status)


def test_retry_after_comes_back(receiver: Receiver, endpoint: Endpoint) -> None:
    receiver.replies = [Reply(429, {"Retry-After": "90"})]
    assert send(endpoint) == Response(429, retry_after="90")


def test_a_redirect_leads_nowhere(receiver: Receiver, endpoint: Endpoint) -> None:
    with receiving() as other:
        receiver.replies = [Reply(307, {"Location": other.url})]
        assert send(endpoint) == Response(307)
        assert other.received == []


def test_an_endless_answer_is_not_read(receiver: Receiver, endpoint: Endpoint) -> None:
    receiver.replies = [Reply(200, kind="endless")]
    assert send(endpoint) == Response(200)


@pytest.mark.parametrize("reply", [Reply(kind="drip"), Reply(wait_s=1.0)], ids=["drip", "silence"])
def test_no_answer_takes_longer_than_its_time(receiver: Receiver, endpoint: Endpoint, reply: Reply) -> None:
    receiver.replies = [reply]
    assert send(endpoint, timeout_s=0.4) == Response(None, "no answer within 0.4 s")


@pytest.mark.parametrize("kind", ["garbage", "hang up"])
def test_what_is_no_answer_is_a_problem(receiver: Receiver, endpoint: Endpoint, kind: str) -> None:
    receiver.replies = [Reply(kind=kind)]
    assert send(endpoint) == Response(None, "a broken answer")


def test_nobody_there_is_a_problem() -> None:
    with receiving() as server:
        url = server.url
    assert send(Endpoint(url, (SECRET,), allows_private=True)) == Response(
        None, "no connection could be made"
    )


def test_an_address_inside_is_never_connected_to(receiver: Receiver) -> None:
    response = send(Endpoint(receiver.url, (SECRET,)))
    assert response.problem == "nothing is sent to an address of this kind: loopback"
    assert receiver.received == []


class Names:
    """A resolver that answers each question with the next of its lists."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self.answers.pop(0)


def test_one_address_inside_among_good_ones_spoils_the_name(receiver: Receiver) -> None:
    names = Names(["93.184.215.14", "127.0.0.1"])
    endpoint = Endpoint(f"https://crm.example:{receiver.port}/", (SECRET,))
    assert post(MESSAGE, endpoint, at=utc_now(), resolver=names).problem == (
        "nothing is sent to an address of this kind: loopback"
    )
    assert receiver.received == []


def test_the_name_is_asked_once_and_the_connection_goes_to_the_answer(receiver: Receiver) -> None:
    # A second look would lead elsewhere: the name itself resolves to nothing on this machine.
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    endpoint = Endpoint(f"http://crm.invalid:{receiver.port}/hook", (SECRET,), allows_private=True)
    assert post(MESSAGE, endpoint, at=utc_now(), resolver=names) == Response(204)
    assert names.asked == [("crm.invalid", receiver.port)]
    assert receiver.received[0].headers["host"] == f"crm.invalid:{receiver.port}"


def test_a_proxy_of_the_environment_sees_nothing(
    receiver: Receiver, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiving() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("NO_PROXY", "")
        assert send(endpoint) == Response(204)
        assert proxy.received == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for crm.example with its key, signed by itself."""
    openssl = which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed here: the test of the certificate is skipped")
    folder = tmp_path_factory.mktemp("certificate")
    pem, key = folder / "both.pem", folder / "key.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=crm.example",
         "-addext", "subjectAltName=DNS:crm.example", "-keyout", str(key), "-out", str(pem)],
        check=True, capture_output=True,
    )  # fmt: skip
    pem.write_text(pem.read_text() + key.read_text())
    return pem


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("crm.example", Response(204)),
        ("other.example", Response(None, "the certificate is not valid for this host")),
    ],
)
def test_the_certificate_must_be_the_names_not_the_addresses(
    certificate: Path, host: str, expected: Response
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    asked: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: asked.append(name)
    trust = ssl.create_default_context(cafile=str(certificate))
    with receiving(context=context) as server:
        endpoint = Endpoint(f"https://{host}:{server.port}/", (SECRET,), allows_private=True)
        response = post(MESSAGE, endpoint, at=utc_now(), resolver=Names(["127.0.0.1"]), trust=trust)
    assert response == expected
    assert asked == [host]


def test_a_certificate_that_nobody_vouches_for_is_refused(certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with receiving(context=context) as server:
        endpoint = Endpoint(f"https://crm.example:{server.port}/", (SECRET,), allows_private=True)
        response = post(MESSAGE, endpoint, at=utc_now(), resolver=Names(["127.0.0.1"]))
        assert server.received == []
    assert response == Response(None, "the certificate is not valid for this host")


@pytest.mark.parametrize(
    ("url", "allows_private", "fault"),
    [
        ("https://crm.example/hook", False, None),
        ("https://crm.example:8443/hook?key=1", False, None),
        ("http://crm.example/hook", False, "https://"),
        ("http://10.0.0.5/hook", True, None),
        ("https://10.0.0.5/hook", False, "private"),
        ("https://[::1]/hook", False, "loopback"),
        ("https://169.254.169.254/", True, "metadata service"),
        ("https://user:pass@crm.example/", False, "signed"),
        ("ftp://crm.example/", True, "https://HOST/PATH"),
        ("crm.example", False, "https://HOST/PATH"),
        ("https://", False, "https://HOST/PATH"),
        ("https://crm.example:port/", False, "https://HOST/PATH"),
        ("https://crm.example/\n", False, "https://HOST/PATH"),
    ],
)
def test_what_is_wrong_with_an_address_is_said(url: str, allows_private: bool, fault: str | None) -> None:
    found = find_url_fault(url, allows_private=allows_private)
    assert found is None if fault is None else fault in str(found)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (SECRET, None),
        (f"{SECRET} {OLDER}", None),
        (f"{SECRET} {OLDER.removeprefix('whsec_')}", "begins with whsec_"),
        ("", "empty"),
        ("whsec_***", "Base64"),
        ("whsec_c2hvcnQ=", "one of these has 5"),  # "short"
        (f"whsec_{'QUJD' * 22}", "one of these has 66"),
    ],
)
def test_what_is_wrong_with_a_secret_is_said_without_it(text: str, fault: str | None) -> None:
    found = find_secret_fault(text)
    assert found is None if fault is None else fault in str(found)
    assert "c2hvcnQ" not in str(found)


def test_neither_the_key_in_the_url_nor_the_secret_shows(endpoint: Endpoint) -> None:
    shown = f"{endpoint} {endpoint!r} {endpoint.origin} {endpoint.key}"
    assert "k1" not in shown
    assert SECRET not in shown
