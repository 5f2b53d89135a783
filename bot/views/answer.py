"""An answer as a Slack message: hazards first, steps in order, every line cited."""

import re
from collections.abc import Iterable, Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextActionsBlock,
    ContextBlock,
    DividerBlock,
    FeedbackButtonsElement,
    MarkdownBlock,
)
from slack_sdk.models.blocks.basic_components import FeedbackButtonObject

from bot.mrkdwn import escape_markdown, escape_mrkdwn, shorten
from bot.views.message import MARKDOWN_LIMIT, TEXT_LIMIT, Message, cell, to_plain
from bot.views.payloads import Reaction, TurnRef
from knowledge.replies import Answer, Citation, Notice, Statement

_LEVELS = {
    "danger": ":no_entry: DANGER",
    "warning": ":warning: WARNING",
    "caution": ":warning: CAUTION",
    "notice": ":information_source: NOTICE",
}
_SHORT_FORM = "Short form: in the documents' own words."
_SHORT_FORMS = {
    "cut_off": "Completed in the documents' own words.",
    "incomplete": "Completed in the documents' own words.",
}
_SOURCE_LIMIT = 260
_CONTEXT_ELEMENTS = 10
_LABEL_LIMIT = 40
_NEXT_CELL = re.compile(r"; (?=[^:;]{1,40}: )")

ABSTENTION = {
    "no_documents": "There are no documents for you to search yet. An admin can add them with `attache ingest`.",
    "unknown_code": "That code or number is in none of the documents you may read, so I won't guess.",
    "empty_question": "Ask me anything about the machine: an error code, a step, a torque, a part number.",
    "no_evidence": "The documents don't answer this, so I won't guess.",
}


def build_answer(answer: Answer, *, turn_id: str, bench: str | None) -> Message:
    """Build the message for an answer or an honest abstention.

    Args:
        answer: What the documents say.
        turn_id: The logged turn that the feedback buttons speak about.
        bench: The machine the search was narrowed to, or None.
    """
    parts: tuple[Notice | Statement, ...] = (*answer.notices, *answer.statements)
    pieces = _abstention(answer) if answer.abstained else render_parts(parts)
    elsewhere = _say_elsewhere(answer, bench)
    # What a model words was shown while it was written: there it comes after the last line, else before the first.
    if elsewhere and answer.composed_by is None:
        hazards = len(answer.notices)
        pieces = (*pieces[:hazards], elsewhere, *pieces[hazards:])
    elif elsewhere:
        pieces = (*pieces, f"\n{elsewhere}")
    closing = to_plain(_closing(answer, turn_id=turn_id, bench=bench))
    body = "".join(pieces)
    blocks = [MarkdownBlock(text=part).to_dict() for part in _cut(body)] + closing
    return Message(text=shorten(_fallback(answer), TEXT_LIMIT), blocks=blocks, stream=pieces, closing=closing)


def build_rest(statements: Sequence[Statement], *, citations: Sequence[Citation]) -> Message:
    """Build the message that opens the rest of an answer, as logged, with its sources."""
    body = "".join(render_statements(statements))
    blocks: list[Block] = [MarkdownBlock(text=part) for part in _cut(body)]
    blocks += build_sources(citations)
    return Message(text="The rest of the answer.", blocks=to_plain(blocks))


def render_statements(statements: Iterable[Statement]) -> tuple[str, ...]:
    """Return statements as Markdown lines: steps keep their numbers, rows and sentences stand as they are."""
    lines = []
    was_item = False
    for statement in statements:
        flat = " ".join(statement.text.split())
        text = _render_row(flat) if statement.kind == "row" else escape_markdown(flat)
        line = f"{text} [{statement.citation}]\n"
        is_item = statement.kind == "row" or (statement.kind == "step" and statement.step is not None)
        if is_item:
            bullet = "-" if statement.kind == "row" else f"{statement.step}."
            lines.append(f"{bullet} {line}")
        else:
            # Without the blank line Markdown would read the sentence as part of the list item above it.
            lines.append(f"{chr(10) if was_item else ''}{line}\n")
        was_item = is_item
    return tuple(lines)


def _render_row(text: str) -> str:
    """Return a table's row, "code: E12; part_number: NP-1", with its labels in bold as people write them."""
    parts = []
    for part in _NEXT_CELL.split(text):
        label, colon, cell_text = part.partition(": ")
        if colon and len(label) <= _LABEL_LIMIT:
            label = label.replace("_", " ").strip()
            parts.append(
                f"**{escape_markdown(label[:1].upper() + label[1:])}:** {escape_markdown(cell_text)}"
            )
        else:
            parts.append(escape_markdown(part))
    return " · ".join(parts)


def render_parts(parts: Iterable[Notice | Statement]) -> tuple[str, ...]:
    """Return notices, then statements, as Markdown pieces; more parts never change the pieces of the first ones."""
    known = list(parts)
    notices = tuple(render_notice(part) for part in known if isinstance(part, Notice))
    return notices + render_statements(part for part in known if isinstance(part, Statement))


def build_stopped(shown: Sequence[str]) -> Message:
    """Build the message of an answer that somebody stopped: what they had read stays."""
    sentence = "Stopped. Ask again when you need it."
    pieces = (*shown, f"\n{sentence}\n") if shown else ()
    blocks: list[Block] = [MarkdownBlock(text=part) for part in _cut("".join(pieces) or sentence)]
    return Message(text=sentence, blocks=to_plain(blocks), stream=pieces)


