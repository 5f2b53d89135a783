"""What could still be sold: machines in use that nothing covers, in money and by customer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, select
from sqlmodel import Session, col

from offers.metrics.figures import Scope, Window
from offers.metrics.installed_base import select_value_attach
from offers.models import Account, Asset, Product
from offers.money import Money
from offers.people import PersonFacts
from offers.renewals import find_serviced
from offers.tables.versions import known_at


@dataclass(frozen=True, slots=True)
class WhiteSpace:
    """An account's machines without cover, and the list price of service for them for one term."""

    account_id: str
    account_name: str
    region: str | None
    machines: int
    value: Money


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A machine in use that nothing covers, and the list price of service for it for one term.

    `of_account` is what all such machines of its account come to, `machines` how many they are.
    """

    asset_id: str
    serial_number: str | None
    product_name: str
    account_id: str
    account_name: str
    value: Money
    machines: int
    of_account: Money


def list_uncovered(
    session: Session,
    *,
    now: datetime,
    reader: PersonFacts,
    accounts: int = 6,
    of_each: int = 3,
    serviced_by: str | None = None,
    asset_id: str | None = None,
) -> Sequence[Uncovered]:
    """Return machines without cover, of so many accounts so many of each, the dearest account and machine first.

    The dearest account of each currency comes before the second of any.

    Args:
        serviced_by: Only machines that this person has serviced lately.
        asset_id: Only this machine.
    """
    day = now.date()
    window = Window(day=day, known=now, first_day=None, last_day=day, scope=Scope.of(reader))
    entry = select_value_attach(session, window).query.subquery()
    conditions = [entry.c.covered_machines == 0, entry.c.denominator > 0]
    if serviced_by is not None:
        conditions.append(entry.c.entry_id.in_(find_serviced(serviced_by, day)))
    if asset_id is not None:
        conditions.append(entry.c.entry_id == asset_id)
    by_account = (entry.c.account_id, entry.c.currency)
    machines = (
        select(
            entry.c.entry_id,
            *by_account,
            entry.c.denominator.label("amount"),
            func.sum(entry.c.denominator).over(partition_by=by_account).label("whole"),
            func.count().over(partition_by=by_account).label("machines"),
            func.row_number()
            .over(partition_by=by_account, order_by=(entry.c.denominator.desc(), entry.c.entry_id))
            .label("place"),
        )
        .where(*conditions)
        .subquery()
    )
    ranked = select(
        machines,
        func.dense_rank()
        .over(partition_by=machines.c.currency, order_by=(machines.c.whole.desc(), machines.c.account_id))
        .label("rank"),
    ).subquery()
    rows = session.execute(
        select(
            ranked,
            col(Account.name).label("account_name"),
            col(Asset.serial_number),
            func.coalesce(col(Product.name), col(Asset.sku)).label("product_name"),
        )
        .join(Asset, and_(col(Asset.asset_id) == ranked.c.entry_id, known_at(Asset, now)))
        .outerjoin(Account, and_(col(Account.account_id) == ranked.c.account_id, known_at(Account, now)))
        .outerjoin(Product, and_(col(Product.sku) == col(Asset.sku), known_at(Product, now)))
        .where(ranked.c.place <= of_each, ranked.c.rank <= accounts)
        .order_by(ranked.c.rank, ranked.c.currency, ranked.c.place)
        .limit(accounts * of_each)
    ).all()
    return [
        Uncovered(
            row.entry_id,
            row.serial_number,
            row.product_name,
            row.account_id,
            row.account_name or row.account_id,
            Money(int(row.amount), row.currency),
            int(row.machines),
            Money(int(row.whole), row.currency),
        )
        for row in rows
    ]


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
