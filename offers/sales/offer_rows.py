"""Offers as rows: the version in force, the lock under which people react to it, and how its reasons were put."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import CursorResult, Select, bindparam, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, col

from offers.audit import write_audit_entry
from offers.errors import UnknownOffer
from offers.models import Asset, Offer
from offers.people import PersonFacts
from offers.playbook.obstacles import Basis
from offers.playbook.situations import Situation
from offers.repository import load_sale
from offers.sales.cards import find_offer
from offers.tables.versions import read_rows, table_of, version_bound
from offers.vocabulary import Play


def get_offer_row(session: Session, offer_id: str, person: PersonFacts) -> Offer:
    """Return the current version of an offer. Raises UnknownOffer, also when the person may not see it."""
    offer = find_offer(session, offer_id, reader=person)
    if offer is None:
        raise UnknownOffer(offer_id)
    return offer


def list_skus(offer: Offer) -> set[str]:
    """Return every product that an offer could come to: its own, those of a bundle, and the options."""
    return {offer.sku, *(str(one["sku"]) for one in (*offer.items, *offer.options))}


def load_sale_of(
    session: Session, offer: Offer, *, at: datetime, also: str | None = None
) -> Situation | None:
    """Return what the sale of an offer is checked against; None when the account is not known.

    Args:
        also: A further product that may be sold.
    """
    return load_sale(
        session,
        account_id=offer.account_id,
        asset_id=offer.asset_id,
        skus=list_skus(offer) | ({also} if also is not None else set()),
        at=at,
        currency=offer.currency,
        is_renewal=offer.predecessor_line_id is not None,
    )


def read_basis(session: Session, offer: Offer, sku: str) -> Basis:
    """Return what an offer rests on that is to be accepted for a product, which for a bundle is what is in it."""
    then = read_rows(session, _machine, offer.created_at, asset_id=offer.asset_id)
    return Basis(
        Play(offer.play),
        [str(item["sku"]) for item in offer.items] or [sku],
        offer.predecessor_line_id,
        offer.starts_on,
        then[0].sku if then else None,
    )


@cache
def _machine(is_past: bool) -> Select[Any]:
    asset = table_of(Asset)
    return select_columns(asset.c.sku).where(
        asset.c.asset_id == bindparam("asset_id"), version_bound(asset, is_past=is_past)
    )


def lock_machine(session: Session, offer_id: str) -> None:
    """Make reactions on an offer's machine wait for each other on PostgreSQL; SQLite has one writer anyway.

    Two offers for the same machine are two rows, which no unique index could keep from both being taken.
    """
    read_rows(session, _lock, None, offer_id=offer_id)


@cache
def _lock(_is_past: bool) -> Select[Any]:
    asset, offer = table_of(Asset), table_of(Offer)
    # Every version of an offer is for the same machine.
    machine = select_columns(offer.c.asset_id).where(offer.c.offer_id == bindparam("offer_id")).limit(1)
    return (
        select_columns(asset.c.row_id)
        .where(asset.c.asset_id == machine.scalar_subquery(), version_bound(asset, is_past=False))
        .with_for_update(key_share=True)
    )


def keep_wording(
    session: Session, offer_id: str, *, version: int, wording: str, by: str, at: datetime
) -> bool:
    """Keep how the reasons of an offer's version are put, once, before anybody reads it; False when that is done.

    What the offer says stays in its reasons; nothing is decided or replayed from the wording.

    Args:
        by: Which model and prompt it is from.
    """
    result: CursorResult[Any] = session.connection().execute(
        update(Offer)
        .where(col(Offer.offer_id) == offer_id, col(Offer.version) == version, col(Offer.wording).is_(None))
        .values(wording=wording, worded_by=by)
    )
    if result.rowcount != 1:
        return False
    write_audit_entry(
        session,
        "offer.worded",
        subject=("offer", offer_id),
        at=at,
        person=None,
        offer_id=offer_id,
        details={"version": version, "by": by},
    )
    return True
