"""What could be sold or lost, machine by machine, and who takes the next step; nobody is pushed past a restraint."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import or_
from sqlmodel import Session, col, select

from offers.audit import write_audit_entry
from offers.deciding.memory import load_memories
from offers.engine import Verdict, decide
from offers.errors import OpportunityHeld, UnknownAsset
from offers.metrics.figures import Scope
from offers.metrics.grouping import start_of_day
from offers.models import Asset, AuditEntry, WorkOrder
from offers.money import Money
from offers.people import PersonFacts, find_person, list_people
from offers.playbook.candidates import Restraint
from offers.playbook.policy import Policy
from offers.playbook.situations import Subject
from offers.repository import load_situation
from offers.rules import find_approved_rules
from offers.steering.renewals import find_renewals_due
from offers.steering.white_space import list_uncovered
from offers.tables.versions import current
from offers.vocabulary import Origin, Play, Role

REFERRED = "opportunity.referred"
RENEWAL_DAYS = 90
_VISITS = 10


class Kind(StrEnum):
    """Value that nothing covers, or a contract line that ends with nothing after it."""

    UNCOVERED = "uncovered"
    RENEWAL = "renewal"


_PLAYS = {
    Kind.UNCOVERED: (Play.COVERAGE_GAP, Play.WIN_BACK, Play.WARRANTY_END),
    Kind.RENEWAL: (Play.RENEWAL,),
}


@dataclass(frozen=True, slots=True)
class Opportunity:
    """A machine that something could be sold for. `value` is None where a line has no price.

    `ends_on` is when a contract line ends; `machines` and `of_account` what all of the account's come to, where known.
    """

    kind: Kind
    asset_id: str
    serial_number: str | None
    product_name: str
    account_id: str
    account_name: str
    value: Money | None
    ends_on: date | None = None
    machines: int | None = None
    of_account: Money | None = None


@dataclass(frozen=True, slots=True)
class Prospect:
    """Whether something may be offered for a machine now: `held` says why not; `offer_id` is open already."""

    held: str | None
    offer_id: str | None = None


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who takes the next step, and why they."""

    person: PersonFacts
    why: str


