"""Answering a question about a figure: computed for who asks, shown to them alone, with its chart and its files."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from slack_sdk.errors import SlackApiError
from sqlmodel import Session

from bot.access import get_person
from bot.charts import draw_chart, draw_curve
from bot.delivery import Place
from bot.deps import Deps
from bot.figures.alerts import STARTED as ALERTS_STARTED
from bot.figures.alerts import STOPPED as ALERTS_STOPPED
from bot.figures.asking import DEFAULT_DAYS, FigureRequest, read_figure_request
from bot.figures.digest import STARTED as DIGEST_STARTED
from bot.figures.digest import STOPPED as DIGEST_STOPPED
from bot.figures.forecasting import (
    find_forecast_request,
    look,
    refer_to_forecast,
    show_forecast,
)
from bot.figures.names import load_names, load_values
from bot.figures.opportunities import read_list_request, show_list
from bot.figures.posting import Choice, reply_once, start, stop
from bot.inbox import Claim
from bot.records import AlertChoice, DigestChoice
from bot.report_files import build_csv, build_workbook
from bot.views.figures import (
    REFUSED_CHARTS,
    FigureMessage,
    build_figure_message,
    build_usage,
    chart_points,
    is_over_time,
    name_report,
)
from bot.views.notes import build_note
from bot.views.payloads import FigureRef
from offers.errors import NoRowsBehind
from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.entries import Entry
from offers.metrics.figures import Report
from offers.metrics.pacing import find_progress_of
from offers.metrics.periods import first_of_months_ago
from offers.metrics.progress import Progress
from offers.people import PersonFacts
from offers.reporting import find_curve, find_rows, report
from offers.survival import SurvivalCurve

logger = logging.getLogger(__name__)

FIGURE = "figure"

_LONGEST_QUESTION = 120
_CHOICES: Mapping[str, tuple[Callable[[Choice, str, Deps], None], Choice, str]] = {
    "digest on": (start, DigestChoice, DIGEST_STARTED),
    "digest off": (stop, DigestChoice, DIGEST_STOPPED),
    "alerts on": (start, AlertChoice, ALERTS_STARTED),
    "alerts off": (stop, AlertChoice, ALERTS_STOPPED),
}


@dataclass(frozen=True, slots=True)
class FigureAnswer:
    """A report as somebody may see it: what its ids are called, where its target stands, the curve behind it."""

    report: Report
    ref: FigureRef
    names: Mapping[str, str]
    progress: Progress | None = None
    curve: SurvivalCurve | None = None

    def build(self) -> FigureMessage:
        """Build the message."""
        return build_figure_message(
            self.report,
            names=self.names,
            only=self.ref.only,
            ref=self.ref,
            progress=self.progress,
            curve=self.curve,
        )


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
    wanted = read_list_request(text)
    if wanted is not None:
        show_list(wanted, place, slack_user_id, deps)
        return
    with deps.read_scope() as session:
        person = get_person(session, slack_user_id)
        ahead = find_forecast_request(session, text, person, deps)
        request = _read(session, text, person, deps) if ahead is None else None
        asked = ahead or request
        unread = asked.unread if asked is not None else ()
        foresight = look(session, refer_to_forecast(ahead), person, deps) if ahead and not unread else None
        found = compute(session, request, person, deps) if request and not unread else None
    if foresight is not None:
        show_forecast(foresight, place, slack_user_id, deps)
    elif found is not None:
        show(found, place, slack_user_id, deps)
    else:
        deps.delivery.whisper(channel, slack_user_id, build_usage(unread))


def find_plain_request(text: str, slack_user_id: str, deps: Deps) -> FigureRef | None:
    """Return the figure that a direct message asks for in plain words; None when it asks for anything else.

    Every word has to be understood: "is the compressor covered?" is a question to the documents.
    """
    if len(text) > _LONGEST_QUESTION:
        return None
    if read_figure_request(text, today=deps.clock().date()) is None:
        return None
    with deps.read_scope() as session:
        person = get_person(session, slack_user_id)
        request = _read(session, text, person, deps)
    if request is None or request.unread:
        return None
    return refer_to(request)


def refer_to(request: FigureRequest) -> FigureRef:
    """Return the request as a button carries it."""
    return FigureRef(
        metric=request.metric,
        by=request.by,
        date_from=request.date_from,
        date_to=request.date_to,
        as_of=request.as_of,
        only=dict(request.only),
    )


def compute(
    session: Session, request: FigureRequest | FigureRef, person: PersonFacts, deps: Deps
) -> FigureAnswer:
    """Return the figure as this person may see it. Raises the errors of `offers.reporting.report`."""
    ref = request if isinstance(request, FigureRef) else refer_to(request)
    options = _read_options(ref, person, deps)
    result = report(session, ref.metric, only=ref.only, **options)
    shared = {name: options[name] for name in ("now", "as_of", "reader", "settings")}
    total = replace(result, rows=())
    progress = find_progress_of(session, total, only=ref.only, **shared).get(())
    curve = find_curve(session, ref.metric, only=ref.only, **options)
    return FigureAnswer(result, ref, load_names(session, result, ref.only), progress, curve)


def _read_options(ref: FigureRef, person: PersonFacts, deps: Deps) -> dict[str, Any]:
    """Return what a report and the rows behind it are asked with."""
    return {
        "by": ref.by,
        "date_from": ref.date_from,
        "date_to": ref.date_to,
        "as_of": ref.as_of,
        "now": deps.clock(),
        "reader": person,
        "settings": deps.settings.metric_settings,
    }


def show(
    found: FigureAnswer, place: Place, slack_user_id: str, deps: Deps, *, key: str | None = None
) -> None:
    """Show a figure to one person, with Slack's own chart and table; where it refuses them, in words and a picture."""
    message = found.build()
    try:
        deps.delivery.show(place, slack_user_id, message.best, key=key)
    except SlackApiError as error:
        if error.response.get("error") not in REFUSED_CHARTS:
            raise
        logger.info("no charts here: %s", error.response.get("error"))
        deps.delivery.show(place, slack_user_id, message.plain, key=key)
        _share_picture(found, slack_user_id, deps)


