"""Answering a question about a figure: computed for who asks, shown to them alone, with its chart and its files."""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta

from slack_sdk.errors import SlackApiError

from bot.access import get_person
from bot.charts import draw_chart, draw_curve
from bot.conduct.inbox import Claim
from bot.conduct.posting import reply_once
from bot.delivery import Place
from bot.deps import Deps
from bot.figures.alerts import STARTED as ALERTS_STARTED
from bot.figures.alerts import STOPPED as ALERTS_STOPPED
from bot.figures.answers import Answer, look_up, share_answer_file
from bot.figures.asking import DEFAULT_DAYS
from bot.figures.computing import FigureAnswer, compute, read_options
from bot.figures.digest import STARTED as DIGEST_STARTED
from bot.figures.digest import STOPPED as DIGEST_STOPPED
from bot.figures.directs import compose_reply, understand
from bot.figures.forecasting import look, refer_to_forecast, show_forecast
from bot.figures.insights import show_insight
from bot.figures.opportunities import show_list
from bot.figures.posting import Choice, start, stop
from bot.figures.questions import Subject, sort_question
from bot.files.comparisons import build_comparison_csv, is_of_all_groups, list_sheets, name_compared
from bot.files.guardrails import build_guardrail_csv, name_beside, tabulate_guardrails
from bot.files.report_tables import build_trend_tables
from bot.files.reports import ROWS_AT_MOST, build_csv, build_workbook, name_file
from bot.records import AlertChoice, DigestChoice
from bot.views.compared import note_comparison
from bot.views.figures import (
    REFUSED_CHARTS,
    chart_points,
    is_over_time,
    name_report,
)
from bot.views.guardrails import note_guardrails
from bot.views.notes import build_note
from bot.views.payloads import FigureRef
from bot.views.readings import list_readings
from offers.attach_rate import Group
from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.grouping import PERIODS
from offers.metrics.pacing import find_progress_of
from offers.metrics.periods import first_of_months_ago
from offers.metrics.progress import Progress
from offers.metrics.trend import find_trend
from offers.reporting import find_facts, find_rows

logger = logging.getLogger(__name__)

FIGURE = "figure"

_CHOICES: Mapping[str, tuple[Callable[[Choice, str, Deps], None], Choice, str]] = {
    "digest on": (start, DigestChoice, DIGEST_STARTED),
    "digest off": (stop, DigestChoice, DIGEST_STOPPED),
    "alerts on": (start, AlertChoice, ALERTS_STARTED),
    "alerts off": (stop, AlertChoice, ALERTS_STOPPED),
}


def answer_command(text: str, slack_user_id: str, channel: str, deps: Deps) -> None:
    """Answer `/attach`: shown in the channel to the asker alone; what can't be read is told with examples.

    Raises:
        PersonUnknown, OfferError: The figure is not this person's, or there is none such.
    """
    choice = _CHOICES.get(" ".join(text.casefold().split()))
    if choice is not None:
        choose, table, said = choice
        choose(table, slack_user_id, deps)
        deps.delivery.whisper(channel, slack_user_id, build_note(said))
        return
    place = Place(channel, None)
    wanted = sort_question(text, today=deps.clock().date())
    if wanted.kind is not None:
        show_list(wanted.kind, place, slack_user_id, deps)
        return
    if wanted.insight is not None:
        show_insight(wanted.insight, place, slack_user_id, deps)
        return
    with deps.read_scope() as session:
        person = get_person(session, slack_user_id)
        asked = understand(session, text, person, deps, is_command=True)
        ahead, request = asked.found.forecast, asked.found.figure
        foresight = found = message = None
        if asked.found.subject is Subject.FORECAST and ahead is not None:
            foresight = look(session, refer_to_forecast(ahead), person, deps)
        elif asked.found.subject is Subject.FIGURE and request is not None:
            found = look_up(session, request, person, deps)
        else:
            message = compose_reply(session, asked, person, deps)
    if foresight is not None:
        show_forecast(foresight, place, slack_user_id, deps)
    elif found is not None:
        show(found, place, slack_user_id, deps)
    elif message is not None:
        deps.delivery.whisper(channel, slack_user_id, message)


def show(found: Answer, place: Place, slack_user_id: str, deps: Deps, *, key: str | None = None) -> None:
    """Show an answer to one person, with Slack's own chart and table; where it refuses them, in words and a picture."""
    message = found.build()
    try:
        deps.delivery.show(place, slack_user_id, message.best, key=key)
    except SlackApiError as error:
        if error.response.get("error") not in REFUSED_CHARTS:
            raise
        logger.info("no charts here: %s", error.response.get("error"))
        deps.delivery.show(place, slack_user_id, message.plain, key=key)
        if isinstance(found, FigureAnswer):
            _share_picture(found, slack_user_id, deps)


def work_on_figure(claim: Claim, deps: Deps) -> None:
    """Answer a figure that was asked for in a direct message, once, in its thread."""
    reply_once(
        claim,
        deps,
        look=lambda session, person: look_up(
            session, FigureRef.model_validate(claim.payload["ref"]), person, deps
        ),
        show=lambda found, place, user: show(found, place, user, deps, key=claim.key),
    )


