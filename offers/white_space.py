"""What could still be sold: machines in use that nothing covers, in money and by customer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, select
from sqlmodel import Session, col

from offers.metrics.figures import Scope, Window
from offers.metrics.installed_base import select_value_attach
from offers.models import Account
from offers.money import Money
from offers.people import PersonFacts
from offers.tables.versions import known_at


@dataclass(frozen=True, slots=True)
class WhiteSpace:
    """An account's machines without cover, and the list price of service for them for one term."""

    account_id: str
    account_name: str
    region: str | None
    machines: int
    value: Money


def list_white_space(
    session: Session, *, day: date, now: datetime, reader: PersonFacts | None = None, limit: int | None = None
) -> Sequence[WhiteSpace]:
    """Return the accounts with something uncovered, the most money first within each currency, currencies by name.

    A machine whose product has no service with a price counts nowhere: there is nothing to sell for it.
    """
    window = Window(day=day, known=now, first_day=None, last_day=day, scope=Scope.of(reader))
    machines = select_value_attach(session, window).query.subquery()
    open_amount = func.sum(machines.c.denominator - machines.c.numerator)
    open_machines = func.sum(machines.c.machines - machines.c.covered_machines)
    rows = session.execute(
        select(
            machines.c.account_id,
            machines.c.currency,
            open_amount.label("amount"),
            open_machines.label("machines"),
            func.max(col(Account.name)).label("name"),
            func.max(col(Account.region)).label("region"),
        )
        .select_from(machines)
        .outerjoin(Account, and_(col(Account.account_id) == machines.c.account_id, known_at(Account, now)))
        .group_by(machines.c.account_id, machines.c.currency)
        .having(open_amount > 0)
        .order_by(machines.c.currency, open_amount.desc(), machines.c.account_id)
        .limit(limit)
    ).all()
    return [
        WhiteSpace(
            row.account_id,
            row.name or row.account_id,
            row.region,
            int(row.machines),
            Money(int(row.amount), row.currency),
        )
        for row in rows
    ]
