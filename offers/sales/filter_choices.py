"""What conversions can be filtered by, read from an index of what was accepted; and what is chosen, by name."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, exists, literal_column, select
from sqlmodel import Session, col

from offers.models import Account, Offer, OfferEvent, Partner, Person, Product
from offers.people import PersonFacts
from offers.sales.conversion_filter import ConversionFilter
from offers.sales.conversions import find_region, see_events, sold_sku
from offers.tables.versions import current

_Named = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FilterChoices:
    """What there is to filter by among the reader's conversions: ids or values with their names, by name.

    Products are too many to be listed: of them only what is chosen stands here.
    """

    families: _Named = ()
    regions: _Named = ()
    partners: _Named = ()
    people: _Named = ()
    products: _Named = ()


def list_filter_choices(session: Session, *, reader: PersonFacts) -> FilterChoices:
    """Return what the reader's conversions can be filtered by."""
    return FilterChoices(
        families=_read(session, _select_families(reader)),
        regions=_read(session, _select_regions(reader)),
        partners=_read(session, _name_ids(reader, Partner, "partner_id")),
        people=_read(session, _name_ids(reader, Person, "person_id")),
    )


def find_filter_choices(
    session: Session, field: str, text: str, *, reader: PersonFacts, limit: int
) -> _Named:
    """Return what the reader's conversions can be filtered by in one field of a filter, with a text in it.

    Every word of the text stands in its name or id. What begins with the text comes first, then by name; an empty text
    fits all.

    Args:
        field: "family", "sku", "region", "partner_id" or "person_id".
    """
    queries = {
        "family": lambda: _select_families(reader),
        "region": lambda: _select_regions(reader),
        "sku": lambda: _select_products(reader),
        "partner_id": lambda: _name_ids(reader, Partner, "partner_id"),
        "person_id": lambda: _name_ids(reader, Person, "person_id"),
    }
    wanted = " ".join(text.casefold().split())
    found = [
        (value, label)
        for value, label in _read(session, queries[field]())
        if all(word in f"{label} {value}".casefold() for word in wanted.split())
    ]
    found.sort(key=lambda one: not any(part.casefold().startswith(wanted) for part in one))
    return tuple(found[:limit])


def name_chosen(session: Session, only: ConversionFilter) -> FilterChoices:
    """Return what is chosen and nothing else, under the names that `list_filter_choices` has for it."""

    def name(model: type[Partner] | type[Person], key: str, value: str | None) -> _Named:
        if value is None:
            return ()
        column = col(getattr(model, key))
        return _read(session, select(column, col(model.name)).where(column == value, current(model)))

    return FilterChoices(
        families=((only.family, only.family),) if only.family is not None else (),
        regions=((only.region, only.region),) if only.region is not None else (),
        partners=name(Partner, "partner_id", only.partner_id),
        people=name(Person, "person_id", only.person_id),
        products=_read(session, _name_product(only.sku)) if only.sku is not None else (),
    )


def _read(session: Session, query: Select[*tuple[Any, ...]]) -> _Named:
    return _sort(session.execute(query).all())


def _sort(rows: Iterable[Any]) -> _Named:
    named = {(str(row[0]), str(row[1] or row[0])) for row in rows if row[0] is not None}
    return tuple(sorted(named, key=lambda one: (one[1], one[0])))


def _name_product(sku: str) -> Select[*tuple[Any, ...]]:
    return select(col(Product.sku), col(Product.name)).where(col(Product.sku) == sku, current(Product))


def _conditions(reader: PersonFacts) -> list[ColumnElement[bool]]:
    """SQL: the event is an acceptance that the reader may see; in the words of the index of those."""
    region = find_region(reader)
    of_region = select(col(Account.account_id)).where(col(Account.region) == region, current(Account))
    return [
        col(OfferEvent.event) == literal_column("'accepted'"),
        current(OfferEvent),
        *see_events(reader),
        *([col(OfferEvent.account_id).in_(of_region)] if region is not None else []),
    ]


def _name_ids(reader: PersonFacts, model: type[Partner] | type[Person], key: str) -> Select[*tuple[Any, ...]]:
    ids = select(col(getattr(OfferEvent, key)).label("id")).where(*_conditions(reader)).distinct().subquery()
    is_it = and_(col(getattr(model, key)) == ids.c.id, current(model))
    return select(ids.c.id, col(model.name)).select_from(ids).outerjoin(model, is_it)


def _select_regions(reader: PersonFacts) -> Select[*tuple[Any, ...]]:
    has_one = exists().where(col(OfferEvent.account_id) == col(Account.account_id), *_conditions(reader))
    return select(col(Account.region), col(Account.region)).where(current(Account), has_one).distinct()


def _select_families(reader: PersonFacts) -> Select[*tuple[Any, ...]]:
    sold = _select_sold(reader)
    family = col(Product.family)
    of_sold = select(family, family).join(sold, col(Product.sku) == sold.c.sku).where(current(Product))
    return of_sold.distinct()


def _select_products(reader: PersonFacts) -> Select[*tuple[Any, ...]]:
    sold = _select_sold(reader)
    is_it = and_(col(Product.sku) == sold.c.sku, current(Product))
    return select(sold.c.sku, col(Product.name)).select_from(sold).outerjoin(Product, is_it)


def _select_sold(reader: PersonFacts) -> Subquery:
    is_its = and_(
        col(Offer.offer_id) == col(OfferEvent.offer_id), col(Offer.version) == col(OfferEvent.offer_version)
    )
    return (
        select(sold_sku().label("sku"))
        .select_from(OfferEvent)
        .outerjoin(Offer, is_its)
        .where(*_conditions(reader))
        .distinct()
        .subquery()
    )
