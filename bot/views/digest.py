"""The weekly digest: what moved, where it came from, what missed its target, and one thing to do next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    SectionBlock,
)

from bot.mrkdwn import fact, format_day, format_rate
from bot.views.meanings import list_windows
from bot.views.message import Message, cell, prose, to_plain
from bot.views.missed import say_missed
from bot.views.moved import say_counts, say_hindsight, say_most
from bot.views.quiet import build_quiet_button
from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.figures import Figure, MetricSettings
from offers.metrics.intervals_told import TOO_FEW, is_too_few
from offers.metrics.movements import Contribution, Movement


@dataclass(frozen=True, slots=True)
class Line:
    """A figure of the digest; `movement` None where it had none before. `why` is the part that moved it most."""

    metric: str
    total: Figure
    movement: Movement | None
    why: Contribution | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """One person's digest. `missed` are figures that miss their targets by more than noise.

    `settings` are those in force.
    `names` are what the ids of groups that moved figures are called.
    """

    whose: str
    first_day: date
    last_day: date
    lines: Sequence[Line]
    missed: Sequence[Line]
    next_step: str | None
    settings: MetricSettings = field(default_factory=MetricSettings)
    names: Mapping[str, str] = field(default_factory=dict)


def build_digest(digest: Digest) -> Message:
    """Build the message; its text alone says what moved."""
    blocks: list[Block] = [HeaderBlock(text=f"The week of {format_day(digest.last_day)}")]
    sure = [line for line in digest.lines if line.movement is not None and line.movement.is_sure]
    head = " ".join(_say_moved(line, digest.names) for line in sure)
    if not head:
        head = "Nothing moved by more than chance."
    blocks.append(SectionBlock(text=prose(f"*{fact(digest.whose)}.* {head}")))
    blocks.append(SectionBlock(fields=[cell(_describe(line)) for line in digest.lines[:10]]))
    for line in digest.missed:
        said = f"{METRIC_TABLE[line.metric].title} {say_missed(line.metric, line.total)}."
        blocks.append(SectionBlock(text=prose(f":warning: {said}")))
    if digest.next_step:
        blocks.append(SectionBlock(text=prose(f"*Next:* {digest.next_step}")))
    window = _say_window(digest)
    meanings = list_windows((line.metric for line in digest.lines), digest.settings)
    explained = f"{meanings}. " if meanings else ""
    ranges = "The range below a rate is its 95 % interval, n what it rests on where it has none."
    blocks.append(
        ContextBlock(elements=[cell(f"{explained}{window} {ranges} `/attach` explains each figure.")])
    )
    blocks.append(
        ActionsBlock(
            elements=[ButtonElement(text="Stop these", action_id="digest_off"), build_quiet_button()]
        )
    )
    return Message(f"Your week with Attaché: {head}", to_plain(blocks))


def _say_window(digest: Digest) -> str:
    """Return what the figures are of and set against, and which of them had no records then."""
    window = f"{format_day(digest.first_day)} to {format_day(digest.last_day)}, against the 90 days before."
    late = [line.movement for line in digest.lines if line.movement is not None]
    since = [say_hindsight(one, "ninety days ago") for one in late if one.is_hindsight]
    return " ".join([window, *since])


def _say_moved(line: Line, names: Mapping[str, str]) -> str:
    movement = line.movement
    if movement is None:
        return ""
    verb = "rose" if movement.points > 0 else "fell"
    said = (
        f"{METRIC_TABLE[line.metric].title} {verb} from {format_rate(movement.before.rate)} "
        f"to {format_rate(movement.after.rate)}"
    )
    most = say_most(movement, line.why, names)
    counts = say_counts(line.why) if most and line.why is not None else ""
    return f"{said}{most}. {counts}".rstrip()


def _doubt(movement: Movement) -> str:
    """Return that a movement may be chance, or that without an interval it isn't known; "" where it is sure."""
    if movement.is_sure:
        return ""
    return ", within chance" if movement.has_intervals else ", chance not known"


def _describe(line: Line) -> str:
    total = line.total
    lines = [f"*{METRIC_TABLE[line.metric].title}*", f"*{format_rate(total.rate)}*"]
    if line.movement is not None:
        lines[1] += f"  {line.movement.points:+.1f} points{_doubt(line.movement)}"
    lines.append(f"{total.numerator or 0:,} of {total.denominator or 0:,}")
    if total.low is not None and total.high is not None:
        lines.append(f"{100 * total.low:.1f} to {format_rate(total.high)}")
    else:
        few = f", {TOO_FEW}" if is_too_few(line.metric, total) else ""
        lines.append(f"n = {total.n:,}{few}")
    return "\n".join(lines)
