"""Rewards in words: what a quarter's come to, and what has become of one."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, ContextBlock

from bot.mrkdwn import fact, format_day, format_money
from bot.views.message import cell
from offers.incentives import RewardState
from offers.sales.rewards import RewardFacts, RewardTotal


def describe_quarter(totals: Sequence[RewardTotal]) -> str | None:
    """Return "Rewards this quarter: EUR 120 earned, EUR 45 pending", each currency apart; None where there are none."""
    parts = "; ".join(_describe_total(total) for total in totals)
    return f"Rewards this quarter: {parts}" if parts else None


def _describe_total(total: RewardTotal) -> str:
    amounts = (
        (total.earned_minor, "earned"),
        (total.pending_minor, "pending"),
        (total.lost_minor, "lost"),
    )
    said = [f"{format_money(minor, total.currency)} {what}" for minor, what in amounts if minor]
    return ", ".join(said) or f"{format_money(0, total.currency)} earned"


def build_reward(reward: RewardFacts | None) -> list[Block]:
    """Build the line of a sale's details that says whose reward it is and what has become of it; [] for none."""
    if reward is None:
        return []
    who = fact(reward.person_name or reward.person_id)
    if reward.partner_name:
        who += f" · {fact(reward.partner_name)}"
    amount = format_money(reward.amount.amount_minor, reward.amount.currency)
    text = f"*Reward* {amount} · {who} · *{reward.standing.state.value}*{_explain(reward)}"
    return [ContextBlock(elements=[cell(text)])]


def _explain(reward: RewardFacts) -> str:
    standing, currency = reward.standing, reward.amount.currency
    if standing.state in (RewardState.LOST, RewardState.TAKEN_BACK) and standing.since is not None:
        return f" on {format_day(standing.since)}"
    if not standing.lost_minor:
        return ""
    return f", less {format_money(standing.lost_minor, currency)} for what was undone"
