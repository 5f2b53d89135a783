"""The one thing that a digest tells somebody to do next, from their own customers, visits and answers."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from bot.access import is_managing
from bot.mrkdwn import fact, format_day, format_money
from bot.views.opportunities import describe_reason
from offers.metrics.figures import MetricSettings
from offers.metrics.recent import Viewer, read_ninety_days
from offers.money import Money
from offers.people import PersonFacts
from offers.playbook.contact_policy import COOL_DOWN_DAYS
from offers.playbook.policy import Policy
from offers.sales.reactions import DECLINE_REASONS
from offers.sales.unanswered import find_refused, list_unanswered
from offers.steering.opportunities import Kind, Opportunity, find_prospect, list_opportunities
from offers.steering.white_space import WhiteSpace, find_white_space

_SOON, _LATELY = timedelta(days=30), timedelta(days=COOL_DOWN_DAYS)
_LEAST_REFUSALS = 3
_LOOKED_AT = 15
_OPEN_A_VISIT = "open a visit with `/visit` and a serial number: its offer comes after your second answer."
# What the product has for whoever hears it again.
_ANSWERS = {
    "too_expensive": "the form behind *Accept* has the other plans, where there are some, and a discount",
    "no_need": "the brief of each visit says what happened there before: begin with it",
    "budget_later": "*Not now* keeps the offer for later, *No* ends it",
    "bad_service": "tell your manager before anything else is offered there",
    "not_decision_maker": "*Send the PDF* in the form makes a quote for whoever decides",
}


def suggest_step(
    session: Session, person: PersonFacts, *, now: datetime, settings: MetricSettings, policy: Policy
) -> str | None:
    """Return one thing to do, in what this person may see; None where there is nothing of theirs to do."""
    if is_managing(person) or person.is_external:
        return _cover_customer(session, person, now=now)
    return (
        _ask_again(session, person, now=now, policy=policy)
        or _go_where_visited(session, person, now=now, policy=policy)
        or _answer_refusals(session, person, now=now, settings=settings)
        or _OPEN_A_VISIT
    )


def _cover_customer(session: Session, person: PersonFacts, *, now: datetime) -> str | None:
    """Return the customer of theirs with most to cover, and who it is in the other currencies.

    Amounts of different currencies are not compared: of the dearest in each, that with most machines comes first.
    """
    found = find_white_space(session, now=now, reader=person, of_each=1).accounts
    if not found:
        return None
    top, *others = sorted(found, key=lambda one: (-one.machines, one.value.currency))
    said = (
        f"{fact(top.account_name)} has {_count_open(top)} in use without cover, {_money(top.value)} of service at "
        f"list price on {format_day(now.date())}. `/bundle {fact(top.account_name)}` prices what fits."
    )
    also = [f"{fact(one.account_name)} has {_count_open(one)}, {_money(one.value)}" for one in others]
    return f"{said} In other currencies, {'; '.join(also)}." if also else said


def _ask_again(session: Session, person: PersonFacts, *, now: datetime, policy: Policy) -> str | None:
    """Return the first of their unanswered offers to expire, where something may be offered now."""
    cards = list_unanswered(session, person=person, now=now)
    for card in cards:
        if card.asset_id is None:
            continue
        machine = Opportunity(
            Kind.UNCOVERED, card.asset_id, card.serial_number, card.product_name, card.account_id,
            card.account_name, card.price,
        )  # fmt: skip
        if find_prospect(session, machine, now=now, policy=policy).held is None:
            among = f", the first of {len(cards)} such offers of yours to expire" if len(cards) > 1 else ""
            return (
                f"{fact(card.account_name)} has not answered {fact(card.product_name)} for {_name(machine)}, "
                f"{_money(card.price)}, open until {format_day(card.expires_at.date())}{among}: "
                f"ask, and press the answer on its card."
            )
    return None


def _go_where_visited(session: Session, person: PersonFacts, *, now: datetime, policy: Policy) -> str | None:
    """Return what ends first among the machines that they serviced if it ends soon, else what most money is in."""
    ending = _keep_free(session, Kind.RENEWAL, person, now=now, policy=policy)
    first = min(ending, key=lambda one: (one.ends_on, one.asset_id), default=None)
    if first is not None and first.ends_on is not None and first.ends_on <= now.date() + _SOON:
        return _say_renewal(first)
    open_machines = _keep_free(session, Kind.UNCOVERED, person, now=now, policy=policy)
    if open_machines:
        return _say_uncovered(pick_uncovered(open_machines))
    return _say_renewal(first) if first is not None else None


def _keep_free(
    session: Session, kind: Kind, person: PersonFacts, *, now: datetime, policy: Policy
) -> list[Opportunity]:
    """Return the machines that they serviced for which something may be offered now and was not refused lately."""
    found = list_opportunities(session, kind, now=now, reader=person, limit=_LOOKED_AT)
    refused = find_refused(session, [one.asset_id for one in found], since=now - _LATELY)
    return [
        one
        for one in found
        if one.asset_id not in refused and find_prospect(session, one, now=now, policy=policy).held is None
    ]


def _say_renewal(one: Opportunity) -> str:
    return f"{_name(one)} at {fact(one.account_name)}: {describe_reason(one)} `/attach renewals at risk` has the offer."


def pick_uncovered(machines: Sequence[Opportunity]) -> Opportunity:
    """Return the machine with most money in it, the first in its currency.

    Amounts of different currencies are not compared: of the first in each, that of the account with most such machines.
    """
    first: dict[str, Opportunity] = {}
    for one in machines:
        first.setdefault(one.value.currency if one.value is not None else "", one)
    return min(first.values(), key=lambda one: (-(one.machines or 0), one.account_name))


def _say_uncovered(top: Opportunity) -> str:
    return f"{_name(top)} at {fact(top.account_name)}: {describe_reason(top)} `/attach white space` has the offer."


def _answer_refusals(
    session: Session, person: PersonFacts, *, now: datetime, settings: MetricSettings
) -> str | None:
    """Return the reason that they hear most often with a no, and what helps; None below three of the same."""
    viewer = Viewer(now, settings, reader=person)
    found = read_ninety_days(session, "declines", viewer, last=now.date(), by=("reason",))
    known = [row for row in found.rows if row.group.get("reason") in _ANSWERS]
    top = max(known, key=lambda row: (row.numerator or 0, str(row.group["reason"])), default=None)
    if top is None or (top.numerator or 0) < _LEAST_REFUSALS:
        return None
    reason = str(top.group["reason"])
    return (
        f"“{DECLINE_REASONS[reason]}” came with {top.numerator} of your {found.total.denominator} “No” in 90 days: "
        f"{_ANSWERS[reason]}."
    )


def _name(one: Opportunity) -> str:
    return fact(one.serial_number or one.asset_id)


def _count_open(one: WhiteSpace) -> str:
    return f"{one.machines} machine{'' if one.machines == 1 else 's'}"


def _money(value: Money) -> str:
    return format_money(value.amount_minor, value.currency)
