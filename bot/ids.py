"""Short identifiers for things that only the bot names."""

import secrets

# No 0/O, 1/I/L: a reference is read aloud on the phone.
_READABLE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_reference() -> str:
    """Return a reference such as `R-7KQ2MX` that a person can quote and an admin can find in the log."""
    return "R-" + "".join(secrets.choice(_READABLE) for _ in range(6))


def new_id(prefix: str) -> str:
    """Return an unguessable id such as `visit_4f1c…` (96 random bits)."""
    return f"{prefix}_{secrets.token_hex(12)}"
