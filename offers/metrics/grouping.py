"""What every metric's query shares: group columns, the joins they need, and the window."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, false
from sqlmodel import col

from offers.metrics.figures import Window
from offers.models import Account, Partner
from offers.tables.versions import known_at

Query = Select[*tuple[Any, ...]]
Columns = Mapping[str, SQLColumnExpression[Any]]


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


def join_dimensions(
    query: Query,
    window: Window,
    *,
    account_id: SQLColumnExpression[Any],
    partner_id: SQLColumnExpression[Any],
) -> Query:
    """Join the account and the partner where a dimension needs them, and keep an external reader to its own."""
    if {"region", "segment"} & set(window.by):
        known = known_at(Account, window.known)
        query = query.outerjoin(Account, and_(col(Account.account_id) == account_id, known))
    if "tier" in window.by:
        known = known_at(Partner, window.known)
        query = query.outerjoin(Partner, and_(col(Partner.partner_id) == partner_id, known))
    if window.is_external:
        # Someone external without a partner has no accounts; `= NULL` must not turn into `IS NULL`.
        own = false() if window.partner_id is None else partner_id == window.partner_id
        query = query.where(own)
    return query
