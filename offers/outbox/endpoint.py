"""Where messages go and what they are signed with; what is wrong with a setting is said in a sentence."""

import base64
import binascii
import hashlib
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from offers.outbox.addresses import find_refusal

_PREFIX = "whsec_"
_FEWEST_BYTES, _MOST_BYTES = 24, 64
_URL_LIMIT = 2_000


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A receiver. Every message is signed with each of the secrets, so that they can be changed without a gap.

    `allows_private` opens plain HTTP and addresses of the own network.
    """

    url: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    allows_private: bool = False

    @property
    def key(self) -> str:
        """A digest of the URL: the database knows the endpoint by it, since the URL may hold a key."""
        return hashlib.sha256(self.url.encode()).hexdigest()

    @property
    def origin(self) -> str:
        """Scheme, host and port: what may be shown."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"


def split_secrets(text: str) -> tuple[str, ...]:
    """Return the secrets of a setting that may hold several, separated by blanks."""
    return tuple(text.split())


def find_secret_fault(text: str) -> str | None:
    """Return what is wrong with the setting of the secrets, never quoting it, or None.

    Standard Webhooks, "Signature scheme": 24 to 64 random bytes in Base64 behind `whsec_`.
    """
    secrets = split_secrets(text)
    if not secrets:
        return "it is empty"
    for secret in secrets:
        encoded = secret.removeprefix(_PREFIX)
        if encoded == secret:
            return f"a secret begins with {_PREFIX}; several are separated by blanks"
        try:
            key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
        except binascii.Error:
            return f"behind {_PREFIX} stands Base64, and nothing else"
        if not _FEWEST_BYTES <= len(key) <= _MOST_BYTES:
            return f"a secret has {_FEWEST_BYTES} to {_MOST_BYTES} bytes, one of these has {len(key)}"
    return None


def find_url_fault(url: str, *, allows_private: bool) -> str | None:
    """Return what is wrong with the address, without looking its host up, or None."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "it is not an address of the form https://HOST/PATH"
    if parts.scheme not in ("http", "https") or not host or len(url) > _URL_LIMIT or not url.isprintable():
        return "it is not an address of the form https://HOST/PATH"
    if parts.username is not None or parts.password is not None:
        return "a name or password has no place in it; messages are signed"
    if parts.scheme == "http" and not allows_private:
        return "it has to be https:// (ATTACHE_WEBHOOK_ALLOW_PRIVATE=true allows http:// in your own network)"
    why = find_refusal(host, allows_private=allows_private)
    if why is not None and why != "not an address":
        return f"nothing is sent to an address of this kind: {why}"
    return None
