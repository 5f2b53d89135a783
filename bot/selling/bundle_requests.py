"""Reading "a bundle for this customer" in plain words."""

import re

_REQUEST = re.compile(
    r"^\s*(?:(?:please|can you|could you|i need|i want|show|make|price|quote)\s+(?:me\s+)?)*"
    r"(?:an?\s+|the\s+)?bundles?\s+for\s+(?P<customer>.{2,120}?)\s*[.!?]*\s*$",
    re.IGNORECASE,
)


def read_bundle_request(text: str) -> str | None:
    """Return the customer's name when the text asks for a bundle for somebody, else None."""
    match = _REQUEST.match(text[:300])
    return match["customer"] if match else None
