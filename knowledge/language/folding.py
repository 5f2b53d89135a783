"""Text as it is compared: whatever its case, accents and width."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Return the text in compatibility form, lower case, accents removed."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    marks = {ord(c): None for c in set(decomposed) if unicodedata.combining(c)}
    return unicodedata.normalize("NFC", decomposed.translate(marks) if marks else decomposed)
