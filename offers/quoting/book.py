"""Quotes in the database: drawing one up for an offer, writing it once, reading it again."""

from dataclasses import asdict, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from offers.audit import write_audit_entry
from offers.conditions import Conditions
from offers.errors import UnknownQuote
from offers.identifiers import new_id
from offers.models import Asset, Offer, Quote, Site
from offers.people import PersonFacts, is_visible_account
from offers.playbook.situations import Situation
from offers.quoting.sheets import Buyer, Confirmation, Figures, QuoteFacts, QuoteLine, compute_figures
from offers.sales.writing import find_first_day
from offers.tables.versions import read_rows, table_of, version_bound
from offers.tables.writing import write_rows
from offers.vocabulary import QuoteStatus


def draw_up(
    session: Session,
    offer: Offer,
    situation: Situation,
    conditions: Conditions,
    *,
    sku: str,
    discount_bps: int,
    person: PersonFacts,
    now: datetime,
) -> QuoteFacts:
    """Return the quote for an offer at the catalogue's price, or that of one of its options; nothing is written.

    The product must have a price in the situation's catalogue.
    """
    catalogue = situation.catalogue
    price = catalogue.prices[sku]
    buyer = _find_buyer(session, offer, situation)
    name = catalogue.name_of(sku)
    return QuoteFacts(
        quote_id=None,
        status=QuoteStatus.OFFERED.value,
        offer_id=offer.offer_id,
        offer_version=offer.version,
        buyer=buyer,
        seller_name=conditions.seller_name,
        sku=sku,
        product_name=name,
        figures=compute_figures(
            offer,
            sku,
            price,
            name=name,
            discount_bps=discount_bps,
            tax_bps=conditions.find_tax_bps(buyer.region),
        ),
        term_months=offer.term_months,
        starts_on=find_first_day(offer, now.date()) if offer.term_months else None,
        pricebook=price.pricebook,
        price_valid_from=price.valid_from,
        valid_until=offer.expires_at,
        created_at=now,
        created_by=person.person_id,
        created_by_name=person.name,
        partner_id=person.partner_id,
    )


def write_offered(
    session: Session, quote: QuoteFacts, *, person: PersonFacts, thread_ref: str | None = None
) -> QuoteFacts:
    """Write the quote as one that is sent to be read; the same price for the same offer is the same quote."""
    for row in session.exec(
        select(Quote)
        .where(
            col(Quote.offer_id) == quote.offer_id,
            col(Quote.offer_version) == quote.offer_version,
            col(Quote.status) == QuoteStatus.OFFERED.value,
        )
        .order_by(col(Quote.row_id))
    ).all():
        known = read_quote(row)
        if _is_same_price(known, quote):
            return known
    written = _write(session, quote, QuoteStatus.OFFERED)
    write_audit_entry(
        session,
        "quote.offered",
        subject=("quote", str(written.quote_id)),
        at=quote.created_at,
        person=person,
        offer_id=quote.offer_id,
        thread_ref=thread_ref,
        details={"version": quote.offer_version, "total_minor": quote.figures.total_minor},
    )
    return written


def write_accepted(
    session: Session, quote: QuoteFacts, *, offer_version: int, confirmation: Confirmation
) -> QuoteFacts:
    """Write the quote that the customer said yes to, in the transaction of the acceptance."""
    agreed = replace(quote, offer_version=offer_version, confirmation=confirmation)
    return _write(session, agreed, QuoteStatus.ACCEPTED)


def summarise(quote: QuoteFacts) -> dict[str, object]:
    """Return what another system is told of an accepted quote; who said yes stays here."""
    return {
        "quote_id": quote.quote_id,
        "discount_bps": quote.figures.discount_bps,
        "tax_minor": quote.figures.tax_minor,
        "total_minor": quote.figures.total_minor,
        "purchase_order": quote.confirmation.purchase_order,
    }


def find_accepted_quote(session: Session, offer_id: str, *, reader: PersonFacts) -> QuoteFacts | None:
    """Return the quote that was accepted with the offer, or None: not accepted, or before there were quotes."""
    row = session.exec(
        select(Quote).where(
            col(Quote.offer_id) == offer_id,
            col(Quote.status) == QuoteStatus.ACCEPTED.value,
            is_visible_account(col(Quote.account_id), reader),
        )
    ).first()
    return None if row is None else read_quote(row)


