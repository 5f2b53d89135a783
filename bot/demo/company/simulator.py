"""Write the sample company's import files: the same seed and day give the same bytes."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

from bot.demo.company import rows
from bot.demo.company.books import Books
from bot.demo.company.contract_history import choose_plan, write_history
from bot.demo.company.customers import build_accounts, build_sites
from bot.demo.company.fleet import build_fleet
from bot.demo.company.goals import build_targets
from bot.demo.company.price_list import BUNDLE_ITEMS, PRODUCTS, RELATIONS, PriceList
from bot.demo.company.reactions import TRUE_RATES
from bot.demo.company.sales import order_undelivered, sell_accessories, sell_machine, sell_upgrade
from bot.demo.company.service_calls import write_calls, write_cases, write_open_calls
from bot.demo.company.staff import PARTNERS, PEOPLE
from bot.demo.company.stories import add_stories

__all__ = ["TRUE_RATES", "write_import_files"]

_DRAFTS = 6


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    row: type
    content: Sequence[object]


def write_import_files(folder: Path, *, today: date, seed: int = 7) -> None:
    """Write every import file into the folder, which is made if it is missing.

    History ends yesterday; only what is open or still to come reaches today or later.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for file in _simulate(today, seed):
        with (folder / f"{file.name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            columns = [field.name for field in fields(file.row)]
            writer.writerow(columns)
            writer.writerows([_format(getattr(row, name)) for name in columns] for row in file.content)


def _simulate(today: date, seed: int) -> tuple[_File, ...]:
    accounts = build_accounts(today)
    sites = build_sites()
    prices = PriceList(today)
    books = Books(today, prices, {account.account_id: account for account in accounts})
    story_assets = add_stories(books)
    fleet = build_fleet(seed, today, accounts=accounts, sites=sites)
    _live(books, seed, fleet)
    return (
        _File("accounts", rows.Account, accounts),
        _File("sites", rows.Site, sites),
        _File("products", rows.Product, PRODUCTS),
        _File("product_relations", rows.ProductRelation, RELATIONS),
        _File("bundle_items", rows.BundleItem, BUNDLE_ITEMS),
        _File("pricebook", rows.Price, tuple(prices.rows())),
        _File("assets", rows.Asset, (*story_assets, *fleet)),
        _File("contracts", rows.Contract, books.contracts),
        _File("contract_lines", rows.ContractLine, books.contract_lines),
        _File("orders", rows.OrderLine, books.order_lines),
        _File("offer_events", rows.OfferEvent, books.offer_events),
        _File("work_orders", rows.WorkOrder, books.work_orders),
        _File("cases", rows.Case, books.cases),
        _File("partners", rows.Partner, PARTNERS),
        _File("people", rows.Person, PEOPLE),
        _File("targets", rows.Target, build_targets(today)),
    )


def _live(books: Books, seed: int, fleet: Sequence[rows.Asset]) -> None:
    """Let the machines of all other customers live until today.

    Each machine draws from its own generator: a month that is a day longer changes one machine's life, not
    those of all that come after it.
    """
    served = [asset for asset in fleet if asset.status == "active"]
    write_cases(books, seed, served)
    for asset in served:
        rng = Random(f"{seed} life of {asset.asset_id}")
        write_history(books, rng, asset, sell_machine(books, rng, asset))
        sell_accessories(books, rng, asset)
        sell_upgrade(books, rng, asset)
    for asset in fleet:
        if asset.status != "competitor":
            write_calls(books, Random(f"{seed} calls at {asset.asset_id}"), asset)
    rng = Random(f"{seed} newest")
    write_open_calls(books, rng, served)
    order_undelivered(books, rng, served)
    _draft_contracts(books, rng, served)
    _announce_cancellation(books)


def _draft_contracts(books: Books, rng: Random, served: Sequence[rows.Asset]) -> None:
    """Write contracts that are being negotiated, for machines that have never had one."""
    covered = {line.asset_id for line in books.contract_lines}
    for asset in [asset for asset in served if asset.asset_id not in covered][:_DRAFTS]:
        start = books.today + timedelta(days=rng.randint(10, 40))
        contract = books.add_contract(asset.account_id, start=start, is_draft=True)
        books.add_line(contract, asset, choose_plan(rng, asset, start))


def _announce_cancellation(books: Books) -> None:
    """Cancel one running contract at a day to come: until then it still covers."""
    first = books.today + timedelta(days=60)
    running = [
        c for c in books.contracts if c.account_id > "A-1009" and c.status == "active" and c.end_date > first
    ]
    started = next(contract for contract in running if contract.start_date < books.today)
    books.cancel_contract(started, books.today + timedelta(days=25))


def _format(cell: object) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case datetime():
            return cell.strftime("%Y-%m-%dT%H:%M:%SZ")
        case date():
            return cell.isoformat()
        case Decimal():
            return f"{cell:f}"
        case _:
            return str(cell)
