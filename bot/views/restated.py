"""What has become of a past figure: what it was and is, and the entries that made the difference, with the reasons."""

from collections.abc import Mapping

from slack_sdk.models.blocks import Block, ContextBlock, SectionBlock

from bot.mrkdwn import fact, flatten, format_day, format_money, format_rate
from bot.views.figures import FigureMessage, build_buttons, name_report
from bot.views.message import Message, cell, prose, to_plain
from bot.views.payloads import FigureRef
from offers.metrics.figures import Counts, Report
from offers.metrics.restatement import EntryChange, Restatement, Sides

_CHANGES = 8
_REASONS = 300
"""How many letters of an entry's reasons are shown; the files have them all."""


def name_restated(report: Report, names: Mapping[str, str]) -> str:
    """Return what it is called: "Coverage, South, as of 30 Jun 2026, restated"."""
    return f"{name_report(report, names)}, as of {format_day(report.as_of)}, restated"


def build_restated_message(
    report: Report, changed: Restatement, *, names: Mapping[str, str], ref: FigureRef
) -> FigureMessage:
    """Build the message: both figures, the first changes with their reasons, the definition, and the files.

    `names` are what customers' and other ids are called.
    """
    title = name_restated(report, names)
    said = ("In total, by no group: " if ref.by else "") + _describe(changed)
    blocks: list[Block] = [SectionBlock(text=prose(f"*{flatten(title)}*\n{said}"))]
    blocks += [SectionBlock(text=prose(_describe_change(one, names))) for one in changed.changes[:_CHANGES]]
    if len(changed.changes) > _CHANGES:
        more = f"and {len(changed.changes) - _CHANGES:,} more: the files have each."
        blocks.append(SectionBlock(text=prose(more)))
    known = f"as of {format_day(report.as_of)}"
    if report.date_to is not None:
        first = format_day(report.date_from) if report.date_from is not None else "the beginning"
        known = f"{first} to {format_day(report.date_to)}, {known}"
    blocks += [ContextBlock(elements=[cell(report.definition), cell(known)]), build_buttons(ref)]
    message = Message(f"{title}: {said}", to_plain(blocks))
    return FigureMessage(message, message)


def _describe(changed: Restatement) -> str:
    sides = changed.currencies or {"": (changed.before, changed.after)}
    if not changed.changes:
        return f"{'; '.join(_say(after) for _, after in sides.values())}. Nothing that was recorded later changes it."
    told = [f"{_say(before)} then, {_say(after)} as it is known now" for before, after in sides.values()]
    entries = "1 entry counts" if len(changed.changes) == 1 else f"{len(changed.changes):,} entries count"
    return f"{'; '.join(told)}. {entries} otherwise:"


def _say(counts: Counts | None) -> str:
    if counts is None:
        return "nothing"
    sides = _both((counts.numerator, counts.denominator), counts.currency)
    if not counts.denominator:
        return f"*–* ({sides})"
    return f"*{format_rate(counts.numerator / counts.denominator if counts.rate is None else counts.rate)}* ({sides})"


def _describe_change(one: EntryChange, names: Mapping[str, str]) -> str:
    before = _both(one.before, one.currency)
    after = _both(one.after, one.now_in or one.currency)
    customer = f", {fact(names.get(one.account_id, one.account_id))}" if one.account_id is not None else ""
    reasons = f"\n{fact('; '.join(one.reasons), _REASONS)}" if one.reasons else ""
    return f"*{fact(one.entry_id)}*{customer}: {before} → {after}{reasons}"


def _both(sides: Sides | None, currency: str | None) -> str:
    if sides is None:
        return "not there"
    return " of ".join(f"{value:,}" if currency is None else format_money(value, currency) for value in sides)