def work_on_figure(claim: Claim, deps: Deps) -> None:
    """Answer a figure that was asked for in a direct message, once, in its thread."""
    reply_once(
        claim,
        deps,
        look=lambda session, person: compute(
            session, FigureRef.model_validate(claim.payload["ref"]), person, deps
        ),
        show=lambda found, place, user: show(found, place, user, deps, key=claim.key),
    )


def show_recent(ref: FigureRef, slack_user_id: str, deps: Deps) -> None:
    """Show a figure that was chosen on Home in the person's own messages: a year by month, else ninety days.

    Raises:
        PersonUnknown, OfferError: The figure is not this person's.
    """
    today = deps.clock().date()
    is_windowed = METRIC_TABLE[ref.metric].is_windowed
    first = first_of_months_ago(today, 11) if "month" in ref.by else today - timedelta(days=DEFAULT_DAYS - 1)
    if is_windowed or "month" in ref.by:
        ref = ref.model_copy(update={"date_from": first, "date_to": today})
    with deps.read_scope() as session:
        person = get_person(session, slack_user_id)
        found = compute(session, ref, person, deps)
    show(found, Place(deps.delivery.open_dm(slack_user_id), None), slack_user_id, deps)


def share_file(ref: FigureRef, slack_user_id: str, deps: Deps, *, is_workbook: bool) -> None:
    """Send the figure with the rows behind it as a file, into the person's own messages.

    Raises:
        PersonUnknown, OfferError: The figure is not this person's.
    """
    with deps.read_scope() as session:
        person = get_person(session, slack_user_id)
        found = compute(session, ref, person, deps)
        entries = _find_entries(session, ref, person, deps) if is_workbook else None
    name = f"{ref.metric}-{found.report.as_of}.{'xlsx' if is_workbook else 'csv'}"
    content = build_workbook(found.report, entries, found.curve) if is_workbook else build_csv(found.report)
    title = name_report(found.report, ref.only, found.names)
    place = Place(deps.delivery.open_dm(slack_user_id), None)
    deps.delivery.share_file(place, content, name=name, title=title)


def _find_entries(session: Session, ref: FigureRef, person: PersonFacts, deps: Deps) -> list[Entry] | None:
    try:
        entries = find_rows(session, ref.metric, only=ref.only, **_read_options(ref, person, deps))
    except NoRowsBehind:
        return None
    return entries


def _share_picture(found: FigureAnswer, slack_user_id: str, deps: Deps) -> None:
    title = name_report(found.report, found.ref.only, found.names)
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


def _read(session: Session, text: str, person: PersonFacts, deps: Deps) -> FigureRequest | None:
    return read_figure_request(text, today=deps.clock().date(), values=load_values(session, person))
