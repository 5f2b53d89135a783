"""`attache kb gaps` and `experts`: what the documents lack, and who is asked instead."""

from contextlib import closing
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

import typer

from bot.clock import utc_now
from bot.commands.documents import JsonOption, kb
from bot.console import fail, open_reader, out, print_json, read_settings, reporting
from knowledge.gaps import Gap
from knowledge.notes import Note

experts = typer.Typer(help="Who is asked what the documents don't answer.", no_args_is_help=True)
_BY_THE_COMMAND_LINE = "operator"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    kb.command("gaps")(show_gaps)
    app.add_typer(experts, name="experts")


def show_gaps(
    since: Annotated[int, typer.Option("--since", min=1, help="Look at the last so many days.")] = 90,
    as_json: JsonOption = False,
) -> None:
    """Show what people asked and the documents don't give, and the notes that are due for review."""
    with reporting():
        from bot.app import open_knowledge
        from bot.database import build_read_scope
        from bot.experts.log import find_waiting
        from bot.gaps import list_failed_questions
        from knowledge.ownership import Ownership

        settings, now = read_settings(), utc_now()
        engine = open_reader(settings)
        with build_read_scope(engine)() as session:
            failed = list_failed_questions(session, since=now - timedelta(days=since))
            waiting = find_waiting(session)
        with closing(open_knowledge(settings, engine, ownership=Ownership.NEVER)) as knowledge:
            gaps = knowledge.find_gaps(failed)
            due = [note for note in knowledge.list_notes() if note.is_due(now.date())]
        if as_json:
            print_json(
                {
                    "since": (now - timedelta(days=since)).isoformat(),
                    "until": now.isoformat(),
                    "gaps": [_gap_as_json(gap) for gap in gaps],
                    "notes_due": [
                        {**_note_as_json(note), "expired": note.is_expired(now.date())} for note in due
                    ],
                    "waiting_for_experts": waiting.count,
                }
            )
            return
        for gap in gaps:
            _print_gap(gap)
        if not gaps:
            out.print(f"No question of the last {since} days is open.")
        for note in due:
            state = "expired" if note.is_expired(now.date()) else "due for review since"
            day = note.draft.expires_on if note.is_expired(now.date()) else note.draft.review_on
            out.print(f"Note {note.document} by {note.draft.author}: {state} {day}", markup=False)
        if waiting.count:
            out.print(f"{waiting.count} waiting for an expert, the oldest since {waiting.since:%Y-%m-%d}.")


@experts.command("set")
def set_channel(
    family: Annotated[str, typer.Argument(help="A product family, or `default` for all others.")],
    channel: Annotated[str, typer.Argument(help="The channel's id, as Slack shows it: C0123456789.")],
) -> None:
    """Let questions about a product family go to a channel."""
    with reporting():
        from bot.app import open_database
        from bot.database import build_session_scope
        from bot.experts.channels import set_expert_channel

        scope = build_session_scope(open_database(read_settings()))
        with scope() as session:
            place = set_expert_channel(session, family, channel, by=_BY_THE_COMMAND_LINE, now=utc_now())
        about = f"about {place.family}" if place.family else "about everything else"
        out.print(f"Questions {about} go to {place.channel}. Attaché must be a member there.", markup=False)


@experts.command("list")
def list_channels(as_json: JsonOption = False) -> None:
    """List where questions to experts go."""
    with reporting():
        from bot.database import build_read_scope
        from bot.experts.channels import DEFAULT, list_expert_channels

        with build_read_scope(open_reader(read_settings()))() as session:
            places = list_expert_channels(session)
        if as_json:
            print_json([{"family": place.family or DEFAULT, "channel": place.channel} for place in places])
            return
        for place in places:
            out.print(f"{place.family or DEFAULT:20} {place.channel}", markup=False)
        if not places:
            out.print("No channel is set. Set one with: attache experts set default CHANNEL")


@experts.command("remove")
def remove_channel(family: Annotated[str, typer.Argument(help="As `experts list` names it.")]) -> None:
    """Let questions about a product family go to the default channel again."""
    with reporting():
        from bot.app import open_database
        from bot.database import build_session_scope
        from bot.experts.channels import remove_expert_channel

        scope = build_session_scope(open_database(read_settings()))
        with scope() as session:
            is_gone = remove_expert_channel(session, family)
        if not is_gone:
            fail(f"No channel is set for {family}. `attache experts list` names them.")
        out.print(f"No channel of its own is set for {family} any more.", markup=False)


def _print_gap(gap: Gap) -> None:
    people = "1 person" if gap.people == 1 else f"{gap.people} people"
    about = f", {', '.join(gap.families)}" if gap.families else ""
    out.print(
        f"{gap.times}x by {people}, last {gap.last_asked:%Y-%m-%d}{about}: {gap.questions[0]}", markup=False
    )
    out.print(f"  {gap.missing}", markup=False)
    for question in gap.questions[1:]:
        out.print(f"  also asked: {question}", markup=False)
    for comment in gap.comments:
        out.print(f"  comment: {' '.join(comment.split())}", markup=False)
    for page in gap.nearest:
        where = f", p. {page.page}" if page.page is not None else ""
        section = f", {page.section}" if page.section else ""
        out.print(f"  near: {page.title}{section}{where} ({page.document})", markup=False)


def _gap_as_json(gap: Gap) -> dict[str, Any]:
    return {
        "questions": list(gap.questions),
        "times": gap.times,
        "people": gap.people,
        "last_asked": gap.last_asked.isoformat(),
        "families": list(gap.families),
        "reason": gap.trouble.value,
        "complaints": dict(gap.complaints),
        "comments": list(gap.comments),
        "nearest": [asdict(page) for page in gap.nearest],
        "missing": gap.missing,
    }


def _note_as_json(note: Note) -> dict[str, Any]:
    return {
        "document": note.document,
        "title": note.draft.title,
        "author": note.draft.author,
        "reviewed_on": note.reviewed_on.isoformat(),
        "review_on": note.draft.review_on.isoformat(),
        "expires_on": note.draft.expires_on.isoformat(),
    }
