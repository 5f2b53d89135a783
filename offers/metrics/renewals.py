"""Metrics over contract lines: what ended and was renewed, and what was cancelled soon after it was sold."""

from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select
from sqlalchemy.orm import aliased, join, outerjoin
from sqlalchemy.sql.selectable import Subquery
from sqlmodel import Session, col

from offers.installed_base.coverage import is_in_force
from offers.metrics.entries import Entries, Interval
from offers.metrics.figures import Window
from offers.metrics.grouping import (
    PARTIES,
    PERIODS,
    PRODUCTS,
    Columns,
    Query,
    falls_in,
    join_parties,
    label_groups,
    name_parties,
    name_periods,
)
from offers.metrics.offered import OFFERED, join_offers, name_offered
from offers.models import Asset, ContractLine, Product, ServiceContract
from offers.tables.calendar import day_number
from offers.tables.versions import known_at
from offers.vocabulary import ContractStatus

RENEWAL_DIMENSIONS = (*PRODUCTS, *PARTIES, *PERIODS, *OFFERED, "channel")
"""Play and technician are of the offer by which the line was sold; `channel` is offer, point_of_sale, or other."""


def select_renewal_rate(session: Session, window: Window) -> Entries:  # noqa: ARG001 (one signature for all)
    """SQL: lines that end in the window, and those that have a booked successor."""
    return _select_renewals(window, _select_ending(window))


def select_first_renewal(session: Session, window: Window) -> Entries:  # noqa: ARG001 (one signature for all)
    """SQL: the same of lines that are nobody's successor: first terms."""
    return _select_renewals(
        window, _select_ending(window).where(col(ContractLine.predecessor_line_id).is_(None))
    )


def select_renewal_value(session: Session, window: Window) -> Entries:  # noqa: ARG001 (one signature for all)
    """SQL: the value of lines that end in the window, and of their booked successors in the same currency.

    A line without a price has no value on either side.
    """
    renewed = _select_successors(window)
    value = value_of_line(ContractLine)
    query = (
        _select_ending(window)
        .outerjoin(
            renewed,
            and_(
                renewed.c.line_id == col(ContractLine.contract_line_id),
                renewed.c.currency == col(ContractLine.currency),
            ),
        )
        .where(value.is_not(None), col(ContractLine.currency).is_not(None))
        .add_columns(
            func.coalesce(renewed.c.amount, 0).label("numerator"),
            value.label("denominator"),
            col(ContractLine.currency).label("currency"),
        )
    )
    return Entries(query, Interval.BOOTSTRAP, is_money=True, may_exceed_one=True)


def select_cancellations(session: Session, window: Window) -> Entries:  # noqa: ARG001 (one signature for all)
    """SQL: lines sold in the window, and those whose contract was cancelled inside the cancellation window."""
    sold_on = _sold_on()
    soon = day_number(col(ServiceContract.cancelled_on)) - sold_on <= window.settings.cancellation_days
    is_cancelled = and_(
        col(ServiceContract.status) == ContractStatus.CANCELLED.value,
        col(ServiceContract.cancelled_on) <= window.day,
        soon,
    )
    first = day_number(literal(window.first_day)) if window.first_day is not None else None
    query = (
        select_contract_lines(window, periods=_name_sold_periods())
        .where(
            col(ServiceContract.status) != ContractStatus.DRAFT.value,
            sold_on <= day_number(literal(min(window.last_day, window.day))),
            *([sold_on >= first] if first is not None else []),
        )
        .add_columns(
            case((is_cancelled, 1), else_=0).label("numerator"),
            literal(1).label("denominator"),
        )
    )
    return Entries(query, Interval.WILSON)


def _select_renewals(window: Window, ending: Query) -> Entries:
    renewed = _select_successors(window, by_currency=False)
    on_time = renewed.c.booked_on <= day_number(end_of_line(ContractLine, ServiceContract))
    query = ending.outerjoin(renewed, renewed.c.line_id == col(ContractLine.contract_line_id)).add_columns(
        case((renewed.c.line_id.is_not(None), 1), else_=0).label("numerator"),
        literal(1).label("denominator"),
        case((on_time, 1), else_=0).label("on_time"),
    )
    return Entries(query, Interval.WILSON, ("on_time",))


def _select_ending(window: Window) -> Query:
    """SQL: the lines whose end lies in the window, of contracts in force: neither draft nor cancelled by the day."""
    end = end_of_line(ContractLine, ServiceContract)
    return select_contract_lines(window, periods=name_periods(end)).where(
        is_in_force(ServiceContract, window.day), *falls_in(end, window)
    )


