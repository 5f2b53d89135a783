"""A figure in Slack: in words with its numerator, denominator and interval, as a chart, and as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, ContextBlock, SectionBlock

from bot.mrkdwn import flatten, format_day, format_money, format_rate, shorten
from bot.views.meanings import count_accounts, count_both, count_units
from bot.views.message import Message, cell, prose, to_plain
from bot.views.pace import describe_progress
from bot.views.payloads import FigureRef
from bot.views.readings import tell_day
from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.figures import Figure, Report
from offers.metrics.grouping import PERIODS
from offers.metrics.intervals_told import TOO_FEW, is_too_few
from offers.metrics.kinds import ONE_SIDED, OVER_ACCOUNTS
from offers.metrics.one_sided import is_split_by_side
from offers.metrics.progress import Progress
from offers.metrics.time_to_attach import LEFT_OUT
from offers.survival import SurvivalCurve

CHART_POINTS = 20
REFUSED_CHARTS = frozenset({"invalid_blocks", "invalid_blocks_format", "invalid_arguments"})
"""What Slack says where it has no charts of its own."""

TABLE_ROWS = 30
_TITLE_LIMIT = 50
_UNKNOWN = "unknown"
_NOTHING = {"play": "no offer", "technician": "nobody"}
"""What a group without a value is called where that is known for sure: nothing came before it."""
_NAMES = {"sku": "product", "type": "partner type", "play": "play"}


@dataclass(frozen=True, slots=True)
class FigureMessage:
    """A figure as Slack shows it best, and what stands for the chart and the table where Slack refuses them.

    `best` has Slack's own chart and sortable table; `plain` has neither, and goes with a picture of the chart.
    """

    best: Message
    plain: Message


def build_figure_message(
    report: Report,
    *,
    names: Mapping[str, str],
    ref: FigureRef,
    progress: Progress | None = None,
    curve: SurvivalCurve | None = None,
    remarks: Sequence[str] = (),
) -> FigureMessage:
    """Build the message: the total in words, a chart and a table of the groups, the definition, and the files.

    `names` are what partners' and people's ids are called; `progress` is where the total's target stands. A `curve` is
    drawn where there are no groups. `remarks` are what was asked beside the rate, as mrkdwn.
    """
    title = name_report(report, names)
    # Beside two windows it has to be said which days the figure is of.
    lead = f"{_scope(report)}: " if ref.versus is not None else ""
    head: list[Block] = [
        SectionBlock(text=prose(f"*{flatten(title)}*\n{lead}{describe_figure(report, report.total)}"))
    ]
    if remarks:
        head.append(SectionBlock(text=prose("\n".join(remarks))))
    if progress is not None:
        head.append(SectionBlock(text=prose(f"*Target.* {describe_progress(report.metric, progress)}")))
    tail: list[Block] = [
        ContextBlock(elements=[cell(report.definition), cell(_scope(report))]),
        build_buttons(ref),
    ]
    text = f"{title}: {describe_figure(report, report.total)}"
    shown = [
        row
        for row in report.rows
        if row.rate is not None or row.numerator or (row.denominator and is_split_by_side(report))
    ]
    kept = shown[-TABLE_ROWS:] if is_over_time(report) else shown[:TABLE_ROWS]
    rows = [table_row(report, row, names) for row in kept]
    if len(kept) < len(shown):
        which = "latest" if is_over_time(report) else "first"
        left = f"The {which} {len(kept)} of {len(shown)} groups are shown; Excel and CSV have all of them."
        head.append(ContextBlock(elements=[cell(left)]))
    best = to_plain(head)
    chart = build_chart(report, names) if curve is None or report.rows else build_curve_chart(report, curve)
    if chart is not None:
        best.append(chart)
    if rows:
        best.append(build_table(title, [table_header(report), *rows]))
    listed: list[Block] = []
    if rows:
        lines = [f"• {cells[0]}: {cells[1]} ({cells[2]})" for cells in rows]
        listed.append(SectionBlock(text=prose("\n".join(flatten(line) for line in lines))))
    return FigureMessage(
        Message(text, [*best, *to_plain(tail)]), Message(text, to_plain([*head, *listed, *tail]))
    )


def name_report(report: Report, names: Mapping[str, str]) -> str:
    """Return what a report is called, with what it is narrowed to: "Coverage by family, South"."""
    title = METRIC_TABLE[report.metric].title
    by = list(report.rows[0].group) if report.rows else []
    parts = " and ".join(_NAMES.get(name, name) for name in by)
    whole = f"{title} by {parts}" if parts else title
    return ", ".join([whole, *(names.get(value, value) for value in report.only.values())])


def describe_figure(report: Report, row: Figure) -> str:
    """Return one figure of a report in words: the rate, what it is made of, its interval and target."""
    return describe_row(report.metric, row) + tell_day(report)


def describe_row(metric: str, row: Figure) -> str:
    """Return one figure of a metric in words, as `describe_figure`."""
    if row.numerator is None or row.denominator is None:
        return "several currencies, which are never added: see each"
    if METRIC_TABLE[metric].shared_by is not None and row.numerator == row.denominator and not row.group:
        return f"*{row.numerator:,}* {METRIC_TABLE[metric].title.lower()}"
    words = [
        f"*{format_rate(row.rate)}*",
        f"({_count(row, row.numerator)} of {_count(row, row.denominator)})",
    ]
    if metric in ONE_SIDED:
        words[1] = f"({count_both(metric, row.numerator, row.denominator)})"
    resting = count_accounts(metric, row)
    if resting is not None:
        words.append(resting)
    if row.low is not None and row.high is not None:
        words.append(f"95 % interval {format_rate(row.low)} to {format_rate(row.high)}")
    elif is_too_few(metric, row):
        words.append(TOO_FEW)
    if "median_day" in row.asides:
        words.append(f"median {count_units(row.asides['median_day'], 'day')}")
    if LEFT_OUT in row.asides:
        machines = count_units(row.asides[LEFT_OUT], "machine")
        words.append(f"{machines} left out that were installed too long before the first known order")
    if row.target is not None:
        words.append(f"target {format_rate(row.target)}")
    words += [f"{name} {_count(row, row.asides.get(name, 0))}" for name in METRIC_TABLE[metric].amounts]
    return ", ".join([" ".join(words[:2]), *words[2:]])


def name_group(row: Figure, names: Mapping[str, str]) -> str:
    """Return a group in words: "North, gold"."""
    return ", ".join(
        names.get(value, value) if value is not None else _NOTHING.get(name, _UNKNOWN)
        for name, value in row.group.items()
    )


def table_header(report: Report) -> list[str]:
    """Return the columns' names of a report's table."""
    by = list(report.rows[0].group) if report.rows else []
    resting = ["customers"] if report.metric in OVER_ACCOUNTS else []
    ends = [*resting, "95 % interval", "target", *METRIC_TABLE[report.metric].amounts]
    return [", ".join(_NAMES.get(name, name) for name in by) or "group", "rate", "of", *ends]


def table_row(report: Report, row: Figure, names: Mapping[str, str]) -> list[str]:
    """Return a group's cells in the order of `table_header`."""
    interval = "too few customers" if is_too_few(report.metric, row) else "–"
    if row.low is not None:
        interval = f"{format_rate(row.low)} to {format_rate(row.high)}"
    counts = "–"
    if row.numerator is not None and row.denominator is not None:
        counts = f"{_count(row, row.numerator)} of {_count(row, row.denominator)}"
    target = format_rate(row.target) if row.target is not None else "–"
    amounts = [_count(row, row.asides.get(name, 0)) for name in METRIC_TABLE[report.metric].amounts]
    return [
        name_group(row, names) or report.metric,
        format_rate(row.rate),
        counts,
        *([f"{row.n:,}"] if report.metric in OVER_ACCOUNTS else []),
        interval,
        target,
        *amounts,
    ]


