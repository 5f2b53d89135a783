"""Whole messages and views: how many blocks, which ids twice, and what a view needs beside them."""

import copy
import json
from collections.abc import Iterator
from typing import Any

from bot.demo.workspace.blocks.checking import PLAIN, Checker, Json, Surface
from bot.demo.workspace.blocks.layout import MARKDOWN_CHARACTERS, check_block
from bot.demo.workspace.minting import Mint
from bot.demo.workspace.refusals import Refusal

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
VIEW_CHARACTERS = 250_000
# At most so many blocks of these types in one message.
ONCE_A_MESSAGE = {"table": 1, "data_table": 1, "data_visualization": 2}
VIEW_KEYS = {
    "modal": {"type", "title", "blocks", "close", "submit", "private_metadata", "callback_id", "external_id"}
    | {"clear_on_close", "notify_on_close", "submit_disabled"},
    "home": {"type", "blocks", "private_metadata", "callback_id", "external_id"},
}


def check_message_blocks(blocks: Any) -> list[Json]:
    """Return the blocks of a message when Slack would take them.

    Raises:
        Refusal: `invalid_blocks_format`, `invalid_blocks` or `msg_blocks_too_long`.
    """
    if not isinstance(blocks, list):
        raise Refusal("invalid_blocks_format")
    checker = _check_blocks(blocks, surface="message", maximum=MESSAGE_BLOCKS, pointer="/blocks")
    kinds = [block.get("type") for block in blocks if isinstance(block, dict)]
    for kind, maximum in ONCE_A_MESSAGE.items():
        if kinds.count(kind) > maximum:
            checker.report("/blocks", f"no more than {maximum} {kind} blocks allowed")
    if checker.problems:
        raise Refusal("invalid_blocks", problems=checker.problems)
    if checker.markdown_characters > MARKDOWN_CHARACTERS:
        raise Refusal("msg_blocks_too_long", problems=["markdown text must be less than 12001 characters"])
    return blocks


def check_view(view: Any, *, surface: Surface) -> Json:
    """Return the view when Slack would take it.

    Raises:
        Refusal: `invalid_arguments` or `view_too_large`.
    """
    checker = Checker(surface)
    body = checker.mapping(view, "/view")
    if body is None:
        raise Refusal("invalid_arguments", problems=checker.problems)
    if body.get("type") != surface:
        raise Refusal("invalid_arguments", problems=[f"must be a {surface} view [json-pointer:/view/type]"])
    if len(json.dumps(body, ensure_ascii=False)) > VIEW_CHARACTERS:
        raise Refusal("view_too_large")
    checker.keys(body, "/view", allowed=VIEW_KEYS[surface])
    for key in ("close", "submit"):
        checker.text(body, key, "/view", maximum=24, kinds=PLAIN)
    checker.text(body, "title", "/view", maximum=24, kinds=PLAIN, required=surface == "modal")
    for key, maximum in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        # Slack takes these three empty, unlike texts.
        if body.get(key) != "":
            checker.string(body, key, "/view", maximum=maximum)
    for key in ("clear_on_close", "notify_on_close"):
        checker.boolean(body, key, "/view")
    blocks = checker.items(body, "blocks", "/view", maximum=VIEW_BLOCKS, minimum=0)
    inner = _check_blocks(blocks, surface=surface, maximum=VIEW_BLOCKS, pointer="/view/blocks")
    checker.problems.extend(inner.problems)
    has_input = any(isinstance(block, dict) and block.get("type") == "input" for block in blocks)
    if surface == "modal" and has_input and "submit" not in body:
        checker.report("/view", "missing required field: submit")
    if checker.problems:
        raise Refusal("invalid_arguments", problems=list(dict.fromkeys(checker.problems)))
    return body


def _check_blocks(blocks: list[Any], *, surface: Surface, maximum: int, pointer: str) -> Checker:
    checker = Checker(surface)
    if len(blocks) > maximum:
        checker.report(pointer, f"no more than {maximum} items allowed")
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        check_block(checker, block, f"{pointer}/{index}")
        block_id = block.get("block_id") if isinstance(block, dict) else None
        if block_id in seen:
            checker.report(f"{pointer}/{index}/block_id", f"`block_id` {block_id} already exists")
        elif block_id is not None:
            seen.add(str(block_id))
    return checker


def complete_blocks(blocks: list[Json], mint: Mint) -> list[Json]:
    """Return a copy in which every block has a `block_id` and every element an `action_id`."""
    completed = copy.deepcopy(blocks)
    for block in iter_blocks(completed):
        block.setdefault("block_id", mint.name())
        for element in iter_block_elements(block):
            if element.get("type") != "image":
                element.setdefault("action_id", mint.name())
    return completed


def iter_blocks(blocks: list[Json]) -> Iterator[Json]:
    """Yield every block, those inside containers and carousels too."""
    for block in blocks:
        yield block
        if block["type"] == "container":
            yield from iter_blocks(block["child_blocks"])
        elif block["type"] == "carousel":
            yield from iter_blocks(block["elements"])


def iter_block_elements(block: Json) -> Iterator[Json]:
    """Yield the interactive elements that a block holds itself."""
    kind = block["type"]
    if kind in ("actions", "context_actions"):
        yield from block["elements"]
    elif kind == "card":
        yield from block.get("actions", ())
    elif kind == "section" and "accessory" in block:
        yield block["accessory"]
    elif kind == "input":
        yield block["element"]


def iter_elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Yield every interactive element with the block it stands in."""
    for block in iter_blocks(blocks):
        for element in iter_block_elements(block):
            if element.get("type") != "image":
                yield block, element
