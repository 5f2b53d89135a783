"""When to say nothing. The customer comes first: these gates stand after everything that would fit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from offers.playbook.candidates import Candidate, Restraint
from offers.playbook.experiment import is_held_out
from offers.playbook.policy import Policy
from offers.playbook.situations import MachineFacts, Refusal, Situation, Subject
from offers.playbook.wording import format_day
from offers.vocabulary import BAD_SERVICE, Play

COOL_DOWN_DAYS = 90
"""How long a "No" holds for the same machine and play, where its reason says nothing else."""

COOL_DOWN_DAYS_BY_REASON: Mapping[str, int] = {
    "no_need": 180,
    "has_alternative": 270,
    "budget_later": 60,
    "not_decision_maker": 14,
}
"""What the customer said is taken at its word: who only could not decide is asked sooner than who needs nothing."""

BAD_SERVICE_REST_DAYS = 60
"""How long an account that is unhappy with our service is left alone, whatever the play."""

REPEAT_FAILURES_LIMIT = 2
"""From so many repeat failures on, a machine's customer is owed a repair, not an offer."""

_COVERING = (Play.RENEWAL, Play.WIN_BACK, Play.COVERAGE_GAP, Play.WARRANTY_END)
"""The plays that offer a machine's contract."""

Held = tuple[Restraint, str]


def find_account_restraint(situation: Situation) -> Held | None:
    """Return why nothing may be sold to the account at all, or None. It holds for acceptances too."""
    customer = situation.customer
    if customer.escalated_case_id is not None:
        return (
            Restraint.ESCALATED_CASE,
            f"an escalated case ({customer.escalated_case_id}) is open on {_whose(customer.escalated_by)}",
        )
    if customer.do_not_sell_until is not None and customer.do_not_sell_until >= situation.day:
        return (
            Restraint.DO_NOT_SELL,
            f"nothing is sold to {_whose(customer.do_not_sell_by)} until {format_day(customer.do_not_sell_until)}",
        )
    return None


def _whose(owner: str | None) -> str:
    return "this account" if owner is None else f"{owner} (which this account belongs to)"


def keeps_failing(machine: MachineFacts) -> bool:
    """Tell whether the machine failed again so often that nothing is sold on it. It holds for acceptances too."""
    return machine.repeat_failures >= REPEAT_FAILURES_LIMIT


