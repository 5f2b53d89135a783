"""Companies of a market whose true rates are known, one in each month, in the tables that figures are made of.

Every account is considered once in its company's month. By the product's own draw it is held out or offered something;
it buys by itself with `Truth.alone`, and beside that with the market's rate where it was offered. Its contract is
cancelled, or runs a century and is renewed, with rates of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random
from statistics import mean
from typing import Any

from scipy.stats import binom
from sqlmodel import Session, SQLModel

from offers.metrics.figures import Figure
from offers.metrics.periods import month_end
from offers.models import Account, ContractLine, Decision, OfferEvent, OrderLine, Product, ServiceContract
from offers.playbook.experiment import is_held_out
from offers.playbook.policy import Policy
from offers.reporting import report
from offers.tables.writing import write_rows
from offers.vocabulary import Play
from tests.benchmarks.market import FAMILIES, SEGMENTS, draw_market

NOW = datetime(2150, 1, 1, tzinfo=UTC)
FIRST_YEAR, TERM_YEARS = 1900, 100
ONCE_IN_A_MILLION = 1e-6
_RECORDED = datetime(1899, 1, 1, tzinfo=UTC)
HELD_OUT = 0.4
_POLICY = Policy(hold_out_share=HELD_OUT)


@dataclass(frozen=True, slots=True)
class Truth:
    """The true rates, 0..1: of buying `alone`, of saying yes to an offer, of cancelling, of renewing."""

    alone: float
    accepting: float
    cancelling: float
    renewing: float

    @property
    def increment(self) -> float:
        """How many more buy because they are offered something."""
        return (1 - self.alone) * self.accepting


def month_of(company: int) -> tuple[date, date]:
    """Return the first and the last day of a company's month."""
    first = date(FIRST_YEAR + company // 12, company % 12 + 1, 1)
    return first, month_end(first)


def write_companies(session: Session, *, companies: int, accounts: int, works: bool, seed: int) -> Truth:
    """Write the companies; with an offer that doesn't work nobody says yes to one. Returns what is true of each."""
    rng = Random(f"{seed} companies")
    rates = draw_market(seed, are_rates_equal=False).rates
    parts = [rates[Play.ADD_ON, family, segment] for family in FAMILIES for segment in SEGMENTS]
    truth = Truth(0.15, mean(parts) if works else 0.0, 0.12, 0.7)
    write_rows(session, Product, _row(Product, sku="GATE", name="Gateway", kind="attach"))
    for company in range(companies):
        written: dict[type[SQLModel], list[dict[str, Any]]] = {}
        for number in range(accounts):
            accepting = rng.choice(parts) if works else 0.0
            for model, row in _live(
                rng, f"{seed}-{company}-{number}", month_of(company)[0], truth, accepting
            ):
                written.setdefault(model, []).append(row)
        for model, rows in written.items():
            write_rows(session, model, *rows)
    return truth


def _live(
    rng: Random, account_id: str, day: date, truth: Truth, accepting: float
) -> Iterator[tuple[type[SQLModel], dict[str, Any]]]:
    """Yield what is written of one account."""
    at = datetime(day.year, day.month, 15, 12, tzinfo=UTC)
    held_out = is_held_out(account_id, _POLICY)
    yield Account, _row(Account, account_id=account_id, name=account_id)
    yield Decision, _row(
        Decision, decision_id=account_id, decided_at=at, account_id=account_id, policy_version="test",
        experiment="1", is_held_out=held_out,
    )  # fmt: skip
    says_yes = not held_out and rng.random() < accepting
    for event in ("surfaced", "accepted") if says_yes else () if held_out else ("surfaced",):
        yield OfferEvent, _row(
            OfferEvent, event_id=f"{account_id}-{event}", offer_id=account_id, event=event, account_id=account_id,
            play="add_on", occurred_at=at, idempotency_key=f"{account_id}-{event}",
        )  # fmt: skip
    if says_yes or rng.random() < truth.alone:
        yield OrderLine, _row(
            OrderLine, order_line_id=account_id, order_id=account_id, account_id=account_id, sku="GATE", quantity=1,
            ordered_at=at + timedelta(days=20),
        )  # fmt: skip
    yield from _contract(rng, account_id, at, truth)


def _contract(
    rng: Random, account_id: str, at: datetime, truth: Truth
) -> Iterator[tuple[type[SQLModel], dict[str, Any]]]:
    end = at.replace(year=at.year + TERM_YEARS)
    is_cancelled, is_renewed = rng.random() < truth.cancelling, rng.random() < truth.renewing
    terms: list[tuple[str, datetime, date | None, str | None]] = [(account_id, at, end.date(), None)]
    if is_renewed and not is_cancelled:
        terms.append((f"{account_id}-next", end, None, account_id))
    for name, first, last, before in terms:
        gone = is_cancelled and before is None
        yield ServiceContract, _row(
            ServiceContract, contract_id=name, account_id=account_id, start_date=first.date(), end_date=last,
            status="cancelled" if gone else "active", cancelled_on=first.date() + timedelta(days=30) if gone else None,
        )  # fmt: skip
        yield ContractLine, _row(
            ContractLine, contract_line_id=name, contract_id=name, sku="CARE", booked_at=first,
            predecessor_line_id=before,
        )  # fmt: skip


def _row(model: type[SQLModel], **cells: Any) -> dict[str, Any]:
    """Return a row with the model's own defaults for what isn't said."""
    return {**_defaults(model), **cells}


@cache
def _defaults(model: type[SQLModel]) -> dict[str, Any]:
    known = {
        name: None if field.is_required() else field.get_default(call_default_factory=True)
        for name, field in model.model_fields.items()
        if name != "row_id"
    }
    return known | ({"recorded_at": _RECORDED} if "recorded_at" in known else {})


def read_increments(session: Session, companies: int) -> list[Figure]:
    """Return each company's increment as the report says it."""
    windows = [month_of(company) for company in range(companies)]
    return [
        report(session, "incremental_attach", date_from=first, date_to=last, now=NOW).total
        for first, last in windows
    ]


def read_by_month(session: Session, metric: str, companies: int, *, years_later: int = 0) -> list[Figure]:
    """Return each company's rate of a metric, of so many years after its month."""
    last = month_of(companies - 1)[1]
    rows = report(
        session, metric, by=("month",), now=NOW,
        date_from=date(FIRST_YEAR + years_later, 1, 1), date_to=last.replace(year=last.year + years_later, day=28),
    ).rows  # fmt: skip
    return list(rows)


def spread_of(rate: float, tries: float) -> float:
    """Return the standard deviation of a proportion; a tenth more, as how many tries there are varies a little."""
    return 1.1 * float((rate * (1 - rate) / tries) ** 0.5)


def spread_of_increment(truth: Truth, accounts: int) -> float:
    """Return the standard deviation of the difference between a company's arms."""
    offered = spread_of(truth.alone + truth.increment, (1 - HELD_OUT) * accounts)
    held_out = spread_of(truth.alone, HELD_OUT * accounts)
    return float((offered**2 + held_out**2) ** 0.5)


def assert_recovered(figures: Sequence[Figure], truth: float, *, spread: float) -> None:
    """Assert that the intervals hold the truth about as often as they say, and the rates are right in the mean.

    The bounds are those of the exact binomial of intervals that hold it in 93 % to 97 % of all cases, each passed by
    chance once in a million; a score interval's own share moves that much with the rate (Newcombe 1998).

    Args:
        spread: The standard deviation of one company's rate in truth.
    """
    held = sum(
        one.low is not None and one.high is not None and one.low <= truth <= one.high for one in figures
    )
    count = len(figures)
    low, high = binom.ppf(ONCE_IN_A_MILLION, count, 0.93), binom.ppf(1 - ONCE_IN_A_MILLION, count, 0.97)
    assert low <= held <= high, (held, count)
    average = mean(one.rate for one in figures if one.rate is not None)
    # Five standard errors: one time in two million.
    assert abs(average - truth) <= 5 * spread / count**0.5, (average, truth)
