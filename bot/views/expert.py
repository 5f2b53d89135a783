"""A question among experts, its answer on the way back, and what stands under both."""

from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    DividerBlock,
    InputBlock,
    PlainTextInputElement,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.mrkdwn import escape_mrkdwn, fact, shorten, split_mrkdwn
from bot.views.answer import locate
from bot.views.fields import FIELD
from bot.views.message import SECTION_LIMIT, Message, cell, prose, to_plain
from bot.views.payloads import ReplyRef
from knowledge.documents import Audience
from knowledge.replies import Citation

_QUESTION_LIMIT = 2_000
_ANSWER_LIMIT = 600
_LINE_LIMIT = 200
_TRIED = 8
_WHOLE = 39_000  # chat.postMessage takes 40,000 characters.
_READERS = {
    Audience.INTERNAL: "",
    Audience.PARTNER: (
        ":warning: *A partner reads your answer.* Write what a partner may know: no internal documents, prices or "
        "other customers' names."
    ),
    Audience.PUBLIC: (":warning: *People from outside read your answer.* Write only what anybody may know."),
}


@dataclass(frozen=True, slots=True)
class ExpertCase:
    """What experts are told.

    Attributes:
        asker: Who asks, with role and partner.
        family: The product family, None when it is unknown.
        readers: Who reads the answer where it goes.
        machine: The machine, customer and site, in lines; as far as everybody in the experts' channel may know.
        earlier: What was asked before in the same thread, oldest first.
        tried: What was ruled out already, in order.
        answer: What the documents answered, when it was no help; "" after an abstention.
        complaint: Why it was no help; None when nothing was said.
        pages: The pages that came nearest.
    """

    asker: str
    family: str | None
    readers: Audience
    question: str
    machine: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    tried: tuple[str, ...] = ()
    answer: str = ""
    complaint: str | None = None
    pages: tuple[Citation, ...] = ()


def build_expert_question(case: ExpertCase) -> Message:
    """Build the root of an experts' thread: who asks what about which machine, and what was tried."""
    family = f" about {fact(case.family, 60)}" if case.family else ""
    asked = escape_mrkdwn(shorten(case.question, _QUESTION_LIMIT))
    quoted = "\n".join(f"> {line}" for line in asked.splitlines() or [""])
    head = f":question: *Question{family}* from {fact(case.asker, _LINE_LIMIT)}\n{quoted}"
    blocks: list[Block] = [SectionBlock(text=prose(head))]
    if case.machine:
        blocks.append(SectionBlock(text=prose("*Machine*\n" + _lines(case.machine))))
    if case.earlier:
        blocks.append(SectionBlock(text=prose("*Asked before it*\n" + _bullets(case.earlier))))
    if case.tried:
        blocks.append(SectionBlock(text=prose("*Already tried*\n" + _bullets(case.tried[:_TRIED]))))
    blocks += _documents(case)
    blocks.append(DividerBlock())
    if _READERS[case.readers]:
        blocks.append(SectionBlock(text=prose(_READERS[case.readers])))
    how = (
        "Answer in this thread. Each reply of an expert, manager or admin goes to the asker as it is written, with the "
        "name; files stay here. A reply that mentions me stays here too."
    )
    blocks.append(ContextBlock(elements=[cell(how)]))
    text = f"Question{family} from {case.asker}: {case.question}"
    return Message(text=fact(text, 300), blocks=to_plain(blocks))


def build_expert_answer(name: str, text: str, *, ref: ReplyRef, files: int, asker_id: str | None) -> Message:
    """Build the answer as the asker gets it: whole, with the expert's name and a way to ask back.

    Args:
        text: What was written, safe for mrkdwn already (`bot.mrkdwn.relay`); "" when there were only files.
        asker_id: Mentioned where others read along, so that the answer is noticed; None in direct messages.
    """
    mention = f"<@{asker_id}> " if asker_id else ""
    blocks: list[Block] = [SectionBlock(text=prose(f":bulb: {mention}*{fact(name)}* answers:"))]
    blocks += [SectionBlock(text=prose(part)) for part in split_mrkdwn(text, SECTION_LIMIT) if part.strip()]
    if files:
        noun = "A file stays" if files == 1 else f"{files} files stay"
        blocks.append(
            ContextBlock(elements=[cell(f"{noun} with the experts. Ask back for what you need of it.")])
        )
    back = ButtonElement(text="Ask back", action_id="expert_ask_back", value=ref.encode())
    blocks.append(ActionsBlock(elements=[back]))
    # Where blocks are refused the text stands alone, and has to be whole then.
    return Message(text=shorten(f"{fact(name)} answers: {text}", _WHOLE), blocks=to_plain(blocks))


def build_forwarded(asker: str, *, ref: ReplyRef, remark: str = "") -> Message:
    """Build what stands under an expert's reply: it arrived, and may be kept for the next who asks."""
    text = f"Sent to {fact(asker)}.{' ' + escape_mrkdwn(remark) if remark else ''}"
    save = ButtonElement(text="Save as knowledge", action_id="note_open", value=ref.encode())
    blocks: list[Block] = [ContextBlock(elements=[cell(text)]), ActionsBlock(elements=[save])]
    return Message(text=text, blocks=to_plain(blocks))


def build_asked_back(asker: str, text: str) -> Message:
    """Build the asker's further question in the experts' thread; it is escaped here."""
    asked = escape_mrkdwn(shorten(text, _QUESTION_LIMIT))
    quoted = "\n".join(f"> {line}" for line in asked.splitlines() or [""])
    body = f":question: *{fact(asker)}* asks back:\n{quoted}"
    return Message(
        text=fact(f"{asker} asks back: {text}", 300), blocks=to_plain([SectionBlock(text=prose(body))])
    )


def build_ask_back_form(ref: ReplyRef) -> View:
    """Build the form for a further question to the expert."""
    return View(
        type="modal",
        callback_id="ask_back_form",
        title="Ask back",
        submit="Send",
        close="Cancel",
        private_metadata=ref.encode(),
        blocks=[
            InputBlock(
                block_id="question",
                label="Your question to the expert",
                element=PlainTextInputElement(
                    action_id=FIELD, multiline=True, max_length=_QUESTION_LIMIT, focus_on_load=True
                ),
            )
        ],
    )


def _documents(case: ExpertCase) -> list[Block]:
    blocks: list[Block] = []
    if case.answer:
        why = f" ({fact(case.complaint)})" if case.complaint else ""
        body = escape_mrkdwn(shorten(case.answer, _ANSWER_LIMIT))
        blocks.append(SectionBlock(text=prose(f"*The documents' answer was no help{why}*\n{body}")))
    if case.pages:
        label = "From" if case.answer else "The documents don't answer it. Nearest pages"
        lines = list(dict.fromkeys(locate(page) for page in case.pages))
        blocks.append(ContextBlock(elements=[cell(f"{label}:"), *(cell(line) for line in lines)][:10]))
    elif not case.answer:
        blocks.append(ContextBlock(elements=[cell("The documents don't answer it, and no page comes near.")]))
    return blocks


def _lines(parts: Sequence[str]) -> str:
    return "\n".join(fact(part, _LINE_LIMIT) for part in parts)


def _bullets(parts: Sequence[str]) -> str:
    return "\n".join(f"• {fact(part, _LINE_LIMIT)}" for part in parts)
