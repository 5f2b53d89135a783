"""Answering what a figure will be: for who asks, shown to them alone, with its band as a chart or a picture."""

from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackApiError
from sqlmodel import Session

from bot.charts import draw_forecast
from bot.conduct.inbox import Claim
from bot.conduct.posting import reply_once
from bot.delivery import Place
from bot.deps import Deps
from bot.figures.asking_ahead import ForecastRequest
from bot.figures.names import load_part_names
from bot.views.figures import REFUSED_CHARTS
from bot.views.forecast import Foresight, build_forecast_message, chart_months, name_forecast
from bot.views.payloads import ForecastRef
from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.outlook import look_ahead, months_until
from offers.metrics.pacing import find_progress
from offers.metrics.progress import Progress
from offers.metrics.unit_values import find_unit_value
from offers.people import PersonFacts

FORECAST = "forecast"

_PRICED = ("units_attach", "net_attach")


def refer_to_forecast(request: ForecastRequest) -> ForecastRef:
    """Return the request as it is written down."""
    return ForecastRef(
        metric=request.metric,
        first_day=request.first_day,
        last_day=request.last_day,
        only=dict(request.only),
    )


def look(session: Session, ref: ForecastRef, person: PersonFacts, deps: Deps) -> Foresight:
    """Return the forecast as this person may see it. Raises the errors of `offers.reporting.report`."""
    now, settings, only = deps.clock(), deps.settings.metric_settings, ref.only
    months = max(1, months_until(now.date(), ref.last_day))
    asked = min(months, months - months_until(now.date(), ref.first_day) + 1)
    outlook = look_ahead(
        session, ref.metric, months=months, now=now, reader=person, settings=settings, only=only
    )
    shared = {"now": now, "reader": person, "settings": settings, "only": only}
    progress = _find_term(session, ref, shared, None)
    is_priced = ref.metric in _PRICED
    value = find_unit_value(session, now=now, reader=person, only=only) if is_priced else None
    names = load_part_names(session, only)
    parts = [names.get(one, one) for one in only.values()]
    each = tuple(
        Foresight(
            part,
            asked,
            [*parts, part.currency or ""],
            _find_term(session, ref, shared, part.currency),
            is_part=True,
        )
        for part in outlook.parts
    )
    definition = METRIC_TABLE[ref.metric].define(settings)
    return Foresight(outlook, asked, parts, progress, value, each, ref=ref, definition=definition)


def _find_term(
    session: Session, ref: ForecastRef, shared: Mapping[str, Any], currency: str | None
) -> Progress | None:
    """Return where the target stands, None where the months asked for lie beyond its term."""
    found = find_progress(session, ref.metric, currency=currency, **shared)
    return found if found is not None and ref.first_day <= found.term.last_day else None


def show_forecast(
    found: Foresight, place: Place, slack_user_id: str, deps: Deps, *, key: str | None = None
) -> None:
    """Show a forecast to one person, with Slack's own chart; where it refuses that, in words and a picture."""
    message = build_forecast_message(found)
    try:
        deps.delivery.show(place, slack_user_id, message.best, key=key)
    except SlackApiError as error:
        if error.response.get("error") not in REFUSED_CHARTS:
            raise
        deps.delivery.show(place, slack_user_id, message.plain, key=key)
        for one in found.each or (found,):
            _share_picture(one, slack_user_id, deps)


def _share_picture(found: Foresight, slack_user_id: str, deps: Deps) -> None:
    known, ahead = chart_months(found.outlook)
    if known and ahead:
        title = name_forecast(found)
        target = found.progress.term.target if found.progress is not None else None
        picture = draw_forecast(title, known, ahead, target=target)
        own = Place(deps.delivery.open_dm(slack_user_id), None)
        name = "-".join([found.outlook.metric, *([found.parts[-1]] if found.is_part else []), "forecast.png"])
        deps.delivery.share_file(own, picture, name=name, title=title)


def work_on_forecast(claim: Claim, deps: Deps) -> None:
    """Answer a forecast that was asked for in a direct message, once, in its thread."""
    reply_once(
        claim,
        deps,
        look=lambda session, person: look(
            session, ForecastRef.model_validate(claim.payload["ref"]), person, deps
        ),
        show=lambda found, place, user: show_forecast(found, place, user, deps, key=claim.key),
    )
