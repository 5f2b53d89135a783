"""Reading the catalogue: products, what goes with what, bundles, and prices in one currency."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from offers.models import BundleItem, Product, ProductRelationship
from offers.playbook.situations import Catalogue, ProductFacts, RelationFacts
from offers.pricing import load_prices
from offers.tables.versions import Instant, version_at
from offers.vocabulary import ProductKind, RelationType


@dataclass(frozen=True, slots=True)
class Assortment:
    """The catalogue without prices, the same for every account."""

    products: dict[str, ProductFacts]
    relations: dict[str, tuple[RelationFacts, ...]]
    bundles: dict[str, tuple[tuple[str, int], ...]]
    serviceable: frozenset[str]


def load_assortment(
    session: Session, known: Instant, *, core_skus: Collection[str] | None = None
) -> Assortment:
    """Return every product and bundle, and the relations of these core products; of all of them for None."""
    relating = select(ProductRelationship).where(version_at(ProductRelationship, known))
    if core_skus is not None:
        relating = relating.where(col(ProductRelationship.core_sku).in_(set(core_skus)))
    relations: defaultdict[str, list[RelationFacts]] = defaultdict(list)
    for relation in session.exec(
        relating.order_by(col(ProductRelationship.attach_sku), col(ProductRelationship.type))
    ).all():
        relations[relation.core_sku].append(
            RelationFacts(
                relation.attach_sku,
                RelationType(relation.type),
                relation.min_age_days,
                relation.max_age_days,
            )
        )
    bundles: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for item in session.exec(
        select(BundleItem)
        .where(version_at(BundleItem, known))
        .order_by(col(BundleItem.bundle_sku), col(BundleItem.sku))
    ).all():
        bundles[item.bundle_sku].append((item.sku, item.quantity))
    rows = session.exec(select(Product).where(version_at(Product, known))).all()
    return Assortment(
        products={
            row.sku: ProductFacts(row.sku, row.name, row.family, ProductKind(row.kind), row.replaces_sku)
            for row in rows
        },
        relations={core: tuple(found) for core, found in relations.items()},
        bundles={bundle: tuple(items) for bundle, items in bundles.items()},
        serviceable=frozenset(row.sku for row in rows if row.serviceable),
    )


def price_assortment(
    session: Session, assortment: Assortment, currency: str, day: date, known: Instant
) -> Catalogue:
    """Return the catalogue with the prices that hold on the day in this currency."""
    return Catalogue(
        products=assortment.products,
        relations=assortment.relations,
        bundles=assortment.bundles,
        prices=load_prices(session, list(assortment.products), currency, day, known),
    )
