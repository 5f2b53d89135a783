"""The figures of Home: each with its base, interval, target and trend, and beside them what must not get worse."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from slack_sdk.models.blocks import Block, ContextBlock, HeaderBlock, SectionBlock, StaticSelectElement
from slack_sdk.models.blocks import Option as Choice

from bot.mrkdwn import format_day, format_moment, format_money, format_rate
from bot.views.course import outline_forecast, outline_progress
from bot.views.guardrails import list_rails, warn_of
from bot.views.meanings import count_both, list_meanings
from bot.views.message import cell, prose
from bot.views.moved import say_known_since
from bot.views.payloads import FigureRef
from offers.guardrails import ATTACH_METRICS, Guardrail, has_risen
from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.figures import Figure, MetricSettings, Report
from offers.metrics.intervals_told import TOO_FEW, is_too_few
from offers.metrics.kinds import OVER_ACCOUNTS
from offers.metrics.outlook import Outlook
from offers.metrics.progress import Progress
from offers.metrics.targets import judge

_BARS = "▁▂▃▄▅▆▇█"
_FIELDS = 10
"""So many fields a section of Slack's has at most."""

# Each figure's natural split, for the chart that a manager asks for first.
_SPLITS = (
    ("units_attach", "month"),
    ("coverage", "region"),
    ("coverage", "family"),
    ("conversion", "play"),
    ("conversion", "technician"),
    ("order_attach", "partner"),
    ("renewal_rate", "month"),
    ("net_attach", "tier"),
    ("first_renewal_rate", "channel"),
    ("declines", "reason"),
)


@dataclass(frozen=True, slots=True)
class Kpi:
    """One figure: now, in the ninety days before, its months, oldest first, its target's progress and its outlook.

    `currency` is the one that it is in, where the metric has several: each is a figure of its own.
    """

    now: Report
    before: Report | None
    months: Sequence[Figure]
    pace: Progress | None = None
    outlook: Outlook | None = None
    currency: str | None = None

    @property
    def title(self) -> str:
        """What the figure is called: "Value attach in EUR"."""
        title = METRIC_TABLE[self.now.metric].title
        return title if self.currency is None else f"{title} in {self.currency}"


def build_figures(
    kpis: Sequence[Kpi],
    beside: Sequence[Guardrail],
    funnel: Report | None,
    *,
    known_at: datetime,
    is_behind: bool,
    settings: MetricSettings | None = None,
) -> list[Block]:
    """Build the figures' part of the page. `settings` are those in force."""
    blocks: list[Block] = [HeaderBlock(text="Attach rate")]
    if not kpis:
        return [
            *blocks,
            ContextBlock(elements=[cell("The figures are being made. They appear here by themselves.")]),
        ]
    for first in range(0, len(kpis), _FIELDS):
        blocks.append(SectionBlock(fields=[cell(_describe(kpi)) for kpi in kpis[first : first + _FIELDS]]))
    heading_for = [line for kpi in kpis if (line := _describe_course(kpi)) is not None]
    if heading_for:
        blocks.append(SectionBlock(text=prose("\n".join(heading_for))))
    warnings = find_warnings(kpis, beside)
    if warnings:
        blocks.append(SectionBlock(text=prose(":warning: " + " ".join(warnings))))
    blocks.append(ContextBlock(elements=[cell(text) for text in _asides(beside, funnel)]))
    meanings = list_meanings((kpi.now.metric for kpi in kpis), settings or MetricSettings())
    if any(kpi.now.metric in OVER_ACCOUNTS for kpi in kpis):
        meanings = f"{meanings}; *n*: the customers that a ratio rests on"
    newer = ", newer ones are being made" if is_behind else ""
    against = "against the 90 days before; bars: the last 12 months"
    known = f"as known {format_moment(known_at)}{newer}"
    window = f"{_scope(kpis)}, {against}; {known}."
    since = list_known_since(kpis)
    blocks.append(ContextBlock(elements=[cell(" ".join([f"{meanings}. {window}", *since]))]))
    return blocks


def build_chart_choice() -> StaticSelectElement:
    """Build the menu that posts a chart."""
    return StaticSelectElement(
        action_id="home_chart",
        placeholder="Show a chart",
        options=[
            Choice(
                text=f"{METRIC_TABLE[metric].title} by {by}",
                value=FigureRef(metric=metric, by=(by,)).encode(),
            )
            for metric, by in _SPLITS
        ],
    )


