"""How machines came to be covered: first contracts, renewals, lapses, and offers that closed a gap."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from bot.demo.company.books import Books
from bot.demo.company.days import day_between, moment_on, shift_months
from bot.demo.company.price_list import BUNDLE_ITEMS, PRODUCT_BY_SKU, plan_sku
from bot.demo.company.reactions import Reaction, first_offer_day, last_offer_day, present_offer
from bot.demo.company.rows import Asset, Contract, ContractLine

_HISTORY_MONTHS = 36
_SHARE_COVERED_EARLY = 0.98
_SHARE_COVERED_IN_WARRANTY = 0.75
_SHARE_AUTO_RENEW = 0.42
_SHARE_RENEWED = 0.88
_SHARE_SURFACED = {"renewal": 0.22, "warranty_end": 0.7, "coverage_gap": 0.85, "second": 0.6}
_BUNDLE_OF_FAMILY = {"Boreal": "BUN-BOR-CARE", "Cirro": "BUN-CIR-COMFORT"}


@dataclass(frozen=True, slots=True)
class Sale:
    """A service that was sold: when it begins, and what led to it."""

    start: date
    sku: str
    booked_at: datetime | None
    predecessor: ContractLine | None = None
    reaction: Reaction | None = None


def choose_plan(rng: Random, asset: Asset, day: date) -> str:
    """Return the service product a customer takes; the highest plan is for younger machines only."""
    family = str(PRODUCT_BY_SKU[asset.sku].family)
    is_young = day < shift_months(asset.install_date, 58)
    plan = rng.choices(("BASIC", "PLUS", "PREMIUM"), weights=(36, 46, 18 if is_young else 0))[0]
    return plan_sku(family, plan)


def write_history(books: Books, rng: Random, asset: Asset, first: Sale | None) -> None:
    """Write the machine's contracts up to today, beginning with the sale at its installation, if any."""
    sale = first or _choose_early_sale(books, rng, asset)
    free_from = asset.install_date
    had_contract = False
    while True:
        while sale is not None:
            line = _write_term(books, rng, asset, sale)
            if line is None:
                sale = None
                continue
            had_contract, free_from = True, line.end_date + timedelta(days=1)
            sale = _renew(books, rng, asset, line)
        if free_from > books.today:
            return
        sale = _win(books, rng, asset, free_from=free_from, had_contract=had_contract)
        if sale is None:
            return


def _choose_early_sale(books: Books, rng: Random, asset: Asset) -> Sale | None:
    """Return the first contract of a machine that is older than the history of orders, for most."""
    horizon = shift_months(books.today, -_HISTORY_MONTHS)
    if asset.install_date >= first_offer_day(books) - timedelta(days=30):
        return None
    is_young = asset.install_date > horizon
    if rng.random() > (_SHARE_COVERED_IN_WARRANTY if is_young else _SHARE_COVERED_EARLY):
        return None
    start = max(asset.install_date, day_between(rng, shift_months(horizon, -11), horizon))
    booked_at = moment_on(rng, start - timedelta(days=rng.randint(2, 20)))
    return Sale(start, choose_plan(rng, asset, start), booked_at)


def _write_term(books: Books, rng: Random, asset: Asset, sale: Sale) -> ContractLine | None:
    """Write contract and line of a sale, and its order where an offer led to it. None if it was undone."""
    reaction = sale.reaction
    is_automatic = reaction is None and rng.random() < _SHARE_AUTO_RENEW
    contract = books.add_contract(asset.account_id, start=sale.start, auto_renew=is_automatic)
    line = books.add_line(
        contract,
        asset,
        _service_in(sale.sku),
        predecessor=sale.predecessor,
        booked_at=sale.booked_at,
        offer_id=reaction.offer_id if reaction else None,
    )
    if reaction is not None:
        _write_order(books, asset, sale.sku, reaction)
        if reaction.undone_at is not None:
            books.cancel_contract(contract, reaction.undone_at.date())
            return None
    return line if _stays(books, rng, contract) else None


def _stays(books: Books, rng: Random, contract: Contract) -> bool:
    """Cancel a few running contracts; return whether this one is kept."""
    is_running = contract.start_date + timedelta(days=60) < books.today <= contract.end_date
    if is_running and rng.random() < 0.04:
        last = books.today - timedelta(days=5)
        books.cancel_contract(contract, day_between(rng, contract.start_date + timedelta(days=30), last))
        return False
    return True


