"""The plays in Slack: the list, one rule with what it would do, and the steps that can be taken with it."""

from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    DividerBlock,
    InteractiveElement,
    PlainTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.mrkdwn import fact, format_moment
from bot.views.message import Message, cell, prose, to_plain
from bot.views.payloads import RuleRef
from bot.views.plays import PLAYS
from bot.views.rule_words import (
    describe_simulation,
    describe_status,
    describe_terms,
    describe_when,
)
from offers.rulebook.shelf import RuleEntry
from offers.rulebook.simulation import Simulation
from offers.vocabulary import RuleStatus

_SHOWN = 45
_REASONS = 4
_LINE = 300
_MARKS = {
    RuleStatus.DRAFT: ":memo:",
    RuleStatus.APPROVED: ":white_check_mark:",
    RuleStatus.ARCHIVED: ":package:",
}


@dataclass(frozen=True, slots=True)
class Tried:
    """A simulation and the version that it was of."""

    version: int
    simulation: Simulation


def build_rule_list(entries: Sequence[RuleEntry]) -> View:
    """Build the list of the rules, those that wait for approval first."""
    waiting = sum(entry.status is RuleStatus.DRAFT for entry in entries)
    intro = "What is offered to whom. A draft holds once somebody else than its author approves it."
    if waiting:
        intro += f" *{waiting} wait{'s' if waiting == 1 else ''} for approval.*"
    blocks: list[Block] = [
        SectionBlock(text=prose(intro)),
        ActionsBlock(elements=[ButtonElement(text="New play", action_id="rule_new")]),
        DividerBlock(),
    ]
    blocks += [_row(entry) for entry in entries[:_SHOWN]]
    if len(entries) > _SHOWN:
        more = f"{len(entries) - _SHOWN} more: `attache rules list` shows them all."
        blocks.append(ContextBlock(elements=[cell(more)]))
    return View(type="modal", callback_id="rule_list", title="Plays", close="Close", blocks=blocks)


def build_rule_details(entry: RuleEntry, tried: Tried | None, *, notice: str | None = None) -> View:
    """Build one rule: what it says, what it would have done when last tried, and what can be done with it.

    `notice` is a plain sentence about what just happened, above everything else.
    """
    rule = entry.rule
    blocks: list[Block] = []
    if notice:
        blocks.append(SectionBlock(text=prose(fact(notice, 1_000))))
    head = f"{_MARKS[entry.status]} *{fact(rule.name)}*\n{PLAYS[rule.play.value]} · {describe_status(entry)}"
    blocks.append(SectionBlock(text=prose(f"{head} · `{rule.rule_id}` version {rule.version}")))
    blocks.append(SectionBlock(text=prose(f"*For*\n{_bullets(describe_when(rule))}")))
    blocks.append(SectionBlock(text=prose(f"*Terms*\n{_bullets(describe_terms(rule))}")))
    blocks.append(ContextBlock(elements=[cell(_history(entry))]))
    blocks.append(DividerBlock())
    blocks += _trial(tried, rule.version)
    blocks.append(ActionsBlock(elements=_steps(entry)))
    return View(type="modal", callback_id="rule_details", title="Play", close="Back", blocks=blocks)


def build_simulation_note(entry: RuleEntry, tried: Tried) -> Message:
    """Build what is sent when whoever asked has closed the form meanwhile."""
    text = f"*{fact(entry.rule.name)}*: {describe_simulation(tried.simulation)}"
    blocks: list[Block] = [SectionBlock(text=prose(text)), *_reasons(tried.simulation)]
    return Message(text=text, blocks=to_plain(blocks))


def _row(entry: RuleEntry) -> Block:
    rule = entry.rule
    text = f"{_MARKS[entry.status]} *{fact(rule.name)}*\n{PLAYS[rule.play.value]} · {describe_status(entry)}"
    text += f" · {fact('; '.join(describe_when(rule)), _LINE)}"
    ref = RuleRef(rule_id=rule.rule_id, version=rule.version)
    button = ButtonElement(text="Open", action_id="rule_open", value=ref.encode())
    return SectionBlock(block_id=f"rule-{rule.rule_id}", text=prose(text), accessory=button)


def _steps(entry: RuleEntry) -> list[InteractiveElement]:
    value = RuleRef(rule_id=entry.rule.rule_id, version=entry.rule.version).encode()
    steps: list[InteractiveElement] = [ButtonElement(text="Simulate", action_id="rule_simulate", value=value)]
    if entry.status is RuleStatus.DRAFT:
        steps.append(ButtonElement(text="Approve", action_id="rule_approve", value=value, style="primary"))
    steps.append(ButtonElement(text="Edit", action_id="rule_edit", value=value))
    if entry.status is not RuleStatus.ARCHIVED:
        confirm = ConfirmObject(
            title="Archive this play?",
            text=PlainTextObject(text="It offers nothing any more, and its draft is set aside."),
            confirm="Archive",
            deny="Keep",
        )
        steps.append(
            ButtonElement(
                text="Archive", action_id="rule_archive", value=value, style="danger", confirm=confirm
            )
        )
    return steps


def _history(entry: RuleEntry) -> str:
    parts = [f"Written by {fact(entry.author)}" if entry.author else "Written on the command line"]
    if entry.author_id is None and entry.status is RuleStatus.APPROVED and entry.changed_by is None:
        parts = ["Comes with Attaché"]
    if entry.changed_at is not None:
        step = {
            RuleStatus.DRAFT: "saved",
            RuleStatus.APPROVED: "approved",
            RuleStatus.ARCHIVED: "archived",
        }
        by = f" by {fact(entry.changed_by)}" if entry.changed_by else ""
        parts.append(f"{step[entry.status]}{by} {format_moment(entry.changed_at)}")
    if entry.in_force is not None and entry.in_force.version != entry.rule.version:
        parts.append(f"version {entry.in_force.version} stays in force until this one is approved")
    return " · ".join(parts)


def _trial(tried: Tried | None, version: int) -> list[Block]:
    if tried is None:
        return [ContextBlock(elements=[cell("Not tried out yet. Simulate says what it would have offered.")])]
    of = "" if tried.version == version else f" (version {tried.version})"
    text = f"*Tried out{of}*\n{describe_simulation(tried.simulation)}"
    return [SectionBlock(text=prose(text)), *_reasons(tried.simulation)]


def _reasons(simulation: Simulation) -> list[Block]:
    if not simulation.reasons:
        return []
    lines = [f"{count:,}: {fact(reason)}" for reason, count in simulation.reasons[:_REASONS]]
    return [ContextBlock(elements=[cell("Why not the others\n" + "\n".join(lines))])]


def _bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"• {fact(line, _LINE)}" for line in lines)
