"""Reading what is known of accounts: what forbids a sale to them, and how many of their machines are covered.

What forbids selling to an account forbids it to all that belong to it: a group that is unhappy is not sold to hotel
by hotel.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Boolean, Date, Select, and_, bindparam, func, or_, select
from sqlmodel import Session

from offers.installed_base.coverage import is_active, is_covered_bound
from offers.models import Account, Asset, Case, Product
from offers.playbook.situations import CustomerFacts, Fleets
from offers.tables.columns import UtcDateTime
from offers.tables.versions import Instant, read_rows, table_of, version_bound


def find_account(session: Session, account_id: str, known: Instant) -> Any | None:
    """Return the account's row as it was known, or None."""
    return next(iter(read_rows(session, _accounts, known, account_ids=[account_id])), None)


def load_customers(
    session: Session,
    accounts: Sequence[Any],
    at: datetime,
    known: Instant,
    *,
    families: Collection[str | None] | None = None,
    fleets: Mapping[str, Fleets] | None = None,
) -> dict[str, CustomerFacts]:
    """Return the facts of each account by its id; `accounts` are their rows.

    Args:
        families: The product families whose fleets are wanted, None for all of them.
        fleets: Each account's fleets where they are known already; they are not counted again then.
    """
    ids = [account.account_id for account in accounts]
    chains = _read_chains(session, accounts, known)
    escalated = _load_escalated(
        session, sorted({one for chain in chains.values() for one in chain}), at, known
    )
    if fleets is None:
        fleets = _load_fleets(session, ids, at, known, families)
    return {one: _describe(list(chains[one].values()), escalated, fleets[one]) for one in ids}


def find_customer_for_sale(session: Session, account_id: str, at: datetime) -> CustomerFacts | None:
    """Return the facts of one account that forbid a sale now, nothing of its fleets; None where there is none."""
    rows = read_rows(session, _account_for_sale, None, account_ids=[account_id], at=at)
    if not rows:
        return None
    account = rows[0]
    escalated = {account_id: account.case_id} if account.case_id else {}
    chain = _read_chains(session, [account], None)[account_id]
    above = [one for one in chain if one != account_id]
    if above:
        escalated |= _load_escalated(session, above, at, None)
    return _describe(list(chain.values()), escalated, {})


def _describe(chain: Sequence[Any], escalated: Mapping[str, str], fleets: Fleets) -> CustomerFacts:
    """Return an account as facts: its row and those of the accounts above it, and the open escalated cases of all."""
    account = chain[0]
    unhappy = next((one for one in chain if one.account_id in escalated), None)
    barred = max(
        (one for one in chain if one.do_not_sell_until is not None),
        key=lambda one: one.do_not_sell_until,
        default=None,
    )
    return CustomerFacts(
        account_id=account.account_id,
        name=account.name,
        do_not_sell_until=barred.do_not_sell_until if barred else None,
        do_not_sell_by=barred.name if barred not in (None, account) else None,
        escalated_case_id=escalated[unhappy.account_id] if unhappy else None,
        escalated_by=unhappy.name if unhappy not in (None, account) else None,
        fleets=fleets,
        region=account.region,
        segment=account.segment,
    )


def _read_chains(session: Session, accounts: Sequence[Any], known: Instant) -> dict[str, dict[str, Any]]:
    """Return for each account its row and those of the accounts that it belongs to, nearest first, by their ids."""
    rows = {account.account_id: account for account in accounts}
    asked = set(rows)
    while above := {row.parent_account_id for row in rows.values() if row.parent_account_id} - asked:
        asked |= above
        rows |= {
            row.account_id: row for row in read_rows(session, _accounts, known, account_ids=sorted(above))
        }
    return {account.account_id: _climb(account, rows) for account in accounts}


def _climb(account: Any, rows: Mapping[str, Any]) -> dict[str, Any]:
    chain: dict[str, Any] = {}
    while account is not None and account.account_id not in chain:
        chain[account.account_id] = account
        account = rows.get(account.parent_account_id)
    return chain


def _load_escalated(
    session: Session, account_ids: Sequence[str], at: datetime, known: Instant
) -> dict[str, str]:
    """Return the first escalated case that is open on each account that has one."""
    rows = read_rows(session, _escalated, known, account_ids=account_ids, at=at)
    return {row.account_id: row.case_id for row in rows}


def _load_fleets(
    session: Session,
    account_ids: Sequence[str],
    at: datetime,
    known: Instant,
    families: Collection[str | None] | None,
) -> defaultdict[str, dict[str | None, tuple[int, int]]]:
    """Return (covered, all) of each account's active serviceable machines by family."""
    bound: dict[str, object] = {"account_ids": account_ids, "day": at.date()}
    if families is None:
        rows = read_rows(session, _fleets, known, **bound)
    else:
        named = sorted(family for family in families if family is not None)
        bound |= {"families": named, "is_unnamed_wanted": None in families}
        rows = read_rows(session, _fleets_of_families, known, **bound)
    fleets: defaultdict[str, dict[str | None, tuple[int, int]]] = defaultdict(dict)
    for account_id, family, covered_count, total in rows:
        fleets[account_id][family] = (covered_count, total)
    return fleets


_ACCOUNT = table_of(Account)
_ASSET = table_of(Asset)
_PRODUCT = table_of(Product)
_CASE = table_of(Case)
_ACCOUNT_IDS: BindParameter[str] = bindparam("account_ids", expanding=True)


@cache
def _accounts(is_past: bool) -> Select[Any]:
    c = _ACCOUNT.c
    return select(c.account_id, c.parent_account_id, c.name, c.region, c.segment, c.do_not_sell_until).where(
        c.account_id.in_(_ACCOUNT_IDS), version_bound(_ACCOUNT, is_past=is_past)
    )


@cache
def _escalated(is_past: bool) -> Select[Any]:
    c, at = _CASE.c, bindparam("at", type_=UtcDateTime)
    return (
        select(c.account_id, func.min(c.case_id).label("case_id"))
        .where(
            c.account_id.in_(_ACCOUNT_IDS),
            c.is_escalated.is_(True),
            c.opened_at <= at,
            or_(c.closed_at.is_(None), c.closed_at > at),
            version_bound(_CASE, is_past=is_past),
        )
        .group_by(c.account_id)
    )


@cache
def _account_for_sale(is_past: bool) -> Select[Any]:
    escalated = _escalated(is_past).subquery()
    return _accounts(is_past).add_columns(select(escalated.c.case_id).scalar_subquery().label("case_id"))


@cache
def _fleets(is_past: bool) -> Select[Any]:
    day = bindparam("day", type_=Date)
    covered = func.count().filter(is_covered_bound(_ASSET, day, is_past=is_past))
    return (
        select(_ASSET.c.account_id, _PRODUCT.c.family, covered, func.count())
        .select_from(_ASSET)
        .join(_PRODUCT, and_(_PRODUCT.c.sku == _ASSET.c.sku, version_bound(_PRODUCT, is_past=is_past)))
        .where(
            _ASSET.c.account_id.in_(_ACCOUNT_IDS),
            version_bound(_ASSET, is_past=is_past),
            is_active(_ASSET.c, day),
            _PRODUCT.c.serviceable.is_(True),
        )
        .group_by(_ASSET.c.account_id, _PRODUCT.c.family)
    )


@cache
def _fleets_of_families(is_past: bool) -> Select[Any]:
    family = _PRODUCT.c.family
    is_unnamed = and_(family.is_(None), bindparam("is_unnamed_wanted", type_=Boolean))
    return _fleets(is_past).where(or_(family.in_(bindparam("families", expanding=True)), is_unnamed))
