"""App Home: who sees what, and publishing it again when something on it changes."""

import logging
from datetime import timedelta

from slack_sdk import WebClient
from slack_sdk.models.views import View
from sqlmodel import Session

from bot.access import MANAGING_ROLES
from bot.delivery import SLACK_FAILURES
from bot.deps import Deps
from bot.errors import PersonUnknown
from bot.threads import list_home_readers, note_home_reader
from bot.views.home import (
    ConversionRow,
    build_conversion_details,
    build_field_home,
    build_manager_home,
    build_stranger_home,
)
from offers.conversions import Conversion, get_conversion, list_conversions
from offers.people import PersonFacts, find_person_by_slack_id
from offers.reporting import report

logger = logging.getLogger(__name__)

_SHOWN = 15
_WINDOW = timedelta(days=90)
_READERS_SINCE = timedelta(hours=24)
_READERS_AT_MOST = 20
_METRICS = ("coverage", "units_attach", "conversion")


def open_home(client: WebClient, slack_user_id: str, deps: Deps) -> None:
    """Publish the page for somebody who just opened it, and remember that they read it."""
    with deps.session_scope() as session:
        note_home_reader(session, slack_user_id, now=deps.clock())
    publish_home(client, slack_user_id, deps)


def publish_home(client: WebClient, slack_user_id: str, deps: Deps) -> None:
    """Publish the page of this person, with what they may see."""
    with deps.read_scope() as session:
        person = find_person_by_slack_id(session, slack_user_id)
        view = _build(session, person, deps)
    client.views_publish(user_id=slack_user_id, view=view)


def publish_to_readers(client: WebClient, deps: Deps) -> None:
    """Publish the page again for everybody who has read it lately."""
    with deps.read_scope() as session:
        readers = list_home_readers(session, since=deps.clock() - _READERS_SINCE)
    for slack_user_id in readers[:_READERS_AT_MOST]:
        try:
            publish_home(client, slack_user_id, deps)
        except SLACK_FAILURES:
            logger.warning("a Home page could not be published again")


def find_conversion_view(offer_id: str, slack_user_id: str, deps: Deps) -> View:
    """Return the details of a conversion.

    Raises:
        PersonUnknown, UnknownOffer: It is not this person's to see.
    """
    with deps.read_scope() as session:
        person = find_person_by_slack_id(session, slack_user_id)
        if person is None:
            raise PersonUnknown(slack_user_id)
        sale = get_conversion(session, offer_id, reader=person)
    return build_conversion_details(_row(sale, deps))


def _build(session: Session, person: PersonFacts | None, deps: Deps) -> View:
    if person is None:
        return build_stranger_home()
    now = deps.clock()
    sales = list_conversions(session, reader=person, limit=_SHOWN)
    rows = [_row(sale, deps) for sale in sales]
    if person.role not in MANAGING_ROLES:
        return build_field_home(name=person.name, is_partner=person.role == "partner", rows=rows, now=now)
    today = now.date()
    reports = [
        report(
            session,
            metric,
            date_from=None if metric == "coverage" else today - _WINDOW,
            date_to=None if metric == "coverage" else today,
            as_of=today,
            now=now,
            reader=person,
        )
        for metric in _METRICS
    ]
    return build_manager_home(reports, rows, now=now)


def _row(sale: Conversion, deps: Deps) -> ConversionRow:
    channel, _, ts = (sale.thread_ref or "").partition(":")
    return ConversionRow(sale, deps.delivery.permalink(channel, ts) if channel and ts else None)
