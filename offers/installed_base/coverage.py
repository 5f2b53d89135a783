"""What a live contract line is: coverage is derived for a day and never stored."""

from datetime import date
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    String,
    Subquery,
    and_,
    cast,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import aliased
from sqlmodel import col

from offers.models import Asset, ContractLine, ServiceContract
from offers.tables.versions import Instant, table_of, version_at, version_bound
from offers.vocabulary import AssetStatus, ContractStatus

Columns = Any
"""A model, an alias of one, or the columns of a table."""

Day = date | BindParameter[Any]
"""A day, or the parameter of a statement that is built once."""


def is_in_force(contract: Columns, day: Day) -> ColumnElement[bool]:
    """SQL: the contract is neither draft nor cancelled on the day; one cancelled later was in force."""
    return or_(
        col(contract.status).in_([ContractStatus.ACTIVE.value, ContractStatus.EXPIRED.value]),
        and_(col(contract.status) == ContractStatus.CANCELLED.value, col(contract.cancelled_on) > day),
    )


def was_ever_in_force(contract: Columns) -> ColumnElement[bool]:
    """SQL: the contract is in force on some day: no draft, and of one that was cancelled the day is on record.

    Whether it was cancelled before it began, only its dates with those of its lines say.
    """
    return or_(
        col(contract.status).in_([ContractStatus.ACTIVE.value, ContractStatus.EXPIRED.value]),
        and_(col(contract.status) == ContractStatus.CANCELLED.value, col(contract.cancelled_on).is_not(None)),
    )


def is_live(line: Columns, contract: Columns, day: Day) -> ColumnElement[bool]:
    """SQL: the day lies in the line's and in the contract's dates, and the contract is in force.

    Both ends are included; an empty line date takes the contract's, an empty contract date is open.
    """
    first_days = (col(line.start_date), col(contract.start_date))
    last_days = (col(line.end_date), col(contract.end_date))
    return and_(
        is_in_force(contract, day),
        *(or_(first.is_(None), first <= day) for first in first_days),
        *(or_(last.is_(None), last >= day) for last in last_days),
    )


def is_covered(asset: type[Asset], day: date, known: Instant) -> ColumnElement[bool]:
    """SQL: the asset has at least one live contract line on the day, as far as was known."""
    line, contract = aliased(ContractLine), aliased(ServiceContract)
    return exists().where(
        col(line.asset_id) == col(asset.asset_id),
        col(line.contract_id) == col(contract.contract_id),
        version_at(line, known),
        version_at(contract, known),
        is_live(line, contract, day),
    )


def select_covered(day: date, known: Instant) -> Subquery:
    """SQL: asset_id, once each, and NULL perhaps: the assets for which `is_covered` is true, for a join of many assets.

    Contracts and lines are read once from end to end; for each of a million assets to look its own up takes longer.
    """
    line, contract = aliased(ContractLine), aliased(ServiceContract)

    # Dates and contracts are compared as expressions, so that no database takes an index that leaves out too little.
    def spans(dated: Columns) -> ColumnElement[bool]:
        first, last = (func.coalesce(col(one), day) for one in (dated.start_date, dated.end_date))
        return and_(first <= day, last >= day)

    live = select(col(contract.contract_id)).where(
        version_at(contract, known), is_in_force(contract, day), spans(contract)
    )
    return (
        select(cast(col(line.asset_id), String).label("asset_id"))
        .where(
            version_at(line, known),
            spans(line),
            func.coalesce(col(line.contract_id), "").in_(live),
        )
        .distinct()
        .subquery("covered")
    )


def is_covered_bound(asset: FromClause, day: Day, *, is_past: bool) -> ColumnElement[bool]:
    """SQL like `is_covered`, for a statement that is built once: the instant is its parameter `known`."""
    line, contract = table_of(ContractLine).alias(), table_of(ServiceContract).alias()
    return exists().where(
        line.c.asset_id == asset.c.asset_id,
        line.c.contract_id == contract.c.contract_id,
        version_bound(line, is_past=is_past),
        version_bound(contract, is_past=is_past),
        is_live(line.c, contract.c, day),
    )


def is_active(asset: Columns, day: Day) -> ColumnElement[bool]:
    """SQL: the asset is active; one that is retired on a later day still was."""
    return or_(
        col(asset.status) == AssetStatus.ACTIVE.value,
        and_(col(asset.status) == AssetStatus.RETIRED.value, col(asset.retired_on) > day),
    )
