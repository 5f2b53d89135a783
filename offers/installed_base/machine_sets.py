"""Naming machines to the database: one by one, or all of an account's at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, select
from sqlmodel import Session

from offers.models import Asset
from offers.tables.versions import Instant, read_rows, table_of, version_bound

Statement = Callable[[bool], Select[Any]]
"""What `read_rows` takes."""

_ASSET = table_of(Asset)
_ASSET_IDS: BindParameter[str] = bindparam("asset_ids", expanding=True)


@dataclass(frozen=True, slots=True)
class MachineSet:
    """Some machines by id. `account_id` is set where they are all of that account's.

    A list of hundreds of ids is written, parsed and planned anew for every question; the account is one parameter.
    """

    asset_ids: Sequence[str]
    account_id: str | None = None

    def read(
        self, session: Session, listed: Statement, of_account: Statement, known: Instant, **parameters: object
    ) -> Sequence[Any]:
        """Return the rows of the statement that fits: the one bound by `is_listed` or by `is_of_account`."""
        if self.account_id is None:
            return read_rows(session, listed, known, asset_ids=self.asset_ids, **parameters)
        return read_rows(session, of_account, known, account_id=self.account_id, **parameters)


def is_listed(asset_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """SQL: the machine is one of the parameter `asset_ids`."""
    return asset_id.in_(_ASSET_IDS)


def is_of_account(asset_id: ColumnElement[Any], *, is_past: bool) -> ColumnElement[bool]:
    """SQL: the machine is one of the account that is the parameter `account_id`."""
    return asset_id.in_(_machines(is_past))


@cache
def _machines(is_past: bool) -> Select[Any]:
    c = _ASSET.c
    return select(c.asset_id).where(
        c.account_id == bindparam("account_id"), version_bound(_ASSET, is_past=is_past)
    )
