"""The form that turns an expert's answer into a reviewed note, and the word that it is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from slack_sdk.models.blocks import (
    ContextBlock,
    DatePickerElement,
    InputBlock,
    Option,
    PlainTextInputElement,
    RadioButtonsElement,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from bot.mrkdwn import fact, format_day
from bot.views.fields import FIELD, build_family_options, read_field
from bot.views.message import Message, cell, to_plain
from bot.views.payloads import NoteRef
from knowledge.documents import Audience
from knowledge.notes import NoteDraft

TITLE_LIMIT, QUESTION_LIMIT, TEXT_LIMIT = 150, 1_000, 3_000
# Slack refuses an option without a value.
_ALL = "*"
_AUDIENCES = {
    Audience.INTERNAL: "Our own people",
    Audience.PARTNER: "Our own people and partners",
    Audience.PUBLIC: "Everybody",
}


@dataclass(frozen=True, slots=True)
class NoteFields:
    """What the form shows first, and what it brings back."""

    title: str
    question: str
    text: str
    family: str | None
    audience: Audience
    review_on: date
    expires_on: date


def build_note_form(
    ref: NoteRef, fields: NoteFields, *, families: Sequence[str], author: str, hint: str = ""
) -> View:
    """Build the form. Whoever sends it vouches for the note.

    Args:
        families: What may be chosen from, besides all products.
        author: Whom the note will name.
        hint: One more thing to consider; "" for nothing.
    """
    options = build_family_options(families, first=Option(text="All products", value=_ALL))
    chosen = next((option for option in options if option.value == fields.family), options[0])
    who = [Option(text=label, value=audience.value) for audience, label in _AUDIENCES.items()]
    author = fact(author, 80)
    promise = (
        f"It is cited as “Note by {author}, reviewed” today. By saving it you confirm that it is right. "
    )
    promise += fact(hint, 300)
    return View(
        type="modal",
        callback_id="note_form",
        title="Save as knowledge",
        submit="Save",
        close="Cancel",
        private_metadata=ref.encode(),
        blocks=[
            _text("title", "Title", fields.title, limit=TITLE_LIMIT),
            _text(
                "question",
                "The question it answers",
                fields.question,
                limit=QUESTION_LIMIT,
                hint="In the words people ask with; it helps to find the note.",
                is_optional=True,
            ),
            _text(
                "text",
                "The answer",
                fields.text,
                limit=TEXT_LIMIT,
                hint="Numbered lines become steps, “WARNING: …” becomes a hazard notice.",
                is_long=True,
            ),
            InputBlock(
                block_id="family",
                label="Product family",
                element=StaticSelectElement(action_id=FIELD, options=options, initial_option=chosen),
            ),
            InputBlock(
                block_id="audience",
                label="Who may read it",
                element=RadioButtonsElement(
                    action_id=FIELD,
                    options=who,
                    initial_option=who[list(_AUDIENCES).index(fields.audience)],
                ),
            ),
            _day("review_on", "Look at it again on", fields.review_on),
            _day("expires_on", "Not cited any more after", fields.expires_on),
            ContextBlock(elements=[cell(promise.strip())]),
        ],
    )


def read_note_form(values: Mapping[str, Any]) -> NoteFields:
    """Return what was filled in; `values` is the view's state."""
    family = read_field(values, "family")
    return NoteFields(
        title=read_field(values, "title"),
        question=read_field(values, "question"),
        text=read_field(values, "text"),
        family=None if family == _ALL else family,
        audience=Audience(read_field(values, "audience")),
        review_on=date.fromisoformat(read_field(values, "review_on")),
        expires_on=date.fromisoformat(read_field(values, "expires_on")),
    )


def build_note_saved(draft: NoteDraft) -> Message:
    """Build the word that a note is kept, for whom and until when."""
    about = f" about {fact(', '.join(draft.products), 60)}" if draft.products else ""
    text = (
        f":white_check_mark: Saved as knowledge: *{fact(draft.title)}*{about}. "
        f"For: {_AUDIENCES[draft.audience].lower()}. Look at it again on {format_day(draft.review_on)}; "
        f"not cited after {format_day(draft.expires_on)}."
    )
    return Message(text=text, blocks=to_plain([ContextBlock(elements=[cell(text)])]))


def _text(
    block_id: str,
    label: str,
    value: str,
    *,
    limit: int,
    hint: str | None = None,
    is_long: bool = False,
    is_optional: bool = False,
) -> InputBlock:
    element = PlainTextInputElement(
        action_id=FIELD,
        initial_value=value[:limit] or None,
        multiline=is_long,
        max_length=limit,
    )
    return InputBlock(block_id=block_id, label=label, element=element, hint=hint, optional=is_optional)


def _day(block_id: str, label: str, day: date) -> InputBlock:
    element = DatePickerElement(action_id=FIELD, initial_date=day.isoformat())
    return InputBlock(block_id=block_id, label=label, element=element)
