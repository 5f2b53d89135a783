"""An expert's answer kept for the next who asks: the form, its check, and the note in the knowledge base."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from slack_sdk.models.views import View

from bot.access import get_person
from bot.conduct.inbox import Claim
from bot.delivery import SLACK_FAILURES, Place
from bot.deps import Deps
from bot.errors import RoleNotAllowed, apologise, explain
from bot.experts.channels import may_answer
from bot.experts.log import list_replies_until
from bot.experts.replies import find_reply, name_person
from bot.mrkdwn import read_words, shorten
from bot.records import ExpertQuestion, ExpertReply, Turn
from bot.views.note_form import (
    TITLE_LIMIT,
    NoteFields,
    build_note_form,
    build_note_saved,
    read_note_form,
)
from bot.views.notes import build_note
from bot.views.payloads import NoteRef, ReplyRef
from knowledge.documents import Audience
from knowledge.errors import NoteDatesWrong, NoteEmpty
from knowledge.notes import Note, NoteDraft, check_draft
from offers.families import list_families
from offers.people import PersonFacts

NOTE = "note"
_REVIEW_AFTER, _EXPIRES_AFTER = timedelta(days=180), timedelta(days=365)
_GONE = "I don't know this answer any more."


def find_note_form(ref: ReplyRef, slack_user_id: str, deps: Deps) -> View | str:
    """Return the form for a reply, filled in with its question and words, or a sentence why there is none.

    A reply that was kept already brings its note to be changed.

    Raises:
        PersonUnknown, RoleNotAllowed: The person may keep nothing.
    """
    found = find_reply(ref, slack_user_id, deps)
    if found is None:
        return _GONE
    reply, person = found
    _require_keeper(person)
    note = deps.knowledge.find_note(reply.note_id) if reply.note_id else None
    if note is not None:
        return _build_form(
            NoteRef(note_id=note.draft.note_id, reply=ref), _reviewed(note, deps), note.draft.author, deps
        )
    with deps.read_scope() as session:
        turn = session.get(Turn, reply.turn_id)
        question = session.get(ExpertQuestion, reply.turn_id)
        replies = list_replies_until(session, reply)
    asked = turn.question if turn is not None else ""
    words = "\n\n".join(read_words(one.text, partial(name_person, deps)) for one in replies)
    fields = NoteFields(
        title=shorten(" ".join(asked.split()), TITLE_LIMIT),
        question=asked,
        text=words.strip(),
        family=question.family if question else None,
        audience=Audience.INTERNAL,
        review_on=deps.clock().date() + _REVIEW_AFTER,
        expires_on=deps.clock().date() + _EXPIRES_AFTER,
    )
    is_outside = question is not None and question.audience != Audience.INTERNAL.value
    hint = (
        "Who asked is none of our own people: they find it again only if they may read it."
        if is_outside
        else ""
    )
    return _build_form(NoteRef(note_id=_note_id(ref), reply=ref), fields, reply.name, deps, hint=hint)


def find_review_form(note_id: str, slack_user_id: str, deps: Deps) -> View | str:
    """Return the form for a note that is due, with new days, or a sentence why there is none.

    Raises:
        PersonUnknown, RoleNotAllowed: The person may keep nothing.
    """
    with deps.read_scope() as session:
        _require_keeper(get_person(session, slack_user_id))
    note = deps.knowledge.find_note(note_id)
    if note is None:
        return "This note is gone."
    return _build_form(NoteRef(note_id=note_id), _reviewed(note, deps), note.draft.author, deps)


@dataclass(frozen=True, slots=True)
class Refused:
    """What is wrong with a form, by the field where it is to be shown."""

    errors: dict[str, str]


def claim_note(
    ref: NoteRef, values: Mapping[str, Any], slack_user_id: str, view_id: str, deps: Deps
) -> Claim | Refused | None:
    """Check the form and claim the keeping of its note; None when it was claimed before.

    Raises:
        PersonUnknown, RoleNotAllowed: The person may keep nothing.
    """
    fields = read_note_form(values)
    with deps.read_scope() as session:
        person = get_person(session, slack_user_id)
        reply = session.get(ExpertReply, (ref.reply.channel, ref.reply.ts)) if ref.reply else None
    _require_keeper(person)
    draft = _build_draft(ref, fields, author=reply.name if reply else person.name, reviewer=person.name)
    try:
        check_draft(draft, today=deps.clock().date())
    except NoteEmpty as error:
        return Refused({error.part: explain(error)})
    except NoteDatesWrong as error:
        return Refused({"expires_on": explain(error)})
    payload = {"ref": ref.model_dump(), "user": slack_user_id, "draft": _pack(draft)}
    return deps.inbox.claim(f"{NOTE}:{view_id}", NOTE, payload)


def work_on_note(claim: Claim, deps: Deps) -> None:
    """Put the note into the knowledge base and say so: in the experts' thread, else to whoever saved it."""
    ref, user = NoteRef.model_validate(claim.payload["ref"]), claim.payload["user"]
    draft = _unpack(claim.payload["draft"])
    place = _find_place(ref, user, deps)
    with apologise(
        lambda sentence: deps.delivery.whisper(place.channel, user, build_note(sentence)),
        unless=SLACK_FAILURES,
    ):
        note = deps.knowledge.save_note(draft, now=deps.clock())
        if ref.reply is not None:
            _mark_replies(ref.reply, draft.note_id, deps)
        find = deps.delivery.sent.find_reply if place.thread_ts else deps.delivery.sent.find_post
        if claim.attempt == 1 or find(place, key=claim.key) is None:
            deps.delivery.reply(place, build_note_saved(note.draft), key=claim.key)


