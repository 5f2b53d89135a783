"""The targets that management set for the calendar year."""

from datetime import date
from decimal import Decimal

from bot.demo.company.rows import Target

_COMPANY = {
    "coverage": "0.65",
    "units_attach": "0.80",
    "order_attach": "0.45",
    "conversion": "0.30",
    "renewal_rate": "0.85",
    "value_attach": "0.60",
}
_COVERAGE_OF_FAMILY = {"Aurora": "0.72", "Boreal": "0.62", "Cirro": "0.60", "Delta": "0.55"}
_COVERAGE_OF_REGION = {"North": "0.68", "Central": "0.64", "South": "0.62", "UK": "0.66"}
_PARTNER_ATTACH_OF_TIER = {"platinum": "0.90", "gold": "0.80", "silver": "0.65", "registered": "0.45"}
_PARTNER_ATTACH_OF_PARTNER = {"P-NORDKLIMA": "0.85", "P-ALPENLUFT": "0.70"}


def build_targets(today: date) -> tuple[Target, ...]:
    """Return the targets of the year of `today`."""
    year = (date(today.year, 1, 1), date(today.year, 12, 31))

    def target(
        metric: str,
        value: str,
        *,
        family: str | None = None,
        tier: str | None = None,
        region: str | None = None,
        partner_id: str | None = None,
    ) -> Target:
        return Target(metric, family, tier, region, partner_id, Decimal(value), *year)

    return (
        *(target(metric, value) for metric, value in _COMPANY.items()),
        *(target("coverage", value, family=family) for family, value in _COVERAGE_OF_FAMILY.items()),
        *(target("coverage", value, region=region) for region, value in _COVERAGE_OF_REGION.items()),
        *(target("partner_attach", value, tier=tier) for tier, value in _PARTNER_ATTACH_OF_TIER.items()),
        *(
            target("partner_attach", value, partner_id=partner)
            for partner, value in _PARTNER_ATTACH_OF_PARTNER.items()
        ),
    )