def _write_order(books: Books, asset: Asset, sku: str, reaction: Reaction) -> None:
    books.add_order_line(
        books.next_number("SO", first=20_001),
        account_id=asset.account_id,
        partner_id=asset.serviced_by_partner_id,
        sku=sku,
        ordered_at=reaction.decided_at,
        asset=asset,
        offer_id=reaction.offer_id,
        returned_at=reaction.undone_at,
    )
    if reaction.undone_at is None:
        items = {item.sku for item in BUNDLE_ITEMS if item.bundle_sku == sku}
        books.installed.setdefault(asset.asset_id, set()).update(items)


def _service_in(sku: str) -> str:
    """Return the service of a bundle, or the service itself."""
    items = (item.sku for item in BUNDLE_ITEMS if item.bundle_sku == sku)
    return next((item for item in items if PRODUCT_BY_SKU[item].kind == "service"), sku)


def _renew(books: Books, rng: Random, asset: Asset, line: ContractLine) -> Sale | None:
    """Return the renewal of a line, or None when it runs on or lapses."""
    end = line.end_date
    contract = next(c for c in reversed(books.contracts) if c.contract_id == line.contract_id)
    if end >= books.today:
        is_early = (end - books.today).days < 45 and rng.random() < 0.3
        booked = books.today - timedelta(days=rng.randint(1, 15))
        return _follow(rng, line, booked) if is_early and booked > line.start_date else None
    if contract.auto_renew:
        return _follow(rng, line, end) if rng.random() < 0.95 else None
    if rng.random() < _SHARE_SURFACED["renewal"]:
        day = end - timedelta(days=rng.randint(20, 60))
        reaction = present_offer(books, rng, asset, play="renewal", sku=line.sku, day=day)
        if reaction is not None and reaction.is_accepted:
            return Sale(end + timedelta(days=1), line.sku, reaction.decided_at, line, reaction)
        if reaction is not None:
            booked = end + timedelta(days=rng.randint(-10, 15))
            return (
                _follow(rng, line, min(booked, books.today - timedelta(days=1)))
                if rng.random() < 0.3
                else None
            )
    if rng.random() < _SHARE_RENEWED:
        booked = min(end + timedelta(days=rng.randint(-60, 18)), books.today - timedelta(days=1))
        return _follow(rng, line, booked)
    return None


def _follow(rng: Random, line: ContractLine, booked: date) -> Sale:
    """Return the renewal that was booked on the day; it starts without a gap unless it was booked late."""
    start = max(line.end_date, booked) + timedelta(days=1)
    return Sale(start, line.sku, moment_on(rng, booked), line)


def _win(books: Books, rng: Random, asset: Asset, *, free_from: date, had_contract: bool) -> Sale | None:
    """Return what closed the machine's gap, if an offer did."""
    warranty_end = asset.warranty_end or asset.install_date
    if free_from <= warranty_end and rng.random() < _SHARE_SURFACED["warranty_end"]:
        day = warranty_end - timedelta(days=rng.randint(10, 50))
        sku = choose_plan(rng, asset, day)
        reaction = present_offer(books, rng, asset, play="warranty_end", sku=sku, day=day)
        if reaction is not None and reaction.is_accepted:
            return Sale(warranty_end + timedelta(days=1), sku, reaction.decided_at, None, reaction)
    first = max(free_from + timedelta(days=35), warranty_end + timedelta(days=5), first_offer_day(books))
    for share in (_SHARE_SURFACED["coverage_gap"], _SHARE_SURFACED["second"]):
        if first > last_offer_day(books) or rng.random() > share:
            return None
        day = day_between(rng, first, last_offer_day(books))
        play, sku = _choose_gap_play(books, rng, asset, day, is_lost=had_contract)
        reaction = present_offer(books, rng, asset, play=play, sku=sku, day=day)
        if reaction is not None and reaction.is_accepted:
            start = reaction.decided_at.date() + timedelta(days=1)
            return Sale(start, sku, reaction.decided_at, None, reaction)
        first = day + timedelta(days=100)
    return None


def _choose_gap_play(books: Books, rng: Random, asset: Asset, day: date, *, is_lost: bool) -> tuple[str, str]:
    """Return play and product for a machine that nothing covers."""
    family = str(PRODUCT_BY_SKU[asset.sku].family)
    bundle = _BUNDLE_OF_FAMILY.get(family)
    if bundle is not None and rng.random() < 0.7:
        items = [item.sku for item in BUNDLE_ITEMS if item.bundle_sku == bundle]
        if not any(books.has_installed(asset, item) for item in items):
            return "bundle", bundle
    play = "win_back" if is_lost and rng.random() < 0.4 else "coverage_gap"
    return play, choose_plan(rng, asset, day)
