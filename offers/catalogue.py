"""Reading the catalogue: products, what goes with what, bundles, and prices in one currency."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, or_, select
from sqlmodel import Session

from offers.models import BundleItem, Product, ProductRelationship
from offers.playbook.situations import Catalogue, ProductFacts, RelationFacts
from offers.quoting.pricing import load_prices
from offers.tables.versions import Instant, read_rows, table_of, version_bound
from offers.vocabulary import ProductKind, RelationType


@dataclass(frozen=True, slots=True)
class Assortment:
    """The catalogue without prices, the same for every account."""

    products: dict[str, ProductFacts]
    relations: dict[str, tuple[RelationFacts, ...]]
    bundles: dict[str, tuple[tuple[str, int], ...]]
    serviceable: frozenset[str]


def load_assortment(session: Session, known: Instant) -> Assortment:
    """Return the whole of it."""
    relations = read_rows(session, _all_relations, known)
    items = read_rows(session, _all_items, known)
    return _assort(relations, items, read_rows(session, _all_products, known))


def load_assortment_of(
    session: Session, known: Instant, *, core_skus: Collection[str], also: Collection[str] = ()
) -> Assortment:
    """Return what has to do with these core products: nothing that a play or a price could look at is missing.

    These are the products that go with them, bundles with one of those, and everything that replaces one of
    all these, directly or at the end of a chain.

    Args:
        also: Further products: under contract, ordered (then bundles too), or offered before.
    """
    relations = read_rows(session, _relations_of, known, core_skus=_distinct(core_skus))
    related = {relation.attach_sku for relation in relations}
    items = read_rows(session, _items_around, known, item_skus=_distinct(related), skus=_distinct(also))
    wanted = {*core_skus, *also, *related}
    wanted |= {sku for item in items for sku in (item.bundle_sku, item.sku)}
    products: dict[str, Any] = {}
    while wanted:
        found = read_rows(session, _products_of, known, skus=_distinct(wanted))
        # What replaces one of them came along; what replaces that one in turn is asked for next.
        wanted = {row.sku for row in found} - products.keys() - wanted
        products.update((row.sku, row) for row in found)
    return _assort(relations, items, products.values())


def load_assortment_for_sale(
    session: Session, *, core_skus: Collection[str], skus: Collection[str], ordered: Collection[str]
) -> Assortment:
    """Return of these products what a sale looks at now: what they are, and what is in the bundles among the ordered.

    What goes with the core products is named and not described; what replaced anything is left out.
    """
    relations = read_rows(session, _relations_of, None, core_skus=_distinct(core_skus)) if core_skus else ()
    items = read_rows(session, _items_of, None, skus=_distinct(ordered)) if ordered else ()
    wanted = _distinct([*skus, *ordered, *(item.sku for item in items)])
    return _assort(relations, items, read_rows(session, _products_named, None, skus=wanted))


def price_assortment(
    session: Session,
    assortment: Assortment,
    currency: str,
    day: date,
    known: Instant,
    *,
    others: Collection[str] = (),
) -> Catalogue:
    """Return the catalogue with the prices that hold on the day in this currency.

    Args:
        others: Further currencies, of contracts that are to be followed.
    """
    skus = list(assortment.products)
    return Catalogue(
        products=assortment.products,
        relations=assortment.relations,
        bundles=assortment.bundles,
        prices=load_prices(session, skus, currency, day, known),
        foreign_prices={
            one: load_prices(session, skus, one, day, known) for one in sorted({*others} - {currency})
        },
    )


def _assort(relating: Iterable[Any], items: Iterable[Any], rows: Iterable[Any]) -> Assortment:
    products: dict[str, ProductFacts] = {}
    serviceable: set[str] = set()
    for row in rows:
        products[row.sku] = ProductFacts(
            row.sku, row.name, row.family, ProductKind(row.kind), row.replaces_sku
        )
        if row.serviceable:
            serviceable.add(row.sku)
    relations: defaultdict[str, list[RelationFacts]] = defaultdict(list)
    for one in relating:
        facts = RelationFacts(one.attach_sku, RelationType(one.type), one.min_age_days, one.max_age_days)
        relations[one.core_sku].append(facts)
    bundles: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for item in items:
        bundles[item.bundle_sku].append((item.sku, item.quantity))
    return Assortment(
        products=products,
        relations={core: tuple(found) for core, found in relations.items()},
        bundles={bundle: tuple(found) for bundle, found in bundles.items()},
        serviceable=frozenset(serviceable),
    )


def _distinct(skus: Iterable[str]) -> list[str]:
    return sorted(set(skus))


_PRODUCT = table_of(Product)
_RELATION = table_of(ProductRelationship)
_ITEM = table_of(BundleItem)
_SKUS: BindParameter[str] = bindparam("skus", expanding=True)


@cache
def _all_relations(is_past: bool) -> Select[Any]:
    c = _RELATION.c
    return (
        select(c.core_sku, c.attach_sku, c.type, c.min_age_days, c.max_age_days)
        .where(version_bound(_RELATION, is_past=is_past))
        .order_by(c.attach_sku, c.type)
    )


@cache
def _relations_of(is_past: bool) -> Select[Any]:
    return _all_relations(is_past).where(_RELATION.c.core_sku.in_(bindparam("core_skus", expanding=True)))


@cache
def _all_items(is_past: bool) -> Select[Any]:
    return (
        select(_ITEM.c.bundle_sku, _ITEM.c.sku, _ITEM.c.quantity)
        .where(version_bound(_ITEM, is_past=is_past))
        .order_by(_ITEM.c.bundle_sku, _ITEM.c.sku)
    )


@cache
def _items_around(is_past: bool) -> Select[Any]:
    part = _ITEM.alias()
    holding = select(part.c.bundle_sku).where(
        part.c.sku.in_(bindparam("item_skus", expanding=True)), version_bound(part, is_past=is_past)
    )
    return _all_items(is_past).where(or_(_ITEM.c.bundle_sku.in_(_SKUS), _ITEM.c.bundle_sku.in_(holding)))


@cache
def _items_of(is_past: bool) -> Select[Any]:
    return _all_items(is_past).where(_ITEM.c.bundle_sku.in_(_SKUS))


@cache
def _all_products(is_past: bool) -> Select[Any]:
    c = _PRODUCT.c
    return select(c.sku, c.name, c.family, c.kind, c.replaces_sku, c.serviceable).where(
        version_bound(_PRODUCT, is_past=is_past)
    )


@cache
def _products_of(is_past: bool) -> Select[Any]:
    return _all_products(is_past).where(or_(_PRODUCT.c.sku.in_(_SKUS), _PRODUCT.c.replaces_sku.in_(_SKUS)))


@cache
def _products_named(is_past: bool) -> Select[Any]:
    return _all_products(is_past).where(_PRODUCT.c.sku.in_(_SKUS))