def select_contract_lines(window: Window, *, periods: Columns, is_whole: bool = False) -> Query:
    """SQL: contract lines with their contracts and groups; `is_whole`: once each the contracts without a line, too."""
    channel = case(
        (col(ContractLine.offer_id).is_not(None), "offer"),
        (
            _sold_on() <= day_number(col(Asset.install_date)) + window.settings.pos_days,
            "point_of_sale",
        ),
        else_="other",
    )
    columns: Columns = {
        "family": col(Product.family),
        "sku": col(ContractLine.sku),
        "channel": channel,
        **name_offered(window),
        **name_parties(col(Asset.sold_by_partner_id)),
        **periods,
    }
    is_its = col(ServiceContract.contract_id) == col(ContractLine.contract_id)
    line_known, contract_known = (known_at(one, window.known) for one in (ContractLine, ServiceContract))
    query: Query = (
        select(
            *label_groups(columns, window),
            col(ContractLine.contract_line_id).label("entry_id"),
            col(ServiceContract.account_id).label("account_id"),
        )
        .select_from(
            outerjoin(ServiceContract, ContractLine, and_(is_its, line_known))
            if is_whole
            else join(ContractLine, ServiceContract, and_(is_its, contract_known))
        )
        .outerjoin(Product, and_(col(Product.sku) == col(ContractLine.sku), known_at(Product, window.known)))
        .outerjoin(
            Asset, and_(col(Asset.asset_id) == col(ContractLine.asset_id), known_at(Asset, window.known))
        )
        .where(contract_known if is_whole else line_known)
    )
    query = join_offers(query, window, offer_id=col(ContractLine.offer_id))
    return join_parties(
        query, window, account_id=col(ServiceContract.account_id), partner_id=col(Asset.sold_by_partner_id)
    )


def _select_successors(window: Window, *, by_currency: bool = True) -> Subquery:
    """SQL: line_id, currency, amount, booked_on: what succeeded each line by the as-of day and within the grace.

    A successor counts when it is booked and its contract is neither draft nor cancelled by then; an early start counts,
    and an unknown one is early.
    """
    line, contract = aliased(ContractLine, name="next_line"), aliased(ServiceContract, name="next_contract")
    ended, header = aliased(ContractLine, name="ended_line"), aliased(ServiceContract, name="ended_contract")
    start = func.coalesce(col(line.start_date), col(contract.start_date))
    in_grace = day_number(start) - day_number(end_of_line(ended, header)) <= window.settings.grace_days
    keys: list[ColumnElement[Any]] = [col(ended.contract_line_id).label("line_id")]
    if by_currency:
        keys.append(col(line.currency).label("currency"))
    query: Query = (
        select(
            *keys,
            func.sum(value_of_line(line)).label("amount"),
            func.min(day_number(col(line.booked_at))).label("booked_on"),
        )
        .select_from(line)
        .join(
            contract,
            and_(col(contract.contract_id) == col(line.contract_id), known_at(contract, window.known)),
        )
        .join(
            ended,
            and_(col(ended.contract_line_id) == col(line.predecessor_line_id), known_at(ended, window.known)),
        )
        .join(header, and_(col(header.contract_id) == col(ended.contract_id), known_at(header, window.known)))
        .where(
            known_at(line, window.known),
            is_in_force(contract, window.day),
            col(line.booked_at) <= window.known,
            # Only of the lines that end in the window: the others are looked up by nobody.
            *falls_in(end_of_line(ended, header), window),
            or_(start.is_(None), in_grace),
        )
        .group_by(*keys)
    )
    return query.subquery("successors")


def end_of_line(line: type[ContractLine], contract: type[ServiceContract]) -> ColumnElement[object]:
    """SQL: the last day of a contract line; an empty one takes the contract's."""
    return func.coalesce(col(line.end_date), col(contract.end_date))


def value_of_line(line: type[ContractLine]) -> ColumnElement[int]:
    """SQL: quantity times price in minor units, NULL without a price; no quantity is one."""
    return func.coalesce(col(line.quantity), 1) * col(line.unit_amount_minor)


def _name_sold_periods() -> Columns:
    """Return the period columns of when a line was sold: booked, else started."""
    booked = name_periods(col(ContractLine.booked_at))
    started = name_periods(func.coalesce(col(ContractLine.start_date), col(ServiceContract.start_date)))
    return {name: func.coalesce(booked[name], started[name]) for name in PERIODS}


def _sold_on() -> ColumnElement[int]:
    """SQL: the number of the day on which a line was sold."""
    return func.coalesce(
        day_number(col(ContractLine.booked_at)),
        day_number(func.coalesce(col(ContractLine.start_date), col(ServiceContract.start_date))),
    )
