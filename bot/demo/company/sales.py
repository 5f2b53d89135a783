"""The orders: machines with what was attached to them, accessories bought later, and add-on offers."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random

from bot.demo.company.books import Books
from bot.demo.company.contract_history import Sale, choose_plan
from bot.demo.company.days import HISTORY_DAYS, day_between, moment_on
from bot.demo.company.price_list import RELATIONS
from bot.demo.company.reactions import first_offer_day, last_offer_day, present_offer
from bot.demo.company.rows import Asset, ProductRelation

_SHARE_WITH_PLAN = 0.34
_SHARE_WITH_ACCESSORY = 0.045
_SHARE_LATER = 0.01
_SHARE_ADD_ON_SURFACED = 0.12
_SHARE_UPGRADE_SURFACED = 0.8
_SHARE_RETURNED = 0.04


def sell_machine(books: Books, rng: Random, asset: Asset) -> Sale | None:
    """Write the order of a machine of the last 18 months; returns the service plan sold with it, if any.

    Older machines have no order in the files; some of them had a plan from the start.
    """
    first_day = books.today - timedelta(days=HISTORY_DAYS)
    if asset.install_date < first_day + timedelta(days=45):
        return None
    day = asset.install_date - timedelta(days=rng.randint(7, 40))
    ordered_at = moment_on(rng, day)
    order_id = books.next_number("SO", first=20_001)
    _order(books, asset, order_id, asset.sku, ordered_at)
    for relation in _accessories(asset):
        if relation.min_age_days is None and rng.random() < _SHARE_WITH_ACCESSORY:
            _order(books, asset, order_id, relation.attach_sku, ordered_at, _return(books, rng, ordered_at))
    if rng.random() > _SHARE_WITH_PLAN:
        return None
    sku = choose_plan(rng, asset, asset.install_date)
    _order(books, asset, order_id, sku, ordered_at)
    return Sale(asset.install_date, sku, ordered_at)


def sell_accessories(books: Books, rng: Random, asset: Asset) -> None:
    """Write accessories that the customer bought later: of its own accord, or from an add-on offer."""
    first = max(first_offer_day(books), asset.install_date + timedelta(days=60))
    if first > last_offer_day(books):
        return
    for relation in _accessories(asset):
        if rng.random() < _SHARE_LATER:
            day = day_between(rng, first, last_offer_day(books))
            if _fits(books, asset, relation, day):
                order_id = books.next_number("SO", first=20_001)
                _order(books, asset, order_id, relation.attach_sku, moment_on(rng, day))
    if rng.random() < _SHARE_ADD_ON_SURFACED:
        day = day_between(rng, first, last_offer_day(books))
        fitting = [r for r in _accessories(asset) if _fits(books, asset, r, day)]
        if fitting:
            _surface(books, rng, asset, play="add_on", sku=rng.choice(fitting).attach_sku, day=day)


def sell_upgrade(books: Books, rng: Random, asset: Asset) -> None:
    """Write the upgrade that an old machine's customer was offered, and the order if it was accepted."""
    day = day_between(rng, first_offer_day(books), last_offer_day(books))
    for relation in RELATIONS:
        if relation.core_sku != asset.sku or relation.type != "up_sell":
            continue
        if _fits(books, asset, relation, day) and rng.random() < _SHARE_UPGRADE_SURFACED:
            _surface(books, rng, asset, play="upgrade", sku=relation.attach_sku, day=day)


def order_undelivered(books: Books, rng: Random, assets: Sequence[Asset]) -> None:
    """Write the newest orders, whose machines are not installed yet; the last one is of yesterday."""
    yesterday = books.today - timedelta(days=1)
    for age in (26, 19, 15, 11, 8, 5, 0):
        buyer = rng.choice(assets)
        ordered_at = moment_on(rng, yesterday - timedelta(days=age))
        order_id = books.next_number("SO", first=20_001)
        books.add_order_line(
            order_id,
            account_id=buyer.account_id,
            partner_id=buyer.sold_by_partner_id,
            sku=buyer.sku if buyer.sku != "CIR-030" else "CIR-035",
            ordered_at=ordered_at,
            asset=None,
            quantity=rng.choice((1, 1, 2)),
        )
        if age % 2:
            books.add_order_line(
                order_id,
                account_id=buyer.account_id,
                partner_id=buyer.sold_by_partner_id,
                sku="GW-100",
                ordered_at=ordered_at,
                asset=None,
            )


def _surface(books: Books, rng: Random, asset: Asset, *, play: str, sku: str, day: date) -> None:
    reaction = present_offer(books, rng, asset, play=play, sku=sku, day=day)
    if reaction is None or not reaction.is_accepted:
        return
    books.add_order_line(
        books.next_number("SO", first=20_001),
        account_id=asset.account_id,
        partner_id=asset.serviced_by_partner_id,
        sku=sku,
        ordered_at=reaction.decided_at,
        # A new machine has no asset before it is installed.
        asset=None if play == "upgrade" else asset,
        offer_id=reaction.offer_id,
        returned_at=reaction.undone_at,
    )


def _order(
    books: Books,
    asset: Asset,
    order_id: str,
    sku: str,
    ordered_at: datetime,
    returned_at: datetime | None = None,
) -> None:
    books.add_order_line(
        order_id,
        account_id=asset.account_id,
        partner_id=asset.sold_by_partner_id,
        sku=sku,
        ordered_at=ordered_at,
        asset=asset,
        returned_at=returned_at,
    )


def _return(books: Books, rng: Random, ordered_at: datetime) -> datetime | None:
    returned_at = ordered_at + timedelta(days=rng.randint(12, 50))
    is_over = returned_at.date() < books.today
    return returned_at if is_over and rng.random() < _SHARE_RETURNED else None


def _accessories(asset: Asset) -> list[ProductRelation]:
    return [r for r in RELATIONS if r.core_sku == asset.sku and r.type in ("accessory", "cross_sell")]


def _fits(books: Books, asset: Asset, relation: ProductRelation, day: date) -> bool:
    age = (day - asset.install_date).days
    is_of_age = (relation.min_age_days or 0) <= age <= (relation.max_age_days or age)
    return is_of_age and not books.has_installed(asset, relation.attach_sku)
