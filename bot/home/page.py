"""App Home: who sees what, and publishing it again when something on it changes."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View
from sqlmodel import Session

from bot.access import get_person, is_managing, may_sell, may_visit, require_managing
from bot.conduct.thread_links import ThreadLinks
from bot.conduct.threads import find_home_filter, list_home_readers, note_home_filter, note_home_reader
from bot.delivery import SLACK_FAILURES
from bot.deps import Deps
from bot.figures.beside import count_unhelpful
from bot.figures.quiet import is_sent_figures
from bot.figures.shelf import Shelf, build_home_figures
from bot.gaps import HOME_WINDOW
from bot.home.charts import read_chart
from bot.home.rewards import describe_rewards
from bot.selling.deciding import read_decisions
from bot.views.hand_overs import SHOWN, build_failed_hand_overs
from bot.views.home import build_field_home, build_manager_home, build_stranger_home
from bot.views.home_chart import build_home_chart, list_pictures
from bot.views.home_filter import (
    OPTIONS_AT_MOST,
    build_filter_form,
    build_filter_line,
    build_filter_options,
    name_products,
)
from bot.views.learning import Learning, build_learning, summarise_learning
from offers.installed_base.service_health import Days
from offers.metrics.figures import Scope
from offers.metrics.recent import DAYS
from offers.outbox.failures import count_failed, list_failed
from offers.people import PersonFacts, find_person_by_slack_id
from offers.rulebook.lifecycle import may_decide_rules
from offers.sales.conversion_filter import ConversionFilter
from offers.sales.conversions import list_conversions
from offers.sales.filter_choices import find_filter_choices, list_filter_choices, name_chosen

logger = logging.getLogger(__name__)

_SHOWN = 15
# What Slack's 100 blocks of a page leave room for, beside everything else on it.
SHOWN_AT_MOST = 54
_READERS_SINCE = timedelta(hours=24)
_READERS_AT_MOST = 20
_CHART_TRIES_S = (1.0, 1.0, 2.0, 4.0, 8.0)


def open_home(slack_user_id: str, deps: Deps) -> None:
    """Publish the page for somebody who just opened it, and remember that they read it."""
    with deps.session_scope() as session:
        note_home_reader(session, slack_user_id, now=deps.clock())
    publish_home(slack_user_id, deps)


def publish_home(slack_user_id: str, deps: Deps, *, shown: int = _SHOWN) -> None:
    """Publish the page of this person, with what they may see and up to `shown` conversions."""
    _publish(slack_user_id, deps, is_hasty=False, shown=min(shown, SHOWN_AT_MOST))


def publish_to_readers(deps: Deps) -> None:
    """Publish the page again for everybody who has read it lately."""
    with deps.read_scope() as session:
        readers = _list_readers(session, deps)
    for slack_user_id in readers:
        try:
            _publish(slack_user_id, deps, is_hasty=True)
        except SLACK_FAILURES:
            logger.warning("a Home page could not be published again")


def list_readers_regions(deps: Deps) -> set[str | None]:
    """Return the regions of the managers who have read their page lately; None is all of them."""
    with deps.read_scope() as session:
        people = [find_person_by_slack_id(session, one) for one in _list_readers(session, deps)]
    return {Scope.of(person).region for person in people if person is not None and is_managing(person)}


def _list_readers(session: Session, deps: Deps) -> list[str]:
    readers = list_home_readers(session, since=deps.clock() - _READERS_SINCE)
    return readers[:_READERS_AT_MOST]


def show_charts(deps: Deps, *, wait: Callable[[float], bool]) -> None:
    """Make the charts that pages were published without, and publish these pages again.

    Slack looks through an upload before it shows it on a page, and refuses it until then: hence a few tries.

    Args:
        wait: Waits so many seconds; True ends it all.
    """
    for wanted in deps.charts.take_wanted():
        file_id = deps.charts.upload(wanted.chart)
        first, *others = wanted.readers.items()
        is_shown = _try_chart(file_id, *first, deps, wait=wait) if file_id is not None else False
        if is_shown:
            deps.charts.confirm(wanted.chart)
        elif is_shown is not None:
            deps.charts.give_up(wanted.chart)
        for slack_user_id, shown in others if is_shown else wanted.readers.items():
            with suppress(*SLACK_FAILURES):
                _publish(slack_user_id, deps, is_hasty=True, shown=shown)


def _try_chart(
    file_id: str, slack_user_id: str, shown: int, deps: Deps, *, wait: Callable[[float], bool]
) -> bool | None:
    """Publish a page with a chart that Slack may not show yet; returns whether it does.

    None leaves it open: the numbers have moved on meanwhile, or it all ends.
    """
    for pause_s in _CHART_TRIES_S:
        if wait(pause_s):
            return None
        try:
            pictures, is_whole = _publish(slack_user_id, deps, is_hasty=True, shown=shown, is_trial=True)
        except SLACK_FAILURES:
            logger.info("a page with a chart could not be published")
            continue
        if file_id not in pictures:
            return None
        if is_whole:
            return True
    return False


def _publish(
    slack_user_id: str, deps: Deps, *, is_hasty: bool, shown: int = _SHOWN, is_trial: bool = False
) -> tuple[list[str], bool]:
    """Publish somebody's page; returns the pictures in it, and whether Slack took it with them."""
    pictures: list[str] = []

    def build() -> View:
        view = _build(slack_user_id, deps, is_hasty=is_hasty, shown=shown, is_trial=is_trial)
        pictures[:] = list_pictures(view)
        return view

    is_whole = deps.delivery.publish(slack_user_id, build)
    if not is_whole and not is_trial:
        # What Slack took before it has lost: once more, so that the page is noted as one without a chart.
        deps.charts.lose(pictures)
        return _publish(slack_user_id, deps, is_hasty=True, shown=shown)
    return pictures, is_whole


