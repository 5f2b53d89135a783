"""What a figure will likely be: in a sentence, with its band as a chart, and how far off such a forecast has been."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import ActionsBlock, Block, ContextBlock, SectionBlock

from bot.mrkdwn import flatten, format_month, format_rate, format_whole_money, shorten
from bot.views.figures import FigureMessage
from bot.views.file_buttons import build_file_buttons
from bot.views.meanings import count_units
from bot.views.message import Message, cell, prose, to_plain
from bot.views.pace import TOO_LITTLE, describe_progress, describe_test, short_rate
from bot.views.payloads import ForecastRef, ListName, ListRef
from offers.forecast import Forecast, ForecastPoint
from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.outlook import Outlook, pool
from offers.metrics.progress import Progress
from offers.money import Money

_CHART_POINTS = 20
_BASES = {
    "coverage": "machines",
    "units_attach": "core units",
    "net_attach": "core units",
    "renewal_rate": "lines that end",
    "conversion": "opportunities",
}


@dataclass(frozen=True, slots=True)
class Foresight:
    """An outlook for somebody: `asked` are the months of it that they asked for, the last of those to come.

    `unit_value` is what an attached unit came to of late, None where it is unknown or not what the metric counts.
    `each` are those in each currency where there are several, of which each `is_part`.
    `ref` is what was asked, for the buttons of its files; None has none. `definition` is the metric's.
    """

    outlook: Outlook
    asked: int
    parts: Sequence[str]
    progress: Progress | None = None
    unit_value: Money | None = None
    each: tuple["Foresight", ...] = ()
    is_part: bool = False
    ref: ForecastRef | None = None
    definition: str = ""


def build_forecast_message(found: Foresight) -> FigureMessage:
    """Build the message: the sentence, the months with their bands, the tested error and what it rests on."""
    title = name_forecast(found)
    shown = found.each or (found,)
    best: list[dict[str, Any]] = []
    plain: list[dict[str, Any]] = []
    for one in shown:
        head, listed = _list_blocks(one, title if one is shown[0] else None)
        chart = build_forecast_chart(one.outlook)
        plain += to_plain([*head, *listed])
        best += (
            [*to_plain(head), chart, *to_plain(listed)] if chart is not None else to_plain([*head, *listed])
        )
    said = [found.definition, _describe_method(shown[0].outlook)]
    last: list[Block] = [ContextBlock(elements=[cell(one) for one in said if one])]
    if found.ref is not None:
        ref = ListRef(name=ListName.FORECAST, forecast=found.ref)
        last.append(ActionsBlock(elements=list(build_file_buttons(ref))))
    tail = to_plain(last)
    text = f"{title}: {' '.join(_say(one) for one in shown)}"
    return FigureMessage(Message(text, [*best, *tail]), Message(text, [*plain, *tail]))


def _list_blocks(found: Foresight, title: str | None) -> tuple[list[Block], list[Block]]:
    """Return what stands above the chart, the sentence and the target, and below it, the months."""
    above = f"*{flatten(title)}*\n" if title is not None else ""
    head: list[Block] = [SectionBlock(text=prose(f"{above}{_say(found)}"))]
    if found.progress is not None:
        metric = found.outlook.metric
        head.append(SectionBlock(text=prose(f"*Target.* {describe_progress(metric, found.progress)}")))
    rows = _list_rows(found)
    return head, [SectionBlock(text=prose("\n".join(f"• {row}" for row in rows)))] if rows else []


def _say(found: Foresight) -> str:
    """Return the sentence, in whose currency where there are several."""
    said = _describe(found)
    return f"In {found.outlook.currency}: {said}" if found.is_part else said


def name_forecast(found: Foresight) -> str:
    """Return what it is called: "Coverage in South, Jan 2027 to Mar 2027"."""
    months = found.outlook.ahead[-found.asked :]
    first, last = format_month(months[0]), format_month(months[-1])
    period = first if first == last else f"{first} to {last}"
    return ", ".join([METRIC_TABLE[found.outlook.metric].title, *found.parts, period])


def chart_months(outlook: Outlook) -> tuple[list[tuple[str, float]], list[tuple[str, float, float, float]]]:
    """Return the known months with a rate, and those to come with rate, low and high: together twenty at most."""
    points = outlook.forecast.points if outlook.forecast is not None else ()
    ahead = [
        (month, point.rate, point.low, point.high)
        for month, point in zip(outlook.ahead, points, strict=False)
    ]
    known = [
        (month, figure.rate)
        for month, figure in zip(outlook.months, outlook.figures, strict=True)
        if figure.rate is not None
    ]
    return known[-(_CHART_POINTS - len(ahead)) :], ahead


def build_forecast_chart(outlook: Outlook) -> dict[str, Any] | None:
    """Return Slack's own chart: three lines that are one up to the last month known, and part from there on.

    Each of its series has to have a value for every label.
    """
    known, ahead = chart_months(outlook)
    if not ahead or not known:
        return None
    named = (METRIC_TABLE[outlook.metric].title, outlook.currency, "percent")
    labels = [*(month for month, _ in known), *(month for month, *_ in ahead)]
    past = [rate for _, rate in known]
    lines = {
        "high end": [*past, *(high for *_, high in ahead)],
        "likely": [*past, *(rate for _, rate, _, _ in ahead)],
        "low end": [*past, *(low for _, _, low, _ in ahead)],
    }
    return {
        "type": "data_visualization",
        "title": shorten(", ".join(one for one in named if one is not None), 50),
        "chart": {
            "type": "line",
            "series": [
                {
                    "name": name,
                    "data": [
                        {"label": label, "value": round(rate * 100, 2)}
                        for label, rate in zip(labels, rates, strict=True)
                    ],
                }
                for name, rates in lines.items()
            ],
            "axis_config": {"categories": labels, "y_label": "percent"},
        },
    }


def _describe(found: Foresight) -> str:
    outlook = found.outlook
    if outlook.forecast is None:
        return f"{TOO_LITTLE}."
    is_level = not METRIC_TABLE[outlook.metric].is_windowed
    point = pool(outlook.forecast.points[-found.asked :], is_level=is_level)
    end = f" at the end of {format_month(outlook.ahead[-1])}" if is_level else ""
    said = f"Likely *{short_rate(point.low)} to {short_rate(point.high)}*{end}, most likely {format_rate(point.rate)}"
    return f"{said}: {_describe_counts(found, point)}. {describe_test(outlook.forecast)}"


def _describe_counts(found: Foresight, point: ForecastPoint) -> str:
    metric = found.outlook.metric
    currency = next((one.currency for one in found.outlook.figures if one.currency), None)
    if currency is not None:
        parts = (format_whole_money(value, currency) for value in (point.numerator, point.denominator))
        return "about {} of {}".format(*parts)
    said = f"about {point.numerator:,.0f} of {point.denominator:,.0f} {_BASES.get(metric, '')}".rstrip()
    if metric in ("units_attach", "net_attach"):
        units = count_units(round(point.numerator), "attached unit")
        said = f"about {units} with {count_units(round(point.denominator), 'core unit')}"
    if found.unit_value is not None:
        worth = format_whole_money(point.numerator * found.unit_value.amount_minor, found.unit_value.currency)
        each = format_whole_money(found.unit_value.amount_minor, found.unit_value.currency)
        said += f", worth about {worth} at {each} a unit, as in the last 12 months"
    return said


def _list_rows(found: Foresight) -> list[str]:
    outlook = found.outlook
    if outlook.forecast is None:
        return []
    return [
        f"{format_month(month)}: {short_rate(point.low)} to {short_rate(point.high)}, "
        f"most likely {format_rate(point.rate)}"
        for month, point in zip(outlook.ahead, outlook.forecast.points, strict=True)
    ]


def _describe_method(outlook: Outlook) -> str:
    definition = METRIC_TABLE[outlook.metric].title
    if outlook.forecast is None:
        return f"{definition} by complete months; `/attach {outlook.metric.replace('_', ' ')} by month` shows them."
    made: Forecast = outlook.forecast
    return (
        f"95 % band, from {made.months_of_history} complete months ({made.method.value}): what chance and the months "
        "so far leave open, if nothing is done differently."
    )
