"""The filtered conversions sent to whoever asks on Home: a table in their messages, and all of them in a workbook."""

import logging
from datetime import timedelta

from slack_sdk.errors import SlackApiError

from bot.access import get_person
from bot.delivery import REFUSED_BLOCKS, SLACK_FAILURES, Place
from bot.deps import Deps
from bot.report_files import build_list_workbook
from bot.threads import find_home_filter
from bot.views.conversion_table import ConversionTable, build_conversion_table, list_file_rows
from bot.views.home_filter import name_filter
from bot.views.notes import build_note
from offers.conversions import count_conversions, list_conversions
from offers.filter_choices import name_chosen

logger = logging.getLogger(__name__)

IN_FILE_AT_MOST = 10_000


def send_conversion_table(slack_user_id: str, deps: Deps) -> None:
    """Send the conversions as this person's Home is narrowed, newest first.

    Raises:
        PersonUnknown: They aren't in the people file.
        SLACK_FAILURES: Slack takes the message in no form.
    """
    now = deps.clock()
    with deps.read_scope() as session:
        person = get_person(session, slack_user_id)
        only = find_home_filter(session, slack_user_id)
        since = now - timedelta(days=only.days) if only.days is not None else None
        total = count_conversions(session, reader=person, since=since, only=only)
        sales = list_conversions(session, reader=person, limit=IN_FILE_AT_MOST, since=since, only=only)
        narrowed = name_filter(name_chosen(session, only), only)
    place = Place(deps.delivery.open_dm(slack_user_id), None)
    _show(build_conversion_table(sales, total=total, only=narrowed, in_file=len(sales)), place, deps)
    if not sales:
        return
    title = ", ".join(["Conversions", *narrowed])
    notes = [
        ("list", title),
        ("as of", f"{now:%Y-%m-%d %H:%M} UTC"),
        ("rows", f"{len(sales)} of {total}, newest first"),
        ("days", "UTC"),
    ]
    content = build_list_workbook("conversions", *list_file_rows(sales), notes)
    try:
        deps.delivery.share_file(place, content, name=f"conversions-{now:%Y-%m-%d}.xlsx", title=title)
    except SLACK_FAILURES as error:
        logger.warning("the workbook of conversions was not taken: %s", type(error).__name__)
        deps.delivery.post(place, build_note("Slack didn't take the workbook. Please try again later."))


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