def find_goodwill(machine: MachineFacts) -> str | None:
    """Return what to offer instead of a sale where a machine keeps failing, as a sentence, or None."""
    if not keeps_failing(machine):
        return None
    return (
        f"This {machine.product_name} failed again {machine.repeat_failures} times within 30 days of a repair. "
        "Nothing is sold on it now: offer an inspection as goodwill, and have the cause looked for."
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds for the whole account, whatever is offered; worked out once for all candidates of a decision.

    `restraint` forbids every sale, `unhappy_at` is when the account last was unhappy with our service, `has_past` says
    that anything was offered, put off or refused which may still hold.
    """

    restraint: Held | None
    unhappy_at: datetime | None
    is_held_out: bool
    has_past: bool


def find_standing(situation: Situation, policy: Policy) -> Standing:
    """Return how we stand with the account."""
    memory = situation.memory
    unhappy = (one.at for one in memory.refusals.values() if one.reason == BAD_SERVICE)
    return Standing(
        restraint=find_account_restraint(situation),
        unhappy_at=max(unhappy, default=None),
        is_held_out=is_held_out(situation.customer.account_id, policy),
        has_past=bool(memory.refusals or memory.snoozed_until or memory.open_offers),
    )


def find_restraint(
    situation: Situation, candidate: Candidate, policy: Policy, standing: Standing
) -> Held | None:
    """Return why the candidate is not shown now, or None.

    Someone who asks for offers is not pushed: what holds only against pushing doesn't hold then.
    """
    if standing.restraint is not None:
        return standing.restraint
    if situation.has_open_hazard:
        return Restraint.OPEN_HAZARD, "a hazard is open on this call"
    machine = candidate.machine
    if keeps_failing(machine):
        reason = (
            f"the machine failed again {machine.repeat_failures} times shortly after a repair: service first"
        )
        return Restraint.REPEAT_FAILURES, reason
    subject = (machine.asset_id, candidate.play)
    open_offer = situation.memory.open_offers.get(subject)
    if open_offer is not None:
        return Restraint.OPEN_OFFER, f"offer {open_offer} is open for this machine and play"
    if situation.is_asked:
        return None
    return next(_find_push_restraints(situation, candidate, policy, standing), None)


def _find_push_restraints(
    situation: Situation, candidate: Candidate, policy: Policy, standing: Standing
) -> Iterator[Held]:
    subjects = _list_subjects(candidate) if standing.has_past else []
    if situation.has_card_in_thread:
        yield Restraint.CARD_IN_THREAD, "there is one card in this thread already"
    # One for the candidate's own play has held it back already, even from somebody who asks.
    for subject in subjects:
        if subject in situation.memory.open_offers:
            yield (
                Restraint.OPEN_OFFER,
                f"offer {situation.memory.open_offers[subject]} is open for this machine's cover",
            )
    yield from _find_refusals(situation, candidate, subjects, standing)
    for subject in subjects:
        snoozed_until = situation.memory.snoozed_until.get(subject)
        if snoozed_until is not None and snoozed_until > situation.at:
            yield Restraint.SNOOZED, f"put off until {format_day(snoozed_until.date())}"
    yield from _find_caps(situation, candidate.machine, policy)
    if standing.is_held_out:
        yield (
            Restraint.HOLD_OUT,
            f"the account is in the group that is shown nothing (experiment {policy.hold_out_name})",
        )


def _list_subjects(candidate: Candidate) -> list[Subject]:
    """Return what a candidate is about, its own play first.

    Under whichever name a machine is to come under contract, to the customer it is the same: a renewal that was
    refused does not come back as a win-back, nor inside a bundle. An add-on with a term is another thing.
    """
    asset_id, play = candidate.machine.asset_id, candidate.play
    brings_cover = candidate.term_months is not None and play is not Play.ADD_ON
    others = [one for one in _COVERING if one is not play] if brings_cover else []
    return [(asset_id, one) for one in (play, *others)]


def _find_refusals(
    situation: Situation, candidate: Candidate, subjects: Sequence[Subject], standing: Standing
) -> Iterator[Held]:
    for subject in subjects:
        refusal = situation.memory.refusals.get(subject)
        if refusal is not None and not _is_answered_by(candidate, refusal):
            days = COOL_DOWN_DAYS_BY_REASON.get(refusal.reason or "", COOL_DOWN_DAYS)
            if situation.at - refusal.at < timedelta(days=days):
                yield Restraint.DECLINED_RECENTLY, f"the customer said no on {format_day(refusal.at.date())}"
    latest = standing.unhappy_at
    if latest is not None and situation.at - latest < timedelta(days=BAD_SERVICE_REST_DAYS):
        day = format_day(latest.date())
        yield Restraint.DECLINED_RECENTLY, f"the customer was unhappy with our service on {day}"


def _is_answered_by(candidate: Candidate, refusal: Refusal) -> bool:
    """Tell whether a candidate takes up the reason of a refusal: it was too expensive, and this one costs less."""
    return (
        refusal.reason == "too_expensive"
        and refusal.amount_minor is not None
        and candidate.price.money.amount_minor < refusal.amount_minor
    )


def _find_caps(situation: Situation, machine: MachineFacts, policy: Policy) -> Iterator[Held]:
    memory, caps = situation.memory, policy.caps
    if memory.shown_to_asset.get(machine.asset_id, 0) >= caps.asset_30d:
        yield Restraint.ENOUGH_SHOWN, f"{caps.asset_30d} offers were shown for this machine in 30 days"
    if memory.shown_to_account >= caps.account_30d:
        yield Restraint.ENOUGH_SHOWN, f"{caps.account_30d} offers were shown to this account in 30 days"
    if memory.shown_by_person >= caps.person_1d:
        yield Restraint.ENOUGH_SHOWN, f"this person showed {caps.person_1d} offers today"
