"""What every metric's query shares: group columns, the joins they need, and the window."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, false
from sqlmodel import col

from offers.metrics.figures import Window
from offers.models import Account, Partner
from offers.tables.calendar import utc_month, utc_quarter, utc_year
from offers.tables.versions import known_at

Query = Select[*tuple[Any, ...]]
Columns = Mapping[str, SQLColumnExpression[Any]]

PARTIES = ("region", "segment", "tier", "partner", "type")
PERIODS = ("month", "quarter", "year")
PRODUCTS = ("family", "sku")


def start_of_day(day: date) -> datetime:
    """Return the first instant of a UTC day."""
    return datetime.combine(day, time(), UTC)


def end_of_day(day: date) -> datetime:
    """Return the last instant of a UTC day that the databases can store."""
    return start_of_day(day) + timedelta(days=1) - timedelta(microseconds=1)


def occurred_in(moment: SQLColumnExpression[datetime], window: Window) -> list[ColumnElement[bool]]:
    """SQL: the moment lies in the window and not after the as-of instant."""
    until = min(end_of_day(window.last_day), window.known)
    bounds = [moment <= until]
    if window.first_day is not None:
        bounds.append(moment >= start_of_day(window.first_day))
    return bounds


def falls_in(day: SQLColumnExpression[Any], window: Window) -> list[ColumnElement[bool]]:
    """SQL: the day lies in the window, also where that reaches beyond the as-of day."""
    bounds = [day <= window.last_day]
    if window.first_day is not None:
        bounds.append(day >= window.first_day)
    return bounds


def name_periods(moment: SQLColumnExpression[Any]) -> Columns:
    """Return the period columns of a day or an instant."""
    return {"month": utc_month(moment), "quarter": utc_quarter(moment), "year": utc_year(moment)}


def name_parties(partner_id: SQLColumnExpression[Any]) -> Columns:
    """Return the columns of account and partner, which `join_parties` joins."""
    return {
        "region": col(Account.region),
        "segment": col(Account.segment),
        "partner": partner_id,
        "tier": col(Partner.tier),
        "type": col(Partner.type),
    }


def label_groups(columns: Columns, window: Window) -> list[ColumnElement[Any]]:
    """SQL: the group's columns, in the order of the window's dimensions, as group_0, group_1, …"""
    return [columns[name].label(f"group_{index}") for index, name in enumerate(window.by)]


def group_names(by: Sequence[str]) -> list[str]:
    """Return what `label_groups` calls the columns."""
    return [f"group_{index}" for index in range(len(by))]


def join_parties(
    query: Query,
    window: Window,
    *,
    account_id: SQLColumnExpression[Any],
    partner_id: SQLColumnExpression[Any],
) -> Query:
    """Join the account and the partner where a dimension needs them, and keep a reader to what is theirs."""
    if {"region", "segment"} & set(window.by) or window.scope.region is not None:
        known = known_at(Account, window.known)
        query = query.outerjoin(Account, and_(col(Account.account_id) == account_id, known))
    if {"tier", "type"} & set(window.by):
        known = known_at(Partner, window.known)
        query = query.outerjoin(Partner, and_(col(Partner.partner_id) == partner_id, known))
    if window.scope.region is not None:
        query = query.where(col(Account.region) == window.scope.region)
    if window.scope.is_external:
        # Someone external without a partner has no accounts; `= NULL` must not turn into `IS NULL`.
        own = window.scope.partner_id
        query = query.where(false() if own is None else partner_id == own)
    return query
