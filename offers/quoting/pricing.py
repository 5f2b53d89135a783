"""Which currency an account buys in, and what a product costs on a day."""

from collections.abc import MutableMapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, exists, func, or_, select
from sqlmodel import Session, col

from offers.models import Account, ContractLine, OrderLine, PricebookEntry, ServiceContract
from offers.money import Money
from offers.playbook.situations import PriceFacts
from offers.tables.versions import Instant, read_rows, table_of, version_at, version_bound

DEFAULT_CURRENCY = "EUR"
STANDARD_PRICEBOOK = "standard"


def find_currency(session: Session, account_id: str, region: str | None, known: Instant) -> str:
    """Return the currency the account buys in: its own last sale's, else its region's, else EUR."""
    [own] = read_rows(session, _last_sold, known, account_id=account_id)
    if own.currency is not None:
        return str(own.currency)
    return (
        _find_regions_currency(session, region, known) if region is not None else None
    ) or DEFAULT_CURRENCY


def find_currencies(
    session: Session,
    accounts: Sequence[Account],
    known: Instant,
    of_regions: MutableMapping[str, str | None],
) -> dict[str, str]:
    """Return the currency of each account by its id, as `find_currency` does for one.

    What is found out about regions is kept in `of_regions` for the next accounts.
    """
    ids = [account.account_id for account in accounts]
    lines = session.execute(
        select(col(ServiceContract.account_id), col(ContractLine.currency))
        .join(ServiceContract, col(ServiceContract.contract_id) == col(ContractLine.contract_id))
        .where(
            col(ServiceContract.account_id).in_(ids),
            col(ContractLine.currency).is_not(None),
            version_at(ContractLine, known),
            version_at(ServiceContract, known),
        )
        .order_by(col(ContractLine.contract_line_id))
    ).all()
    orders = session.execute(
        select(col(OrderLine.account_id), col(OrderLine.currency))
        .where(
            col(OrderLine.account_id).in_(ids),
            col(OrderLine.currency).is_not(None),
            version_at(OrderLine, known),
        )
        .order_by(col(OrderLine.ordered_at), col(OrderLine.order_line_id))
    ).all()
    # The last one of each account stays; what was ordered counts before what is under contract.
    own: dict[str, str | None] = {row.account_id: row.currency for row in (*lines, *orders)}
    currencies: dict[str, str] = {}
    for account in accounts:
        currency = own.get(account.account_id)
        if currency is None and account.region is not None:
            if account.region not in of_regions:
                of_regions[account.region] = _find_regions_currency(session, account.region, known)
            currency = of_regions[account.region]
        currencies[account.account_id] = currency or DEFAULT_CURRENCY
    return currencies


def _find_regions_currency(session: Session, region: str, known: Instant) -> str | None:
    rows = read_rows(session, _last_ordered_in_region, known, region=region)
    return str(rows[0].currency) if rows else None


def load_prices(
    session: Session, skus: Sequence[str], currency: str, day: date, known: Instant
) -> dict[str, PriceFacts]:
    """Return the price of each product on the day, in this currency, where there is one.

    The standard price book goes before others (by name); of entries that overlap, the latest to begin holds.
    """
    entries = read_rows(session, _prices, known, skus=skus, currency=currency, day=day)

    def preference(entry: Any) -> tuple[bool, str, int]:
        begins = entry.valid_from or date.min
        return entry.pricebook.casefold() != STANDARD_PRICEBOOK, entry.pricebook, -begins.toordinal()

    prices: dict[str, PriceFacts] = {}
    for entry in sorted(entries, key=preference):
        money = Money(entry.unit_amount_minor, entry.currency)
        facts = PriceFacts(money, entry.pricebook, entry.unit_cost_minor, entry.valid_from)
        prices.setdefault(entry.sku, facts)
    return prices


_ORDER = table_of(OrderLine)
_LINE = table_of(ContractLine)
_CONTRACT = table_of(ServiceContract)
_ACCOUNT = table_of(Account)
_ENTRY = table_of(PricebookEntry)


@cache
def _last_sold(is_past: bool) -> Select[Any]:
    """What was ordered counts before what is under contract, which is looked at only where nothing was."""
    sales = (build(is_past).scalar_subquery() for build in (_last_ordered, _last_contracted))
    return select(func.coalesce(*sales).label("currency"))


@cache
def _last_ordered(is_past: bool) -> Select[Any]:
    c = _ORDER.c
    return (
        select(c.currency)
        .where(
            c.account_id == bindparam("account_id"),
            c.currency.is_not(None),
            version_bound(_ORDER, is_past=is_past),
        )
        .order_by(c.ordered_at.desc(), c.order_line_id.desc())
        .limit(1)
    )


@cache
def _last_contracted(is_past: bool) -> Select[Any]:
    return (
        select(_LINE.c.currency)
        .join_from(_LINE, _CONTRACT, _CONTRACT.c.contract_id == _LINE.c.contract_id)
        .where(
            _CONTRACT.c.account_id == bindparam("account_id"),
            _LINE.c.currency.is_not(None),
            version_bound(_LINE, is_past=is_past),
            version_bound(_CONTRACT, is_past=is_past),
        )
        .order_by(_LINE.c.contract_line_id.desc())
        .limit(1)
    )


@cache
def _last_ordered_in_region(is_past: bool) -> Select[Any]:
    c = _ORDER.c
    # Not a join: the newest orders are looked through until one fits, not all of the region's sorted.
    is_there = exists().where(
        _ACCOUNT.c.account_id == c.account_id,
        _ACCOUNT.c.region == bindparam("region"),
        version_bound(_ACCOUNT, is_past=is_past),
    )
    return (
        select(c.currency)
        .where(c.currency.is_not(None), version_bound(_ORDER, is_past=is_past), is_there)
        .order_by(c.ordered_at.desc(), c.order_line_id.desc())
        .limit(1)
    )


@cache
def _prices(is_past: bool) -> Select[Any]:
    c = _ENTRY.c
    day: BindParameter[date] = bindparam("day")
    return select(c.sku, c.pricebook, c.currency, c.unit_amount_minor, c.unit_cost_minor, c.valid_from).where(
        c.sku.in_(bindparam("skus", expanding=True)),
        c.currency == bindparam("currency"),
        or_(c.valid_from.is_(None), c.valid_from <= day),
        or_(c.valid_to.is_(None), c.valid_to >= day),
        version_bound(_ENTRY, is_past=is_past),
    )
