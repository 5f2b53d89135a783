"""After "not helpful": why, in one tap, and where to go from there."""

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    InputBlock,
    PlainTextInputElement,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.views.fields import FIELD
from bot.views.message import Message, prose, to_plain
from bot.views.payloads import Complaint, TurnRef

# What is kept, and how it reads in a sentence.
COMPLAINTS = {
    "wrong": "wrong",
    "outdated": "outdated",
    "incomplete": "incomplete",
    "other_machine": "not my machine",
    "hard_to_read": "hard to read",
}
COMMENT_LIMIT = 1_000


def build_feedback_question(turn_id: str, *, chosen: str | None = None, can_ask: bool = True) -> Message:
    """Build the question why an answer was no help; with `chosen` it thanks for the reason instead.

    Args:
        can_ask: Whether an expert may still be asked.
    """

    def reason(code: str, action_id: str) -> ButtonElement:
        value = Complaint(turn_id=turn_id, reason=code).encode()
        return ButtonElement(text=COMPLAINTS[code].capitalize(), action_id=action_id, value=value)

    blocks: list[Block] = []
    if chosen is None:
        text = "Thanks, noted. I'll count it as a gap in our documents. What was it?"
        reasons = [
            reason("wrong", action_id="feedback_wrong"),
            reason("outdated", action_id="feedback_outdated"),
            reason("incomplete", action_id="feedback_incomplete"),
            reason("other_machine", action_id="feedback_other_machine"),
            reason("hard_to_read", action_id="feedback_hard_to_read"),
        ]
        blocks += [SectionBlock(text=prose(text)), ActionsBlock(elements=reasons)]
    else:
        text = f"Thanks, noted: {COMPLAINTS.get(chosen, 'with your comment')}. It counts as a gap in our documents."
        blocks.append(SectionBlock(text=prose(text)))
    ref = TurnRef(turn_id=turn_id).encode()
    further = [ButtonElement(text="Say more …", action_id="feedback_comment", value=ref)]
    if can_ask:
        further.insert(0, ButtonElement(text="Ask an expert", action_id="ask_expert", value=ref))
    blocks.append(ActionsBlock(elements=further))
    return Message(text=text, blocks=to_plain(blocks))


def build_comment_form(turn_id: str) -> View:
    """Build the form for what doesn't fit into a word."""
    return View(
        type="modal",
        callback_id="feedback_form",
        title="What was missing?",
        submit="Send",
        close="Cancel",
        private_metadata=TurnRef(turn_id=turn_id).encode(),
        blocks=[
            InputBlock(
                block_id="comment",
                label="What was wrong or missing in this answer?",
                hint="Managers read it without your name.",
                element=PlainTextInputElement(
                    action_id=FIELD, multiline=True, max_length=COMMENT_LIMIT, focus_on_load=True
                ),
            )
        ],
    )
