"""Whose business a manager looks over: the whole company's, or the region's that is theirs.

Working at a machine is another thing: a technician helps everywhere, and reads there what the work takes
(`offers.people.is_visible_account`).
"""

from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, exists, literal_column, true
from sqlalchemy.orm import aliased
from sqlmodel import col

from offers.metrics.figures import Scope
from offers.models import Account, Offer
from offers.people import PersonFacts, is_visible_account
from offers.tables.versions import current


def is_overseen_account(account_id: SQLColumnExpression[Any], reader: PersonFacts) -> ColumnElement[bool]:
    """SQL: the account is one that the reader may see, and for a manager of a region one of that region.

    An account without a region is for those who look over everything.
    """
    region = Scope.of(reader).region
    if region is None:
        return is_visible_account(account_id, reader)
    account = aliased(Account)
    # Looked up row by row: lists are read newest first and end after a few.
    return exists(literal_column("1")).where(
        col(account.account_id) == account_id, current(account), col(account.region) == region
    )


def is_overseen_offer(offer_id: SQLColumnExpression[Any], reader: PersonFacts) -> ColumnElement[bool]:
    """SQL: the offer was made to an account that the reader looks over; without an offer only whoever sees all does."""
    if Scope.of(reader) == Scope():
        return true()
    offer = aliased(Offer)
    return exists(literal_column("1")).where(
        col(offer.offer_id) == offer_id, is_overseen_account(col(offer.account_id), reader)
    )
