"""What managers see of decisions: the latest ones, what was held back, and everything that was considered in one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.mrkdwn import fact, format_moment, format_money, shorten
from bot.views.file_buttons import build_file_buttons
from bot.views.message import cell, prose
from bot.views.payloads import ListName, ListRef
from bot.views.plays import name_play
from offers.deciding.decision_log import Considered, DecisionFacts, DecisionLine
from offers.deciding.held import HeldBack
from offers.deciding.replay import Replay

_RESTRAINTS = {
    "escalated_case": "an escalated case",
    "do_not_sell": "customers who want no offers",
    "open_hazard": "an open hazard",
    "card_in_thread": "one card a thread",
    "open_offer": "an offer that is open",
    "declined_recently": "a No not long ago",
    "snoozed": "a “not now”",
    "repeat_failures": "machines that keep failing",
    "enough_shown": "enough shown already",
    "hold_out": "the hold-out group",
}
_STAGES = {
    "arbitration": "Ranked below",
    "contact_policy": "Held back",
    "suitable": "Not suitable",
    "applicable": "Not applicable",
    "eligible": "Not eligible",
}
_PER_STAGE = 12
_HELD_SHOWN = 3
_BELOW_SHOWN = 5


def build_decisions(lines: Sequence[DecisionLine], held: Sequence[HeldBack], *, days: int) -> list[Block]:
    """Build the section of a manager's page; [] where nothing was decided yet."""
    if not lines:
        return []
    blocks: list[Block] = [DividerBlock(), HeaderBlock(text="Decisions")]
    if held:
        parts = [
            f"{_RESTRAINTS.get(one.restraint, fact(one.restraint))} {one.opportunities}"
            f" ({format_money(one.amount_minor, one.currency)})"
            for one in held[:_HELD_SHOWN]
        ]
        more = f" and {len(held) - _HELD_SHOWN} more" if len(held) > _HELD_SHOWN else ""
        text = f"Held back in {days} days, by opportunities and list price: {'; '.join(parts)}{more}."
        blocks.append(ContextBlock(elements=[cell(text)]))
    blocks += [_line(line) for line in lines]
    return [*blocks, ActionsBlock(elements=list(build_file_buttons(ListRef(name=ListName.DECISIONS))))]


def _line(line: DecisionLine) -> Block:
    where = " · ".join(fact(part) for part in (line.account_name, line.serial_number) if part)
    if line.product_name is not None:
        what = f"*{name_play(line.play)}: {fact(line.product_name)}*"
    else:
        what = f"*Nothing shown*: {fact(line.held or 'nothing fits', 200)}"
    who = f"{fact(line.person_name)} · " if line.person_name else ""
    why = ButtonElement(
        text="Why?" if line.product_name is not None else "Why not?",
        action_id="home_decision",
        value=line.decision_id,
    )
    return SectionBlock(text=prose(f"{what}\n{where}\n{who}{format_moment(line.decided_at)}"), accessory=why)


def build_decision(again: Replay) -> View:
    """Build the form that shows a whole decision, and whether it comes out the same when it is made again."""
    decision = again.decision
    head = f"{format_moment(decision.decided_at)} · account {fact(decision.account_id)}"
    if decision.asset_id:
        head += f" · machine {fact(decision.asset_id)}"
    blocks: list[Block] = [SectionBlock(text=prose(head))]
    chosen = [one for one in decision.considered if one.is_chosen]
    for one in chosen:
        blocks.append(SectionBlock(text=prose(f"*Shown*\n{_considered(one)}")))
    if not chosen:
        blocks.append(SectionBlock(text=prose(f"*Nothing was shown*: {fact(decision.held or '', 300)}")))
    for stage, title in _STAGES.items():
        out = [one for one in decision.considered if one.stage == stage]
        if out:
            lines = [_considered(one) for one in out[:_PER_STAGE]]
            if len(out) > _PER_STAGE:
                lines.append(f"… and {len(out) - _PER_STAGE} more")
            blocks.append(SectionBlock(text=prose(shorten(f"*{title}*\n" + "\n".join(lines), 2_900))))
    notes = _notes(decision)
    if again.differences is not None:
        notes.append(f"made again, it comes out {'otherwise' if again.differences else 'the same'}")
    blocks.append(ContextBlock(elements=[cell(" · ".join(notes))]))
    return View(type="modal", title="Why this offer", close="Close", blocks=blocks)


def build_choice(decision: DecisionFacts, names: Mapping[str, str], *, sku: str | None) -> list[Block]:
    """Build why this offer was shown: the chosen with its terms, what it was chosen over, what fell out before.

    `names` are what the products are called, `sku` the one that was sold: of several that were shown it comes first.
    """
    shown = sorted((one for one in decision.considered if one.is_chosen), key=lambda one: one.sku != sku)
    below = [one for one in decision.considered if one.stage == "arbitration"]
    rest = len(decision.considered) - len(shown) - len(below)
    lines = ["*Why this offer*", *(_considered(one, names) for one in shown[:3])]
    if below:
        lines.append("*Chosen over*")
        # Why each of them is there, the title says.
        lines += [_considered(replace(one, reason=None), names) for one in below[:_BELOW_SHOWN]]
        lines += [f"… and {len(below) - _BELOW_SHOWN} more"] if len(below) > _BELOW_SHOWN else []
    else:
        lines.append("Nothing else was open to choice.")
    if rest:
        lines.append(f"{rest} more fell out before the ranking.")
    why = ButtonElement(text="Why not the rest?", action_id="sale_decision", value=decision.decision_id)
    legend = "Each term is from 0 to 1, the total their weighted product"
    return [
        SectionBlock(text=prose("\n".join(lines))),
        ContextBlock(elements=[cell(" · ".join([legend, *_notes(decision)]))]),
        ActionsBlock(elements=[why]),
    ]


def _notes(decision: DecisionFacts) -> list[str]:
    notes = [f"Policy {fact(decision.policy_version)}", f"`{fact(decision.decision_id)}`"]
    if decision.is_exploring:
        notes.append("chance chose among the best, so that ranking goes on learning")
        notes += [
            f"its chance was {one.probability:.0%}"
            for one in decision.considered
            if one.is_chosen and one.probability is not None and one.probability < 1
        ][:1]
    if decision.is_held_out:
        notes.append("the account is in the hold-out group")
    return notes


def _considered(one: Considered, names: Mapping[str, str] | None = None) -> str:
    what = f"• {name_play(one.play)}"
    if one.sku:
        what += f" {fact((names or {}).get(one.sku, one.sku))}"
    if one.amount_minor is not None and one.currency is not None:
        what += f" · {format_money(one.amount_minor, one.currency)}"
    terms = ", ".join(f"{fact(name)} {value:.3g}" for name, value in one.score.items())
    reason = f": {fact(one.reason, 160)}" if one.reason else ""
    return what + reason + (f" _({terms})_" if terms else "")
