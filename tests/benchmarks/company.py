"""A seeded synthetic company as import files: accounts, their machines, and what happened to them.

History ends yesterday. Sizes follow what service organisations have: few customers own many machines, less than
half of the machines are under contract, and most offers are not accepted.
"""

import csv
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

from tests.benchmarks.catalogue import ADD_ONS, BUNDLES, CORE, PLANS, Product, add_ons_of, plans_of
from tests.benchmarks.company_events import USUAL, Events, Shape

HEADERS = {
    "partners": "partner_id,name,type,tier,region",
    "people": "person_id,slack_user_id,name,email,role,partner_id,region",
    "accounts": "account_id,name,parent_account_id,segment,region,do_not_sell_until",
    "sites": "site_id,account_id,name,address,region",
    "products": "sku,name,family,kind,serviceable,replaces_sku",
    "product_relations": "core_sku,attach_sku,type,min_age_days,max_age_days",
    "bundle_items": "bundle_sku,sku,quantity",
    "pricebook": "pricebook,sku,currency,unit_price,unit_cost,valid_from,valid_to",
    "assets": "asset_id,serial_number,sku,model,firmware,account_id,site_id,install_date,status,retired_on,"
    "sold_by_partner_id,serviced_by_partner_id,warranty_end",
    "contracts": "contract_id,account_id,start_date,end_date,status,cancelled_on,auto_renew,termination_notice_date",
    "contract_lines": "contract_line_id,contract_id,asset_id,sku,start_date,end_date,quantity,unit_price,currency,"
    "predecessor_line_id,booked_at,offer_id",
    "orders": "order_line_id,order_id,account_id,partner_id,sku,quantity,unit_price,currency,ordered_at,"
    "related_asset_id,returned_at,returned_quantity,offer_id",
    "work_orders": "work_order_id,account_id,asset_id,opened_at,closed_at,type,priority,summary,technician_id",
    "cases": "case_id,account_id,asset_id,opened_at,closed_at,priority,is_escalated",
    "offer_events": "event_id,offer_id,rule_id,play,event,account_id,asset_id,person_id,partner_id,work_order_id,"
    "occurred_at,recorded_at,reason,amount,currency",
    "targets": "metric,family,tier,region,partner_id,value,valid_from,valid_to",
}
REGIONS = ("North", "South", "Central", "West", "UK")
SEGMENTS = ("industry", "food", "logistics", "health", "public")
TIERS = ("gold", "silver", "bronze")
_PARTNERS = 40
_PEOPLE = 60
_ACCOUNTS_PER_ASSET = 0.08
_OLDEST_DAYS = 3_650
_FULL_SIZE = 500


@dataclass(frozen=True, slots=True)
class Machine:
    """What the later files have to know of an asset."""

    asset_id: str
    account_id: str
    product: Product
    installed: date
    is_active: bool
    partner_id: str
    currency: str


Row = tuple[Any, ...]


def write_company(
    folder: Path, *, assets: int, today: date, seed: int, shape: Shape = USUAL
) -> dict[str, int]:
    """Write every import file into the folder; return how many rows each has."""
    folder.mkdir(parents=True)
    with ExitStack() as files:
        writers = {name: files.enter_context(_Sheet(folder, name)) for name in HEADERS}
        for name, row in draw_company(assets=assets, today=today, seed=seed, shape=shape):
            writers[name].write(row)
        return {name: sheet.rows for name, sheet in writers.items()}


def draw_company(*, assets: int, today: date, seed: int, shape: Shape = USUAL) -> Iterator[tuple[str, Row]]:
    """Yield (file, row) of the whole company; the same arguments give the same rows in the same order."""
    rng = Random(f"{seed} company")
    accounts = max(20, round(assets * _ACCOUNTS_PER_ASSET))
    for name, rows in _master_data(rng, accounts, today):
        yield from ((name, row) for row in rows)
    machines = []
    for row, machine in _assets(rng, assets, accounts, today, shape):
        yield "assets", row
        machines.append(machine)
    yield from Events(rng, machines, today, technicians=_PEOPLE, shape=shape).rows()


class _Sheet:
    """One CSV file that is being written."""

    def __init__(self, folder: Path, name: str) -> None:
        self.rows = 0
        self._stream = (folder / f"{name}.csv").open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._stream, lineterminator="\n")
        self._header = HEADERS[name].split(",")

    def __enter__(self) -> "_Sheet":
        self._writer.writerow(self._header)
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def write(self, row: Row) -> None:
        self._writer.writerow([as_cell(value) for value in row])
        self.rows += 1


