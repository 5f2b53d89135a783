"""When a rule is meant to hold: for which machines and customers, in which days, on which service calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Conditions:
    """Lists of which each must hold one entry; an empty list asks for nothing. Capitals don't matter.

    Attributes:
        families: Product families of the machine.
        skus: The machine's own product.
        regions: The account's region.
        segments: The account's segment.
        partner_tiers: Tier of the partner who services the machine, else of the one who sold it.
        work_order_types: The type of the service at hand, as the customer's work orders word it.
        fault_families: Words (or phrases) that the service at hand is about.
        parts_used: Part numbers that the service at hand names.
    """

    families: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    partner_tiers: tuple[str, ...] = ()
    work_order_types: tuple[str, ...] = ()
    fault_families: tuple[str, ...] = ()
    parts_used: tuple[str, ...] = ()

    @property
    def has_trigger(self) -> bool:
        """Whether the rule waits for a service call of some kind."""
        return bool(self.work_order_types or self.fault_families or self.parts_used)

    @property
    def count(self) -> int:
        """How many lists ask for something: the more, the more special the rule."""
        return sum(bool(getattr(self, one.name)) for one in fields(self))

    def as_json(self) -> dict[str, list[str]]:
        """Return the lists that ask for something, as they are stored."""
        return {one.name: list(getattr(self, one.name)) for one in fields(self) if getattr(self, one.name)}


CONDITION_NAMES: tuple[str, ...] = tuple(one.name for one in fields(Conditions))


def read_conditions(stored: Mapping[str, Any]) -> Conditions:
    """Return conditions from what `as_json` gave; a list that a later version added is left out."""
    lists: dict[str, Sequence[Any]] = {name: stored.get(name) or () for name in CONDITION_NAMES}
    return Conditions(**{name: tuple(str(entry) for entry in entries) for name, entries in lists.items()})
