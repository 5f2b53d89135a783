"""Reading what is known of accounts: their restraints, and how many of their machines are covered."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from offers.coverage import is_active, is_covered
from offers.models import Account, Asset, Case, Product
from offers.playbook.situations import CustomerFacts
from offers.tables.versions import Instant, version_at


def load_customers(
    session: Session, accounts: Sequence[Account], at: datetime, known: Instant
) -> dict[str, CustomerFacts]:
    """Return the facts of each account by its id."""
    ids = [account.account_id for account in accounts]
    escalated = _load_escalated(session, ids, at, known)
    fleets = _load_fleets(session, ids, at, known)
    return {
        account.account_id: CustomerFacts(
            account_id=account.account_id,
            name=account.name,
            do_not_sell_until=account.do_not_sell_until,
            escalated_case_id=escalated.get(account.account_id),
            fleets=fleets[account.account_id],
            region=account.region,
            segment=account.segment,
        )
        for account in accounts
    }


def _load_escalated(
    session: Session, account_ids: Sequence[str], at: datetime, known: Instant
) -> dict[str, str]:
    """Return the first escalated case that is open on each account that has one."""
    rows = session.exec(
        select(Case.account_id, func.min(Case.case_id))
        .where(
            col(Case.account_id).in_(account_ids),
            col(Case.is_escalated).is_(True),
            col(Case.opened_at) <= at,
            or_(col(Case.closed_at).is_(None), col(Case.closed_at) > at),
            version_at(Case, known),
        )
        .group_by(col(Case.account_id))
    ).all()
    return dict(rows)


def _load_fleets(
    session: Session, account_ids: Sequence[str], at: datetime, known: Instant
) -> defaultdict[str, dict[str | None, tuple[int, int]]]:
    """Return (covered, all) of each account's active serviceable machines by family."""
    covered = func.count().filter(is_covered(Asset, at.date(), known))
    rows = session.exec(
        select(Asset.account_id, Product.family, covered, func.count())
        .select_from(Asset)
        .join(Product, (col(Product.sku) == col(Asset.sku)) & version_at(Product, known))
        .where(
            col(Asset.account_id).in_(account_ids),
            version_at(Asset, known),
            is_active(Asset, at.date()),
            col(Product.serviceable).is_(True),
        )
        .group_by(col(Asset.account_id), col(Product.family))
    ).all()
    fleets: defaultdict[str, dict[str | None, tuple[int, int]]] = defaultdict(dict)
    for account_id, family, covered_count, total in rows:
        fleets[account_id][family] = (covered_count, total)
    return fleets