def build_chart(report: Report, names: Mapping[str, str]) -> dict[str, Any] | None:
    """Return Slack's own chart of the groups' rates in percent, or None with fewer than two to draw.

    https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block; slack_sdk 3.47 has no class for it.
    """
    points = chart_points(report, names)
    if len(points) < 2:
        return None
    title = METRIC_TABLE[report.metric].title
    return {
        "type": "data_visualization",
        "title": shorten(f"{title}, percent", _TITLE_LIMIT),
        "chart": {
            "type": "line" if is_over_time(report) else "bar",
            "series": [
                {
                    "name": shorten(title, _TITLE_LIMIT),
                    "data": [{"label": label, "value": round(rate * 100, 2)} for label, rate in points],
                }
            ],
            "axis_config": {"categories": [label for label, _ in points], "y_label": "percent"},
        },
    }


def build_curve_chart(report: Report, curve: SurvivalCurve) -> dict[str, Any]:
    """Return Slack's own chart of the share by day with the ends of its 95 % band, on evenly spaced days."""
    last = max(1, curve.followed_days, curve.points[-1].day)
    days = sorted({round(step * last / (CHART_POINTS - 1)) for step in range(CHART_POINTS)})
    points = [(f"day {day}", curve.at(day)) for day in days]
    title = METRIC_TABLE[report.metric].title
    read = {"share": "share", "band from": "low", "band to": "high"}
    return {
        "type": "data_visualization",
        "title": shorten(f"{title}, percent", _TITLE_LIMIT),
        "chart": {
            "type": "line",
            "series": [
                {
                    "name": name,
                    "data": [
                        {"label": label, "value": round(100 * getattr(point, field), 2)}
                        for label, point in points
                        if point is not None
                    ],
                }
                for name, field in read.items()
            ],
            "axis_config": {
                "categories": [label for label, point in points if point is not None],
                "y_label": "percent",
            },
        },
    }