def show_ready(ref: FigureRef, slack_user_id: str, deps: Deps) -> None:
    """Show a figure that was offered beside what was not understood, in the person's own messages.

    Raises:
        PersonUnknown, OfferError: The figure is not this person's.
    """
    with deps.read_scope() as session:
        found = look_up(session, ref, get_person(session, slack_user_id), deps)
    show(found, Place(deps.delivery.open_dm(slack_user_id), None), slack_user_id, deps)


def show_recent(ref: FigureRef, slack_user_id: str, deps: Deps) -> None:
    """Show a figure that was chosen on Home in the person's own messages: a year by period, else ninety days.

    Raises:
        PersonUnknown, OfferError: The figure is not this person's.
    """
    today = deps.clock().date()
    is_windowed = METRIC_TABLE[ref.metric].is_windowed
    first = (
        first_of_months_ago(today, 11)
        if set(PERIODS) & set(ref.by)
        else today - timedelta(days=DEFAULT_DAYS - 1)
    )
    if is_windowed or set(PERIODS) & set(ref.by):
        ref = ref.model_copy(update={"date_from": first, "date_to": today})
    with deps.read_scope() as session:
        person = get_person(session, slack_user_id)
        found = compute(session, ref, person, deps)
    show(found, Place(deps.delivery.open_dm(slack_user_id), None), slack_user_id, deps)


def share_file(ref: FigureRef, slack_user_id: str, deps: Deps, *, is_workbook: bool) -> None:
    """Send the figure as a file into the person's own messages: a workbook with the rows behind it, or CSV.

    What stands beside an attach figure is in the workbook, and of CSV a file of its own.

    Raises:
        PersonUnknown, OfferError: The figure is not this person's.
    """
    with deps.read_scope() as session:
        person = get_person(session, slack_user_id)
        answer = look_up(session, ref, person, deps, is_whole=True)
        if not isinstance(answer, FigureAnswer):
            share_answer_file(answer, slack_user_id, deps, is_workbook=is_workbook)
            return
        found = answer
        options = read_options(ref, person, deps)
        shared = {name: options[name] for name in ("now", "as_of", "reader", "settings")}
        paces = find_progress_of(session, found.report, only=ref.only, **shared)
        entries = find_rows(session, ref.metric, only=ref.only, **options) if is_workbook else None
        shown = entries[:ROWS_AT_MOST] if entries else []
        facts = find_facts(session, found.report, shown, now=deps.clock())
        trend = find_trend(session, found.report, only=ref.only, **shared) if is_workbook else None
    name = name_file(found.report, found.names, "xlsx" if is_workbook else "csv")
    title = name_report(found.report, found.names)
    if is_workbook:
        content = build_workbook(
            found.report,
            entries,
            found.curve,
            facts=facts,
            names=found.names,
            paces=paces,
            tables=build_trend_tables(trend) | list_sheets(found.windows, found.report, found.names),
            notes=[
                *(("remark", one.replace("*", "")) for one in list_readings(found.report)),
                *note_comparison(found.compared),
                *note_guardrails(found.beside),
            ],
            beside=tabulate_guardrails(found.report, found.beside) if found.beside is not None else None,
        )
        files = [(content, name, title)]
    else:
        files = _list_csv(found, paces, name, title)
    place = Place(deps.delivery.open_dm(slack_user_id), None)
    for content, name, title in files:
        deps.delivery.share_file(place, content, name=name, title=title)


def _list_csv(
    found: FigureAnswer, paces: Mapping[Group, Progress], name: str, title: str
) -> list[tuple[bytes, str, str]]:
    """Return the files of a figure as CSV, each with its name and title: of two windows the rows of both."""
    files = [(build_csv(found.report, paces=paces), name, title)]
    if found.windows is not None:
        both = (
            build_comparison_csv(found.windows, found.report),
            name_compared(name),
            f"{title}, both windows",
        )
        # Stages and peers are told of the one window that was asked for.
        files = [both] if is_of_all_groups(found.windows, found.report) else [*files, both]
    if found.beside is not None:
        beside = build_guardrail_csv(found.report, found.beside)
        files.append((beside, name_beside(name), f"{title}, beside it"))
    return files


def _share_picture(found: FigureAnswer, slack_user_id: str, deps: Deps) -> None:
    title = name_report(found.report, found.names)
    if found.curve is not None and not found.report.rows:
        picture = draw_curve(title, found.curve, horizon_days=deps.settings.metric_settings.horizon_days)
    else:
        points = chart_points(found.report, found.names)
        if len(points) < 2:
            return
        target = found.report.total.target
        picture = draw_chart(title, points, is_line=is_over_time(found.report), target=target)
    place = Place(deps.delivery.open_dm(slack_user_id), None)
    deps.delivery.share_file(place, picture, name=f"{found.ref.metric}.png", title=title)
