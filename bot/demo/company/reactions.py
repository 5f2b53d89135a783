"""How customers reacted to offers: a simulation whose true acceptance rates are known."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from bot.demo.company.books import Books
from bot.demo.company.days import HISTORY_DAYS, WORKDAY_MINUTES, after_work, moment_on
from bot.demo.company.price_list import PRODUCT_BY_SKU
from bot.demo.company.rows import Asset, OfferEvent, Person
from bot.demo.company.staff import people_of_partner, technicians_of
from bot.demo.company.summaries import SUMMARIES

TRUE_RATES: Mapping[tuple[str, str], float] = {
    ("renewal", "Aurora"): 0.54,
    ("renewal", "Boreal"): 0.46,
    ("renewal", "Cirro"): 0.50,
    ("renewal", "Delta"): 0.42,
    ("coverage_gap", "Aurora"): 0.20,
    ("coverage_gap", "Boreal"): 0.18,
    ("coverage_gap", "Cirro"): 0.16,
    ("coverage_gap", "Delta"): 0.16,
    ("warranty_end", "Aurora"): 0.30,
    ("warranty_end", "Boreal"): 0.26,
    ("warranty_end", "Cirro"): 0.28,
    ("warranty_end", "Delta"): 0.20,
    ("add_on", "Aurora"): 0.20,
    ("add_on", "Boreal"): 0.24,
    ("add_on", "Cirro"): 0.22,
    ("add_on", "Delta"): 0.26,
    ("bundle", "Boreal"): 0.44,
    ("bundle", "Cirro"): 0.5,
    ("upgrade", "Aurora"): 0.12,
    ("upgrade", "Cirro"): 0.14,
    ("win_back", "Aurora"): 0.14,
    ("win_back", "Boreal"): 0.12,
    ("win_back", "Cirro"): 0.12,
    ("win_back", "Delta"): 0.10,
}
"""By play and family of the machine: the probability that an offer, once surfaced, is accepted."""

LAST_SURFACED_DAYS = 21
"""The latest surfacing lies this many days back, so that every reaction has come by yesterday."""

_REFUSALS = (
    ("too_expensive", 34),
    ("no_need", 22),
    ("budget_later", 20),
    ("has_alternative", 10),
    ("not_decision_maker", 10),
    ("bad_service", 4),
)
_SHARE_CANCELLED = 0.12


@dataclass(frozen=True, slots=True)
class Reaction:
    """What came of an offer. `undone_at` says when an accepted one was cancelled or sent back."""

    offer_id: str
    is_accepted: bool
    decided_at: datetime
    undone_at: datetime | None = None


def first_offer_day(books: Books) -> date:
    """Return the first day of the history of reactions."""
    return books.today - timedelta(days=HISTORY_DAYS - 1)


def last_offer_day(books: Books) -> date:
    """Return the last day on which the history has an offer surfaced."""
    return books.today - timedelta(days=LAST_SURFACED_DAYS)


def present_offer(
    books: Books, rng: Random, asset: Asset, *, play: str, sku: str, day: date
) -> Reaction | None:
    """Surface an offer on the day and write every event that followed.

    None when it was not made: outside the history, or while an escalated case was open.
    """
    if not first_offer_day(books) <= day <= last_offer_day(books):
        return None
    if books.is_escalated(asset.account_id, day):
        return None
    person = choose_visitor(books, rng, asset)
    ledger = _OfferLedger(books, rng, asset, play=play, sku=sku, day=day, person=person)
    family = str(PRODUCT_BY_SKU[asset.sku].family)
    return ledger.accept() if rng.random() < TRUE_RATES[play, family] else ledger.refuse()


def choose_visitor(books: Books, rng: Random, asset: Asset) -> Person:
    """Return who goes to the machine: one of the partner that services it, else an own technician."""
    if asset.serviced_by_partner_id is not None:
        return rng.choice(people_of_partner(asset.serviced_by_partner_id))
    return rng.choice(technicians_of(books.accounts[asset.account_id].region))


class _OfferLedger:
    """The events of one offer, from its surfacing on."""

    def __init__(
        self, books: Books, rng: Random, asset: Asset, *, play: str, sku: str, day: date, person: Person
    ) -> None:
        self._books, self._rng, self._asset = books, rng, asset
        self._play, self._sku, self._person = play, sku, person
        self._currency = books.currency_of(asset.account_id)
        self._amount = books.prices.price_on(sku, self._currency, day)
        self._offer_id = books.next_number("OF-H")
        self._work_order_id = self._find_visit(day) if rng.random() < 0.7 else None
        self._surfaced_at = moment_on(rng, day)
        self._write("surfaced", self._surfaced_at)

    def _find_visit(self, day: date) -> str:
        family = str(PRODUCT_BY_SKU[self._asset.sku].family)
        kind = self._rng.choice(("repair", "maintenance", "inspection"))
        order = self._books.add_work_order(
            self._rng,
            self._asset,
            day,
            kind=kind,
            priority="normal",
            summary=self._rng.choice(SUMMARIES[family][kind]),
            technician_id=self._person.person_id,
        )
        return order.work_order_id

    def accept(self) -> Reaction:
        """Write that it was viewed, accepted and booked, and sometimes cancelled or sent back later."""
        viewed_at = after_work(self._surfaced_at, minutes=self._rng.randint(1, 240))
        decided_at = after_work(viewed_at, minutes=self._rng.randint(1, 5 * WORKDAY_MINUTES))
        booked_at = after_work(decided_at, minutes=self._rng.randint(60, 2 * WORKDAY_MINUTES))
        self._write("viewed", viewed_at)
        self._write("accepted", decided_at)
        self._write("booked", booked_at)
        undone_at = None
        if self._rng.random() < _SHARE_CANCELLED:
            undone_at = booked_at + timedelta(days=self._rng.randint(1, 10))
            is_goods = PRODUCT_BY_SKU[self._sku].kind in ("attach", "core")
            self._write("returned" if is_goods else "cancelled", undone_at)
        return Reaction(self._offer_id, True, decided_at, undone_at)

    def refuse(self) -> Reaction:
        """Write that it was declined, put off, or left until it expired."""
        end = self._rng.choices(("declined", "snoozed", "expired"), weights=(55, 20, 25))[0]
        viewed_at = after_work(self._surfaced_at, minutes=self._rng.randint(1, 240))
        if end != "expired" or self._rng.random() < 0.5:
            self._write("viewed", viewed_at)
        decided_at = after_work(viewed_at, minutes=self._rng.randint(1, 3 * WORKDAY_MINUTES))
        if end == "expired":
            decided_at = self._surfaced_at + timedelta(days=14)
        reason = None
        if end == "declined":
            words, weights = zip(*_REFUSALS, strict=True)
            reason = self._rng.choices(words, weights=weights)[0]
        self._write(end, decided_at, reason=reason)
        return Reaction(self._offer_id, False, decided_at)

    def _write(self, event: str, at: datetime, *, reason: str | None = None) -> None:
        self._books.offer_events.append(
            OfferEvent(
                event_id=self._books.next_number("EV-H"),
                offer_id=self._offer_id,
                rule_id=f"{self._play.replace('_', '-')}-standard",
                play=self._play,
                event=event,
                account_id=self._asset.account_id,
                asset_id=self._asset.asset_id,
                person_id=self._person.person_id,
                partner_id=self._person.partner_id,
                work_order_id=self._work_order_id,
                occurred_at=at,
                recorded_at=at + timedelta(seconds=self._rng.randint(1, 90)),
                reason=reason,
                amount=self._amount,
                currency=self._currency,
            )
        )
