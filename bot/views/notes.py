"""Short messages: a single sentence that somebody needs, with its notification text."""

from collections.abc import Sequence
from dataclasses import replace

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, ContextBlock, SectionBlock

from bot.mrkdwn import escape_mrkdwn, shorten
from bot.views.message import Message, cell, prose, to_plain


def build_note(sentence: str) -> Message:
    """Build a message of one plain sentence; it is escaped here."""
    text = shorten(escape_mrkdwn(sentence), 2900)
    return Message(text=text, blocks=to_plain([SectionBlock(text=prose(text))]))


def build_danger_note(emergency_contact: str | None) -> Message:
    """Build what comes before any answer when somebody is in danger.

    Args:
        emergency_contact: Whom the company wants to be called, as it writes it; None without one.
    """
    sentences = [
        "Get everybody out of the danger zone and keep others away.",
        "Call the emergency number if anyone is hurt, or if there is fire, smoke or gas.",
        "Switch off only what you can reach safely; don't open the machine.",
    ]
    if emergency_contact:
        sentences.append(f"Then call {emergency_contact}.")
    text = escape_mrkdwn(" ".join(sentences))
    return Message(
        text=shorten(f"People first. {text}", 2900),
        blocks=to_plain(
            [SectionBlock(text=prose(shorten(f":rotating_light: *People first.* {text}", 2900)))]
        ),
    )


def with_remark(message: Message, sentence: str) -> Message:
    """Return the message with a small remark above it."""
    remark = to_plain([ContextBlock(elements=[cell(escape_mrkdwn(sentence))])])
    return replace(message, blocks=[*remark, *message.blocks], stream=())


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
