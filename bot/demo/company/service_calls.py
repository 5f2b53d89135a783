"""The calls of the last two years and the cases that customers opened."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from bot.demo.company.books import Books
from bot.demo.company.days import HISTORY_DAYS, day_between, moment_on
from bot.demo.company.price_list import PRODUCT_BY_SKU
from bot.demo.company.reactions import choose_visitor
from bot.demo.company.rows import Asset, Case
from bot.demo.company.summaries import SUMMARIES

_CALL_DAYS = 730
_CALLS_A_YEAR = 0.85
_OPEN_CALLS = 14
_CASES = 44
_OPEN_CASES = 5


def write_calls(books: Books, rng: Random, asset: Asset) -> None:
    """Write the machine's calls: its commissioning where it is recent, and what went wrong later."""
    oldest = books.today - timedelta(days=_CALL_DAYS)
    first = max(asset.install_date, oldest)
    last = (asset.retired_on or books.today) - timedelta(days=1)
    if first > last:
        return
    if asset.install_date >= oldest:
        _write_call(books, rng, asset, day=asset.install_date, kind="commissioning")
    expected = (last - first).days / 365 * _CALLS_A_YEAR
    count = sum(rng.random() < expected / 6 for _ in range(6))
    for _ in range(count):
        kind = rng.choices(("repair", "maintenance", "inspection"), weights=(50, 38, 12))[0]
        _write_call(books, rng, asset, day=day_between(rng, first, last), kind=kind)


def write_open_calls(books: Books, rng: Random, assets: Sequence[Asset]) -> None:
    """Write the calls that nobody has closed yet."""
    for asset in rng.sample(list(assets), _OPEN_CALLS):
        day = books.today - timedelta(days=rng.randint(1, 6))
        if day > asset.install_date:
            _write_call(books, rng, asset, day=day, kind="repair", is_open=True)


def write_cases(books: Books, seed: int, assets: Sequence[Asset]) -> None:
    """Write the cases; some were escalated, and none of those is open any more."""
    for position in range(_CASES):
        rng = Random(f"{seed} case {position}")
        asset = rng.choice(assets)
        is_open = position < _OPEN_CASES
        newest = books.today - timedelta(days=1)
        oldest = newest - timedelta(days=12 if is_open else HISTORY_DAYS)
        first = min(max(oldest, asset.install_date), newest)
        opened_at = moment_on(rng, day_between(rng, first, newest))
        closed_at = opened_at + timedelta(days=rng.randint(1, 20), hours=rng.randint(0, 5))
        if closed_at.date() >= books.today:
            is_open = True
        books.cases.append(
            Case(
                case_id=books.next_number("CASE", first=501),
                account_id=asset.account_id,
                asset_id=asset.asset_id,
                opened_at=opened_at,
                closed_at=None if is_open else closed_at,
                priority=rng.choices(("low", "normal", "high"), weights=(2, 5, 3))[0],
                is_escalated=not is_open and position % 7 == 0,
            )
        )


def _write_call(
    books: Books, rng: Random, asset: Asset, *, day: date, kind: str, is_open: bool = False
) -> None:
    family = str(PRODUCT_BY_SKU[asset.sku].family)
    priorities = ("normal", "high", "critical") if kind == "repair" else ("low", "normal", "normal")
    books.add_work_order(
        rng,
        asset,
        day,
        kind=kind,
        priority=rng.choices(priorities, weights=(6, 3, 1))[0],
        summary=rng.choice(SUMMARIES[family][kind]),
        technician_id=choose_visitor(books, rng, asset).person_id,
        is_open=is_open,
    )
