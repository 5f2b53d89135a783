"""The company's books while they are being written: contracts, orders, offers and calls, with their numbers."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from bot.demo.company.days import last_day_of_term, moment_on
from bot.demo.company.price_list import PriceList
from bot.demo.company.rows import (
    Account,
    Asset,
    Case,
    Contract,
    ContractLine,
    OfferEvent,
    OrderLine,
    WorkOrder,
)

NOTICE_DAYS = 60


@dataclass(slots=True)
class Books:
    """Everything that has happened so far. `installed` says which accessories are on which machine."""

    today: date
    prices: PriceList
    accounts: dict[str, Account]
    contracts: list[Contract] = field(default_factory=list)
    contract_lines: list[ContractLine] = field(default_factory=list)
    order_lines: list[OrderLine] = field(default_factory=list)
    offer_events: list[OfferEvent] = field(default_factory=list)
    work_orders: list[WorkOrder] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    installed: dict[str, set[str]] = field(default_factory=dict)
    _numbers: Counter[str] = field(default_factory=Counter)

    def next_number(self, prefix: str, *, first: int = 10_001) -> str:
        """Return the next id with this prefix."""
        self._numbers[prefix] += 1
        return f"{prefix}-{first - 1 + self._numbers[prefix]}"

    def currency_of(self, account_id: str) -> str:
        """Return the currency an account is invoiced in."""
        return "GBP" if self.accounts[account_id].region == "UK" else "EUR"

    def add_contract(
        self,
        account_id: str,
        *,
        start: date,
        end: date | None = None,
        auto_renew: bool = False,
        is_draft: bool = False,
    ) -> Contract:
        """Write a contract of 12 months, or until `end`."""
        last = end or last_day_of_term(start)
        status = "draft" if is_draft else "active" if last >= self.today else "expired"
        contract = Contract(
            contract_id=self.next_number("CT"),
            account_id=account_id,
            start_date=start,
            end_date=last,
            status=status,
            cancelled_on=None,
            auto_renew=auto_renew,
            termination_notice_date=last - timedelta(days=NOTICE_DAYS) if auto_renew else None,
        )
        self.contracts.append(contract)
        return contract

    def cancel_contract(self, contract: Contract, cancelled_on: date) -> None:
        """Note that the contract was cancelled on the day."""
        position = self.contracts.index(contract)
        self.contracts[position] = replace(contract, status="cancelled", cancelled_on=cancelled_on)

    def add_line(
        self,
        contract: Contract,
        asset: Asset,
        sku: str,
        *,
        predecessor: ContractLine | None = None,
        booked_at: datetime | None = None,
        offer_id: str | None = None,
    ) -> ContractLine:
        """Write a line of the contract for the machine, at the price of the day it starts or was booked."""
        priced_on = booked_at.date() if booked_at else min(contract.start_date, self.today)
        currency = self.currency_of(contract.account_id)
        line = ContractLine(
            contract_line_id=self.next_number("CL"),
            contract_id=contract.contract_id,
            asset_id=asset.asset_id,
            sku=sku,
            start_date=contract.start_date,
            end_date=contract.end_date,
            quantity=1,
            unit_price=self.prices.price_on(sku, currency, priced_on),
            currency=currency,
            predecessor_line_id=predecessor.contract_line_id if predecessor else None,
            booked_at=booked_at,
            offer_id=offer_id,
        )
        self.contract_lines.append(line)
        return line

    def add_order_line(
        self,
        order_id: str,
        *,
        account_id: str,
        partner_id: str | None,
        sku: str,
        ordered_at: datetime,
        asset: Asset | None,
        offer_id: str | None = None,
        returned_at: datetime | None = None,
        quantity: int = 1,
    ) -> OrderLine:
        """Write a line; what is attached and not returned is on the machine from then on."""
        currency = self.currency_of(account_id)
        number = sum(line.order_id == order_id for line in self.order_lines) + 1
        line = OrderLine(
            order_line_id=f"{order_id}-{number}",
            order_id=order_id,
            account_id=account_id,
            partner_id=partner_id,
            sku=sku,
            quantity=quantity,
            unit_price=self.prices.price_on(sku, currency, ordered_at.date()),
            currency=currency,
            ordered_at=ordered_at,
            related_asset_id=asset.asset_id if asset else None,
            returned_at=returned_at,
            returned_quantity=quantity if returned_at else None,
            offer_id=offer_id,
        )
        self.order_lines.append(line)
        if asset and returned_at is None:
            self.installed.setdefault(asset.asset_id, set()).add(sku)
        return line

    def has_installed(self, asset: Asset, sku: str) -> bool:
        """Return whether the accessory was ordered for the machine and kept."""
        return sku in self.installed.get(asset.asset_id, set())

    def is_escalated(self, account_id: str, day: date) -> bool:
        """Return whether an escalated case of the account was open on the day."""
        return any(
            case.is_escalated
            and case.account_id == account_id
            and case.opened_at.date() <= day
            and (case.closed_at is None or case.closed_at.date() >= day)
            for case in self.cases
        )

    def add_work_order(
        self,
        rng: Random,
        asset: Asset,
        day: date,
        *,
        kind: str,
        priority: str,
        summary: str,
        technician_id: str,
        is_open: bool = False,
    ) -> WorkOrder:
        """Write a call of a past day; unless it is open, it was closed the same day or soon after."""
        opened_at = moment_on(rng, day)
        midnight = datetime.combine(self.today, time(), UTC)
        closed_at = opened_at + timedelta(hours=rng.choice((2, 3, 5, 26, 50)))
        order = WorkOrder(
            work_order_id=self.next_number("WO", first=30_001),
            account_id=asset.account_id,
            asset_id=asset.asset_id,
            opened_at=opened_at,
            closed_at=None if is_open else min(closed_at, midnight - timedelta(minutes=1)),
            type=kind,
            priority=priority,
            summary=summary,
            technician_id=technician_id,
        )
        self.work_orders.append(order)
        return order
