"""`attache needs`: what products lack, for those who make them."""

from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from bot.clock import utc_now
from bot.commands.documents import JsonOption
from bot.commands.files import CsvOption, XlsxOption, write_list
from bot.console import open_reader, out, print_json, read_settings, reporting

if TYPE_CHECKING:
    from bot.needs import Need


class By(StrEnum):
    """What the needs are listed by."""

    FAMILY = "family"
    SKU = "sku"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("needs")(show_needs)


def show_needs(
    by: Annotated[By, typer.Option("--by", help="Product families or products.")] = By.FAMILY,
    since: Annotated[int, typer.Option("--since", min=1, help="Look at the last so many days.")] = 90,
    as_json: JsonOption = False,
    csv_file: CsvOption = None,
    xlsx_file: XlsxOption = None,
) -> None:
    """Show what products lack: offers declined and why, questions asked in vain, failures that came back."""
    with reporting():
        from bot.files.list_tables import tabulate_needs
        from bot.files.lists import ListFile

        last_day = utc_now().date()
        first_day = last_day - timedelta(days=since)
        title = f"what products lack, by {by}"
        needs = _find_needs(by, days=since)
        notes = [("from", first_day), ("to", last_day)]
        found = ListFile("needs", title, last_day, {"needs": tabulate_needs(by, needs)}, notes)
        is_written = write_list(found, csv_file, xlsx_file)
        if as_json:
            print_json([need.as_json(by) for need in needs])
        elif not is_written:
            out.print(f"{title[0].upper()}{title[1:]}, {first_day} to {last_day}", markup=False)
            _print(needs, days=since)


def _find_needs(by: By, *, days: int) -> "list[Need]":
    from bot.access import OPERATOR
    from bot.app import open_knowledge
    from bot.database import build_read_scope
    from bot.needs import find_needs
    from knowledge.ownership import Ownership

    settings, now = read_settings(), utc_now()
    engine, since = open_reader(settings), now - timedelta(days=days)
    with (
        closing(open_knowledge(settings, engine, ownership=Ownership.NEVER)) as knowledge,
        build_read_scope(engine)() as session,
    ):
        return find_needs(
            session, by=by, since=since, now=now, reader=OPERATOR, find_gaps=knowledge.find_gaps
        )


def _print(needs: "Sequence[Need]", *, days: int) -> None:
    from bot.files.list_tables import list_reasons
    from bot.mrkdwn import format_money

    for need in needs:
        amounts = ", ".join(
            format_money(amount, name) for name, amount in sorted(need.shortcoming.declined_minor.items())
        )
        out.print(
            f"{need.part or 'unknown':24} {need.shortcoming.declines.total()} declined ({amounts or '–'}), "
            f"{need.unanswered} unanswered, {need.disliked} disliked, "
            f"{need.shortcoming.repeat_failures} failed again",
            markup=False,
        )
        if need.shortcoming.declines:
            out.print(f"  why: {list_reasons(need)}", markup=False)
        for question in need.questions:
            out.print(f"  asked in vain: {question}", markup=False)
    if not needs:
        out.print(f"Nothing of the last {days} days says what products lack.")
