"""What the ids and values in a figure are called."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from offers.metrics.figures import Report, Scope
from offers.models import Account, Partner, Person, Product
from offers.people import PersonFacts
from offers.tables.versions import current
from offers.vocabulary import Role


def load_values(session: Session, person: PersonFacts) -> dict[str, list[tuple[str, str]]]:
    """Return what the words of a question may name; to somebody external no partner but their own has a name."""
    columns: dict[str, Any] = {
        "region": (Account, Account.region),
        "segment": (Account, Account.segment),
        "family": (Product, Product.family),
    }
    values: dict[str, list[tuple[str, str]]] = {}
    for name, (model, column) in columns.items():
        rows = session.execute(select(col(column)).where(current(model)).distinct()).scalars()
        values[name] = [(value, value) for value in rows if value]
    partners = session.execute(
        select(col(Partner.name), col(Partner.partner_id), col(Partner.tier)).where(current(Partner))
    ).all()
    if not person.is_external:
        values["partner"] = [(row.name, row.partner_id) for row in partners]
        values["tier"] = [(tier, tier) for tier in {row.tier for row in partners} if tier]
        people = select(col(Person.name), col(Person.person_id)).where(
            current(Person), col(Person.role) == Role.TECHNICIAN.value
        )
        values["technician"] = [(row.name, row.person_id) for row in session.execute(people).all()]
    return values


def load_names(session: Session, result: Report) -> dict[str, str]:
    """Return what the partners, people and products of a report and of the values it is narrowed to are called."""
    only = result.only
    ids = {value for row in result.rows for value in row.group.values() if value is not None}
    dimensions = {name for row in result.rows for name in row.group}
    return _find_names(session, dimensions | set(only), ids | set(only.values()))


def load_part_names(session: Session, only: Mapping[str, str]) -> dict[str, str]:
    """Return what the values that a figure is narrowed to are called, where that is something else."""
    return _find_names(session, set(only), set(only.values()))


def name_scope(person: PersonFacts) -> list[str]:
    """Return what all that somebody sees is narrowed to: their region, partner or themselves; [] for all of it."""
    scope = Scope.of(person)
    if scope.is_external:
        return [person.partner_name or person.name]
    if scope.person_id is not None:
        return [person.name]
    return [scope.region] if scope.region is not None else []


def load_account_names(session: Session, account_ids: Iterable[str]) -> dict[str, str]:
    """Return what these customers are called."""
    return _find_names(session, {"account"}, set(account_ids))


def load_product_names(session: Session, skus: Iterable[str]) -> dict[str, str]:
    """Return what these products are called."""
    return _find_names(session, {"sku"}, set(skus))


def _find_names(session: Session, dimensions: set[str], ids: set[str]) -> dict[str, str]:
    names: dict[str, str] = {}
    if "partner" in dimensions:
        query = select(col(Partner.partner_id), col(Partner.name)).where(current(Partner))
        names |= {row.partner_id: row.name for row in session.execute(query).all() if row.partner_id in ids}
    if "technician" in dimensions:
        people = select(col(Person.person_id), col(Person.name)).where(current(Person))
        names |= {row.person_id: row.name for row in session.execute(people).all() if row.person_id in ids}
    if "account" in dimensions:
        customers = select(col(Account.account_id), col(Account.name)).where(current(Account))
        names |= {
            row.account_id: row.name for row in session.execute(customers).all() if row.account_id in ids
        }
    if "sku" in dimensions:
        products = select(col(Product.sku), col(Product.name)).where(current(Product))
        names |= {row.sku: row.name for row in session.execute(products).all() if row.sku in ids}
    return names
