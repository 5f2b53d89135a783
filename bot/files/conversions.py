"""The filtered conversions sent to whoever asks on Home: a table in their messages, and all of them in a workbook."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from slack_sdk.errors import SlackApiError
from sqlmodel import Session

from bot.access import get_person
from bot.conduct.threads import find_home_filter
from bot.delivery import REFUSED_BLOCKS, SLACK_FAILURES, Place
from bot.deps import Deps
from bot.figures.names import name_scope
from bot.files.lists import ListFile, build_list_file
from bot.files.reports import name_words
from bot.views.conversion_table import ConversionTable, build_conversion_table, tabulate_conversions
from bot.views.home_filter import name_filter
from bot.views.notes import build_note
from offers.people import PersonFacts
from offers.sales.conversions import Conversion, count_conversions, list_conversions
from offers.sales.filter_choices import name_chosen

logger = logging.getLogger(__name__)

IN_FILE_AT_MOST = 100_000


def send_conversion_table(slack_user_id: str, deps: Deps) -> None:
    """Send the conversions as this person's Home is narrowed, newest first.

    Raises:
        PersonUnknown: They aren't in the people file.
        SLACK_FAILURES: Slack takes the message in no form.
    """
    now = deps.clock()
    with deps.read_scope() as session:
        found = find_conversions(session, get_person(session, slack_user_id), deps)
    place = Place(deps.delivery.open_dm(slack_user_id), None)
    table = build_conversion_table(
        found.sales, total=found.total, only=found.narrowed, in_file=len(found.sales)
    )
    _show(table, place, deps)
    if not found.sales:
        return
    file = describe_conversions(found, now=now)
    content = build_list_file(file, is_workbook=True)
    try:
        deps.delivery.share_file(place, content, name=file.name_file(is_workbook=True), title=file.title)
    except SLACK_FAILURES as error:
        logger.warning("the workbook of conversions was not taken: %s", type(error).__name__)
        deps.delivery.post(place, build_note("Slack didn't take the workbook. Please try again later."))


@dataclass(frozen=True, slots=True)
class FoundConversions:
    """Somebody's conversions as their Home is narrowed, newest first, of how many, and to what in words."""

    sales: Sequence[Conversion]
    total: int
    narrowed: Sequence[str]


def find_conversions(session: Session, person: PersonFacts, deps: Deps) -> FoundConversions:
    """Return somebody's conversions as their Home is narrowed, at most as many as a file has."""
    only = find_home_filter(session, person.slack_user_id or "")
    since = only.since(deps.clock())
    named = name_filter(name_chosen(session, only), only)
    return FoundConversions(
        list_conversions(session, reader=person, limit=IN_FILE_AT_MOST, since=since, only=only),
        count_conversions(session, reader=person, since=since, only=only),
        list(dict.fromkeys([*name_scope(person), *named])),
    )


def describe_conversions(found: FoundConversions, *, now: datetime) -> ListFile:
    """Return conversions as a list to be written."""
    return ListFile(
        "-".join(["conversions", *name_words(found.narrowed)]),
        ", ".join(["Conversions", *found.narrowed]),
        now.date(),
        {"conversions": tabulate_conversions(found.sales)},
        [("conversions", f"{len(found.sales)} of {found.total}, newest first"), ("days", "UTC")],
    )


def _show(table: ConversionTable, place: Place, deps: Deps) -> None:
    """Post the first form that Slack takes; of the last one it is told the text alone where it refuses that too."""
    *better, last = table.forms
    for message in better:
        try:
            deps.delivery.show(place, "", message)
        except SlackApiError as error:
            if error.response.get("error") not in REFUSED_BLOCKS:
                raise
            logger.info("no such table here: %s", error.response.get("error"))
        else:
            return
    deps.delivery.post(place, last)
