"""Short messages: a single sentence that somebody needs, with its notification text."""

from collections.abc import Sequence

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, SectionBlock

from bot.mrkdwn import escape_mrkdwn, shorten
from bot.views.message import Message, prose, to_plain


def build_note(sentence: str) -> Message:
    """Build a message of one plain sentence; it is escaped here."""
    text = shorten(escape_mrkdwn(sentence), 2900)
    return Message(text=text, blocks=to_plain([SectionBlock(text=prose(text))]))


def build_link_note(sentence: str, *, label: str, url: str) -> Message:
    """Build a sentence with a button that opens a place in Slack."""
    text = escape_mrkdwn(sentence)
    blocks: list[Block] = [
        SectionBlock(text=prose(text)),
        ActionsBlock(elements=[ButtonElement(text=label, action_id="thread_link", url=url)]),
    ]
    return Message(text=text, blocks=to_plain(blocks))


def build_welcome(title: str, prompts: Sequence[str]) -> dict[str, object]:
    """Build the suggested prompts of the messages tab: a title and up to four questions, each its own label."""
    return {
        "title": title,
        "prompts": [{"title": shorten(text, 75), "message": text} for text in prompts[:4]],
    }
