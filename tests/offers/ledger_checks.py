"""What has to hold of the ledger whatever was clicked, worked out from the raw rows the slow and plain way."""

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select as select_columns
from sqlmodel import Session, col, func, select

from bot.access import OPERATOR
from offers.attach_rate import count_funnel
from offers.deciding.replay import replay
from offers.models import (
    AuditEntry,
    ContractLine,
    Decision,
    DecisionCandidate,
    Offer,
    OfferEvent,
    OrderLine,
    OutboxMessage,
    Quote,
    ServiceContract,
)
from offers.reporting import report
from offers.sales.cards import OfferCard, get_offer_card
from offers.tables.versions import current
from tests.offers.conftest import TABLES
from tests.offers.reward_checks import check_rewards

DAY = timedelta(days=1)
METRICS = ("conversion", "coverage", "units_attach")
# What the company is made of, and what only other tests change.
UNTOUCHED = {
    f"offers_{name}"
    for name in (
        *("account", "asset", "bundle_item", "partner", "person", "product", "product_relation", "site"),
        *("rule", "rule_simulation", "target", "webhook_endpoint", "work_order"),
    )
}
ENDS = {"cancelled", "returned", "reversed"}


@dataclass(frozen=True)
class Sale:
    """A sale as the CRM would export it; `periods` are the days of each contract line."""

    offer_id: str
    card: OfferCard
    sold_at: datetime
    periods: tuple[tuple[str, date, date], ...]

    def export(self) -> dict[str, list[dict[str, object]]]:
        """Return the rows of the CRM's files, in order of dependency, under its own ids."""
        card, price = self.card, str(Decimal(self.card.price.amount_minor) / 100)
        order: dict[str, object] = {
            "order_line_id": f"CRM-{self.offer_id}",
            "order_id": f"CRM-O-{self.offer_id}",
            "account_id": card.account_id,
            "sku": card.sku,
            "quantity": 1,
            "unit_price": price,
            "currency": "EUR",
            "ordered_at": self.sold_at.isoformat(),
            "related_asset_id": card.asset_id,
            "offer_id": self.offer_id,
        }
        if not self.periods:
            return {"orders": [order]}
        sku, starts, ends = self.periods[0]
        days = {"start_date": starts.isoformat(), "end_date": ends.isoformat()}
        contract: dict[str, object] = {
            "contract_id": f"CRM-C-{self.offer_id}",
            "account_id": card.account_id,
            "status": "active",
            **days,
        }
        line: dict[str, object] = {
            "contract_line_id": f"CRM-L-{self.offer_id}",
            "contract_id": contract["contract_id"],
            "asset_id": card.asset_id,
            "sku": sku,
            "offer_id": self.offer_id,
            "booked_at": self.sold_at.isoformat(),
            **days,
        }
        return {"contracts": [contract], "contract_lines": [line], "orders": [order]}


@dataclass
class Account:
    """What happened, kept beside the ledger's own account of it. `prices` are in cents, `newest` are versions."""

    sold: dict[str, Sale] = field(default_factory=dict)
    newest: dict[str, int] = field(default_factory=dict)
    steps: Counter[tuple[str, str]] = field(default_factory=Counter)
    imported: set[str] = field(default_factory=set)
    is_escalated: bool = False
    prices: dict[str, int] = field(
        default_factory=lambda: {"CARE": 90_000, "GATE": 30_000, "BUN": 110_000, "CHILL": 2_000_000}
    )
    figures: dict[tuple[str, date], tuple[int, int]] = field(default_factory=dict)

    def sell(self, card: OfferCard, lines: Sequence[ContractLine], at: datetime) -> None:
        """Note an acceptance: the only one of its offer."""
        assert card.offer_id not in self.sold, "an offer was accepted twice"
        periods = tuple(
            (line.sku, line.start_date, line.end_date) for line in lines if line.start_date and line.end_date
        )
        self.sold[card.offer_id] = Sale(card.offer_id, card, at, periods)

    def has_ended(self, offer_id: str) -> bool:
        """Return whether the sale was cancelled, returned or reversed."""
        return any(self.steps[offer_id, step] for step in ENDS)

    def remember_figures(self, session: Session, now: datetime) -> None:
        """Note what the reports of the day say, which is over."""
        for metric in METRICS:
            total = report(session, metric, as_of=now.date(), now=now).total
            self.figures[metric, now.date()] = total.numerator, total.denominator


