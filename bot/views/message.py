"""What a view returns for a message: blocks, and the text that a notification reads."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from slack_sdk.models.blocks import Block, MarkdownTextObject

from bot.mrkdwn import shorten

# https://docs.slack.dev/reference/methods/chat.postMessage#truncating
TEXT_LIMIT = 3000
SECTION_LIMIT = 3000
FIELD_LIMIT = 2000
MARKDOWN_LIMIT = 12_000


@dataclass(frozen=True, slots=True)
class Message:
    """A message ready to send.

    Attributes:
        text: Reads well alone, in a notification or where blocks are refused.
        blocks: Block Kit as plain data, checked against Slack's limits when built.
        stream: The body in Markdown pieces, in order, for a streamed reply; empty when it is not streamed.
        closing: The blocks that stand under a streamed body.
    """

    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    stream: tuple[str, ...] = ()
    closing: list[dict[str, Any]] = field(default_factory=list)


def to_plain(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """Return blocks as plain data.

    Raises:
        slack_sdk.errors.SlackObjectFormationError: A block breaks one of Slack's limits.
    """
    return [block.to_dict() for block in blocks]


def prose(text: str) -> MarkdownTextObject:
    """Return mrkdwn for a section; what is too long for Slack is cut at a word."""
    return MarkdownTextObject(text=shorten(text, SECTION_LIMIT))


def cell(text: str) -> MarkdownTextObject:
    """Return mrkdwn for a section's field or a context line; what is too long for Slack is cut at a word."""
    return MarkdownTextObject(text=shorten(text, FIELD_LIMIT))
