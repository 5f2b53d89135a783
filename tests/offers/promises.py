"""Giving rules of the small company an incentive, by somebody who writes and somebody else who approves."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from offers.incentives import IncentiveTerms, Reward
from offers.money import Money
from offers.people import PersonFacts
from offers.rulebook.lifecycle import approve, save_draft
from offers.rulebook.shelf import get_rule
from tests.offers.company import NOW
from tests.offers.conftest import person

LENA = PersonFacts("P-LENA", "ULENA", "Lena", None, "marketing", None, None, None)
TERMS = IncentiveTerms(partner=Reward(share_bps=525), technician=Reward(fixed=Money(1_250, "EUR")))
"""A partner gets 5.25 % of what was agreed on, a technician 12.50 euros."""
PROMISING = ("coverage-gap-standard", "renewal-standard", "bundle-standard")
"""The rules of the random stories that promise something; the others promise nothing."""


def promise(session: Session, *rule_ids: str, terms: IncentiveTerms = TERMS, now: datetime = NOW) -> None:
    """Put a version of each rule in force that promises this."""
    for rule_id in rule_ids:
        rule = replace(get_rule(session, rule_id).rule, incentive=terms)
        save_draft(session, rule, author=LENA, now=now)
        approve(session, rule_id, by=person(session, "UMGR"), now=now)
