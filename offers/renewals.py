"""Which contract lines end soon with nothing to follow them, over the whole base or a reader's part of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    ScalarSelect,
    Select,
    SelectBase,
    Subquery,
    and_,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
    union_all,
)
from sqlmodel import Session

from offers.coverage import is_in_force
from offers.models import Account, Asset, ContractLine, Product, ServiceContract, WorkOrder
from offers.money import Money
from offers.people import PersonFacts, is_visible_account
from offers.tables.versions import table_of, version_bound


@dataclass(frozen=True, slots=True)
class RenewalDue:
    """A line to renew. `ends_on` is the narrower end of line and contract; `value` is quantity times unit price,
    None where the line has no price. A line that is for no machine has neither `asset_id` nor `serial_number`.
    """

    contract_line_id: str
    contract_id: str
    account_id: str
    account_name: str
    asset_id: str | None
    serial_number: str | None
    sku: str
    product_name: str
    ends_on: date
    auto_renew: bool | None
    notice_date: date | None
    value: Money | None


@dataclass(frozen=True, slots=True)
class RenewalSummary:
    """How much is due: lines, those of them without a price, and what the others come to, by currency."""

    lines: int
    unpriced: int
    values: tuple[Money, ...]


def find_renewals_due(
    session: Session,
    *,
    day: date,
    days: int,
    reader: PersonFacts,
    region: str | None = None,
    limit: int | None = None,
    serviced_by: str | None = None,
    asset_id: str | None = None,
    is_by_value: bool = False,
) -> Sequence[RenewalDue]:
    """Return the lines that end from `day` to `days` later, both included, and that nothing follows.

    One entry for each line, the first to end first, then by contract and line; by value the dearest of each currency
    first, the dearest of all currencies before the next, and those without a price last. A line counts while its
    contract is in force; not when its machine is retired or a competitor's. It is followed when a line in force names
    it as its predecessor, or when one for the same product of the same machine starts after its end.

    Args:
        reader: A partner's person sees only that partner's accounts.
        region: Only accounts of that region.
        limit: At most so many.
        serviced_by: Only machines that this person has serviced lately, see `find_serviced`.
        asset_id: Only this machine.
    """
    account, asset, product = table_of(Account), table_of(Asset), table_of(Product)
    more: list[ColumnElement[bool]] = (
        [] if serviced_by is None else [_LINE.c.asset_id.in_(find_serviced(serviced_by, day))]
    )
    more += [] if asset_id is None else [_LINE.c.asset_id == asset_id]
    branches = [one.where(*more) for one in _branches(day, days, reader, region)]
    page = (
        _dearest(limit, union_all(*branches))
        if is_by_value
        else _first(limit, union_all(*(select(_first(limit, one)) for one in branches)))
    )
    order = (page.c.ends_on, page.c.contract_id, page.c.contract_line_id)
    rows = session.execute(
        select(page, account.c.name, asset.c.serial_number, product.c.name.label("product_name"))
        .outerjoin(account, and_(account.c.account_id == page.c.account_id, _is_current(account)))
        .outerjoin(asset, and_(asset.c.asset_id == page.c.asset_id, _is_current(asset)))
        .outerjoin(product, and_(product.c.sku == page.c.sku, _is_current(product)))
        .order_by(*((page.c.amount_minor.is_(None), page.c.rank, page.c.currency) if is_by_value else order))
    ).all()
    return [
        RenewalDue(
            contract_line_id=row.contract_line_id,
            contract_id=row.contract_id,
            account_id=row.account_id,
            account_name=row.name or row.account_id,
            asset_id=row.asset_id,
            serial_number=row.serial_number,
            sku=row.sku,
            product_name=row.product_name or row.sku,
            ends_on=row.ends_on,
            auto_renew=row.auto_renew,
            notice_date=row.termination_notice_date,
            value=None if row.amount_minor is None else Money(row.amount_minor, row.currency),
        )
        for row in rows
    ]


def _first(limit: int | None, due: SelectBase) -> Subquery:
    """SQL: the first to end. Each branch has no more to give than the whole, and can walk along its own dates."""
    found = due.subquery()
    if limit is None:
        return found
    query = select(found).order_by(found.c.ends_on, found.c.contract_id, found.c.contract_line_id)
    return query.limit(limit).subquery()


def _dearest(limit: int | None, due: SelectBase) -> Subquery:
    """SQL: the dearest of each currency, and then the next of each; `rank` says which it is. Without a price last."""
    found = due.subquery()
    rank = func.row_number().over(
        partition_by=found.c.currency,
        order_by=(
            func.coalesce(found.c.amount_minor, 0).desc(),
            found.c.ends_on,
            found.c.contract_id,
            found.c.contract_line_id,
        ),
    )
    ranked = select(found, rank.label("rank")).subquery()
    query = select(ranked).order_by(ranked.c.amount_minor.is_(None), ranked.c.rank, ranked.c.currency)
    return query.limit(limit).subquery()


def summarise(
    session: Session, *, day: date, days: int, reader: PersonFacts, region: str | None = None
) -> RenewalSummary:
    """Return what `find_renewals_due` would find, added up; currencies by name, never added to each other."""
    sums = (func.count(), func.count(_AMOUNT), func.sum(_AMOUNT))
    lines = unpriced = 0
    values: Counter[str] = Counter()
    for branch in _branches(day, days, reader, region):
        for currency, found, priced, total in session.execute(
            branch.with_only_columns(_LINE.c.currency, *sums).group_by(_LINE.c.currency)
        ):
            lines += found
            unpriced += found - priced
            if priced:
                values[currency] += int(total)
    return RenewalSummary(lines, unpriced, tuple(Money(values[one], one) for one in sorted(values)))


_LINE, _CONTRACT = table_of(ContractLine), table_of(ServiceContract)
_AMOUNT = func.coalesce(_LINE.c.quantity, 1) * _LINE.c.unit_amount_minor


def _branches(day: date, days: int, reader: PersonFacts, region: str | None) -> list[Select[Any]]:
    """SQL: the lines that are due by their contract's end, and by their own: which is narrower is not stored."""
    last_day = day + timedelta(days=days)
    line_end, contract_end = _LINE.c.end_date, _CONTRACT.c.end_date
    ends = (
        (contract_end, or_(line_end.is_(None), line_end >= contract_end)),
        (line_end, or_(contract_end.is_(None), contract_end > line_end)),
    )
    return [
        select(
            ends_on.label("ends_on"),
            _LINE.c.contract_line_id,
            _LINE.c.contract_id,
            _CONTRACT.c.account_id,
            _LINE.c.asset_id,
            _LINE.c.sku,
            _CONTRACT.c.auto_renew,
            _CONTRACT.c.termination_notice_date,
            _AMOUNT.label("amount_minor"),
            _LINE.c.currency,
        )
        .join_from(_CONTRACT, _LINE, _LINE.c.contract_id == _CONTRACT.c.contract_id)
        .where(
            ends_on.between(day, last_day),
            is_narrower,
            _is_current(_LINE),
            _is_current(_CONTRACT),
            is_in_force(_CONTRACT.c, day),
            or_(_LINE.c.asset_id.is_(None), _LINE.c.asset_id.not_in(_gone())),
            _is_named(_LINE, day).is_not(true()),
            or_(_LINE.c.asset_id.is_(None), ~_is_followed(_LINE, ends_on, day)),
            *_within(_CONTRACT, reader, region),
        )
        for ends_on, is_narrower in ends
    ]


