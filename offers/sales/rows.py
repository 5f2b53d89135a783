"""The rows of a sale as they follow what becomes of it: our own get versions, the CRM's are named and left alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col, select

from offers.models import ContractLine, OrderLine, ServiceContract
from offers.tables.columns import Versioned
from offers.tables.versions import VersionWriter, close_versions, current
from offers.vocabulary import ContractStatus, OfferEventType, Source


def change_rows(
    session: Session, offer_id: str, step: OfferEventType, *, occurred_at: datetime, now: datetime
) -> tuple[str, ...]:
    """Let our own rows of the sale follow the step, and return the ids of those that changed."""
    orders = session.exec(
        select(OrderLine).where(_is_own(OrderLine, offer_id)).with_for_update()
    ).all()  # fmt: skip
    lines = session.exec(select(ContractLine).where(_is_own(ContractLine, offer_id)).with_for_update()).all()
    contracts = session.exec(
        select(ServiceContract)
        .where(
            col(ServiceContract.contract_id).in_({line.contract_id for line in lines}),
            col(ServiceContract.source) == Source.OWN.value,
            current(ServiceContract),
        )
        .with_for_update()
    ).all()
    at = max([now, *(row.recorded_at for row in (*orders, *lines, *contracts))])
    if step is OfferEventType.CANCELLED:
        ended = {"status": ContractStatus.CANCELLED.value, "cancelled_on": occurred_at.date()}
        _append(
            session, ServiceContract, [{"contract_id": row.contract_id, **ended} for row in contracts], at
        )
        return tuple(row.contract_id for row in contracts)
    if step is OfferEventType.RETURNED:
        _send_back(session, orders, occurred_at=occurred_at, at=at)
        return tuple(row.order_line_id for row in orders)
    if step is OfferEventType.REVERSED:
        # What was ordered stays ordered, and is back: a gross figure is frozen, the net one restates.
        _send_back(session, orders, occurred_at=occurred_at, at=at)
        for model, rows in ((ContractLine, lines), (ServiceContract, contracts)):
            close_versions(session, model, [col(model.row_id).in_([row.row_id for row in rows])], at=at)
        return (
            *(row.order_line_id for row in orders),
            *(row.contract_line_id for row in lines),
            *(row.contract_id for row in contracts),
        )
    return ()


def _send_back(session: Session, orders: Sequence[OrderLine], *, occurred_at: datetime, at: datetime) -> None:
    """Record that all of what was ordered came back; a line that is back already keeps its day."""
    returned = [
        {
            "order_line_id": row.order_line_id,
            "returned_at": occurred_at,
            "returned_quantity": row.quantity,
        }
        for row in orders
        if row.returned_at is None
    ]
    _append(session, OrderLine, returned, at)


def _append(session: Session, model: type[Versioned], rows: list[dict[str, Any]], at: datetime) -> None:
    key = "contract_id" if model is ServiceContract else "order_line_id"
    writer = VersionWriter(model, (key,), recorded_at_of=lambda _row, _known: at)
    writer.append(session, [{**row, "source": Source.OWN.value} for row in rows])


def find_imported_rows(session: Session, offer_id: str) -> tuple[str, ...]:
    """Return the ids of the current rows of the sale that an import wrote: order lines, then contract lines."""
    orders = session.exec(
        select(OrderLine.order_line_id).where(
            col(OrderLine.offer_id) == offer_id,
            col(OrderLine.source) == Source.IMPORT.value,
            current(OrderLine),
        )
    ).all()
    lines = session.exec(
        select(ContractLine.contract_line_id).where(
            col(ContractLine.offer_id) == offer_id,
            col(ContractLine.source) == Source.IMPORT.value,
            current(ContractLine),
        )
    ).all()
    return (*sorted(orders), *sorted(lines))


def _is_own(model: type[OrderLine] | type[ContractLine], offer_id: str) -> ColumnElement[bool]:
    return and_(col(model.offer_id) == offer_id, col(model.source) == Source.OWN.value, current(model))
