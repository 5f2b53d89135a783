"""The installed base: which machines stand at which customer, since when, and who sold and services them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from bot.demo.company.customers import STORY_ACCOUNT_IDS
from bot.demo.company.days import HISTORY_DAYS, day_between, last_day_of_term, shift_months
from bot.demo.company.price_list import OTHER_MAKER, PRODUCT_BY_SKU
from bot.demo.company.rows import Account, Asset, Site
from bot.demo.company.staff import partners_of

WARRANTY_MONTHS = 24
_MACHINES_AT_RANDOM = 450
_NEW_SHARE = 0.43
_RETIRED = 16
_OTHER_MAKERS = 12
# What a segment buys, most frequent first.
_SKUS_OF_SEGMENT = {
    "hotel": ("AUR-240", "CIR-060", "DEL-100", "CIR-035"),
    "logistics": ("BOR-140", "BOR-090", "BOR-090", "DEL-200"),
    "healthcare": ("CIR-060", "DEL-200", "AUR-240", "CIR-035"),
    "data_centre": ("AUR-480", "AUR-320", "AUR-480", "DEL-200"),
    "retail": ("BOR-090", "BOR-140", "DEL-100", "BOR-090"),
    "office": ("AUR-320", "DEL-200", "DEL-100", "CIR-060"),
    "industry": ("AUR-320", "BOR-140", "BOR-090", "DEL-200"),
    "education": ("CIR-035", "DEL-100", "CIR-060", "DEL-200"),
    "public": ("AUR-240", "DEL-200", "CIR-060", "BOR-090"),
}
_FIRMWARE = {
    "Aurora": ("3.8", "4.1", "4.2"),
    "Boreal": ("3.0", "3.2", "3.3"),
    "Cirro": ("2.4", "2.6", "2.7"),
    "Delta": ("2.0", "2.1", "2.2"),
}
# Running numbers of generated machines begin above those of the stories.
_FIRST_RUNNING_NUMBER = 501


def serial_number(sku: str, running_number: int) -> str:
    """Return the serial number as it stands on the rating plate: NV-AUR240-00417."""
    return f"NV-{sku.replace('-', '')}-{running_number:05d}"


def warranty_end(installed_on: date) -> date:
    """Return the last day of the warranty."""
    return last_day_of_term(installed_on, WARRANTY_MONTHS)


def build_fleet(
    seed: int, today: date, *, accounts: Sequence[Account], sites: Sequence[Site]
) -> tuple[Asset, ...]:
    """Return the machines of all accounts but those of the stories, by id."""
    places = [site for site in sites if site.account_id not in STORY_ACCOUNT_IDS]
    account_by_id = {account.account_id: account for account in accounts}
    numbers: Counter[str] = Counter()
    assets = []
    for position in range(_MACHINES_AT_RANDOM):
        rng = Random(f"{seed} machine {position}")
        site = places[position % len(places)] if position < len(places) else rng.choice(places)
        account = account_by_id[site.account_id]
        sku = _choose_sku(rng, account)
        installed_on = _choose_install_date(rng, today, sku)
        numbers[sku] += 1
        assets.append(
            _build_asset(
                rng,
                today,
                asset_id=f"AS-{position + 101:04d}",
                serial=serial_number(sku, _FIRST_RUNNING_NUMBER + numbers[sku]),
                site=site,
                sku=sku,
                installed_on=installed_on,
            )
        )
    rng = Random(f"{seed} other machines")
    return (*_retire_some(rng, today, assets), *_build_other_makers(rng, today, places))


def _choose_sku(rng: Random, account: Account) -> str:
    sku = rng.choices(_SKUS_OF_SEGMENT[account.segment], weights=(4, 3, 2, 2))[0]
    return "CIR-030" if sku == "CIR-035" and rng.random() < 0.3 else sku


def _choose_install_date(rng: Random, today: date, sku: str) -> date:
    if sku == "CIR-030":
        return day_between(rng, shift_months(today, -168), shift_months(today, -84))
    if rng.random() < _NEW_SHARE:
        return day_between(rng, today - timedelta(days=HISTORY_DAYS - 45), today - timedelta(days=3))
    return day_between(rng, shift_months(today, -156), today - timedelta(days=HISTORY_DAYS))


def _build_asset(
    rng: Random, today: date, *, asset_id: str, serial: str, site: Site, sku: str, installed_on: date
) -> Asset:
    family = str(PRODUCT_BY_SKU[sku].family)
    is_by_partner = rng.random() < 0.5
    partner = rng.choice(partners_of(site.region)).partner_id
    is_serviced_by_partner = is_by_partner and rng.random() < 0.55
    age_class = 2 if (today - installed_on).days < 900 else rng.randint(0, 1)
    return Asset(
        asset_id=asset_id,
        serial_number=serial,
        sku=sku,
        model=sku,
        firmware=_FIRMWARE[family][age_class],
        account_id=site.account_id,
        site_id=site.site_id,
        install_date=installed_on,
        status="active",
        retired_on=None,
        sold_by_partner_id=partner if is_by_partner else None,
        serviced_by_partner_id=partner if is_serviced_by_partner else None,
        warranty_end=warranty_end(installed_on),
    )


def _retire_some(rng: Random, today: date, assets: list[Asset]) -> list[Asset]:
    """Retire some of the machines that are older than seven years."""
    old = [asset for asset in assets if asset.install_date < shift_months(today, -84)]
    chosen = {asset.asset_id for asset in rng.sample(old, min(_RETIRED, len(old)))}
    return [_retire(rng, today, asset) if asset.asset_id in chosen else asset for asset in assets]


def _retire(rng: Random, today: date, asset: Asset) -> Asset:
    retired_on = day_between(rng, today - timedelta(days=900), today - timedelta(days=20))
    return replace(asset, status="retired", retired_on=retired_on)


def _build_other_makers(rng: Random, today: date, places: Sequence[Site]) -> list[Asset]:
    """Return machines of other makers, which the technicians have noted down."""
    assets = []
    for position in range(_OTHER_MAKERS):
        site = rng.choice(places)
        assets.append(
            Asset(
                asset_id=f"AS-{position + 901:04d}",
                serial_number=f"X{rng.randrange(10**7):07d}",
                sku=OTHER_MAKER,
                model=rng.choice(("screw chiller", "rooftop unit", "split unit")),
                firmware=None,
                account_id=site.account_id,
                site_id=site.site_id,
                install_date=day_between(rng, shift_months(today, -180), shift_months(today, -36)),
                status="competitor",
                retired_on=None,
                sold_by_partner_id=None,
                serviced_by_partner_id=None,
                warranty_end=None,
            )
        )
    return assets