def list_known_since(kpis: Sequence[Kpi]) -> list[str]:
    """Return a sentence for each figure of which nothing was recorded ninety days ago, [] where all had records."""
    late = (kpi.now.metric for kpi in kpis if kpi.before is not None and kpi.before.is_looking_back)
    return [say_known_since(metric, "ninety days ago") for metric in dict.fromkeys(late)]


def find_warnings(kpis: Sequence[Kpi], beside: Sequence[Guardrail]) -> list[str]:
    """Return what is to be looked at: attach figures that rise, beyond chance, while what stands beside them falls."""
    rising = [
        kpi.title for kpi in kpis if kpi.now.metric in ATTACH_METRICS and has_risen(kpi.now, kpi.before)
    ]
    if not rising:
        return []
    worse = [one for one in beside if one.is_worse]
    verb = "rises" if len(rising) == 1 else "rise"
    warning = warn_of(" and ".join(rising), worse, verb=verb)
    return [warning] if warning is not None else []


def _describe(kpi: Kpi) -> str:
    report, total = kpi.now, kpi.now.total
    lines = [f"*{kpi.title}*", f"*{format_rate(total.rate)}*{_trend(kpi)}", _base(report)]
    known = [f"95 %: {format_rate(total.low)} to {format_rate(total.high)}"] if total.low is not None else []
    known += [f"n {total.n:,}"] if report.metric in OVER_ACCOUNTS else []
    known += [TOO_FEW] if is_too_few(report.metric, total) else []
    if known:
        lines.append(", ".join(known))
    if total.target is not None:
        lines.append(f"target {format_rate(total.target)}: {judge(report.metric, total)}")
    spark = draw_spark([month.rate for month in kpi.months])
    if spark:
        lines.append(spark)
    return "\n".join(lines)


def _describe_course(kpi: Kpi) -> str | None:
    """Return a line on what a figure's target takes and where it is heading, None where there is nothing to say."""
    takes = outline_progress(kpi.now.metric, kpi.pace) if kpi.pace is not None else None
    heading = outline_forecast(kpi.outlook) if kpi.outlook is not None else None
    said = ". ".join(one for one in (takes, f"_{heading}_" if heading else None) if one)
    return f"• *{kpi.title}*: {said}" if said else None


def draw_spark(rates: Sequence[float | None]) -> str:
    """Return a line of bars between the lowest and the highest rate; a month without a rate is a dot; "" below two."""
    known = [rate for rate in rates if rate is not None]
    if len(known) < 2:
        return ""
    low, high = min(known), max(known)
    width = (high - low) or 1.0
    steps = len(_BARS) - 1
    return "".join("·" if rate is None else _BARS[round((rate - low) / width * steps)] for rate in rates)


def _trend(kpi: Kpi) -> str:
    before = kpi.before.total.rate if kpi.before is not None else None
    if before is None or kpi.now.total.rate is None:
        return ""
    points = (kpi.now.total.rate - before) * 100
    if abs(points) < 0.05:
        return "  ▬ unchanged"
    return f"  {'▲' if points > 0 else '▼'} {abs(points):.1f} points"


def _base(report: Report) -> str:
    total = report.total
    if total.numerator is None or total.denominator is None:
        return "–"
    if total.currency is not None:
        return f"{format_money(total.numerator, total.currency)} of {format_money(total.denominator, total.currency)}"
    return count_both(report.metric, total.numerator, total.denominator)


def _asides(beside: Sequence[Guardrail], funnel: Report | None) -> list[str]:
    texts = [f"*Beside it* (the 90 days before in brackets): {list_rails(beside)}."]
    stages = funnel.rows if funnel is not None else ()
    if stages and stages[0].numerator:
        texts.append("*Funnel*: " + " → ".join(map(_describe_stage, stages, (None, *stages))) + ".")
    return texts


def _describe_stage(stage: Figure, before: Figure | None) -> str:
    """Return a stage with the share of the stage before that was dropped since."""
    said = f"{stage.numerator or 0:,} {stage.group.get('stage')}"
    if before is None or not before.numerator:
        return said
    return f"{said} ({format_rate(stage.asides.get('dropped', 0) / before.numerator)} dropped)"


def _scope(kpis: Sequence[Kpi]) -> str:
    windowed = next((kpi.now for kpi in kpis if kpi.now.date_from is not None), None)
    if windowed is None or windowed.date_from is None or windowed.date_to is None:
        return "As of today"
    return f"{format_day(windowed.date_from)} to {format_day(windowed.date_to)}"
