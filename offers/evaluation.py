"""What would be offered to a machine or an account, and why not the rest; reads only."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlmodel import Session, col, func, or_, select

from offers.engine import decide
from offers.errors import UnknownTarget
from offers.models import Account, Asset
from offers.playbook.candidates import Candidate, Rejection
from offers.playbook.policy import Policy
from offers.repository import load_situation
from offers.rules import find_approved_rules
from offers.tables.installed_base import lookup_key
from offers.tables.versions import Instant, version_at


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
    asset = session.exec(
        select(Asset)
        .where(
            or_(col(Asset.serial_lookup) == key, col(Asset.asset_id_lookup) == key), version_at(Asset, known)
        )
        .order_by(col(Asset.asset_id))
    ).first()
    if asset is not None:
        return asset.account_id, asset.asset_id
    account = session.exec(
        select(Account.account_id)
        .where(
            or_(
                col(Account.account_id) == target.strip(),
                func.lower(col(Account.account_id)) == target.strip().lower(),
            ),
            version_at(Account, known),
        )
        .order_by(col(Account.account_id))
    ).first()
    return None if account is None else (account, None)
