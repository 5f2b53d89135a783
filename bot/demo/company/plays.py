"""What the sample company promises who sells."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from offers.incentives import IncentiveTerms, Reward
from offers.money import Money
from offers.people import find_person
from offers.rulebook.lifecycle import approve, save_draft
from offers.rulebook.shelf import get_rule

LENA = "E-206"
_REWARDS = {
    "bundle-standard": IncentiveTerms(partner=Reward(share_bps=500)),
    "renewal-standard": IncentiveTerms(
        partner=Reward(share_bps=300), technician=Reward(fixed=Money(1_500, "EUR"))
    ),
}


def promise_rewards(session: Session, now: datetime) -> None:
    """Put the built-in rules that promise a reward in force, unless they are already."""
    for rule_id, terms in _REWARDS.items():
        rule = get_rule(session, rule_id).rule
        if rule.incentive:
            continue
        rule = replace(rule, incentive=terms)
        save_draft(session, rule, author=None, now=now)
        approve(session, rule_id, by=find_person(session, LENA), now=now)
