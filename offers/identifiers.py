"""Ids of what Attaché writes itself: a prefix that says what it is, then 80 random bits."""

import base64
import secrets


def new_id(prefix: str) -> str:
    """Return a new id such as "OF-7K3QZ5WJ2M4XN6PA"; never the same twice."""
    return f"{prefix}-{base64.b32encode(secrets.token_bytes(10)).decode('ascii')}"
