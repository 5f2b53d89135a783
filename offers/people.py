"""Who is asking: people by Slack id, and which accounts they may see."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, false, or_, true, union
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from offers.models import Asset, OrderLine, Partner, Person
from offers.tables.versions import current
from offers.vocabulary import Role


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """A person as Attaché knows them; `partner_id` is None for our own people."""

    person_id: str
    slack_user_id: str | None
    name: str
    email: str | None
    role: str
    partner_id: str | None
    partner_name: str | None
    region: str | None

    @property
    def is_external(self) -> bool:
        """Whether the person is a partner's and sees only that partner's accounts."""
        return self.role == Role.PARTNER.value or self.partner_id is not None


def find_person_by_slack_id(session: Session, slack_user_id: str) -> PersonFacts | None:
    """Return the person behind a Slack user id, or None. Two rows for one user: the lower person id."""
    query = _people().where(col(Person.slack_user_id) == slack_user_id).limit(1)
    row = session.exec(query).first()
    return None if row is None else _facts(*row)


def find_person(session: Session, person_id: str) -> PersonFacts | None:
    """Return the person with this id, or None."""
    row = session.exec(_people().where(col(Person.person_id) == person_id)).first()
    return None if row is None else _facts(*row)


def list_people(session: Session, role: str | None = None) -> list[PersonFacts]:
    """Return everybody, or everybody of a role, by name."""
    query = _people().order_by(None).order_by(col(Person.name), col(Person.person_id))
    if role is not None:
        query = query.where(col(Person.role) == role)
    return [_facts(*row) for row in session.exec(query).all()]


def _people() -> Select[Person, Partner]:
    return (
        select(Person, Partner)
        .outerjoin(Partner, (col(Partner.partner_id) == col(Person.partner_id)) & current(Partner))
        .where(current(Person))
        .order_by(col(Person.person_id))
    )


def _facts(person: Person, partner: Partner | None) -> PersonFacts:
    return PersonFacts(
        person_id=person.person_id,
        slack_user_id=person.slack_user_id,
        name=person.name,
        email=person.email,
        role=person.role,
        partner_id=person.partner_id,
        partner_name=partner.name if partner else None,
        region=person.region,
    )


def is_visible_account(account_id: SQLColumnExpression[Any], reader: PersonFacts) -> ColumnElement[bool]:
    """SQL: the reader may see the account.

    A partner sees those where it sold or services a machine, or placed an order.
    """
    if not reader.is_external:
        return true()
    if reader.partner_id is None:
        return false()
    through_assets = select(Asset.account_id).where(
        current(Asset),
        or_(
            col(Asset.sold_by_partner_id) == reader.partner_id,
            col(Asset.serviced_by_partner_id) == reader.partner_id,
        ),
    )
    through_orders = select(OrderLine.account_id).where(
        current(OrderLine), col(OrderLine.partner_id) == reader.partner_id
    )
    return account_id.in_(union(through_assets, through_orders))
