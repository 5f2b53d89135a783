"""App Home: who sees what, and publishing it again when something on it changes."""

import logging
from datetime import datetime, timedelta

from slack_sdk import WebClient
from slack_sdk.models.views import View
from sqlmodel import Session

from bot.access import is_managing, may_sell, may_visit
from bot.delivery import SLACK_FAILURES
from bot.deps import Deps
from bot.errors import PersonUnknown
from bot.gaps import HOME_WINDOW
from bot.threads import list_home_readers, note_home_reader
from bot.views.home import (
    ConversionRow,
    build_conversion_details,
    build_field_home,
    build_manager_home,
    build_stranger_home,
)
from bot.views.learning import Learning, build_learning
from offers.conversions import Conversion, get_conversion, list_conversions
from offers.people import PersonFacts, find_person_by_slack_id
from offers.reporting import Report, report

logger = logging.getLogger(__name__)

_SHOWN = 15
_WINDOW = timedelta(days=90)
_READERS_SINCE = timedelta(hours=24)
_READERS_AT_MOST = 20
_METRICS = ("coverage", "units_attach", "conversion")

Figures = tuple[tuple[Report, ...], list[Conversion]]


def open_home(client: WebClient, slack_user_id: str, deps: Deps) -> None:
    """Publish the page for somebody who just opened it, and remember that they read it."""
    with deps.session_scope() as session:
        note_home_reader(session, slack_user_id, now=deps.clock())
    publish_home(client, slack_user_id, deps)


def publish_home(client: WebClient, slack_user_id: str, deps: Deps) -> None:
    """Publish the page of this person, with what they may see."""
    client.views_publish(user_id=slack_user_id, view=_build(slack_user_id, deps, figures=[], is_hasty=False))


def publish_to_readers(client: WebClient, deps: Deps) -> None:
    """Publish the page again for everybody who has read it lately."""
    with deps.read_scope() as session:
        readers = list_home_readers(session, since=deps.clock() - _READERS_SINCE)
    figures: list[Figures] = []
    for slack_user_id in readers[:_READERS_AT_MOST]:
        try:
            client.views_publish(
                user_id=slack_user_id, view=_build(slack_user_id, deps, figures=figures, is_hasty=True)
            )
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


def _build(slack_user_id: str, deps: Deps, *, figures: list[Figures], is_hasty: bool) -> View:
    """Build somebody's page; the managers' figures are computed once and kept in `figures`."""
    now = deps.clock()
    with deps.read_scope() as session:
        person = find_person_by_slack_id(session, slack_user_id)
        if person is None:
            return build_stranger_home()
        if is_managing(person):
            if not figures:
                figures.append(_read_figures(session, person, now=now))
            reports, sales = figures[0]
        else:
            reports, sales = (), list_conversions(session, reader=person, limit=_SHOWN)
    rows = [_row(sale, deps) for sale in sales]
    if is_managing(person):
        learning = build_learning(_learn(deps, is_hasty=is_hasty), today=now.date())
        return build_manager_home(reports, rows, now=now, learning=learning)
    return build_field_home(
        name=person.name, can_visit=may_visit(person), can_bundle=may_sell(person), rows=rows, now=now
    )


def _learn(deps: Deps, *, is_hasty: bool) -> Learning:
    report = deps.gaps.look(is_hasty=is_hasty)
    waiting = report.waiting
    return Learning(report.gaps, report.due_notes, waiting.count, waiting.since, HOME_WINDOW.days)


def _read_figures(session: Session, person: PersonFacts, *, now: datetime) -> Figures:
    today = now.date()
    reports = tuple(
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
    )
    return reports, list_conversions(session, reader=person, limit=_SHOWN)


def _row(sale: Conversion, deps: Deps) -> ConversionRow:
    channel, _, ts = (sale.thread_ref or "").partition(":")
    return ConversionRow(sale, deps.delivery.permalink(channel, ts) if channel and ts else None)
