"""Forgetting names in time: who said yes to a quote, and what they gave with it. Sums, rows and events stay."""

from datetime import datetime

from sqlmodel import Session, col, or_, select

from offers.audit import write_audit_entry
from offers.models import OutboxMessage, Quote

_PRIVATE_COLUMNS = ("said_by", "email", "purchase_order", "created_by_name")
_PRIVATE_FACTS = ("purchase_order",)


def forget_names(session: Session, *, before: datetime, limit: int, now: datetime) -> int:
    """Take the names out of at most `limit` quotes and `limit` messages written before; return how many there were.

    A quote keeps its id, its figures and its status, a message its id, its topic and everything else it tells: what
    makes a sale one sale doesn't change. A message that is still to be sent goes out without them. The audit keeps how
    many there were, and of whom nothing.
    """
    quotes = session.exec(
        select(Quote)
        .where(
            col(Quote.created_at) < before,
            or_(*(col(getattr(Quote, name)).is_not(None) for name in _PRIVATE_COLUMNS)),
        )
        .order_by(col(Quote.row_id))
        .limit(limit)
    ).all()
    for quote in quotes:
        for name in _PRIVATE_COLUMNS:
            setattr(quote, name, None)
    messages = session.exec(
        select(OutboxMessage)
        .where(
            col(OutboxMessage.created_at) < before,
            or_(*(col(OutboxMessage.payload)[name].as_string().is_not(None) for name in _PRIVATE_FACTS)),
        )
        .order_by(col(OutboxMessage.row_id))
        .limit(limit)
    ).all()
    for message in messages:
        message.payload = {**message.payload, **dict.fromkeys(_PRIVATE_FACTS)}
    if quotes or messages:
        write_audit_entry(
            session,
            "names.forgotten",
            subject=("retention", "names"),
            at=now,
            person=None,
            details={"before": before.isoformat(), "quotes": len(quotes), "messages": len(messages)},
        )
    session.flush()
    return len(quotes) + len(messages)
