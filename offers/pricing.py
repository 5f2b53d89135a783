"""Which currency an account buys in, and what a product costs on a day."""

from collections.abc import MutableMapping, Sequence
from datetime import date

from sqlalchemy import or_
from sqlmodel import Session, col, select

from offers.models import Account, ContractLine, OrderLine, PricebookEntry, ServiceContract
from offers.money import Money
from offers.playbook.situations import PriceFacts
from offers.tables.versions import Instant, version_at

DEFAULT_CURRENCY = "EUR"
STANDARD_PRICEBOOK = "standard"


def find_currency(session: Session, account: Account, known: Instant) -> str:
    """Return the currency the account buys in: its own last sale's, else its region's, else EUR."""
    own = session.exec(
        select(OrderLine.currency)
        .where(
            col(OrderLine.account_id) == account.account_id,
            col(OrderLine.currency).is_not(None),
            version_at(OrderLine, known),
        )
        .order_by(col(OrderLine.ordered_at).desc(), col(OrderLine.order_line_id).desc())
    ).first()
    own = (
        own
        or session.exec(
            select(ContractLine.currency)
            .join(ServiceContract, col(ServiceContract.contract_id) == col(ContractLine.contract_id))
            .where(
                col(ServiceContract.account_id) == account.account_id,
                col(ContractLine.currency).is_not(None),
                version_at(ContractLine, known),
                version_at(ServiceContract, known),
            )
            .order_by(col(ContractLine.contract_line_id).desc())
        ).first()
    )
    if own is not None or account.region is None:
        return own or DEFAULT_CURRENCY
    return _find_regions_currency(session, account.region, known) or DEFAULT_CURRENCY


def find_currencies(
    session: Session,
    accounts: Sequence[Account],
    known: Instant,
    of_regions: MutableMapping[str, str | None],
) -> dict[str, str]:
    """Return the currency of each account by its id, as `find_currency` does for one.

    What is found out about regions is kept in `of_regions` for the next accounts.
    """
    ids = [account.account_id for account in accounts]
    lines = session.exec(
        select(ServiceContract.account_id, ContractLine.currency)
        .join(ServiceContract, col(ServiceContract.contract_id) == col(ContractLine.contract_id))
        .where(
            col(ServiceContract.account_id).in_(ids),
            col(ContractLine.currency).is_not(None),
            version_at(ContractLine, known),
            version_at(ServiceContract, known),
        )
        .order_by(col(ContractLine.contract_line_id))
    ).all()
    orders = session.exec(
        select(OrderLine.account_id, OrderLine.currency)
        .where(
            col(OrderLine.account_id).in_(ids),
            col(OrderLine.currency).is_not(None),
            version_at(OrderLine, known),
        )
        .order_by(col(OrderLine.ordered_at), col(OrderLine.order_line_id))
    ).all()
    # The last one of each account stays; what was ordered counts before what is under contract.
    own = {**dict(lines), **dict(orders)}
    currencies: dict[str, str] = {}
    for account in accounts:
        currency = own.get(account.account_id)
        if currency is None and account.region is not None:
            if account.region not in of_regions:
                of_regions[account.region] = _find_regions_currency(session, account.region, known)
            currency = of_regions[account.region]
        currencies[account.account_id] = currency or DEFAULT_CURRENCY
    return currencies


def _find_regions_currency(session: Session, region: str, known: Instant) -> str | None:
    return session.exec(
        select(OrderLine.currency)
        .join(Account, col(Account.account_id) == col(OrderLine.account_id))
        .where(
            col(Account.region) == region,
            col(OrderLine.currency).is_not(None),
            version_at(OrderLine, known),
            version_at(Account, known),
        )
        .order_by(col(OrderLine.ordered_at).desc(), col(OrderLine.order_line_id).desc())
    ).first()


def load_prices(
    session: Session, skus: Sequence[str], currency: str, day: date, known: Instant
) -> dict[str, PriceFacts]:
    """Return the price of each product on the day, in this currency, where there is one.

    The standard price book goes before others (by name); of entries that overlap, the latest to begin holds.
    """
    entries = session.exec(
        select(PricebookEntry).where(
            col(PricebookEntry.sku).in_(skus),
            col(PricebookEntry.currency) == currency,
            or_(col(PricebookEntry.valid_from).is_(None), col(PricebookEntry.valid_from) <= day),
            or_(col(PricebookEntry.valid_to).is_(None), col(PricebookEntry.valid_to) >= day),
            version_at(PricebookEntry, known),
        )
    ).all()

    def preference(entry: PricebookEntry) -> tuple[bool, str, int]:
        begins = entry.valid_from or date.min
        return entry.pricebook.casefold() != STANDARD_PRICEBOOK, entry.pricebook, -begins.toordinal()

    prices: dict[str, PriceFacts] = {}
    for entry in sorted(entries, key=preference):
        money = Money(entry.unit_amount_minor, entry.currency)
        facts = PriceFacts(money, entry.pricebook, entry.unit_cost_minor, entry.valid_from)
        prices.setdefault(entry.sku, facts)
    return prices