def chart_points(report: Report, names: Mapping[str, str]) -> list[tuple[str, float]]:
    """Return label and rate of the groups that have one: the latest of periods, the first of others; labels differ."""
    rows = [row for row in report.rows if row.rate is not None]
    kept = rows[-CHART_POINTS:] if is_over_time(report) else rows[:CHART_POINTS]
    points: dict[str, float] = {}
    for row in kept:
        label = shorten(flatten(name_group(row, names)), _TITLE_LIMIT - 6) or _UNKNOWN
        if label in points:
            label = f"{label} ({len(points)})"
        points[label] = row.rate or 0.0
    return list(points.items())


def is_over_time(report: Report) -> bool:
    """Tell whether the groups are periods, which are drawn as a line."""
    return bool(report.rows) and set(report.rows[0].group) <= set(PERIODS)


def build_table(caption: str, rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Return a sortable table; https://docs.slack.dev/reference/block-kit/blocks/data-table-block."""
    return {
        "type": "data_table",
        "caption": shorten(flatten(caption), 150),
        "page_size": 10,
        "rows": [[{"type": "raw_text", "text": shorten(text, 150) or "–"} for text in row] for row in rows],
    }


def build_buttons(ref: FigureRef) -> ActionsBlock:
    """Return the buttons that send what was asked for as a file."""
    return ActionsBlock(
        elements=[
            ButtonElement(text="Excel", action_id="figure_xlsx", value=ref.encode()),
            ButtonElement(text="CSV", action_id="figure_csv", value=ref.encode()),
        ]
    )


def _scope(report: Report) -> str:
    window = ""
    if report.date_to is not None and METRIC_TABLE[report.metric].is_windowed:
        first = format_day(report.date_from) if report.date_from else "the beginning"
        window = f"{first} to {format_day(report.date_to)}, "
    return f"{window}as of {format_day(report.as_of)}"


def _count(row: Figure, value: int) -> str:
    return f"{value:,}" if row.currency is None else format_money(value, row.currency)
