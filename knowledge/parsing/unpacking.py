"""How much a compressed file would unpack to, found out before anything unpacks it."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from knowledge.errors import UnreadableDocument

MEBIBYTE = 1024 * 1024
ARCHIVE = b"PK\x03\x04"
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
# Word's own XML unpacks to ten or thirty times its packed size, never to two hundred.
MAX_RATIO = 200
_HARMLESS_BYTES = MEBIBYTE
# All parts together, pictures included; and the text alone, which in memory takes fifteen times as much.
MAX_ARCHIVE_BYTES = 300 * MEBIBYTE
MAX_XML_BYTES = 40 * MEBIBYTE
MAX_ENTRIES = 20_000
# What one page draws, or one font: 40 MiB of lines take 830 MiB in memory. And of a whole file: 10,000 pages of
# text unpack to a tenth of it.
MAX_STREAM_BYTES = 32 * MEBIBYTE
MAX_STREAMS_BYTES = 512 * MEBIBYTE
_PIECE = MEBIBYTE
_STREAM = re.compile(rb"stream\r?\n")
_DICTIONARY_BYTES = 2_048
_FILTER = re.compile(rb"/(?:FlateDecode|Fl)\b")
_NESTING = 4


def check_container(data: bytes, document: str) -> None:
    """Make sure that an Office file is not in the container of those that are encrypted, or older than 2007.

    Raises:
        UnreadableDocument: it is.
    """
    if data.startswith(_COMPOUND_FILE):
        # An encrypted document is wrapped into the container that files before 2007 were.
        is_encrypted = _ENCRYPTED_STREAM in data
        raise UnreadableDocument(document, "encrypted" if is_encrypted else "mislabelled")


def check_archive(data: bytes, document: str, *, folder: str) -> None:
    """Make sure that an Office file can be unpacked. `folder` is where its kind keeps its parts ("word/", "xl/").

    Raises:
        UnreadableDocument: it is cut off, encrypted, of another kind, or unpacks to more than one should.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise UnreadableDocument(document, "corrupt") from error
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnreadableDocument(document, "encrypted")
    unpacked = sum(entry.file_size for entry in entries)
    is_bomb = any(
        entry.file_size > _HARMLESS_BYTES and entry.file_size > MAX_RATIO * entry.compress_size
        for entry in entries
    )
    is_heavy = any(entry.file_size > MAX_XML_BYTES for entry in entries if entry.filename.endswith(".xml"))
    if is_bomb or is_heavy or unpacked > MAX_ARCHIVE_BYTES or len(entries) > MAX_ENTRIES:
        raise UnreadableDocument(document, "zip_bomb")
    if not any(entry.filename.startswith(folder) for entry in entries):
        raise UnreadableDocument(document, "mislabelled")


def check_streams(data: bytes, document: str) -> None:
    """Make sure that what the pages of a PDF draw unpacks to a size that can be read; pictures may be larger.

    Raises:
        UnreadableDocument: it unpacks to more than a document should.
    """
    total = 0
    for size in _stream_sizes(data):
        total += size
        if size > MAX_STREAM_BYTES or total > MAX_STREAMS_BYTES:
            raise UnreadableDocument(document, "zip_bomb")


def _stream_sizes(data: bytes) -> Iterator[int]:
    """Yield how large each compressed stream is, counted a little beyond the limit at most."""
    before = 0
    for match in _STREAM.finditer(data):
        if match.start() < before:
            continue
        head = data[max(before, match.start() - _DICTIONARY_BYTES) : match.start()].rpartition(b"obj")[2]
        end = data.find(b"endstream", match.end())
        before = end if end >= 0 else len(data)
        filters = len(_FILTER.findall(head))
        if filters and b"/Image" not in head:
            yield _unpacked_size(memoryview(data)[match.end() : before], filters=min(filters, _NESTING))


def _unpacked_size(packed: memoryview, *, filters: int) -> int:
    """Return the size of a stream after `filters` rounds of inflating; 0 for what is not deflated."""
    pieces: Iterator[bytes] = (bytes(packed[at : at + _PIECE]) for at in range(0, len(packed), _PIECE))
    for _ in range(filters):
        pieces = _inflate(pieces)
    size = 0
    try:
        for piece in pieces:
            size += len(piece)
            if size > MAX_STREAM_BYTES:
                break
    except zlib.error:
        # Encrypted, encoded in another way, or damaged: its reader says so.
        return size
    return size


def _inflate(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield what pieces of a deflated stream unpack to, in pieces that stay small whatever they hold."""
    inflater = zlib.decompressobj()
    for piece in pieces:
        waiting = piece
        while waiting and not inflater.eof:
            yield inflater.decompress(waiting, _PIECE)
            waiting = inflater.unconsumed_tail
        if inflater.eof:
            return
