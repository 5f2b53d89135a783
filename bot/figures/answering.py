"""Answering a question about a figure: computed for who asks, shown to them alone, with its chart and its files."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from slack_sdk.errors import SlackApiError
from sqlalchemy import select
from sqlmodel import Session, col

from bot.access import get_person
from bot.charts import draw_chart, draw_curve
from bot.delivery import SLACK_FAILURES, Place
from bot.deps import Deps
from bot.errors import apologise
from bot.figures.asking import DEFAULT_DAYS, FigureRequest, read_figure_request
from bot.figures.digest import STARTED, STOPPED, start_digest, stop_digest
from bot.inbox import Claim
from bot.report_files import build_csv, build_workbook
from bot.views.figures import (
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
from offers.metrics.periods import first_of_months_ago
from offers.models import Account, Partner, Person, Product
from offers.people import PersonFacts
from offers.reporting import find_curve, find_rows, report
from offers.survival import SurvivalCurve
from offers.tables.versions import current

logger = logging.getLogger(__name__)

FIGURE = "figure"

_REFUSED = {"invalid_blocks", "invalid_blocks_format", "invalid_arguments"}
_LONGEST_QUESTION = 120


@dataclass(frozen=True, slots=True)
class FigureAnswer:
    """A report as somebody may see it, what the ids in it are called, and the curve it is read from, if any."""

    report: Report
    ref: FigureRef
    names: Mapping[str, str]
    curve: SurvivalCurve | None = None

    def build(self) -> FigureMessage:
        """Build the message."""
        return build_figure_message(
            self.report, names=self.names, only=self.ref.only, ref=self.ref, curve=self.curve
        )


def answer_command(text: str, slack_user_id: str, channel: str, deps: Deps) -> None:
    """Answer `/attach`: shown in the channel to the asker alone; what can't be read is told with examples.

    Raises:
        PersonUnknown, OfferError: The figure is not this person's, or there is none such.
    """
    words = text.casefold().split()
    if words in (["digest", "on"], ["digest", "off"]):
        is_on = words[1] == "on"
        (start_digest if is_on else stop_digest)(slack_user_id, deps)
        deps.delivery.whisper(channel, slack_user_id, build_note(STARTED if is_on else STOPPED))
        return
    with deps.read_scope() as session:
        person = get_person(session, slack_user_id)
        request = _read(session, text, person, deps)
        found = None if request is None or request.unread else compute(session, request, person, deps)
    if found is None:
        deps.delivery.whisper(channel, slack_user_id, build_usage(request.unread if request else ()))
    else:
        show(found, Place(channel, None), slack_user_id, deps)


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
    curve = find_curve(session, ref.metric, only=ref.only, **options)
    return FigureAnswer(result, ref, _load_names(session, result, ref), curve)


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
        if error.response.get("error") not in _REFUSED:
            raise
        logger.info("no charts here: %s", error.response.get("error"))
        deps.delivery.show(place, slack_user_id, message.plain, key=key)
        _share_picture(found, slack_user_id, deps)


def work_on_figure(claim: Claim, deps: Deps) -> None:
    """Answer a figure that was asked for in a direct message, once, in its thread."""
    facts = claim.payload
    user = str(facts["user"])
    place = Place(facts["channel"], facts["thread_ts"], after_ts=facts["ts"])
    if claim.attempt > 1 and deps.delivery.find_reply(place, key=claim.key):
        return

    def tell(sentence: str) -> None:
        deps.delivery.whisper(place.channel, user, build_note(sentence), thread_ts=place.thread_ts)

    with apologise(tell, unless=SLACK_FAILURES):
        with deps.read_scope() as session:
            person = get_person(session, user)
            found = compute(session, FigureRef.model_validate(facts["ref"]), person, deps)
        show(found, place, user, deps, key=claim.key)


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
    return read_figure_request(text, today=deps.clock().date(), values=_load_values(session, person))


def _load_values(session: Session, person: PersonFacts) -> dict[str, list[tuple[str, str]]]:
    """Return what the words of a question may name; to somebody external no partner but their own has a name."""
    columns: dict[str, Any] = {
        "region": (Account, Account.region),
        "segment": (Account, Account.segment),
        "family": (Product, Product.family),
    }
    values: dict[str, list[tuple[str, str]]] = {}
    for name, (model, column) in columns.items():
        rows = session.execute(select(col(column)).where(current(model)).distinct()).scalars()
        values[name] = [(value, value) for value in rows if value]
    partners = session.execute(
        select(col(Partner.name), col(Partner.partner_id), col(Partner.tier)).where(current(Partner))
    ).all()
    if not person.is_external:
        values["partner"] = [(row.name, row.partner_id) for row in partners]
        values["tier"] = [(tier, tier) for tier in {row.tier for row in partners} if tier]
    return values


def _load_names(session: Session, result: Report, ref: FigureRef) -> dict[str, str]:
    ids = {value for row in result.rows for value in row.group.values() if value is not None} | set(
        ref.only.values()
    )
    names: dict[str, str] = {}
    dimensions = {name for row in result.rows for name in row.group} | set(ref.only)
    if "partner" in dimensions:
        query = select(col(Partner.partner_id), col(Partner.name)).where(current(Partner))
        names |= {row.partner_id: row.name for row in session.execute(query).all() if row.partner_id in ids}
    if "technician" in dimensions:
        people = select(col(Person.person_id), col(Person.name)).where(current(Person))
        names |= {row.person_id: row.name for row in session.execute(people).all() if row.person_id in ids}
    if "account" in dimensions:
        customers = select(col(Account.account_id), col(Account.name)).where(current(Account))
        names |= {
            row.account_id: row.name for row in session.execute(customers).all() if row.account_id in ids
        }
    if "sku" in dimensions:
        products = select(col(Product.sku), col(Product.name)).where(current(Product))
        names |= {row.sku: row.name for row in session.execute(products).all() if row.sku in ids}
    return names