def _within(contract: FromClause, reader: PersonFacts, region: str | None) -> list[ColumnElement[bool]]:
    conditions = [is_visible_account(contract.c.account_id, reader)] if reader.is_external else []
    if region is not None:
        account = table_of(Account)
        of_region = select(account.c.account_id).where(account.c.region == region, _is_current(account))
        conditions.append(contract.c.account_id.in_(of_region))
    return conditions


def find_serviced(person_id: str, day: date) -> Select[Any]:
    """SQL: the machines that a person has had a work order for in the year up to the day."""
    order = table_of(WorkOrder)
    since = datetime.combine(day, time(), UTC) - timedelta(days=365)
    return select(order.c.asset_id).where(
        order.c.technician_id == person_id,
        order.c.asset_id.is_not(None),
        order.c.opened_at >= since,
        _is_current(order),
    )


def _gone() -> Select[Any]:
    """SQL: the machines that are retired or a competitor's; the words are those of the index that holds them."""
    asset = table_of(Asset)
    return select(asset.c.asset_id).where(asset.c.status != literal_column("'active'"), _is_current(asset))


def _is_named(line: FromClause, day: date) -> ScalarSelect[bool]:
    """SQL: true where another line in force names the line as its predecessor, else NULL.

    Looked up line by line, and only for lines of the contracts at hand, which is why those are named in it: as an
    EXISTS it would be joined, and all successors that there ever were be read for it. To be asked by IS NOT TRUE:
    of IS NULL, PostgreSQL believes that next to no line passes, and reads them all to find the first few.
    """
    later, contract = table_of(ContractLine).alias(), table_of(ServiceContract).alias()
    found = select(true()).where(
        _is_current(_CONTRACT),
        later.c.predecessor_line_id == line.c.contract_line_id,
        _is_current(later),
        contract.c.contract_id == later.c.contract_id,
        _is_current(contract),
        is_in_force(contract.c, day),
    )
    return found.limit(1).correlate(line, _CONTRACT).scalar_subquery()


def _is_followed(line: FromClause, ends_on: ColumnElement[date], day: date) -> ColumnElement[bool]:
    """SQL: a line in force for the same product of the same machine starts after this one ends.

    Few lines begin in the future: whether one of them fits at all is looked up before when it begins.
    """
    later, contract = table_of(ContractLine).alias(), table_of(ServiceContract).alias()
    begins_later = exists(literal_column("1")).where(
        later.c.asset_id == line.c.asset_id,
        later.c.sku == line.c.sku,
        _is_current(later),
        contract.c.contract_id == later.c.contract_id,
        _is_current(contract),
        is_in_force(contract.c, day),
        or_(later.c.start_date > ends_on, contract.c.start_date > ends_on),
    )
    return and_(line.c.asset_id.in_(_coming(day)), begins_later)


def _coming(day: date) -> Any:
    """SQL: the machines of lines that begin after the day, by their own date or their contract's."""
    line, contract = table_of(ContractLine).alias(), table_of(ServiceContract).alias()
    by_line = select(line.c.asset_id).where(
        line.c.start_date > day, line.c.asset_id.is_not(None), _is_current(line)
    )
    by_contract = (
        select(line.c.asset_id)
        .join_from(contract, line, line.c.contract_id == contract.c.contract_id)
        .where(
            contract.c.start_date > day,
            line.c.asset_id.is_not(None),
            _is_current(line),
            _is_current(contract),
        )
    )
    return union_all(by_line, by_contract)


def _is_current(table: FromClause) -> ColumnElement[bool]:
    return version_bound(table, is_past=False)
