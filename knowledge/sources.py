"""Finding the files of an ingest, and telling whether one has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge.parsing import is_document

# Part of the content hash: a better parser or chunker re-reads every file once.
PIPELINE = "2"
_HASH_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read: where it is, the root it was found under, and the name people see."""

    file: Path
    root: Path
    path: str


def walk(root: Path) -> Iterator[Path]:
    """Yield the files below a folder by name, hidden ones left out; a symlink loop is walked once."""
    seen: set[Path] = set()
    stack = [root]
    while stack:
        folder = stack.pop()
        resolved = folder.resolve()
        if resolved in seen:
            continue
        seen.add(resolved)
        try:
            entries = sorted(folder.iterdir())
        except OSError:
            continue
        for entry in entries:
            if entry.name.startswith(".") or entry.name.startswith("~$"):
                continue
            if entry.is_dir():
                stack.append(entry)
            elif entry.is_file():
                yield entry


def collect_sources(paths: Sequence[Path], roots: Sequence[str]) -> tuple[dict[str, SourceFile], list[str]]:
    """Return the files to read by absolute path, and the folders that were walked.

    A path below a root that was ingested before keeps that root, so its documents keep their names.
    """
    sources: dict[str, SourceFile] = {}
    folders: list[str] = []
    for path in paths:
        resolved = path.resolve()
        base = resolved if resolved.is_dir() else resolved.parent
        root = next((Path(known) for known in roots if base.is_relative_to(known)), base)
        files = walk(resolved) if resolved.is_dir() else iter([resolved])
        if resolved.is_dir():
            folders.append(str(resolved))
        for file in files:
            if is_document(file):
                sources[str(file)] = SourceFile(file, root, file.relative_to(root).as_posix())
    return sources, folders


def hash_file(path: Path) -> str:
    """Return what tells whether a file has to be read again."""
    digest = hashlib.sha256(PIPELINE.encode())
    with path.open("rb") as file:
        while block := file.read(_HASH_BLOCK):
            digest.update(block)
    return digest.hexdigest()
