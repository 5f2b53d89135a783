"""When to say nothing. The customer comes first: these gates stand after everything that would fit."""

from datetime import timedelta

from offers.playbook.candidates import Candidate, Restraint
from offers.playbook.situations import Situation, Subject
from offers.playbook.wording import format_day

COOL_DOWN_DAYS = 90
"""How long a "No" holds for the same machine and play."""


def find_account_restraint(situation: Situation) -> tuple[Restraint, str] | None:
    """Return why nothing may be sold to the account at all, or None. It holds for acceptances too."""
    customer = situation.customer
    if customer.escalated_case_id is not None:
        return (
            Restraint.ESCALATED_CASE,
            f"an escalated case ({customer.escalated_case_id}) is open on this account",
        )
    if customer.do_not_sell_until is not None and customer.do_not_sell_until >= situation.day:
        return (
            Restraint.DO_NOT_SELL,
            f"nothing is sold to this account until {format_day(customer.do_not_sell_until)}",
        )
    return None


def find_restraint(situation: Situation, candidate: Candidate) -> tuple[Restraint, str] | None:
    """Return why the candidate is not shown now, or None.

    Someone who asks for offers is not pushed: cool-down, snooze and the card in the thread don't hold then.
    """
    of_account = find_account_restraint(situation)
    if of_account is not None:
        return of_account
    if situation.has_open_hazard:
        return Restraint.OPEN_HAZARD, "a hazard is open on this call"
    subject = (candidate.machine.asset_id, candidate.play)
    open_offer = situation.memory.open_offers.get(subject)
    if open_offer is not None:
        return Restraint.OPEN_OFFER, f"offer {open_offer} is open for this machine and play"
    return None if situation.is_asked else _find_push_restraint(situation, subject)


def _find_push_restraint(situation: Situation, subject: Subject) -> tuple[Restraint, str] | None:
    memory = situation.memory
    if situation.has_card_in_thread:
        return Restraint.CARD_IN_THREAD, "there is one card in this thread already"
    declined_at = memory.declined_at.get(subject)
    if declined_at is not None and situation.at - declined_at < timedelta(days=COOL_DOWN_DAYS):
        return Restraint.DECLINED_RECENTLY, f"the customer said no on {format_day(declined_at.date())}"
    snoozed_until = memory.snoozed_until.get(subject)
    if snoozed_until is not None and snoozed_until > situation.at:
        return Restraint.SNOOZED, f"put off until {format_day(snoozed_until.date())}"
    return None
