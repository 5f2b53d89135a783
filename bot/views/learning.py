"""What managers see of what is to be learnt: gaps in the documents, notes that are due, the experts' channels."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    ConversationFilter,
    ConversationSelectElement,
    DividerBlock,
    HeaderBlock,
    InputBlock,
    Option,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from bot.mrkdwn import escape_mrkdwn, fact, format_day, format_moment, shorten
from bot.views.fields import FIELD, build_family_options
from bot.views.message import cell, prose
from bot.views.payloads import NoteRef
from knowledge.gaps import Gap
from knowledge.notes import Note

_QUESTION_LIMIT = 90
_NOTES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Learning:
    """The facts of the section. `waiting` questions wait for an expert, the oldest since `waiting_since`."""

    gaps: tuple[Gap, ...]
    due_notes: tuple[Note, ...]
    waiting: int
    waiting_since: datetime | None
    days: int


def summarise_learning(learning: Learning) -> list[Block]:
    """Build one line for the top of the page that says what waits further down; [] when nothing does."""
    facts = [
        _count(len(learning.gaps), "gap in the documents", "gaps in the documents"),
        _count(len(learning.due_notes), "note due for review", "notes due for review"),
        _count(learning.waiting, "question waits for an expert", "questions wait for an expert"),
    ]
    text = " · ".join(filter(None, facts))
    return [ContextBlock(elements=[cell(f"{text}: see below the conversions.")])] if text else []


def build_learning(learning: Learning, *, today: date) -> list[Block]:
    """Build the section of the manager's page: a line for each gap, a line with a button for each note that is due."""
    blocks: list[Block] = [DividerBlock(), HeaderBlock(text="Gaps in the documents")]
    if learning.gaps:
        lines = [_gap_line(gap) for gap in learning.gaps]
        blocks += [SectionBlock(text=prose(line)) for line in lines]
        text = f"Unanswered or disliked in the last {learning.days} days, most asked first. All: `attache kb gaps`."
    else:
        text = f"No question of the last {learning.days} days is open."
    blocks.append(ContextBlock(elements=[cell(text)]))
    if learning.waiting and learning.waiting_since is not None:
        noun = "question waits" if learning.waiting == 1 else "questions wait"
        since = format_moment(learning.waiting_since)
        blocks.append(
            ContextBlock(
                elements=[cell(f"{learning.waiting} {noun} for an expert, the oldest since {since}.")]
            )
        )
    blocks += [_note_line(note, today=today) for note in learning.due_notes[:_NOTES_SHOWN]]
    hidden = len(learning.due_notes) - _NOTES_SHOWN
    if hidden > 0:
        blocks.append(ContextBlock(elements=[cell(f"{hidden} more notes are due: `attache kb gaps`.")]))
    button = ButtonElement(text="Experts' channels", action_id="experts_open")
    blocks.append(ActionsBlock(elements=[button]))
    return blocks


def build_channel_form(families: Sequence[str], places: Sequence[tuple[str | None, str]]) -> View:
    """Build the form that sets where questions go.

    Args:
        places: What is set now: (family or None for all others, channel).
    """
    known = [f"• {fact(family) if family else 'Everything else'}: <#{channel}>" for family, channel in places]
    now = "\n".join(known) or "None is set yet, so nobody can ask an expert."
    everything = Option(text="Everything else", value="default")
    options = build_family_options(families, first=everything)
    channels = ConversationFilter(include=["public", "private"], exclude_bot_users=True)
    return View(
        type="modal",
        callback_id="experts_form",
        title="Experts' channels",
        submit="Save",
        close="Cancel",
        blocks=[
            SectionBlock(text=prose(f"Where “Ask an expert” sends questions:\n{now}")),
            InputBlock(
                block_id="family",
                label="Questions about",
                element=StaticSelectElement(action_id=FIELD, options=options, initial_option=everything),
            ),
            InputBlock(
                block_id="channel",
                label="go to",
                hint="A channel of your own people only. Invite me there first.",
                element=ConversationSelectElement(
                    action_id=FIELD, placeholder="Choose a channel", filter=channels
                ),
            ),
        ],
    )


def _count(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}" if number else ""


def _gap_line(gap: Gap) -> str:
    people = "1 person" if gap.people == 1 else f"{gap.people} people"
    about = f" · {escape_mrkdwn(', '.join(gap.families[:2]))}" if gap.families else ""
    head = f"*{fact(gap.questions[0], _QUESTION_LIMIT)}*{about} · {gap.times}× by {people}"
    return f"{head} · {format_day(gap.last_asked.date())} · {escape_mrkdwn(shorten(gap.missing, 200))}"


def _note_line(note: Note, *, today: date) -> Block:
    draft = note.draft
    state = (
        f"expired on {format_day(draft.expires_on)}, not cited any more"
        if note.is_expired(today)
        else f"due for review since {format_day(draft.review_on)}"
    )
    text = f"Note *{fact(draft.title, _QUESTION_LIMIT)}* by {fact(draft.author, 60)} · {state}"
    value = NoteRef(note_id=draft.note_id).encode()
    return SectionBlock(
        text=prose(text), accessory=ButtonElement(text="Review", action_id="note_review", value=value)
    )
