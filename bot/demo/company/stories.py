"""The five customers of the stories. Their rows are the same whatever the seed, relative to today."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from bot.demo.company.books import Books
from bot.demo.company.days import first_day_of_term, moment_on, shift_months
from bot.demo.company.fleet import serial_number, warranty_end
from bot.demo.company.rows import Asset, Case, ContractLine, WorkOrder

STORY_CHILLER = "NV-AUR240-00417"
STORY_ROOFTOP = "NV-BOR090-00233"
STORY_HEAT_PUMP = "NV-CIR060-00152"
STORY_ESCALATED = "NV-AUR480-00088"
STORY_AIR_HANDLER = "NV-DEL200-00310"

RENEWAL_DAYS_LEFT = 41
ESCALATED_DAYS_LEFT = 20
_MARA, _JONAS, _GRACE, _TOM, _ELIF = "E-101", "E-102", "E-107", "X-302", "X-301"


@dataclass(frozen=True, slots=True)
class _Machine:
    """A story's machine. `plan_ends_in_days` is None where nothing covers it."""

    number: int
    sku: str
    running_number: int
    account: int
    age_months: int
    firmware: str
    plan: str | None = None
    plan_ends_in_days: int | None = None
    auto_renew: bool = True
    sold_by: str | None = None
    serviced_by: str | None = None


_NORD, _ALPEN, _BRIT = "P-NORDKLIMA", "P-ALPENLUFT", "P-BRITAIR"
_MACHINES = (
    _Machine(1, "AUR-240", 417, 1, 74, "4.1", "CARE-PLUS-AUR", RENEWAL_DAYS_LEFT, False, _NORD),
    _Machine(2, "AUR-240", 418, 1, 74, "4.1", "CARE-PLUS-AUR", 230, True, _NORD),
    _Machine(3, "AUR-240", 419, 1, 73, "4.1", "CARE-PLUS-AUR", 230, True, _NORD),
    _Machine(4, "AUR-320", 120, 1, 50, "4.2", None, None, False, _NORD),
    _Machine(5, "BOR-090", 233, 2, 88, "3.2"),
    _Machine(6, "BOR-090", 234, 2, 88, "3.2", "CARE-PLUS-BOR", 150, True),
    _Machine(7, "BOR-090", 235, 2, 87, "3.2", "CARE-PLUS-BOR", 150, True),
    _Machine(8, "BOR-140", 140, 2, 61, "3.3", "CARE-PLUS-BOR", 205, True),
    _Machine(9, "CIR-060", 152, 3, 80, "2.6", None, None, False, _NORD, _NORD),
    _Machine(10, "CIR-035", 97, 3, 40, "2.7", "CARE-PLUS-CIR", 260, True, _NORD, _NORD),
    _Machine(11, "DEL-100", 66, 3, 66, "2.2", "CARE-BASIC-DEL", 120, True, _NORD, _NORD),
    _Machine(12, "AUR-480", 88, 4, 62, "4.2", "CARE-PREMIUM-AUR", ESCALATED_DAYS_LEFT, False, _BRIT),
    _Machine(13, "AUR-480", 89, 4, 62, "4.2", "CARE-PREMIUM-AUR", 175, True, _BRIT),
    _Machine(14, "AUR-480", 90, 4, 62, "4.2", "CARE-PREMIUM-AUR", 175, True, _BRIT),
    _Machine(15, "AUR-480", 91, 4, 30, "4.2", None, None, False, _BRIT),
    _Machine(16, "DEL-200", 310, 5, 58, "2.2", None, None, False, _ALPEN, _ALPEN),
    _Machine(17, "DEL-100", 205, 5, 58, "2.2", "CARE-PLUS-DEL", 190, True, _ALPEN, _ALPEN),
    _Machine(18, "CIR-035", 110, 5, 33, "2.7", "CARE-PLUS-CIR", 190, True, _ALPEN, _ALPEN),
)
# Days ago, number of the machine, type, priority, who was there, and what that person wrote.
_CALLS = (
    (
        212,
        1,
        "maintenance",
        "normal",
        _MARA,
        "Half-yearly service, coils cleaned, terminal nuts at 24 Nm, subcooling 4.9 K",
    ),
    (
        58,
        1,
        "repair",
        "high",
        _MARA,
        "E02 circuit A on a warm afternoon, coil full of fluff, cleaned, runs at 15.4 bar",
    ),
    (120, 2, "maintenance", "normal", _MARA, "Half-yearly service, no findings"),
    (300, 4, "repair", "normal", _MARA, "E07, strainer blocked, cleaned and bled"),
    (250, 5, "repair", "normal", _JONAS, "E06, filters at 280 Pa, changed the set"),
    (131, 5, "repair", "high", _JONAS, "E07, electrode gap 4.1 mm, set to 3.0 mm, flame current 5 µA"),
    (37, 5, "repair", "high", _JONAS, "E09, filters full again, limiter reset, air flow back at nominal"),
    (90, 6, "maintenance", "normal", _JONAS, "Service before winter, CO2 9.0 %, gas tight"),
    (480, 9, "repair", "normal", _ELIF, "E08, strainer full of magnetite, water conductivity 520 µS/cm"),
    (395, 9, "repair", "high", _ELIF, "E02 at 62 °C, heat exchanger scaled, rinsed, treatment advised"),
    (75, 10, "maintenance", "normal", _ELIF, "Yearly service, leak sensor tested"),
    (
        20,
        12,
        "repair",
        "critical",
        _GRACE,
        "E05 circuit B, 6 kg missing, leak at the evaporator not found yet",
    ),
    (180, 13, "maintenance", "normal", _GRACE, "Quarterly service, vibration 2.2 mm/s"),
    (205, 16, "repair", "normal", _TOM, "E05, bag filters at 330 Pa, changed"),
    (44, 16, "repair", "normal", _TOM, "E06, belt of the wheel slips, shortened by one link"),
    (70, 17, "maintenance", "normal", _TOM, "Filter change, both stages"),
)


