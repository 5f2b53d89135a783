"""What is special about importing the ledger's events: their second clock, and that an offer is accepted once."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from offers.models import OfferEvent
from offers.tables.versions import Row
from offers.vocabulary import OfferEventType


def build_import_key(row: Row) -> Row:
    return {"idempotency_key": f"import:{row['event_id']}"}


def build_recorded_at(imported_at: datetime) -> Callable[[Row, bool], datetime]:
    """An event brings its own second clock; a later correction of it is known from the import on."""

    def recorded_at_of(row: Row, is_known: bool) -> datetime:
        stated: datetime | None = row["recorded_at"]
        if stated is None:
            return imported_at
        return max(stated, imported_at) if is_known else stated

    return recorded_at_of


class AcceptedOffers:
    """Keeps a second acceptance of an offer out of the ledger, however another system logged it."""

    def __init__(self, session: Session) -> None:
        accepted = select(OfferEvent.offer_id, OfferEvent.event_id).where(
            col(OfferEvent.event) == OfferEventType.ACCEPTED.value, col(OfferEvent.superseded_at).is_(None)
        )
        self._event_of: dict[str, Any] = dict(session.exec(accepted).all())

    def is_first(self, row: Row) -> bool:
        if row["event"] != OfferEventType.ACCEPTED.value:
            return True
        return bool(self._event_of.setdefault(row["offer_id"], row["event_id"]) == row["event_id"])