def list_opportunities(
    session: Session,
    kind: Kind,
    *,
    now: datetime,
    reader: PersonFacts,
    limit: int = 15,
    asset_id: str | None = None,
) -> list[Opportunity]:
    """Return what the reader could act on, the most money first.

    A manager's are of the company or the region, a partner's its own; everybody else's are the machines that they have
    serviced lately. With `asset_id` only those of that machine.
    """
    scope = Scope.of(reader)
    if kind is Kind.UNCOVERED:
        spaces = list_uncovered(
            session,
            now=now,
            reader=reader,
            accounts=max(1, limit // 3),
            serviced_by=scope.person_id,
            asset_id=asset_id,
        )
        return [
            Opportunity(
                kind,
                one.asset_id,
                one.serial_number,
                one.product_name,
                one.account_id,
                one.account_name,
                one.value,
                machines=one.machines,
                of_account=one.of_account,
            )
            for one in spaces
        ]
    due = find_renewals_due(
        session,
        day=now.date(),
        days=RENEWAL_DAYS,
        reader=reader,
        region=scope.region,
        limit=limit,
        serviced_by=scope.person_id,
        asset_id=asset_id,
        is_by_value=True,
    )
    return [
        Opportunity(
            kind,
            line.asset_id,
            line.serial_number,
            line.product_name,
            line.account_id,
            line.account_name,
            line.value,
            line.ends_on,
        )
        for line in due
        if line.asset_id is not None
    ]


def find_prospect(
    session: Session, one: Opportunity, *, now: datetime, policy: Policy, person_id: str | None = None
) -> Prospect:
    """Return whether something may be offered for the machine now, by the rules that decide on a call; reads only.

    Args:
        person_id: Who would show the offer.
    """
    situation = load_situation(
        session, account_id=one.account_id, asset_id=one.asset_id, at=now, known=None, person_id=person_id
    )
    if situation is None:
        return Prospect("the customer is not in the records")
    open_offer = _first_open(situation.memory.open_offers)
    verdict = decide(situation, find_approved_rules(session), policy)
    restraint = _find_restraint(verdict)
    if open_offer is not None and restraint is None:
        return Prospect(None, open_offer)
    if verdict.candidates:
        return Prospect(None)
    return Prospect(restraint or _find_reason(verdict, _PLAYS[one.kind]))


def find_open_offer(session: Session, account_id: str, asset_id: str, *, now: datetime) -> str | None:
    """Return the offer that is open for a machine, bundles aside, or None."""
    memory = load_memories(session, [account_id], at=now, known=None, asset_id=asset_id)[account_id]
    return _first_open(memory.open_offers)


def _first_open(offers: Mapping[Subject, str]) -> str | None:
    return min((offer for (_, play), offer in offers.items() if play is not Play.BUNDLE), default=None)


def _find_restraint(verdict: Verdict) -> str | None:
    """Return what forbids everything that would fit; that an offer is open already forbids nothing."""
    if verdict.candidates:
        return None
    held = [one for one in verdict.rejections if one.restraint not in (None, Restraint.OPEN_OFFER)]
    return held[0].reason if held else None


def _find_reason(verdict: Verdict, plays: Sequence[Play]) -> str:
    """Return why what belongs to it doesn't fit: the reason of the rule that came furthest."""
    own = [one for one in verdict.rejections if one.play in plays]
    own.sort(key=lambda one: not one.is_eligible)
    return own[0].reason if own else "nothing fits this machine now"


def find_receiver(session: Session, asset_id: str, *, now: datetime) -> Receiver | None:
    """Return who takes the next step: who goes there next, else the partner that sold it, else who was there last.

    The first of them who can be reached in Slack, else the first there is; None when there is none.
    """
    known = list(_list_receivers(session, asset_id, now=now))
    reachable = (one for one in known if one.person.slack_user_id is not None)
    return next(reachable, known[0] if known else None)


def _list_receivers(session: Session, asset_id: str, *, now: datetime) -> Iterator[Receiver]:
    asset = session.exec(select(Asset).where(col(Asset.asset_id) == asset_id, current(Asset))).first()
    if asset is None:
        return
    for visitor in _find_visitors(session, asset_id, now=now, is_open=True):
        yield Receiver(visitor, "has the next visit")
    if asset.sold_by_partner_id is not None:
        for seller in list_people(session, Role.PARTNER.value):
            if seller.partner_id == asset.sold_by_partner_id:
                yield Receiver(seller, f"{seller.partner_name or 'their company'} sold it")
    for visitor in _find_visitors(session, asset_id, now=now, is_open=False):
        yield Receiver(visitor, "was there last")


def _find_visitors(session: Session, asset_id: str, *, now: datetime, is_open: bool) -> list[PersonFacts]:
    """Return the technicians of a machine's open orders, the oldest first; or of all, the latest first."""
    still_open = or_(col(WorkOrder.closed_at).is_(None), col(WorkOrder.closed_at) > now)
    opened = col(WorkOrder.opened_at)
    orders = session.exec(
        select(WorkOrder.technician_id)
        .where(
            current(WorkOrder),
            col(WorkOrder.asset_id) == asset_id,
            col(WorkOrder.technician_id).is_not(None),
            still_open if is_open else opened <= now,
        )
        .order_by(opened if is_open else opened.desc(), col(WorkOrder.work_order_id))
        .limit(_VISITS)
    ).all()
    found = (find_person(session, one) for one in dict.fromkeys(orders) if one is not None)
    return [one for one in found if one is not None and one.role == Role.TECHNICIAN.value]


def find_opportunity(
    session: Session, kind: Kind, asset_id: str, *, now: datetime, reader: PersonFacts
) -> Opportunity:
    """Return one that the reader was shown. Raises UnknownAsset: it is no more, or not theirs to see."""
    for one in list_opportunities(session, kind, now=now, reader=reader, asset_id=asset_id):
        return one
    raise UnknownAsset(asset_id)


def refer(session: Session, one: Opportunity, *, by: PersonFacts, now: datetime, policy: Policy) -> Receiver:
    """Write down that a manager passes an opportunity on, and return to whom.

    Raises:
        OpportunityHeld: Nothing may be offered there now, or there is nobody to pass it on to.
    """
    receiver = find_receiver(session, one.asset_id, now=now)
    if receiver is None or receiver.person.slack_user_id is None:
        raise OpportunityHeld("nobody who knows the machine can be reached here")
    prospect = find_prospect(session, one, now=now, policy=policy, person_id=receiver.person.person_id)
    if prospect.held is not None:
        raise OpportunityHeld(prospect.held)
    write_audit_entry(
        session,
        REFERRED,
        subject=("asset", one.asset_id),
        at=now,
        person=by,
        origin=Origin.HOME,
        details={"kind": one.kind.value, "to": receiver.person.person_id, "account_id": one.account_id},
    )
    return receiver


def find_referred(
    session: Session, kind: Kind, asset_ids: Sequence[str], *, now: datetime
) -> Mapping[str, tuple[str, datetime]]:
    """Return to whom (person id) and when opportunities were passed on since Monday, by machine."""
    monday = now.date() - timedelta(days=now.weekday())
    entries = session.exec(
        select(AuditEntry)
        .where(
            col(AuditEntry.subject_kind) == "asset",
            col(AuditEntry.subject_id).in_(asset_ids),
            col(AuditEntry.action) == REFERRED,
            col(AuditEntry.at) >= start_of_day(monday),
        )
        .order_by(col(AuditEntry.at))
    ).all()
    return {
        entry.subject_id: (str(entry.details["to"]), entry.at)
        for entry in entries
        if entry.details.get("kind") == kind.value
    }
