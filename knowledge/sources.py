"""Finding the files of an ingest, and telling whether one has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.language.unseen import strip_unseen
from knowledge.parsing import is_document

# What folders hold beside documents; nobody means it to be read.
_LITTER_NAMES = frozenset(("thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r"))
_LITTER_KINDS = frozenset(
    (".tmp", ".temp", ".bak", ".swp", ".swo", ".lock", ".lnk", ".url", ".part", ".crdownload", ".pyc")
)
# Part of the content hash: a better parser or chunker re-reads every file once.
PIPELINE = "4"
_HASH_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read: where it is, the root it was found under, and the name people see."""

    file: Path
    root: Path
    path: str


@dataclass(slots=True)
class Walk:
    """What lies below a folder: documents in order, and what could not be read, each with its reason.

    `skipped` are files of kinds that are not read.
    """

    files: list[Path] = field(default_factory=list)
    skipped: list[Path] = field(default_factory=list)
    refused: list[tuple[Path, str]] = field(default_factory=list)


@dataclass(slots=True)
class Sources:
    """What an ingest has to read.

    `files` by absolute path; `folders` were walked; `unlisted` are files and folders in them that could not be
    opened, so that nobody knows what they hold; `refused` are names with their reasons; `skipped` are the names of
    files in them of kinds that are not read.
    """

    files: dict[str, SourceFile] = field(default_factory=dict)
    folders: list[str] = field(default_factory=list)
    unlisted: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def walk(root: Path) -> Walk:
    """Return the documents below a folder by name, hidden ones left out; a symlink loop is walked once.

    A link is followed while it stays inside the folder. One that leads out of it is refused: whoever may
    write into the folder must not be able to show files from elsewhere on the machine.
    """
    found = Walk()
    top = root.resolve()
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
            found.refused.append((folder, "unreadable"))
            continue
        for entry in entries:
            if entry.name.startswith((".", "~$")):
                continue
            kind = _tell_kind(entry, top)
            if kind == "folder":
                stack.append(entry)
            elif kind == "file" and is_document(entry):
                found.files.append(entry)
            elif kind == "file" and not _is_litter(entry):
                found.skipped.append(entry)
            elif kind not in ("folder", "file") and (kind == "link_outside" or is_document(entry)):
                found.refused.append((entry, kind))
    return found


def _is_litter(entry: Path) -> bool:
    """Tell whether a file is what systems and programs leave behind."""
    name = entry.name.lower()
    return name in _LITTER_NAMES or name.endswith("~") or Path(name).suffix in _LITTER_KINDS


def _tell_kind(entry: Path, top: Path) -> str:
    """Return "folder", "file", or why it is neither: "link_outside", "unreadable"."""
    try:
        if entry.is_symlink() and not entry.resolve().is_relative_to(top):
            return "link_outside" if entry.is_dir() or is_document(entry) else "file"
        if entry.is_dir():
            return "folder"
        # Else it is a link to nothing or to itself, a pipe, a device.
        return "file" if entry.is_file() else "unreadable"
    except (OSError, RuntimeError):
        return "unreadable"


def collect_sources(paths: Sequence[Path], roots: Sequence[str]) -> Sources:
    """Return what is to be read below these paths.

    A path below a root that was ingested before keeps that root, so its documents keep their names.
    """
    sources = Sources()
    for path in paths:
        resolved = path.resolve()
        base = resolved if resolved.is_dir() else resolved.parent
        root = next((Path(known) for known in roots if base.is_relative_to(known)), base)
        if resolved.is_dir():
            found = walk(resolved)
            sources.folders.append(str(resolved))
        elif is_document(resolved):
            found = Walk(files=[resolved])
        else:
            found = Walk(refused=[(resolved, "unknown_format")])
        for file in found.files:
            _add(sources, file, root)
        sources.skipped += [shown_name(file.relative_to(root).as_posix()) for file in found.skipped]
        for file, reason in found.refused:
            sources.refused.append((shown_name(file.relative_to(root).as_posix()), reason))
            if reason == "unreadable":
                sources.unlisted.append(str(file))
    return sources


def _add(sources: Sources, file: Path, root: Path) -> None:
    name = file.relative_to(root).as_posix()
    try:
        str(file).encode("utf-8")
    except UnicodeEncodeError:
        sources.refused.append((shown_name(name), "bad_name"))
        return
    sources.files[str(file)] = SourceFile(file, root, shown_name(name))


def shown_name(name: str) -> str:
    """Return a file's name as people and terminals may see it.

    Characters that nobody sees, ends of lines, tabs and bytes that are no text are spelled out, and so is the
    backslash that this takes: a name is one line, shows what it is, and stays apart from every other.
    """
    return "".join(
        character
        if strip_unseen(character) == character and character not in "\n\t\\"
        else character.encode("unicode_escape").decode("ascii")
        for character in name
    )


def hash_file(path: Path) -> str:
    """Return what tells whether a file has to be read again."""
    digest = hashlib.sha256(PIPELINE.encode())
    with path.open("rb") as file:
        while block := file.read(_HASH_BLOCK):
            digest.update(block)
    return digest.hexdigest()