def find_filter_form(slack_user_id: str, deps: Deps) -> View:
    """Return the form that narrows somebody's conversions.

    Raises:
        PersonUnknown: They aren't in the people file.
        RoleNotAllowed: They are no manager.
    """
    with deps.read_scope() as session:
        person = get_person(session, slack_user_id)
        require_managing(person, "filter everybody's conversions")
        only = find_home_filter(session, slack_user_id)
        choices = list_filter_choices(session, reader=person)
        return build_filter_form(replace(choices, products=name_chosen(session, only).products), only)


def search_filter_options(field: str, text: str, slack_user_id: str, deps: Deps) -> list[dict[str, Any]]:
    """Return what one of the form's menus suggests for what was typed, best first.

    Raises:
        PersonUnknown: They aren't in the people file.
        RoleNotAllowed: They are no manager.
    """
    with deps.read_scope() as session:
        person = get_person(session, slack_user_id)
        require_managing(person, "filter everybody's conversions")
        found = find_filter_choices(session, field, text, reader=person, limit=OPTIONS_AT_MOST)
    return build_filter_options(name_products(found) if field == "sku" else found)


def narrow_home(only: ConversionFilter, slack_user_id: str, deps: Deps) -> None:
    """Remember how somebody's conversions are narrowed, and publish their page."""
    with deps.session_scope() as session:
        note_home_filter(session, slack_user_id, only, now=deps.clock())
    _publish(slack_user_id, deps, is_hasty=False)


def _build(
    slack_user_id: str, deps: Deps, *, is_hasty: bool, shown: int = _SHOWN, is_trial: bool = False
) -> View:
    """Build somebody's page; `is_trial`: with a chart that Slack has not yet taken on any."""
    now = deps.clock()
    with deps.read_scope() as session:
        person = find_person_by_slack_id(session, slack_user_id)
        if person is None:
            return build_stranger_home()
        decisions, failed = _read_tasks(session, person, deps)
        only = find_home_filter(session, slack_user_id) if is_managing(person) else ConversionFilter()
        sales = list_conversions(session, reader=person, limit=shown + 1, since=only.since(now), only=only)
        choices = name_chosen(session, only) if is_managing(person) else None
        # A whole company's would take longer to add up than its page may: managers have the list.
        rewards = describe_rewards(session, person, deps) if not is_managing(person) else None
    links = ThreadLinks(person, deps)
    rows = [links.describe(sale) for sale in sales[:shown]]
    more = min(shown + _SHOWN, SHOWN_AT_MOST) if len(sales) > shown < SHOWN_AT_MOST else None
    if is_managing(person):
        learning = _learn(person, deps, is_hasty=is_hasty)
        shelf = deps.figures.look(person, is_hasty=is_hasty)
        chart = _show_chart(person, shelf, deps, shown=shown, is_trial=is_trial)
        return build_manager_home(
            [*_show_figures(person, shelf, deps), *chart],
            rows,
            now=now,
            summary=summarise_learning(learning),
            learning=build_learning(learning, today=now.date()),
            decisions=decisions,
            failed=failed,
            more=more,
            can_rule=may_decide_rules(person),
            narrowing=build_filter_line(choices, only),
        )
    return build_field_home(
        name=person.name,
        can_visit=may_visit(person),
        can_bundle=may_sell(person),
        can_rule=may_decide_rules(person),
        is_sent_figures=is_sent_figures(person),
        conversions=_title(person),
        rows=rows,
        now=now,
        more=more,
        rewards=rewards,
    )


def _read_tasks(session: Session, person: PersonFacts, deps: Deps) -> tuple[list[Block], list[Block]]:
    """Return what waits for a manager: decisions, and hand-overs that failed; nothing for anybody else."""
    if not is_managing(person):
        return [], []
    newest = list_failed(session, reader=person, limit=SHOWN)
    failed = build_failed_hand_overs(count_failed(session, reader=person), newest)
    return read_decisions(session, deps, reader=person), failed


def _show_chart(person: PersonFacts, shelf: Shelf, deps: Deps, *, shown: int, is_trial: bool) -> list[Block]:
    chart = read_chart(shelf, person)
    if chart is None or person.slack_user_id is None:
        return []
    with deps.read_scope() as session:
        found = deps.charts.find(session, chart, person.slack_user_id, shown=shown, is_trial=is_trial)
    return build_home_chart(found)


def _show_figures(person: PersonFacts, shelf: Shelf, deps: Deps) -> list[Block]:
    now = deps.clock()
    with deps.read_scope() as session:
        days = Days.up_to(now.date(), count=DAYS)
        unhelpful = count_unhelpful(session, Scope.of(person), days, now=now)
        return build_home_figures(session, shelf, person, unhelpful=unhelpful, now=now)


def _learn(person: PersonFacts, deps: Deps, *, is_hasty: bool) -> Learning:
    report = deps.gaps.look(region=Scope.of(person).region, is_hasty=is_hasty)
    waiting = report.waiting
    return Learning(report.gaps, report.due_notes, waiting.count, waiting.since, HOME_WINDOW.days)


def _title(person: PersonFacts) -> str | None:
    """Return what the list of conversions is called; None for whoever makes none."""
    if person.is_external:
        return f"Conversions of {person.partner_name}" if person.partner_name else "Your conversions"
    return "Your conversions" if may_sell(person) else None
