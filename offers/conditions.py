"""What the company sets about selling: its name, its taxes, and who may give how much away."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from offers.money import parse_percent
from offers.people import PersonFacts
from offers.vocabulary import Role

ANY_DISCOUNT_BPS = 10_000

_UP_TO_THE_LIMIT = frozenset({Role.TECHNICIAN.value, Role.PARTNER.value, Role.CHANNEL_MANAGER.value})


@dataclass(frozen=True, slots=True)
class Conditions:
    """Rates in basis points. A tax rate of 0 means that tax comes on top, never that there is none."""

    seller_name: str | None = None
    tax_bps: int = 0
    tax_bps_by_region: Mapping[str, int] = field(default_factory=dict)
    discount_limit_bps: int = 500
    manager_discount_limit_bps: int = 2_000

    def find_tax_bps(self, region: str | None) -> int:
        """Return the rate for an account of this region, however it is written; the default for any other."""
        return self.tax_bps_by_region.get((region or "").strip().casefold(), self.tax_bps)

    def find_discount_limit(self, person: PersonFacts) -> int:
        """Return how much of a price this person may give away without asking."""
        if person.role == Role.ADMIN.value and not person.is_external:
            return ANY_DISCOUNT_BPS
        if person.role == Role.MANAGER.value and not person.is_external:
            return self.manager_discount_limit_bps
        return self.discount_limit_bps if person.role in _UP_TO_THE_LIMIT else 0


def parse_tax_rates(text: str) -> dict[str, int]:
    """Return "DE=19, GB=20" as basis points by region in lower case.

    Raises ValueError, with a reason a person can act on, for anything else.
    """
    rates: dict[str, int] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        region, sign, percent = part.partition("=")
        if not sign or not region.strip():
            raise ValueError(f"{part!r} is not REGION=PERCENT")
        rates[region.strip().casefold()] = parse_percent(percent)
    return rates
