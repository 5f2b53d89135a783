"""Pictures in blocks that are files of the workspace: which may stand there, and who is shown them."""

import copy
import time
from collections.abc import Iterator, Sequence
from typing import Any

from bot.demo.workspace.core import Core
from bot.demo.workspace.records import Json
from bot.demo.workspace.refusals import Refusal

TYPES = ("image/png", "image/jpeg", "image/gif")


def check_pictures(core: Core, blocks: Sequence[Json], *, pointer: str, error: str) -> None:
    """Raise Refusal `error` for a picture whose file isn't there, is no picture, or is not looked through yet.

    https://docs.slack.dev/reference/block-kit/composition-objects/slack-file-object
    """
    problems = [
        f"invalid slack file [json-pointer:{pointer}{at}/slack_file]"
        for at, picture in _iter_pictures(blocks, "")
        if not _is_usable(core, picture["slack_file"])
    ]
    if problems:
        raise Refusal(error, problems=problems)


def show_pictures(core: Core, blocks: list[Json], *, viewer: str) -> list[Json]:
    """Return the blocks with an address for every picture, which this person may load from now on."""
    if not any(True for _ in _iter_pictures(blocks, "")):
        return blocks
    shown = copy.deepcopy(blocks)
    for _, picture in _iter_pictures(shown, ""):
        file = _find(core, picture["slack_file"])
        if file is not None:
            file.viewers.add(viewer)
            picture["slack_file"]["url"] = f"/page/files/{file.id}?as={viewer}"
    return shown


def _is_usable(core: Core, source: Json) -> bool:
    file = _find(core, source)
    return (
        file is not None
        and file.is_complete
        and not file.is_deleted
        and file.mimetype in TYPES
        and time.monotonic() >= file.ready_at_s
    )


def _find(core: Core, source: Json) -> Any:
    if "id" in source:
        return core.state.files.get(str(source["id"]))
    return next((one for one in core.state.files.values() if f"/{one.id}/" in str(source.get("url"))), None)


def _iter_pictures(node: Any, pointer: str) -> Iterator[tuple[str, Json]]:
    """Yield every image with a file of the workspace, block or element, however deep, with where it stands."""
    if isinstance(node, dict):
        if node.get("type") == "image" and isinstance(node.get("slack_file"), dict):
            yield pointer, node
        for key, value in node.items():
            yield from _iter_pictures(value, f"{pointer}/{key}")
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _iter_pictures(item, f"{pointer}/{index}")