def dump(session: Session, *, but: str | None = None) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of the tables that anything here writes to, but those of one."""
    connection = session.connection()
    return {
        table.name: sorted((tuple(row) for row in connection.execute(select_columns(table))), key=repr)
        for table in TABLES
        if table.name not in (*UNTOUCHED, but)
    }


def count_written(session: Session) -> tuple[int, ...]:
    """Return how many rows there are of what figures are made from: with as many on the same day, they are the same."""
    tables = (Decision, OfferEvent, ContractLine, ServiceContract)
    return tuple(session.exec(select(func.count()).select_from(table)).one() for table in tables)


def check_rows(session: Session, account: Account, now: datetime) -> None:
    """One order line, one quote, one message and one audit entry a sale; each step once; the funnel never rises."""
    sold = set(account.sold)
    events = session.exec(select(OfferEvent).where(current(OfferEvent))).all()
    assert Counter(event.offer_id for event in events if event.event == "accepted") == Counter(sold)
    assert set(account.steps.values()) <= {0, 1}
    told = Counter(session.exec(select(OutboxMessage.offer_id, OutboxMessage.topic)).all())
    steps = [(offer_id, f"offer.{step}") for offer_id, step in account.steps.elements()]
    assert told == Counter([*((offer_id, "offer.accepted") for offer_id in sold), *steps])
    audited = session.exec(select(AuditEntry).where(col(AuditEntry.subject_kind) == "offer")).all()
    assert Counter(
        (entry.offer_id, entry.action) for entry in audited if (entry.offer_id, entry.action) in told
    ) == Counter(told)
    quotes = session.exec(select(Quote).where(col(Quote.status) == "accepted")).all()
    assert Counter(quote.offer_id for quote in quotes) == Counter(sold)
    _check_sales(session, account, {event.offer_id for event in events if event.event == "reversed"})
    counts = list(count_funnel((event.offer_id, event.event) for event in events).values())
    assert counts == sorted(counts, reverse=True)
    _check_coverage_is_single(session)
    _check_states(session, events, now)
    check_rewards(session, {one: sale.card for one, sale in account.sold.items()}, events, now)


def _check_sales(session: Session, account: Account, reversed_ids: set[str]) -> None:
    """Each sale has one current order line, our own or the CRM's, at the price that was agreed; and its contract.

    A reversed one has its order line still, with everything back, and no contract of our own.
    """
    orders = session.exec(
        select(OrderLine).where(current(OrderLine), col(OrderLine.offer_id).is_not(None))
    ).all()
    assert Counter(order.offer_id for order in orders) == Counter(account.sold.keys())
    for order in orders:
        assert (order.source == "import") == (order.offer_id in account.imported)
        if order.source == "own":
            is_back = order.offer_id in reversed_ids or account.steps[order.offer_id or "", "returned"] > 0
            assert order.returned_quantity == (order.quantity if is_back else None)
        assert order.unit_amount_minor == account.sold[order.offer_id or ""].card.price.amount_minor
    lines = session.exec(
        select(ContractLine).where(current(ContractLine), col(ContractLine.offer_id).is_not(None))
    ).all()
    standing = {one for one in account.sold if one not in reversed_ids or one in account.imported}
    assert Counter((line.offer_id, line.sku) for line in lines) == Counter(
        (offer_id, sku) for offer_id in standing for sku, _, _ in account.sold[offer_id].periods
    )
    for offer_id in standing:
        is_service = account.sold[offer_id].card.sku in ("CARE", "BUN")
        assert len(account.sold[offer_id].periods) == is_service


def _check_coverage_is_single(session: Session) -> None:
    in_force = select(ServiceContract.contract_id).where(
        current(ServiceContract), col(ServiceContract.status) == "active"
    )
    lines = session.exec(
        select(ContractLine).where(
            col(ContractLine.asset_id).is_not(None),
            current(ContractLine),
            col(ContractLine.contract_id).in_(in_force),
        )
    ).all()
    periods = sorted(
        (line.asset_id, line.start_date, line.end_date)
        for line in lines
        if line.start_date is not None and line.end_date is not None
    )
    for (asset, _, ends), (next_asset, starts, _) in itertools.pairwise(periods):
        assert asset != next_asset or starts > ends, "a machine is covered twice"


def _check_states(session: Session, events: Sequence[OfferEvent], now: datetime) -> None:
    """Play each offer's events again: its card says what they come to."""
    for offer_id in session.exec(select(Offer.offer_id).distinct()).all():
        card = get_offer_card(session, offer_id, reader=OPERATOR, now=now)
        state, until = "open", now
        own = [event for event in events if event.offer_id == offer_id]
        for event in sorted(own, key=lambda one: (one.occurred_at, one.row_id or 0)):
            if event.event in ("accepted", *ENDS) and state != "reversed":
                is_weaker = state == "cancelled" and event.event == "returned"
                state = state if is_weaker else event.event
            elif event.event in ("declined", "snoozed", "expired") and event.offer_version == card.version:
                state, until = event.event, event.snoozed_until or now
        if state == "snoozed" and until <= now:
            state = "open"
        if state in ("open", "snoozed") and card.expires_at <= now:
            state = "expired"
        assert card.status == state


