"""What could still be sold: machines in use that nothing covers, in money and by customer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Subquery, and_, func, or_, select
from sqlmodel import Session, col

from offers.metrics.figures import Scope, Window
from offers.metrics.installed_base import select_value_attach
from offers.models import Account, Asset, Product
from offers.money import Money
from offers.people import PersonFacts
from offers.steering.renewals import find_serviced
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
class WhiteSpaceTotal:
    """What nothing covers in one currency: of how many accounts and machines, and what it comes to."""

    accounts: int
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
    region: str | None
    value: Money
    machines: int
    of_account: Money


def list_uncovered(
    session: Session,
    *,
    now: datetime,
    reader: PersonFacts,
    accounts: int | None = 6,
    of_each: int | None = 3,
    serviced_by: str | None = None,
    asset_id: str | None = None,
) -> Sequence[Uncovered]:
    """Return machines without cover, of so many accounts so many of each, the dearest account and machine first.

    The dearest account of each currency comes before the second of any.

    Args:
        accounts, of_each: None is all of them.
        serviced_by: Only machines that this person has serviced lately.
        asset_id: Only this machine.
    """
    machines = _select_uncovered(session, now, reader, serviced_by=serviced_by, asset_id=asset_id)
    ranked = select(
        machines,
        func.dense_rank()
        .over(partition_by=machines.c.currency, order_by=(machines.c.whole.desc(), machines.c.account_id))
        .label("rank"),
    ).subquery()
    wanted = [
        column <= most
        for column, most in ((ranked.c.place, of_each), (ranked.c.rank, accounts))
        if most is not None
    ]
    query = _name_machines(ranked, now).where(*wanted)
    most = accounts * of_each if accounts is not None and of_each is not None else None
    order = (ranked.c.rank, ranked.c.currency, ranked.c.place)
    return _read_machines(session, query.order_by(*order).limit(most))


def list_machines(
    session: Session, *, now: datetime, reader: PersonFacts, limit: int | None = None
) -> Sequence[Uncovered]:
    """Return machines without cover, at most `limit`: the dearest of each currency before the second of any."""
    machines = _select_uncovered(session, now, reader)
    rank = func.row_number().over(
        partition_by=machines.c.currency,
        order_by=(machines.c.amount.desc(), machines.c.account_id, machines.c.entry_id),
    )
    ranked = select(machines, rank.label("rank")).subquery()
    query = _name_machines(ranked, now).order_by(ranked.c.rank, ranked.c.currency)
    return _read_machines(session, query.limit(limit))


def _select_uncovered(
    session: Session,
    now: datetime,
    reader: PersonFacts,
    *,
    serviced_by: str | None = None,
    asset_id: str | None = None,
) -> Subquery:
    """SQL: the machines without cover, each with all of its account's in its currency and its place among them."""
    day = now.date()
    window = Window(day=day, known=now, first_day=None, last_day=day, scope=Scope.of(reader))
    entry = select_value_attach(session, window).query.subquery()
    conditions = [entry.c.covered_machines == 0, entry.c.denominator > 0]
    if serviced_by is not None:
        conditions.append(entry.c.entry_id.in_(find_serviced(serviced_by, day)))
    if asset_id is not None:
        conditions.append(entry.c.entry_id == asset_id)
    by_account = (entry.c.account_id, entry.c.currency)
    return (
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


def _name_machines(ranked: Subquery, now: datetime) -> Select[Any]:
    """SQL: the machines with what they and their accounts are called."""
    return (
        select(
            ranked,
            col(Account.name).label("account_name"),
            col(Account.region),
            col(Asset.serial_number),
            func.coalesce(col(Product.name), col(Asset.sku)).label("product_name"),
        )
        .join(Asset, and_(col(Asset.asset_id) == ranked.c.entry_id, known_at(Asset, now)))
        .outerjoin(Account, and_(col(Account.account_id) == ranked.c.account_id, known_at(Account, now)))
        .outerjoin(Product, and_(col(Product.sku) == col(Asset.sku), known_at(Product, now)))
    )


def _read_machines(session: Session, query: Select[Any]) -> list[Uncovered]:
    return [
        Uncovered(
            row.entry_id,
            row.serial_number,
            row.product_name,
            row.account_id,
            row.account_name or row.account_id,
            row.region,
            Money(int(row.amount), row.currency),
            int(row.machines),
            Money(int(row.whole), row.currency),
        )
        for row in session.execute(query).all()
    ]


@dataclass(frozen=True, slots=True)
class WhiteSpaces:
    """Accounts with something uncovered, and what all of them come to, of each currency; currencies by name."""

    accounts: tuple[WhiteSpace, ...]
    totals: tuple[WhiteSpaceTotal, ...]


def find_white_space(
    session: Session,
    *,
    now: datetime,
    reader: PersonFacts | None = None,
    limit: int | None = None,
    of_each: int | None = None,
) -> WhiteSpaces:
    """Return the accounts with something uncovered, the most money first within each currency, and the totals.

    A machine whose product has no service with a price counts nowhere: there is nothing to sell for it.

    Args:
        limit: At most so many accounts: of each currency as many, and what one has too few of is the others'.
        of_each: At most so many accounts of each currency.
    """
    ranked = _rank_accounts(session, now, reader)
    query = (
        select(ranked, col(Account.name).label("name"), col(Account.region).label("region"))
        .outerjoin(Account, and_(col(Account.account_id) == ranked.c.account_id, known_at(Account, now)))
        .order_by(ranked.c.currency, ranked.c.rank)
    )
    if limit is not None:
        # The first of each currency tells what all of it comes to, even where there is no room for it.
        query = query.where(or_(ranked.c.place <= limit, ranked.c.rank == 1))
    if of_each is not None:
        query = query.where(ranked.c.rank <= of_each)
    rows = session.execute(query).all()
    accounts = tuple(
        WhiteSpace(
            row.account_id,
            row.name or row.account_id,
            row.region,
            int(row.machines),
            Money(int(row.amount), row.currency),
        )
        for row in rows
        if limit is None or row.place <= limit
    )
    totals = tuple(
        WhiteSpaceTotal(int(row.of_accounts), int(row.of_machines), Money(int(row.whole), row.currency))
        for row in rows
        if row.rank == 1
    )
    return WhiteSpaces(accounts, totals)


def _rank_accounts(session: Session, now: datetime, reader: PersonFacts | None) -> Subquery:
    """SQL: the accounts with something uncovered, the place of each, and what all of its currency come to.

    `rank` is the place in the currency, `place` that among all: the first of each currency, then the second of each.
    """
    day = now.date()
    window = Window(day=day, known=now, first_day=None, last_day=day, scope=Scope.of(reader))
    machines = select_value_attach(session, window).query.subquery()
    open_amount = func.sum(machines.c.denominator - machines.c.numerator)
    spaces = (
        select(
            machines.c.account_id,
            machines.c.currency,
            open_amount.label("amount"),
            func.sum(machines.c.machines - machines.c.covered_machines).label("machines"),
        )
        .group_by(machines.c.account_id, machines.c.currency)
        .having(open_amount > 0)
        .subquery()
    )
    of_currency = spaces.c.currency
    dearest = (spaces.c.amount.desc(), spaces.c.account_id)
    ranked = select(
        spaces,
        func.row_number().over(partition_by=of_currency, order_by=dearest).label("rank"),
        func.count().over(partition_by=of_currency).label("of_accounts"),
        func.sum(spaces.c.machines).over(partition_by=of_currency).label("of_machines"),
        func.sum(spaces.c.amount).over(partition_by=of_currency).label("whole"),
    ).subquery()
    place = func.row_number().over(order_by=(ranked.c.rank, ranked.c.currency)).label("place")
    return select(ranked, place).subquery()
