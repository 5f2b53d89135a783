"""What is said about rules, the same on the command line and in Slack."""

from bot.mrkdwn import format_day, format_money
from offers.incentives import IncentiveTerms, Reward
from offers.money import format_percent
from offers.playbook.parameters import PARAMETERS
from offers.rulebook.shelf import RuleEntry
from offers.rulebook.simulation import Simulation
from offers.rules import RuleFacts
from offers.vocabulary import RuleStatus

_CONDITIONS = (
    ("product family", "families"),
    ("product", "skus"),
    ("region", "regions"),
    ("segment", "segments"),
    ("partner tier", "partner_tiers"),
    ("a call of type", "work_order_types"),
    ("a call about", "fault_families"),
    ("a call that used", "parts_used"),
)


def describe_status(entry: RuleEntry) -> str:
    """Return "draft", "in force", "in force, with a newer draft" or "archived"."""
    if entry.status is RuleStatus.DRAFT:
        return "in force, with a newer draft" if entry.in_force else "draft"
    return "in force" if entry.status is RuleStatus.APPROVED else "archived"


def describe_when(rule: RuleFacts) -> list[str]:
    """Return one line for each condition of the rule; "every machine" for none."""
    lines = [
        f"{label} {' or '.join(entries)}"
        for label, name in _CONDITIONS
        if (entries := getattr(rule.conditions, name))
    ]
    return lines or ["every machine"]


def describe_terms(rule: RuleFacts) -> list[str]:
    """Return what the rule offers and its numbers, one line each."""
    lines = [f"offers only {', '.join(rule.offer)}"] if rule.offer else []
    lines += [f"{one.meaning}: {_count(one.name, rule)}" for one in PARAMETERS[rule.play]]
    if rule.discount_bps:
        lines.append(f"discount {rule.discount_bps / 100:g} %")
    lines += describe_incentive(rule.incentive)
    if rule.valid_from:
        lines.append(f"from {format_day(rule.valid_from)}")
    if rule.valid_until:
        lines.append(f"until {format_day(rule.valid_until)}")
    return lines


def describe_incentive(terms: IncentiveTerms) -> list[str]:
    """Return what who sells gets for a sale, one line for partners and one for technicians; [] for nothing."""
    said = (("partner", terms.partner), ("technician", terms.technician))
    return [f"reward for a {who}: {_reward(reward)}" for who, reward in said if reward is not None]


def _reward(reward: Reward) -> str:
    if reward.fixed is None:
        return f"{format_percent(reward.share_bps or 0)} of the net price"
    return f"{format_money(reward.fixed.amount_minor, reward.fixed.currency)} a sale"


def describe_simulation(tried: Simulation) -> str:
    """Return the outcome in a sentence or two."""
    value = ", ".join(format_money(amount, currency) for currency, amount in tried.value.items())
    worth = f" (value {value})" if value else ""
    machines, accounts = _many(tried.offers, "offer"), _many(tried.accounts, "account")
    return (
        f"On {format_day(tried.as_of)} it would have shown {machines} to {accounts}{worth}, "
        f"{tried.held:,} held back by restraint; it would have been the one shown for {tried.wins:,} of them. "
        f"Looked at: {_many(tried.machines, 'machine')} of {_many(tried.accounts_seen, 'account')}."
    )


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _count(name: str, rule: RuleFacts) -> str:
    return f"{rule.parameters[name]:,} {name.rpartition('_')[2]}"
