"""What the indexes in a folder show: which database, up to which revision, how far the vector file reaches."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.errors import IndexUnavailable
from knowledge.storage.vector_file import Extent

FORMAT = 7


@dataclass(frozen=True, slots=True)
class Shown:
    """What an index folder shows. `instance` names the database; "" and revision 0 show nothing."""

    instance: str = ""
    revision: int = 0
    extent: Extent = field(default_factory=Extent)


def read_state(directory: Path) -> Shown:
    """Return what the folder shows; nothing when that is unknown or of another format."""
    try:
        state = json.loads((directory / "state.json").read_text(encoding="utf-8"))
        if state["format"] != FORMAT:
            return Shown()
        extent = Extent(int(state["vectors"]["generation"]), int(state["vectors"]["rows"]))
        return Shown(str(state["instance"]), int(state["revision"]), extent)
    except (OSError, ValueError, KeyError, TypeError):
        return Shown()


def discard_older(directory: Path) -> None:
    """Delete the indexes of a folder that another version of this program made; SQL holds what they are made of."""
    try:
        state = json.loads((directory / "state.json").read_text(encoding="utf-8"))
        is_ours = state["format"] == FORMAT
    except (OSError, ValueError, KeyError, TypeError):
        is_ours = False
    if not is_ours:
        for name in ("lexical", "dense", "vectors"):
            shutil.rmtree(directory / name, ignore_errors=True)


def write_state(directory: Path, shown: Shown) -> None:
    """Write it down in one step. Raises IndexUnavailable."""
    path = directory / "state.json"
    scratch = path.with_suffix(".tmp")
    state = {
        "format": FORMAT,
        "instance": shown.instance,
        "revision": shown.revision,
        "vectors": {"generation": shown.extent.generation, "rows": shown.extent.rows},
    }
    try:
        with scratch.open("w", encoding="utf-8") as file:
            json.dump(state, file)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
    except OSError as error:
        raise IndexUnavailable("state", type(error).__name__) from error