def get_quote(session: Session, quote_id: str, *, reader: PersonFacts) -> QuoteFacts:
    """Return a quote. Raises UnknownQuote, also when the reader may not see it."""
    row = session.exec(
        select(Quote).where(
            col(Quote.quote_id) == quote_id, is_visible_account(col(Quote.account_id), reader)
        )
    ).first()
    if row is None:
        raise UnknownQuote(quote_id)
    return read_quote(row)


def read_quote(row: Quote) -> QuoteFacts:
    """Return a written quote."""
    return QuoteFacts(
        quote_id=row.quote_id,
        status=row.status,
        offer_id=row.offer_id,
        offer_version=row.offer_version,
        buyer=Buyer(
            account_id=row.account_id,
            account_name=row.account_name,
            site_id=row.site_id,
            site_name=row.site_name,
            site_address=row.site_address,
            asset_id=row.asset_id,
            serial_number=row.serial_number,
            machine_name=row.machine_name,
        ),
        seller_name=row.seller_name,
        sku=row.sku,
        product_name=row.product_name,
        figures=Figures(
            lines=tuple(QuoteLine(**line) for line in row.lines),
            currency=row.currency,
            discount_bps=row.discount_bps,
            subtotal_minor=row.subtotal_minor,
            tax_bps=row.tax_bps,
            tax_minor=row.tax_minor,
            total_minor=row.total_minor,
        ),
        term_months=row.term_months,
        starts_on=row.starts_on,
        pricebook=row.pricebook,
        price_valid_from=row.price_valid_from,
        valid_until=row.valid_until,
        created_at=row.created_at,
        created_by=row.created_by,
        created_by_name=row.created_by_name,
        partner_id=row.partner_id,
        confirmation=Confirmation(row.said_by, row.email, row.purchase_order),
    )


def _write(session: Session, quote: QuoteFacts, status: QuoteStatus) -> QuoteFacts:
    buyer: dict[str, Any] = asdict(quote.buyer)
    figures: dict[str, Any] = asdict(quote.figures)
    facts = {
        name: getattr(quote, name)
        for name in QuoteFacts.__dataclass_fields__
        if name not in ("quote_id", "status", "buyer", "figures", "confirmation")
    }
    del buyer["region"]
    figures["lines"] = list(figures["lines"])
    written = replace(
        quote, quote_id=new_id("QU"), status=status.value, buyer=replace(quote.buyer, region=None)
    )
    row = {
        "quote_id": written.quote_id,
        "status": written.status,
        **buyer,
        **figures,
        **facts,
        **asdict(quote.confirmation),
    }
    write_rows(session, Quote, row)
    return written


def _is_same_price(one: QuoteFacts, other: QuoteFacts) -> bool:
    def key(quote: QuoteFacts) -> tuple[object, ...]:
        facts = (quote.sku, quote.figures, quote.seller_name, quote.term_months, quote.valid_until)
        return (*facts, quote.created_by, replace(quote.buyer, region=None))

    return key(one) == key(other)


def _find_buyer(session: Session, offer: Offer, situation: Situation) -> Buyer:
    customer = situation.customer
    sites = read_rows(session, _site, None, asset_id=offer.asset_id)
    site = sites[0] if sites else None
    machine = next((one for one in situation.machines if one.asset_id == offer.asset_id), None)
    return Buyer(
        account_id=customer.account_id,
        account_name=customer.name,
        region=customer.region,
        site_id=site.site_id if site else None,
        site_name=site.name if site else None,
        site_address=site.address if site else None,
        asset_id=offer.asset_id,
        serial_number=machine.serial_number if machine else None,
        machine_name=machine.product_name if machine else None,
    )


@cache
def _site(_is_past: bool) -> Select[Any]:
    site, asset = table_of(Site), table_of(Asset)
    return (
        select_columns(site.c.site_id, site.c.name, site.c.address)
        .join_from(site, asset, asset.c.site_id == site.c.site_id)
        .where(
            asset.c.asset_id == bindparam("asset_id"),
            version_bound(asset, is_past=False),
            version_bound(site, is_past=False),
        )
        .limit(1)
    )
