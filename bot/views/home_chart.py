"""The chart on Home: a picture with its numbers in words for whoever can't see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from slack_sdk.models.blocks import Block, ImageBlock
from slack_sdk.models.blocks.basic_components import SlackFile
from slack_sdk.models.views import View

from bot.charts import Month
from bot.mrkdwn import flatten, format_rate, shorten
from offers.metrics.catalogue import METRIC_TABLE

_ALT_LIMIT = 2000
_TITLE_LIMIT = 150


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that Slack keeps, and what it shows in words."""

    file_id: str
    title: str
    alt_text: str


def build_home_chart(picture: Picture | None) -> list[Block]:
    """Build the block; [] without a picture."""
    if picture is None:
        return []
    return [ImageBlock(alt_text=picture.alt_text, slack_file=SlackFile(id=picture.file_id))]


def list_pictures(view: View) -> list[str]:
    """Return the file ids of the pictures on a page."""
    shown = [block.to_dict() for block in view.blocks or () if isinstance(block, ImageBlock)]
    return [str(block["slack_file"]["id"]) for block in shown if "slack_file" in block]


def name_history(metric: str, region: str | None) -> str:
    """Return what the chart is called."""
    where = f", {flatten(region)}" if region else ""
    return shorten(f"{METRIC_TABLE[metric].title}{where}, the last 12 months", _TITLE_LIMIT)


def name_month(month: str, *, is_first: bool) -> str:
    """Return a month (`2026-03`) as the axis has it: "Mar", with the year where it begins."""
    day = date.fromisoformat(f"{month}-01")
    return format_date(day, "MMM\ny" if is_first or day.month == 1 else "MMM", locale="en")


def describe_history(title: str, months: Sequence[Month], target: float | None) -> str:
    """Return the chart's numbers in words."""
    last = months[-1]
    parts = [", ".join(f"{month.label.replace(chr(10), ' ')} {format_rate(month.rate)}" for month in months)]
    if last.low is not None and last.high is not None:
        parts.append(f"95 % interval of the last: {format_rate(last.low)} to {format_rate(last.high)}")
    if target is not None:
        parts.append(f"target {format_rate(target)}")
    return shorten(f"{title}: {'; '.join(parts)}.", _ALT_LIMIT)