def render_notice(notice: Notice) -> str:
    """Return a hazard notice as a Markdown quote: its level, its words, its source."""
    label = _LEVELS.get(notice.level, _LEVELS["notice"])
    text = " ".join(notice.text.split())
    return f"> **{label}** {escape_markdown(text)} [{notice.citation}]\n\n"


def _say_elsewhere(answer: Answer, bench: str | None) -> str:
    """Return as a Markdown piece that the documents of the machine on the bench don't answer and others do, or ""."""
    if bench is None or answer.abstained or not answer.widened:
        return ""
    return (
        f"**Nothing for {escape_markdown(bench)} itself.** This is from documents for other machines: "
        "check that it applies.\n\n"
    )


def _abstention(answer: Answer) -> tuple[str, ...]:
    sentence = ABSTENTION.get(answer.reason or "no_evidence", ABSTENTION["no_evidence"])
    if answer.similar_codes:
        likes = {
            near.code: f"**{escape_markdown(near.code)}** [{near.citation}]" for near in answer.similar_codes
        }
        return (
            f"**Not in our documents.** {sentence} Codes that look like it: {', '.join(likes.values())}.\n",
        )
    if answer.nearest:
        return (f"**Not in our documents.** {sentence} The nearest pages are below.\n",)
    return (f"**Not in our documents.** {sentence}\n" if answer.reason != "empty_question" else sentence,)


def _closing(answer: Answer, *, turn_id: str, bench: str | None) -> list[Block]:
    blocks: list[Block] = []
    blocks += build_sources(answer.nearest if answer.abstained else answer.citations)
    remarks = _remarks(answer, bench=bench)
    if remarks:
        blocks.append(ContextBlock(elements=[cell(" ".join(remarks))]))
    if answer.more:
        ref = TurnRef(turn_id=turn_id)
        more = ButtonElement(text=f"More ({len(answer.more)})", action_id="answer_more", value=ref.encode())
        blocks.append(ActionsBlock(elements=[more]))
    if answer.abstained and answer.reason != "empty_question":
        ask = ButtonElement(
            text="Ask an expert", action_id="ask_expert", value=TurnRef(turn_id=turn_id).encode()
        )
        blocks.append(ActionsBlock(elements=[ask]))
    if answer.reason != "empty_question":
        blocks.append(build_feedback(turn_id))
    return blocks


def build_sources(citations: Sequence[Citation]) -> list[Block]:
    """Build the list of sources under an answer, [] when it cites none."""
    if not citations:
        return []
    lines = [cite(citation) for citation in citations]
    parts = [lines[start : start + _CONTEXT_ELEMENTS] for start in range(0, len(lines), _CONTEXT_ELEMENTS)]
    return [DividerBlock(), *(ContextBlock(elements=[cell(line) for line in part]) for part in parts)]


def cite(citation: Citation) -> str:
    """Return a citation as a line of mrkdwn: its number, title, section and page."""
    return f"[{citation.number}] {locate(citation)}"


def locate(citation: Citation) -> str:
    """Return where a citation stands as mrkdwn: title, section and page."""
    parts = [f"*{escape_mrkdwn(shorten(citation.title, 120))}*"]
    if citation.section:
        parts.append(escape_mrkdwn(shorten(citation.section, 120)))
    if citation.page is not None:
        parts.append(f"p. {citation.page}")
    return shorten(" · ".join(parts), _SOURCE_LIMIT)


def _remarks(answer: Answer, *, bench: str | None) -> list[str]:
    remarks = []
    if bench and not answer.abstained and not answer.widened:
        remarks.append(f"For {escape_mrkdwn(bench)}.")
    if answer.unknown_codes and not answer.abstained:
        codes = escape_mrkdwn(shorten(", ".join(answer.unknown_codes), 200))
        remarks.append(f"No document you may read knows {codes}.")
    remarks += [
        f"I read {escape_mrkdwn(read.typed)} as {escape_mrkdwn(read.code)}."
        for read in answer.read_codes
        if not answer.abstained
    ]
    if answer.more_lists:
        remarks.append(answer.hint_at_lists)
    if answer.is_short_form:
        remarks.append(_SHORT_FORMS.get(answer.short_form or "", _SHORT_FORM))
    elif answer.composed_by and not answer.abstained:
        remarks.append("Worded by AI, each line checked against its source.")
    if answer.shortened:
        remarks.append("Your question was long; I read its first part.")
    return remarks


def build_feedback(turn_id: str) -> Block:
    """Build the buttons that ask whether an answer helped."""
    yes, no = (Reaction(turn_id=turn_id, helpful=helpful).encode() for helpful in (True, False))
    return ContextActionsBlock(
        elements=[
            FeedbackButtonsElement(
                action_id="answer_feedback",
                positive_button=FeedbackButtonObject(
                    text="Helpful", value=yes, accessibility_label="This answer helped"
                ),
                negative_button=FeedbackButtonObject(
                    text="Not helpful", value=no, accessibility_label="This answer did not help"
                ),
            )
        ]
    )


def _cut(markdown: str) -> list[str]:
    """Return the body in parts that fit: Slack takes 12,000 characters of Markdown in one message."""
    return [shorten(markdown, MARKDOWN_LIMIT - 1)] if markdown.strip() else []


def _fallback(answer: Answer) -> str:
    if answer.abstained:
        return ABSTENTION.get(answer.reason or "no_evidence", ABSTENTION["no_evidence"])
    return escape_mrkdwn(shorten(answer.text, TEXT_LIMIT // 2))
