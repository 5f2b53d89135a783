"""What would be offered to a machine or an account, and why not the rest; reads only."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, func, or_, select
from sqlmodel import Session

from offers.engine import decide
from offers.errors import AmbiguousTarget, UnknownTarget
from offers.models import Account, Asset
from offers.playbook.candidates import Candidate, Rejection
from offers.playbook.policy import Policy
from offers.repository import load_situation
from offers.rules import find_approved_rules
from offers.tables.installed_base import lookup_key
from offers.tables.versions import Instant, read_rows, table_of, version_bound

_NAMESAKES = 5


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The offers, best first, and everything rejected with its reason."""

    as_of: date
    account_id: str
    offers: tuple[Candidate, ...]
    rejected: tuple[Rejection, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the document that `attache offers --json` prints."""
        return {
            "as_of": self.as_of.isoformat(),
            "account": self.account_id,
            "offers": [
                {
                    "play": candidate.play.value,
                    "rule": candidate.rule.rule_id,
                    "asset": candidate.machine.asset_id,
                    "sku": candidate.sku,
                    "price": {
                        "unit_amount_minor": candidate.price.money.amount_minor,
                        "currency": candidate.price.money.currency,
                    },
                    "reasons": list(candidate.reasons),
                    "score": dict(candidate.score),
                }
                for candidate in self.offers
            ],
            "rejected": [
                {
                    "play": rejection.play.value,
                    "asset": rejection.machine.asset_id,
                    "sku": rejection.sku,
                    "reason": rejection.reason,
                }
                for rejection in self.rejected
            ],
        }


def evaluate(
    session: Session, target: str, *, as_of: date | datetime, policy: Policy | None = None
) -> Evaluation:
    """Return what would be offered for a serial number, asset id or account id on a day.

    A date means its end, UTC. What was known by then counts; where the target was recorded only later, what
    is known now is used for that day.

    Raises:
        UnknownTarget: Nothing is known under that text.
        AmbiguousTarget: Several machines bear that serial number.
    """
    at = as_of if isinstance(as_of, datetime) else datetime.combine(as_of, time.max, UTC)
    known: Instant = at
    found = _find_target(session, target, known)
    if found is None:
        known = None
        found = _find_target(session, target, known)
    if found is None:
        raise UnknownTarget(target)
    account_id, asset_id = found
    situation = load_situation(session, account_id=account_id, asset_id=asset_id, at=at, known=known)
    if situation is None:
        raise UnknownTarget(target)
    verdict = decide(situation, find_approved_rules(session), policy)
    return Evaluation(as_of, account_id, verdict.candidates, verdict.rejections)


def _find_target(session: Session, target: str, known: Instant) -> tuple[str, str | None] | None:
    key = lookup_key(target)
    if not key:
        return None
    name = target.strip()
    assets = read_rows(session, _assets_named, known, key=key)
    named = [asset for asset in assets if asset.serial_lookup == key] or assets
    alike = [asset for asset in named if asset.asset_id == name] or named
    if len(alike) > 1:
        raise AmbiguousTarget(target, [asset.asset_id for asset in alike])
    if alike:
        return alike[0].account_id, alike[0].asset_id
    # As it is written first: to compare without capitals, every account is looked at.
    accounts = read_rows(session, _accounts_named, known, name=name) or read_rows(
        session, _accounts_lowered, known, name=name.lower()
    )
    return (accounts[0].account_id, None) if accounts else None


@cache
def _assets_named(is_past: bool) -> Select[Any]:
    table = table_of(Asset)
    key: BindParameter[str] = bindparam("key")
    return (
        select(table.c.account_id, table.c.asset_id, table.c.serial_lookup)
        .where(
            or_(table.c.serial_lookup == key, table.c.asset_id_lookup == key),
            version_bound(table, is_past=is_past),
        )
        .order_by(table.c.asset_id)
        .limit(_NAMESAKES)
    )


@cache
def _accounts_named(is_past: bool) -> Select[Any]:
    table = table_of(Account)
    return select(table.c.account_id).where(
        table.c.account_id == bindparam("name"), version_bound(table, is_past=is_past)
    )


@cache
def _accounts_lowered(is_past: bool) -> Select[Any]:
    table = table_of(Account)
    return (
        select(table.c.account_id)
        .where(func.lower(table.c.account_id) == bindparam("name"), version_bound(table, is_past=is_past))
        .order_by(table.c.account_id)
        .limit(1)
    )
