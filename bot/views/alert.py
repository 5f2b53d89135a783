"""A target that came to be missed: by how much, what moved, what it would take, and one thing to do."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    SectionBlock,
)

from bot.mrkdwn import fact, format_money, format_rate
from bot.views.meanings import count_accounts, list_windows
from bot.views.message import Message, cell, prose, to_plain
from bot.views.missed import name_target
from bot.views.moved import say_hindsight, say_most
from bot.views.opportunities import list_buttons
from bot.views.pace import describe_progress
from bot.views.quiet import build_quiet_button
from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.figures import MetricSettings
from offers.metrics.misses import Miss
from offers.metrics.movements import Contribution, Movement

_LISTED = 12


def build_alert(
    misses: Sequence[Miss],
    *,
    names: dict[str, str],
    next_step: str | None,
    settings: MetricSettings | None = None,
) -> Message:
    """Build the message of at least one missed target: the first in full, the others in a line each.

    `names` are what the ids of partners are called; `settings` those in force.
    """
    first, *others = misses
    head = f"{_name(first, names)} misses its target by more than chance"
    if others:
        head += f", and {len(others)} more {'does' if len(others) == 1 else 'do'}"
    blocks: list[Block] = [HeaderBlock(text="A target is missed" if not others else "Targets are missed")]
    blocks.append(SectionBlock(text=prose(f"*{fact(head, 300)}.* {_describe(first)}")))
    if first.movement is not None:
        blocks.append(
            SectionBlock(text=prose(f"*What moved.* {_say_moved(first.movement, first.why, names)}"))
        )
    if first.progress is not None:
        blocks.append(
            SectionBlock(text=prose(f"*What it takes.* {describe_progress(first.metric, first.progress)}"))
        )
    if others:
        lines = [f"• {fact(_name(one, names))}: {_describe(one)}" for one in others[:_LISTED]]
        if len(others) > _LISTED:
            lines.append(f"• and {len(others) - _LISTED} more: `/attach` shows each.")
        blocks.append(SectionBlock(text=prose("\n".join(lines))))
    if next_step:
        blocks.append(SectionBlock(text=prose(f"*Next.* {next_step}")))
    stop = ButtonElement(text="Stop these", action_id="alerts_off")
    blocks.append(ActionsBlock(elements=[*list_buttons(), stop, build_quiet_button()]))
    told = "You are told once: again when a target was met and is missed anew, or in a new period."
    meanings = list_windows((one.metric for one in misses), settings or MetricSettings())
    blocks.append(ContextBlock(elements=[cell(f"{meanings}. {told}" if meanings else told)]))
    return Message(f"{head}: {format_rate(first.total.rate)}.", to_plain(blocks))


def _name(one: Miss, names: dict[str, str]) -> str:
    parts = [METRIC_TABLE[one.metric].title, *(names.get(value, value) for value in one.only.values())]
    return ", ".join([*parts, *([f"in {one.total.currency}"] if one.total.currency is not None else [])])


def _describe(one: Miss) -> str:
    total = one.total
    resting = count_accounts(one.metric, total)
    counts = ", ".join([f"({_counts(one)})", *([resting] if resting else [])])
    return f"*{format_rate(total.rate)}* {counts}, 95 % interval {format_rate(total.low)} to " + (
        f"{format_rate(total.high)}; target {name_target(one.metric, total.target)}."
    )


def _counts(one: Miss) -> str:
    numerator, denominator, currency = (
        one.total.numerator or 0,
        one.total.denominator or 0,
        one.total.currency,
    )
    if currency is not None:
        return f"{format_money(numerator, currency)} of {format_money(denominator, currency)}"
    return f"{numerator:,} of {denominator:,}"


def _say_moved(movement: Movement, why: Contribution | None, names: dict[str, str]) -> str:
    chance = "" if movement.is_sure else ", which may be chance"
    said = (
        f"{movement.points:+.1f} points in the last 90 days against the 90 before "
        f"({format_rate(movement.before.rate)} to {format_rate(movement.after.rate)}){chance}"
    )
    since = say_hindsight(movement, "ninety days ago")
    return f"{said}{say_most(movement, why, names)}. {since}".rstrip()