def check_figures(session: Session, now: datetime) -> None:
    """Count conversion and coverage once more, row by row."""
    seen: dict[tuple[str | None, str | None, str | None], list[datetime]] = {}
    for decision, candidate in session.exec(
        select(Decision, DecisionCandidate).where(
            col(DecisionCandidate.decision_id) == col(Decision.decision_id),
            col(DecisionCandidate.is_eligible),
        )
    ).all():
        key = (candidate.account_id, candidate.asset_id, candidate.play)
        seen.setdefault(key, []).append(decision.decided_at)
    reversed_ids = set(
        session.exec(select(OfferEvent.offer_id).where(col(OfferEvent.event) == "reversed")).all()
    )
    accepted = {
        key
        for event in session.exec(select(OfferEvent).where(col(OfferEvent.event) == "accepted")).all()
        for key in [(event.account_id, event.asset_id, event.play)]
        if event.offer_id not in reversed_ids
        and any(0 <= (event.occurred_at.date() - at.date()).days <= 90 for at in seen[key])
    }
    total = report(session, "conversion", now=now).total
    assert (total.numerator, total.denominator) == (len(accepted), len(seen))
    coverage = report(session, "coverage", now=now).total
    assert (coverage.numerator, coverage.denominator) == (len(_find_covered(session, now.date())), 2)


def _find_covered(session: Session, day: date) -> set[str | None]:
    """The machines that a current contract line covers on the day; what we cancelled ended on that day."""
    cancelled = {
        event.offer_id: event.occurred_at.date()
        for event in session.exec(select(OfferEvent).where(col(OfferEvent.event) == "cancelled")).all()
    }
    covered: set[str | None] = set()
    for line in session.exec(select(ContractLine).where(current(ContractLine))).all():
        # The one contract that was imported at first says its dates in its header: 12 April 2025 to 11 April 2026.
        starts, ends = line.start_date or date(2025, 4, 12), line.end_date or date(2026, 4, 11)
        ended_on = cancelled.get(line.offer_id or "", day + DAY) if line.source == "own" else day + DAY
        if starts <= day <= ends and ended_on > day:
            covered.add(line.asset_id)
    return covered


def check_past_figures(session: Session, account: Account, now: datetime) -> None:
    """Print the reports of days that are over again: they say what they said."""
    for (metric, day), figures in account.figures.items():
        total = report(session, metric, as_of=day, now=now).total
        assert (total.numerator, total.denominator) == figures, f"{metric} of {day} has changed"


def check_replays(session: Session) -> None:
    """Make every decision again from what it was made from: the same comes out."""
    for decision_id in session.exec(select(Decision.decision_id)).all():
        assert replay(session, decision_id, reader=OPERATOR).differences == ()
