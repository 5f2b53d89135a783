"""What happened to the synthetic company's machines: contracts, orders, calls, cases and offers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Any

from tests.benchmarks.catalogue import add_ons_of, plans_of

if TYPE_CHECKING:
    from tests.benchmarks.company import Machine

Rows = Iterator[tuple[str, tuple[Any, ...]]]

_YEAR = timedelta(days=365)
_PLAYS = (
    ("renewal", "renewal-standard"),
    ("coverage_gap", "coverage-gap-standard"),
    ("add_on", "add-on-standard"),
)
_OUTCOMES = ("accepted", "declined", "snoozed", None)
_REASONS = ("too_expensive", "no_need", "budget_later")
_CALL_TYPES = ("repair", "inspection", "installation")


Draw = tuple[tuple[int, int], ...]
"""Whole numbers, each with how often it is drawn."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What companies differ in beside their size.

    Attributes:
        covered_share: The share of active machines that have or had contracts.
        terms: How many contracts followed one another.
        offers: How many offers were made for an active machine.
        offer_days: How long ago the first of them was made.
        full_accounts: So many accounts have exactly 500 machines each.
    """

    covered_share: float = 0.45
    terms: Draw = ((2, 33), (1, 67))
    offers: Draw = ((1, 20), (0, 80))
    offer_days: int = 500
    full_accounts: int = 0


USUAL = Shape()
LONG_STANDING = Shape(
    covered_share=0.55,
    terms=((1, 20), (2, 20), (3, 22), (4, 18), (5, 20)),
    offers=((0, 40), (1, 25), (2, 17), (3, 10), (5, 8)),
    offer_days=1_400,
    full_accounts=12,
)
"""Five years of history: three contract lines for two machines, two events of the ledger for each."""


class Events:
    """Draws the lives of the machines, account by account."""

    def __init__(
        self,
        rng: Random,
        machines: Sequence[Machine],
        today: date,
        *,
        technicians: int,
        shape: Shape = USUAL,
    ) -> None:
        self._rng = rng
        self._shape = shape
        self._today = today
        self._technicians = technicians
        self._ids = count()
        self._by_account: defaultdict[str, list[Machine]] = defaultdict(list)
        for machine in machines:
            self._by_account[machine.account_id].append(machine)

    def rows(self) -> Rows:
        """Yield (file, row) of everything that happened."""
        for machines in self._by_account.values():
            yield from self._contracts(
                [m for m in machines if m.is_active and self._rng.random() < self._shape.covered_share]
            )
            for machine in machines:
                yield from self._orders(machine)
                yield from self._calls(machine)
                yield from self._offers(machine)
            if self._rng.random() < 0.5:
                yield self._case(self._rng.choice(machines))

    def _contracts(self, machines: list[Machine]) -> Rows:
        """Yield contracts of one to six machines; some have predecessors, each ended the day before the next."""
        while machines:
            size = self._rng.randint(1, 6)
            covered, machines = machines[:size], machines[size:]
            start = self._today - timedelta(days=self._rng.randint(0, 400))
            predecessors: list[str | None] = [None] * len(covered)
            for years_ago in reversed(range(self._draw(self._shape.terms))):
                rows, predecessors = self._contract(covered, start - years_ago * _YEAR, predecessors)
                yield from rows

    def _contract(
        self, machines: Sequence[Machine], start: date, predecessors: Sequence[str | None]
    ) -> tuple[list[tuple[str, tuple[Any, ...]]], list[str | None]]:
        number, end = next(self._ids), start + _YEAR - timedelta(days=1)
        status = (
            "expired"
            if end < self._today
            else self._rng.choices(("active", "draft", "cancelled"), (93, 3, 4))[0]
        )
        cancelled = start + timedelta(days=30) if status == "cancelled" else None
        renews = self._rng.random() < 0.4
        notice = end - timedelta(days=60)
        contract = f"C-{number:07}"
        rows: list[tuple[str, tuple[Any, ...]]] = [
            ("contracts", (contract, machines[0].account_id, start, end, status, cancelled, renews, notice))
        ]
        lines: list[str | None] = []
        for position, (machine, predecessor) in enumerate(zip(machines, predecessors, strict=True)):
            plan = self._rng.choice(plans_of(machine.product.family))
            line = f"{contract}-{position}"
            lines.append(line)
            booked = _at(start - timedelta(days=self._rng.randint(0, 20)), 10)
            price = f"{plan.price:.2f}"
            rows.append(
                (
                    "contract_lines",
                    (
                        line,
                        contract,
                        machine.asset_id,
                        plan.sku,
                        None,
                        None,
                        1,
                        price,
                        machine.currency,
                        predecessor,
                        booked,
                        None,
                    ),
                )
            )
        return rows, lines

    def _orders(self, machine: Machine) -> Rows:
        order, ordered = next(self._ids), _at(machine.installed - timedelta(days=14), 9)
        products = [machine.product]
        products += [add_on for add_on in add_ons_of(machine.product.family) if self._rng.random() < 0.12]
        for position, product in enumerate(products):
            price = f"{product.price:.2f}"
            yield (
                "orders",
                (
                    f"L-{order:07}-{position}",
                    f"O-{order:07}",
                    machine.account_id,
                    machine.partner_id,
                    product.sku,
                    1,
                    price,
                    machine.currency,
                    ordered,
                    machine.asset_id,
                    None,
                    None,
                    None,
                ),
            )

    def _calls(self, machine: Machine) -> Rows:
        for _ in range(self._rng.choices((0, 1, 2, 5), (50, 30, 15, 5))[0]):
            opened = _at(self._today - timedelta(days=self._rng.randint(1, 700)), self._rng.randint(6, 18))
            kind = self._rng.choice(_CALL_TYPES)
            technician = f"T-{self._rng.randrange(self._technicians):03}"
            closed = opened + timedelta(hours=self._rng.randint(1, 30))
            yield (
                "work_orders",
                (
                    f"W-{next(self._ids):07}",
                    machine.account_id,
                    machine.asset_id,
                    opened,
                    closed,
                    kind,
                    "normal",
                    f"{kind} of {machine.product.name}",
                    technician,
                ),
            )

    def _case(self, machine: Machine) -> tuple[str, tuple[Any, ...]]:
        opened = _at(self._today - timedelta(days=self._rng.randint(1, 300)), 11)
        is_open = self._rng.random() < 0.2
        closed = None if is_open else opened + timedelta(hours=20)
        escalated = self._rng.random() < 0.2
        return "cases", (
            f"K-{next(self._ids):07}",
            machine.account_id,
            machine.asset_id,
            opened,
            closed,
            "high",
            escalated,
        )

    def _draw(self, draw: Draw) -> int:
        return self._rng.choices([number for number, _ in draw], [weight for _, weight in draw])[0]

    def _offers(self, machine: Machine) -> Rows:
        for _ in range(self._draw(self._shape.offers) if machine.is_active else 0):
            yield from self._offer(machine)

    def _offer(self, machine: Machine) -> Rows:
        play, rule = self._rng.choice(_PLAYS)
        days_ago = self._rng.randint(2, self._shape.offer_days)
        number, shown = next(self._ids), _at(self._today - timedelta(days=days_ago), 13)
        outcome = self._rng.choices(_OUTCOMES, (25, 30, 15, 30))[0]
        technician = f"T-{self._rng.randrange(self._technicians):03}"
        for position, event in enumerate(("surfaced", outcome)):
            if event is None:
                continue
            at = shown + timedelta(minutes=12 * position)
            reason = self._rng.choice(_REASONS) if event == "declined" else None
            yield (
                "offer_events",
                (
                    f"E-{number:07}-{position}",
                    f"F-{number:07}",
                    rule,
                    play,
                    event,
                    machine.account_id,
                    machine.asset_id,
                    technician,
                    None,
                    None,
                    at,
                    at,
                    reason,
                    "890.00",
                    machine.currency,
                ),
            )


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), UTC)
