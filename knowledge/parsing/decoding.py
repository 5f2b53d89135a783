"""Bytes to text: which encoding, and whether they are text at all."""

from __future__ import annotations

import codecs
import re

from knowledge.errors import UnreadableDocument
from knowledge.language.unseen import strip_unseen

# What a file of another kind begins with, whatever its name says.
_SIGNATURES = (
    b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf", b"%!PS", b"\x89PNG", b"\xff\xd8\xff", b"GIF8",
    b"II*\x00", b"MM\x00*", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"\x7fELF", b"SQLite format 3", b"bplist",
)  # fmt: skip
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
# The encodings of web pages (https://encoding.spec.whatwg.org): Python knows others that are no encodings of text.
_WEB_ENCODINGS = re.compile(r"utf-8|iso8859-|cp(?:125\d|874|866|932|949)|koi8-|gb|big5|shift_jis|euc_|mac")
_UTF8_PAIR = re.compile(rb"[\xc2-\xf4][\x80-\xbf]{1,3}")
_HIGH = re.compile(rb"[\x80-\xff]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]{5,}")
_NOT_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
# Western European text has an accent in every tenth letter at most; Cyrillic, Greek, Chinese or Japanese text in
# its own encoding has hardly anything else.
_MAX_HIGH_SHARE = 0.3
_SAMPLE = 4096
_MAX_CONTROLS = 8


def has_foreign_signature(data: bytes, *, own: bytes = b"") -> bool:
    """Tell whether bytes begin like a file of a known kind other than `own`."""
    head = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    return any(head.startswith(mark) for mark in _SIGNATURES if mark != own)


def is_text(data: bytes) -> bool:
    """Tell whether bytes that should be no text are text all the same: an error page that was saved as a PDF."""
    try:
        head = data[:_SAMPLE].decode("ascii")
    except UnicodeDecodeError:
        return False
    return len(head) > 8 and all(character.isprintable() or character in "\t\n\r\f" for character in head)


def decode(data: bytes, document: str) -> str:
    """Return the text of a file in UTF-8, UTF-16, UTF-32 or Windows-1252, without characters nobody sees.

    Raises:
        UnreadableDocument: the bytes are another kind of file, no text, cut off, or in another encoding.
    """
    if has_foreign_signature(data):
        raise UnreadableDocument(document, "mislabelled")
    return strip_unseen(_decode(data, document))


def decode_page(data: bytes, document: str) -> str:
    """Return the text of a web page: in the encoding that it declares if that holds, else as `decode` does."""
    declared = _DECLARED.search(data[:2048])
    if declared and not has_foreign_signature(data) and not any(data.startswith(mark) for mark, _ in _MARKS):
        try:
            codec = codecs.lookup(declared[1].decode("ascii"))
            if _WEB_ENCODINGS.match(codec.name):
                return strip_unseen(data.decode(codec.name))
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(data, document)


def _decode(data: bytes, document: str) -> str:
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), None) or _guess_wide(data)
    if encoding is None and b"\x00" in data[:_SAMPLE]:
        raise UnreadableDocument(document, "corrupt")
    try:
        return data.decode(encoding or "utf-8")
    except UnicodeDecodeError as error:
        if error.reason in ("unexpected end of data", "truncated data"):
            raise UnreadableDocument(document, "truncated") from error
        if encoding is not None:
            raise UnreadableDocument(document, "unknown_encoding") from error
    controls = sum(1 for byte in data[:_SAMPLE] if byte < 32 and byte not in b"\t\n\r\x0c\x1b")
    if controls > _MAX_CONTROLS:
        raise UnreadableDocument(document, "corrupt")
    if not _is_western(data):
        raise UnreadableDocument(document, "unknown_encoding")
    return data.decode("cp1252")


def _guess_wide(data: bytes) -> str | None:
    """Return the UTF-16 that text without a mark is in: every second byte of it is mostly zero."""
    sample = data[:_SAMPLE]
    half = len(sample) // 2
    if half < 2 or b"\x00" not in sample:
        return None
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if sample[start::2].count(0) > 0.7 * half and not sample[1 - start :: 2].count(0):
            return encoding
    return None


def _is_western(data: bytes) -> bool:
    """Tell whether bytes that are no UTF-8 can be Windows-1252, and not a damaged UTF-8 or another alphabet."""
    high = len(_HIGH.findall(data))
    paired = sum(len(match[0]) for match in _UTF8_PAIR.finditer(data))
    runs = any(len(set(match[0])) > 1 for match in _HIGH_RUN.finditer(data))
    printed = len(data) - data.count(b" ") - data.count(b"\n")
    return not (_NOT_CP1252.search(data) or runs or paired > high / 2 or high > _MAX_HIGH_SHARE * printed)
