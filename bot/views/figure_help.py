"""What is said where a question about a figure is not wholly understood, or is about days to come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, ContextBlock, SectionBlock

from bot.mrkdwn import fact, format_day, shorten
from bot.views.meanings import list_windows
from bot.views.message import Message, cell, prose, to_plain
from bot.views.pace import describe_progress
from bot.views.payloads import FigureRef
from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.figures import MetricSettings
from offers.metrics.kinds import ONE_SIDED
from offers.metrics.one_sided import WHY_ONE_SIDED
from offers.metrics.progress import Progress
from offers.metrics.refusals import explain_refusal

_DIMENSIONS = {"sku": "product", "type": "partner type", "family": "product family"}
_SPOKEN = {"units_attach": "attach rate"}
_NOT_MOVING = frozenset({"funnel", "declines"})
_LABEL_LIMIT = 70


@dataclass(frozen=True, slots=True)
class Help:
    """What was and what was not understood of a question.

    `ready` is the figure that the rest of the words ask for, `names` what its values are called. `untold` is an amount
    that no figure tells, `account` a customer's name, `near` known values beside an unknown one: the dimension, what
    was written, and the known ones, the nearest first. `refused` is why what was understood is not told, as a sentence;
    `other` is a second figure that is asked for at once.
    """

    unread: Sequence[str] = ()
    ready: FigureRef | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    untold: str = ""
    account: str = ""
    near: tuple[str, str, Sequence[str]] | None = None
    refused: str = ""
    other: FigureRef | None = None
    has_manuals: bool = False


def build_help(asked: Help) -> Message:
    """Build the sentence, examples near to what was asked, and what was understood as a button."""
    head = _say_why(asked)
    lines = [f"{head} Ask for example:", *(f"• `/attach {one}`" for one in _list_examples(asked))]
    if asked.ready is not None:
        metric = METRIC_TABLE[asked.ready.metric]
        split = ", ".join(_DIMENSIONS.get(name, name) for name in metric.dimensions)
        lines.append(f"{metric.title} can be split by: {split}.")
    else:
        titles = ", ".join(sorted(metric.title.lower() for metric in METRIC_TABLE.values()))
        lines.append(f"Figures: {titles}.")
    if asked.has_manuals:
        lines.append("For an answer from the manuals begin with “manual”.")
    blocks: list[Block] = [SectionBlock(text=prose("\n".join(lines)))]
    for ready in (asked.ready, asked.other):
        if ready is not None:
            label = shorten(f"Show {_name_ready(ready, asked.names)}", _LABEL_LIMIT)
            button = ButtonElement(text=label, action_id="figure_ready", value=ready.encode())
            # A block of its own for each: no two elements of one have the same action.
            blocks.append(ActionsBlock(elements=[button]))
    return Message(head, to_plain(blocks))


def say_no_product(metric: str, products: Sequence[str]) -> str:
    """Return that a figure is not told of single products, and why."""
    title, named = METRIC_TABLE[metric].title, fact(", ".join(products))
    if metric in ONE_SIDED:
        return f"{title} is not told of one product ({named}): {WHY_ONE_SIDED}."
    reason = explain_refusal(metric, "sku")
    return f"{title} is not told by product ({named}){f': {reason}' if reason else ''}."


def say_one_at_a_time(metric: str, other: str) -> str:
    """Return that two figures are not told at once."""
    one, two = METRIC_TABLE[metric].title, METRIC_TABLE[other].title.lower()
    return (
        f"{one} and {two} have bases of their own, so one figure is told at a time: each is a button below."
    )


def build_ahead(metric: str, first_day: date) -> Message:
    """Build the sentence for a period that has not begun."""
    title = METRIC_TABLE[metric].title
    text = (
        f"{format_day(first_day)} lies in the future, so there is no {title.lower()} yet: "
        f"`/attach forecast {title.lower()}` tells what is expected."
    )
    return Message(text, to_plain([SectionBlock(text=prose(text))]))


def build_targets(found: Mapping[str, Progress], settings: MetricSettings | None = None) -> Message:
    """Build where the reader's targets stand, a line each, by metric. `settings` are those in force."""
    if not found:
        text = "No target is set for what you see."
        return Message(text, to_plain([SectionBlock(text=prose(text))]))
    lines = [
        f"*{METRIC_TABLE[metric].title}.* {describe_progress(metric, progress)}"
        for metric, progress in found.items()
    ]
    blocks: list[Block] = [SectionBlock(text=prose(f"*Your {_count(len(lines))}*"))]
    blocks += [SectionBlock(text=prose(line)) for line in lines]
    meanings = list_windows(found, settings or MetricSettings())
    if meanings:
        blocks.append(ContextBlock(elements=[cell(f"{meanings}.")]))
    return Message(f"Your targets: {lines[0]}", to_plain(blocks))


def _count(number: int) -> str:
    return "target" if number == 1 else f"{number} targets"


def _say_why(asked: Help) -> str:
    if asked.refused:
        return asked.refused
    title = METRIC_TABLE[asked.ready.metric].title if asked.ready is not None else "A figure"
    if asked.untold:
        return (
            f"No figure tells {fact(asked.untold)}: what is sold is counted in units. Amounts stand in renewal value, "
            "value attach and contract leakage."
        )
    if asked.account:
        return f"{title} is not told by customer ({fact(asked.account)})."
    if asked.near is not None:
        dimension, written, known = asked.near
        named = _DIMENSIONS.get(dimension, dimension)
        listed = ", ".join(map(fact, known))
        return f"No {named} in the records is “{fact(written)}”. Known, the nearest first: {listed}."
    if asked.unread:
        return f"I don't know what “{fact(' '.join(asked.unread))}” means for a figure."
    return "I can't read that as a figure."


def _list_examples(asked: Help) -> list[str]:
    if asked.ready is None:
        return [
            "coverage by region this quarter",
            "attach rate by month in 2026",
            "renewal rate for South last quarter",
            "forecast coverage next quarter",
        ]
    metrics = [asked.ready.metric] if not asked.untold else ["renewal_value", asked.ready.metric]
    examples = []
    for name in metrics:
        metric = METRIC_TABLE[name]
        title = _SPOKEN.get(name, metric.title.lower())
        first = next(iter(metric.dimensions), None)
        by = "region" if "region" in metric.dimensions else first
        examples.append(f"{title} by {_DIMENSIONS.get(by, by)} this quarter" if by else title)
        if "month" in metric.dimensions or not metric.is_windowed:
            examples.append(f"{title} by month this year")
    spoken = _SPOKEN.get(metrics[0], METRIC_TABLE[metrics[0]].title.lower())
    if metrics[0] not in _NOT_MOVING:
        examples.append(f"why did {spoken} drop")
    return [*examples, f"forecast {spoken} next quarter"]


def _name_ready(ref: FigureRef, names: Mapping[str, str]) -> str:
    title = METRIC_TABLE[ref.metric].title.lower()
    by = f" by {' and '.join(_DIMENSIONS.get(name, name) for name in ref.by)}" if ref.by else ""
    parts = "".join(f", {names.get(value, value)}" for value in (*ref.only.values(), *ref.among))
    period = ""
    if ref.date_to is not None:
        period = f", {format_day(ref.date_from) if ref.date_from else 'the beginning'} to {format_day(ref.date_to)}"
    elif ref.as_of is not None:
        period = f", {format_day(ref.as_of)}"
    return f"{title}{by}{parts}{period}"
