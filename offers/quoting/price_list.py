"""The standard price list: which products somebody means, and what they cost on a day."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from offers.models import PricebookEntry, Product
from offers.money import Money
from offers.quoting.pricing import STANDARD_PRICEBOOK
from offers.tables.versions import current

MOST_PRODUCTS = 6
"""What fits more products than these names none of them."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class ListPrice:
    """A product with its price in each currency of the standard price book; none where it has no price there."""

    sku: str
    name: str
    prices: tuple[Money, ...]


def find_products(session: Session, words: str) -> list[Product]:
    """Return the products meant by the words, by name: those so called, else those whose name has all the words."""
    wanted = _WORD.findall(words.casefold())
    if not any(len(word) > 2 for word in wanted):
        return []
    products = session.exec(select(Product).where(current(Product)).order_by(col(Product.name))).all()
    exact = [one for one in products if wanted in (_words(one.name), _words(one.sku))]
    named = exact or [one for one in products if set(wanted) <= set(_words(one.name))]
    return named if len(named) <= MOST_PRODUCTS else []


def find_prices(session: Session, skus: Sequence[str], *, day: date) -> list[ListPrice]:
    """Return the list prices of products on a day, by name; of entries that overlap, the latest to begin holds."""
    products = session.exec(
        select(Product).where(current(Product), col(Product.sku).in_(skus)).order_by(col(Product.name))
    ).all()
    entries = session.exec(
        select(PricebookEntry)
        .where(
            current(PricebookEntry),
            col(PricebookEntry.sku).in_(skus),
            func.lower(col(PricebookEntry.pricebook)) == STANDARD_PRICEBOOK,
            or_(col(PricebookEntry.valid_from).is_(None), col(PricebookEntry.valid_from) <= day),
            or_(col(PricebookEntry.valid_to).is_(None), col(PricebookEntry.valid_to) >= day),
        )
        .order_by(col(PricebookEntry.currency), col(PricebookEntry.entry_key))
    ).all()
    latest: dict[tuple[str, str], PricebookEntry] = {}
    for entry in sorted(entries, key=lambda one: one.valid_from or date.min):
        latest[entry.sku, entry.currency] = entry
    return [
        ListPrice(
            product.sku,
            product.name,
            tuple(
                Money(entry.unit_amount_minor, currency)
                for (sku, currency), entry in sorted(latest.items(), key=lambda pair: pair[0])
                if sku == product.sku
            ),
        )
        for product in products
    ]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