def add_stories(books: Books) -> tuple[Asset, ...]:
    """Write the stories' contracts, calls and case; returns their machines."""
    rng = Random("stories")
    assets = {machine.number: _build_asset(books.today, machine) for machine in _MACHINES}
    for machine in _MACHINES:
        if machine.plan is not None:
            _write_cover(books, rng, assets[machine.number], machine)
    for days_ago, number, kind, priority, person_id, summary in _CALLS:
        books.add_work_order(
            rng,
            assets[number],
            books.today - timedelta(days=days_ago),
            kind=kind,
            priority=priority,
            summary=summary,
            technician_id=person_id,
        )
    _order_filters(books, rng, assets[5])
    books.work_orders.extend(_open_calls(books.today, assets))
    books.cases.append(_escalated_case(books.today, assets[12]))
    return tuple(assets.values())


def _build_asset(today: date, machine: _Machine) -> Asset:
    account_id = f"A-{1000 + machine.account}"
    installed_on = shift_months(today, -machine.age_months)
    return Asset(
        asset_id=f"AS-{machine.number:04d}",
        serial_number=serial_number(machine.sku, machine.running_number),
        sku=machine.sku,
        model=machine.sku,
        firmware=machine.firmware,
        account_id=account_id,
        site_id=f"S-{1000 + machine.account}-1",
        install_date=installed_on,
        status="active",
        retired_on=None,
        sold_by_partner_id=machine.sold_by,
        serviced_by_partner_id=machine.serviced_by,
        warranty_end=warranty_end(installed_on),
    )


def _write_cover(books: Books, rng: Random, asset: Asset, machine: _Machine) -> None:
    """Write last year's contract and the running one, which renewed it."""
    if machine.plan is None or machine.plan_ends_in_days is None:
        return
    end = books.today + timedelta(days=machine.plan_ends_in_days)
    start = first_day_of_term(end)
    line: ContractLine | None = None
    for first in (first_day_of_term(start - timedelta(days=1)), start):
        is_last = first == start
        contract = books.add_contract(
            asset.account_id,
            start=first,
            end=end if is_last else start - timedelta(days=1),
            auto_renew=machine.auto_renew,
        )
        booked_at = moment_on(rng, first - timedelta(days=20))
        line = books.add_line(contract, asset, machine.plan, predecessor=line, booked_at=booked_at)


def _order_filters(books: Books, rng: Random, asset: Asset) -> None:
    """Write the filter kit that the warehouse ordered for its rooftop unit after a visit."""
    books.add_order_line(
        books.next_number("SO", first=20_001),
        account_id=asset.account_id,
        partner_id=None,
        sku="FLT-BOR",
        ordered_at=moment_on(rng, books.today - timedelta(days=251)),
        asset=asset,
    )


def _open_calls(today: date, assets: dict[int, Asset]) -> Iterator[WorkOrder]:
    opened_at = datetime.combine(today, time(0, 10), UTC)
    summary = "E02 circuit A again, chiller runs on circuit B only, hotel asks for help before the evening"
    yield WorkOrder(
        "WO-STORY-1",
        assets[1].account_id,
        assets[1].asset_id,
        opened_at,
        None,
        "repair",
        "high",
        summary,
        _MARA,
    )


def _escalated_case(today: date, asset: Asset) -> Case:
    opened_at = datetime.combine(today - timedelta(days=6), time(9, 30), UTC)
    return Case("CASE-STORY-1", asset.account_id, asset.asset_id, opened_at, None, "critical", True)
