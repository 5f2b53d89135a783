"""Whether what a rule names exists: families, products, regions, segments and partner tiers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from offers.families import list_families
from offers.models import Account, Partner, Product, WorkOrder
from offers.rulebook.hints import suggest
from offers.rules import RuleFacts
from offers.tables.versions import current


@dataclass(frozen=True, slots=True)
class UnknownName:
    """A name that nothing has; `path` is where it stands in the rule."""

    path: tuple[str | int, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class KnownNames:
    """The names that exist, by what they are names of."""

    names: Mapping[str, frozenset[str]]

    @property
    def is_empty(self) -> bool:
        """Whether no product is known at all: then nothing can be checked."""
        return not self.names["product"]


def load_known_names(session: Session) -> KnownNames:
    """Return every name that a rule may use."""
    sources = (
        ("product", Product.sku, Product),
        ("product family", Product.family, Product),
        ("region", Account.region, Account),
        ("segment", Account.segment, Account),
        ("partner tier", Partner.tier, Partner),
    )
    names: dict[str, frozenset[str]] = {}
    for what, column, table in sources:
        found = session.exec(select(column).where(current(table), col(column).is_not(None)).distinct()).all()
        names[what] = frozenset(str(name) for name in found)
    return KnownNames(names)


def list_choices(session: Session) -> dict[str, list[str]]:
    """Return the families, regions and types of work that are known, each by name, to choose from."""
    types = session.exec(
        select(WorkOrder.type).where(current(WorkOrder), col(WorkOrder.type).is_not(None)).distinct()
    ).all()
    regions = session.exec(
        select(Account.region).where(current(Account), col(Account.region).is_not(None)).distinct()
    ).all()
    return {
        "families": list_families(session),
        "regions": sorted(region for region in regions if region),
        "work_order_types": sorted(kind for kind in types if kind),
    }


def find_unknown_names(rule: RuleFacts, known: KnownNames) -> list[UnknownName]:
    """Return the names in the rule that nothing has, in the order of the rule; capitals don't matter.

    Words of faults, part numbers and types of work are the customer's own and not checked.
    """
    when = rule.conditions
    lists: Iterable[tuple[tuple[str, ...], str, tuple[str, ...]]] = (
        (("when", "families"), "product family", when.families),
        (("when", "skus"), "product", when.skus),
        (("when", "regions"), "region", when.regions),
        (("when", "segments"), "segment", when.segments),
        (("when", "partner_tiers"), "partner tier", when.partner_tiers),
        (("offer",), "product", rule.offer),
    )
    unknown: list[UnknownName] = []
    for path, what, entries in lists:
        names = known.names[what]
        folded = {name.strip().casefold() for name in names}
        for index, entry in enumerate(entries):
            if entry.strip().casefold() not in folded:
                hint = suggest(entry, sorted(names))
                unknown.append(UnknownName((*path, index), f"there is no {what} {entry}{hint}"))
    return unknown