def as_cell(value: Any) -> Any:
    """Return a value as a file holds it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else value


def region_of(account: int) -> str:
    """Return the region of an account by its number."""
    return REGIONS[account * 7 % len(REGIONS)]


def account_id(number: int) -> str:
    """Return the id of an account by its number."""
    return f"A-{number:06}"


def _master_data(rng: Random, accounts: int, today: date) -> Iterator[tuple[str, Iterable[Row]]]:
    yield (
        "partners",
        ((f"P-{n:03}", f"Partner {n}", "reseller", TIERS[n % 3], REGIONS[n % 5]) for n in range(_PARTNERS)),
    )
    yield "people", _people()
    blocked = today + timedelta(days=60)
    yield (
        "accounts",
        (
            (
                account_id(n),
                f"{rng.choice(('Ash', 'Birch', 'Cedar', 'Elm', 'Rowan', 'Linden'))} works {n}",
                account_id(n // 10) if n % 10 == 9 else None,
                SEGMENTS[n % len(SEGMENTS)],
                region_of(n),
                blocked if n % 97 == 0 else None,
            )
            for n in range(accounts)
        ),
    )
    yield (
        "sites",
        ((f"S-{n:06}", account_id(n), "Main site", f"{n} Mill Lane", region_of(n)) for n in range(accounts)),
    )
    products = (*CORE, *ADD_ONS, *PLANS, *BUNDLES)
    yield "products", ((p.sku, p.name, p.family, p.kind, p.kind == "core", None) for p in products)
    yield "product_relations", _relations()
    yield "bundle_items", (row for bundle in BUNDLES for row in _bundle_items(bundle))
    yield "pricebook", (row for product in products for row in _prices(product, today))
    yield "targets", (("coverage", None, None, region, None, 0.55, None, None) for region in REGIONS)


def _people() -> Iterator[Row]:
    for n in range(_PEOPLE):
        name = f"Technician {n}"
        yield f"T-{n:03}", f"U0BENCH{n:03}", name, f"t{n}@example.org", "technician", None, REGIONS[n % 5]
    for n in range(_PARTNERS):
        yield (
            f"Q-{n:03}",
            f"U0PBNCH{n:03}",
            f"Partner person {n}",
            f"q{n}@example.org",
            "partner",
            f"P-{n:03}",
            None,
        )


def _relations() -> Iterator[Row]:
    for core in CORE:
        yield from ((core.sku, add_on.sku, "accessory", 90, None) for add_on in add_ons_of(core.family))
        yield from ((core.sku, plan.sku, "service", None, 5_475) for plan in plans_of(core.family))


def _bundle_items(bundle: Product) -> Iterator[Row]:
    yield bundle.sku, plans_of(bundle.family)[1].sku, 1
    yield from ((bundle.sku, add_on.sku, 1) for add_on in add_ons_of(bundle.family)[:2])


def _prices(product: Product, today: date) -> Iterator[Row]:
    for currency, rate in (("EUR", 1.0), ("GBP", 0.86)):
        for year in range(2):
            start = date(today.year - 1 + year, 1, 1)
            price = product.price * rate * (1.03**year)
            end = date(today.year - 1, 12, 31) if year == 0 else None
            yield "standard", product.sku, currency, f"{price:.2f}", f"{price * 0.6:.2f}", start, end


def _assets(
    rng: Random, assets: int, accounts: int, today: date, shape: Shape
) -> Iterator[tuple[Row, Machine]]:
    weights = list(accumulate((rank + 10) ** -0.6 for rank in range(accounts - shape.full_accounts)))
    full = [n for n in range(accounts - shape.full_accounts, accounts) for _ in range(_FULL_SIZE)]
    owners = full + rng.choices(range(len(weights)), cum_weights=weights, k=assets - len(full))
    for n, owner in enumerate(owners):
        product = rng.choice(CORE)
        installed = today - timedelta(days=rng.randint(1, _OLDEST_DAYS))
        status = rng.choices(("active", "retired", "competitor"), (92, 6, 2))[0]
        retired = today - timedelta(days=rng.randint(1, 300)) if status == "retired" else None
        partner = f"P-{rng.randrange(_PARTNERS):03}"
        machine = Machine(
            asset_id=f"M-{n:07}",
            account_id=account_id(owner),
            product=product,
            installed=installed,
            is_active=status == "active",
            partner_id=partner,
            currency="GBP" if region_of(owner) == "UK" else "EUR",
        )
        row = (
            machine.asset_id, f"{product.sku.replace('-', '')}-{n:07}", product.sku, product.name,
            f"{rng.randint(1, 6)}.{rng.randint(0, 20)}", machine.account_id, f"S-{owner:06}", installed, status,
            retired, partner, partner if rng.random() < 0.5 else None, installed + timedelta(days=730),
        )  # fmt: skip
        yield row, machine
