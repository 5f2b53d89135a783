"""Writing the reward of a sale, in the transaction of its acceptance."""

from datetime import datetime

from sqlmodel import Session

from offers.audit import write_audit_entry
from offers.identifiers import new_id
from offers.incentives import accrue, read_terms
from offers.models import Incentive, Offer
from offers.money import Money
from offers.people import PersonFacts
from offers.tables.writing import write_rows


def write_accrual(
    session: Session, offer: Offer, *, service_net_minor: int, person: PersonFacts, now: datetime
) -> None:
    """Write what the accepted version of the offer promised who accepts it; nothing where that is nothing.

    Nothing is read: the promise stands in the offer.
    """
    reward = read_terms(offer.incentive).find_reward(person)
    if reward is None:
        return
    net = Money(offer.unit_amount_minor, offer.currency)
    accrual = accrue(reward, net=net, service_net_minor=service_net_minor)
    incentive_id = new_id("IN")
    row = {
        "incentive_id": incentive_id,
        "offer_id": offer.offer_id,
        "offer_version": offer.version,
        "rule_id": offer.rule_id,
        "rule_version": offer.rule_version,
        "play": offer.play,
        "account_id": offer.account_id,
        "person_id": person.person_id,
        "partner_id": person.partner_id,
        "amount_minor": accrual.amount.amount_minor,
        "currency": accrual.amount.currency,
        "service_minor": accrual.service_minor,
        "accepted_at": now,
    }
    write_rows(session, Incentive, row)
    write_audit_entry(
        session,
        "incentive.accrued",
        subject=("incentive", incentive_id),
        at=now,
        person=person,
        offer_id=offer.offer_id,
        details={
            "amount_minor": accrual.amount.amount_minor,
            "currency": accrual.amount.currency,
            "rule_version": offer.rule_version,
        },
    )