def _find_place(ref: NoteRef, user: str, deps: Deps) -> Place:
    if ref.reply is not None:
        with deps.read_scope() as session:
            reply = session.get(ExpertReply, (ref.reply.channel, ref.reply.ts))
            question = session.get(ExpertQuestion, reply.turn_id) if reply else None
        if question is not None:
            return Place(question.expert_channel, question.expert_ts, after_ts=ref.reply.ts)
    return Place(deps.delivery.open_dm(user), None)


def _mark_replies(ref: ReplyRef, note_id: str, deps: Deps) -> None:
    with deps.session_scope() as session:
        reply = session.get(ExpertReply, (ref.channel, ref.ts))
        for row in list_replies_until(session, reply) if reply else []:
            row.note_id = note_id
            session.add(row)


def _require_keeper(person: PersonFacts) -> None:
    if not may_answer(person):
        raise RoleNotAllowed(person.role, "save knowledge")


def _note_id(ref: ReplyRef) -> str:
    """Return the same id for the same reply, so that it is kept once however often the form is sent."""
    return f"note_{hashlib.sha256(f'{ref.channel}:{ref.ts}'.encode()).hexdigest()[:24]}"


def _reviewed(note: Note, deps: Deps) -> NoteFields:
    """Return a note as a form shows it, with the days that it gets when it is found to be right still."""
    draft, today = note.draft, deps.clock().date()
    return NoteFields(
        title=draft.title,
        question=draft.question,
        text=draft.text,
        family=draft.products[0] if draft.products else None,
        audience=draft.audience,
        review_on=today + _REVIEW_AFTER,
        expires_on=today + _EXPIRES_AFTER,
    )


def _build_form(ref: NoteRef, fields: NoteFields, author: str, deps: Deps, *, hint: str = "") -> View:
    with deps.read_scope() as session:
        families = list_families(session)
    return build_note_form(ref, fields, families=families, author=author, hint=hint)


def _build_draft(ref: NoteRef, fields: NoteFields, *, author: str, reviewer: str) -> NoteDraft:
    return NoteDraft(
        note_id=ref.note_id,
        title=fields.title,
        question=fields.question,
        text=fields.text,
        author=author,
        reviewer=reviewer,
        audience=fields.audience,
        products=(fields.family,) if fields.family else (),
        review_on=fields.review_on,
        expires_on=fields.expires_on,
    )


def _pack(draft: NoteDraft) -> dict[str, Any]:
    """Return the draft as plain JSON."""
    days = {"review_on": draft.review_on.isoformat(), "expires_on": draft.expires_on.isoformat()}
    return {**asdict(draft), "products": list(draft.products), **days}


def _unpack(packed: Mapping[str, Any]) -> NoteDraft:
    days = {name: date.fromisoformat(packed[name]) for name in ("review_on", "expires_on")}
    kinds = {"audience": Audience(packed["audience"]), "products": tuple(packed["products"])}
    return NoteDraft(**{**packed, **days, **kinds})
