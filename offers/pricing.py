"""Which currency an account buys in, and what a product costs on a day."""

from collections.abc import Sequence
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
    of_region = session.exec(
        select(OrderLine.currency)
        .join(Account, col(Account.account_id) == col(OrderLine.account_id))
        .where(
            col(Account.region) == account.region,
            col(OrderLine.currency).is_not(None),
            version_at(OrderLine, known),
            version_at(Account, known),
        )
        .order_by(col(OrderLine.ordered_at).desc(), col(OrderLine.order_line_id).desc())
    ).first()
    return of_region or DEFAULT_CURRENCY


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
        prices.setdefault(entry.sku, PriceFacts(money, entry.pricebook, entry.unit_cost_minor))
    return prices
