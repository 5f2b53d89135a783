"""SQL: contract lines that end in some days, and what follows them or makes a follower needless."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    ScalarSelect,
    Select,
    and_,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
    union_all,
)

from offers.installed_base.coverage import is_in_force
from offers.models import Account, Asset, ContractLine, ProductRelationship, ServiceContract
from offers.people import PersonFacts, is_visible_account
from offers.playbook.following import PLAN_RELATIONS
from offers.tables.versions import table_of, version_bound
from offers.vocabulary import ContractStatus

LINE, _CONTRACT = table_of(ContractLine), table_of(ServiceContract)
_KEPT = (ContractStatus.ACTIVE.value, ContractStatus.EXPIRED.value)
_AMOUNT = func.coalesce(LINE.c.quantity, 1) * LINE.c.unit_amount_minor


def find_unfollowed(day: date, days: int, reader: PersonFacts, region: str | None) -> list[Select[Any]]:
    """SQL: the lines that end and that nothing follows."""
    return [
        ending.where(
            or_(LINE.c.asset_id.is_(None), LINE.c.asset_id.not_in(find_gone())),
            _is_named(LINE, day).is_not(true()),
            or_(LINE.c.asset_id.is_(None), ~is_followed(LINE, ends_on, day)),
        )
        for ending, ends_on in find_ending(day, days, reader, region)
    ]


def find_ending(
    day: date, days: int, reader: PersonFacts, region: str | None
) -> list[tuple[Select[Any], ColumnElement[date]]]:
    """SQL: the lines that end by their contract's end, and by their own: which is narrower is not stored; with it."""
    last_day = day + timedelta(days=days)
    line_end, contract_end = LINE.c.end_date, _CONTRACT.c.end_date
    ends = (
        (contract_end, or_(line_end.is_(None), line_end >= contract_end)),
        (line_end, or_(contract_end.is_(None), contract_end > line_end)),
    )
    return [
        (
            select(
                ends_on.label("ends_on"),
                LINE.c.contract_line_id,
                LINE.c.contract_id,
                _CONTRACT.c.account_id,
                LINE.c.asset_id,
                LINE.c.sku,
                _CONTRACT.c.auto_renew,
                _CONTRACT.c.termination_notice_date,
                _AMOUNT.label("amount_minor"),
                LINE.c.currency,
            )
            .join_from(_CONTRACT, LINE, LINE.c.contract_id == _CONTRACT.c.contract_id)
            .where(
                ends_on.between(day, last_day),
                is_narrower,
                is_current(LINE),
                is_current(_CONTRACT),
                # What was cancelled is lost, and not at risk, also before its cancellation takes effect.
                _CONTRACT.c.status.in_(_KEPT),
                *_within(_CONTRACT, reader, region),
            ),
            ends_on,
        )
        for ends_on, is_narrower in ends
    ]


def _within(contract: FromClause, reader: PersonFacts, region: str | None) -> list[ColumnElement[bool]]:
    conditions = [is_visible_account(contract.c.account_id, reader)] if reader.is_external else []
    if region is not None:
        account = table_of(Account)
        of_region = select(account.c.account_id).where(account.c.region == region, is_current(account))
        conditions.append(contract.c.account_id.in_(of_region))
    return conditions


def find_gone() -> Select[Any]:
    """SQL: the machines that are retired or a competitor's; the words are those of the index that holds them."""
    asset = table_of(Asset)
    return select(asset.c.asset_id).where(asset.c.status != literal_column("'active'"), is_current(asset))


def _is_named(line: FromClause, day: date) -> ScalarSelect[bool]:
    """SQL: true where another line in force names the line as its predecessor, else NULL.

    Looked up line by line, and only for lines of the contracts at hand, which is why those are named in it: as an
    EXISTS it would be joined, and all successors that there ever were be read for it. To be asked by IS NOT TRUE:
    of IS NULL, PostgreSQL believes that next to no line passes, and reads them all to find the first few.
    """
    found = find_successors(line, day).where(is_current(_CONTRACT))
    return found.limit(1).correlate(line, _CONTRACT).scalar_subquery()


def find_successors(line: FromClause, day: date) -> Select[Any]:
    """SQL: true for each line in force that names the line as its predecessor."""
    later, contract = table_of(ContractLine).alias(), table_of(ServiceContract).alias()
    return select(true()).where(
        later.c.predecessor_line_id == line.c.contract_line_id,
        is_current(later),
        contract.c.contract_id == later.c.contract_id,
        is_current(contract),
        is_in_force(contract.c, day),
    )


def is_followed(line: FromClause, ends_on: ColumnElement[date], day: date) -> ColumnElement[bool]:
    """SQL: a line in force of the same machine, for the same product or another plan, starts after this one ends.

    Who has changed plans has renewed, as `playbook.following` says. Few lines begin in the future: whether one of them
    fits at all is looked up before when it begins.
    """
    later, contract = table_of(ContractLine).alias(), table_of(ServiceContract).alias()
    begins_later = exists(literal_column("1")).where(
        later.c.asset_id == line.c.asset_id,
        or_(later.c.sku == line.c.sku, and_(later.c.sku.in_(_plans()), line.c.sku.in_(_plans()))),
        is_current(later),
        contract.c.contract_id == later.c.contract_id,
        is_current(contract),
        is_in_force(contract.c, day),
        or_(later.c.start_date > ends_on, contract.c.start_date > ends_on),
    )
    return and_(line.c.asset_id.in_(_coming(day)), begins_later)


def _plans() -> Select[Any]:
    """SQL: the products that are plans. Of which machine is not asked: a line of this one has them already."""
    relation = table_of(ProductRelationship).alias()
    return select(relation.c.attach_sku).where(
        relation.c.type.in_([one.value for one in PLAN_RELATIONS]), is_current(relation)
    )


def _coming(day: date) -> Any:
    """SQL: the machines of lines that begin after the day, by their own date or their contract's."""
    line, contract = table_of(ContractLine).alias(), table_of(ServiceContract).alias()
    by_line = select(line.c.asset_id).where(
        line.c.start_date > day, line.c.asset_id.is_not(None), is_current(line)
    )
    by_contract = (
        select(line.c.asset_id)
        .join_from(contract, line, line.c.contract_id == contract.c.contract_id)
        .where(
            contract.c.start_date > day,
            line.c.asset_id.is_not(None),
            is_current(line),
            is_current(contract),
        )
    )
    return union_all(by_line, by_contract)


def is_current(table: FromClause) -> ColumnElement[bool]:
    return version_bound(table, is_past=False)
