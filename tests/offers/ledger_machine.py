"""Calls, clicks, retries, crashes, imports and time at the small company, one after the other, as it comes.

Beside the ledger's own account the machine keeps a plain one of its own: who has bought what, which price holds, what
was imported. Whatever happens, both have to agree; `ledger_checks` says in what.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import strategies as st
from sqlalchemy import Engine, event
from sqlmodel import Session, col, select

from bot.database import build_read_scope, build_session_scope
from offers.conditions import Conditions
from offers.deciding.proposals import propose, propose_bundles
from offers.errors import (
    DiscountNotYours,
    DiscountTooHigh,
    NobodyMayApprove,
    NotYourAccount,
    OfferNotAccepted,
    SaleNotYours,
    SaleStepRefused,
    ServiceNotReturnable,
    UnknownAsset,
    UnknownOffer,
)
from offers.ledger import Accepted, AcceptResult, AlreadyAccepted, Refreshed, accept
from offers.models import ContractLine
from offers.sales.agreements import Agreement
from offers.sales.cards import OfferCard
from offers.sales.discounts import Asked, Decided, ask_for_discount, decide_discount
from offers.sales.fulfilment import Notice, SaleStep, book, cancel, record_return, reverse
from offers.sales.reactions import decline, mark_viewed, snooze
from tests.offers.company import NOW, load
from tests.offers.conftest import person
from tests.offers.ledger_checks import (
    Account,
    check_figures,
    check_past_figures,
    check_replays,
    check_rows,
    count_written,
    dump,
)

T = TypeVar("T")

PEOPLE = ["UTECH", "UTECH", "UTECH2", "UMGR", "UPART1", "UPART2"]
OWN_ACCOUNT = {"UPART1": "A-1", "UPART2": "A-2"}
STEPS = {"book": book, "cancel": cancel, "return": record_return, "reverse": reverse}


@dataclass(frozen=True)
class Step:
    """What happens next, to the `number`-th last offer or sale. It dies before its `dies_at`-th statement, 0: never."""

    what: str
    who: str
    number: int
    days: int
    dies_at: int
    discount_bps: int | None
    clicks: int


# Often where something may be lost, seldom where little can happen; the first is what a story is shortened to.
WHAT = {
    "nothing": 1,
    "M-CHILL": 2,
    "M-ROOF": 2,
    "bundle": 1,
    "click": 6,
    "import": 3,
    "book": 1,
    "cancel": 1,
    "return": 1,
    "reverse": 2,
    "decline": 1,
    "snooze": 1,
    "view": 1,
    "approve": 2,
    "refuse": 1,
    "dearer": 1,
    "cheaper": 1,
    "escalate": 2,
    "calm": 1,
}
# An operation is some 5 to 60 statements long.
DIES_AT = st.sampled_from([0, 0, 0, 0, *range(3, 60, 3)])
STEP = st.builds(
    Step,
    what=st.sampled_from([what for what, weight in WHAT.items() for _ in range(weight)]),
    who=st.sampled_from(PEOPLE),
    number=st.sampled_from([0, 0, 0, 1, 2]),
    days=st.sampled_from([0, 0, 0, 0, 0, 0, 0, 1, 20, 100]),
    dies_at=DIES_AT,
    discount_bps=st.sampled_from([None, None, None, 0, 300, 900]),
    clicks=st.integers(1, 2),
)
# How a story may begin, so that there is something to lose.
BEGINNINGS = (
    ["M-ROOF", "click", "cancel"],
    ["M-ROOF", "approve", "click"],
    ["M-ROOF", "dearer", "click"],
    ["M-ROOF", "click", "import"],
    ["M-CHILL", "click", "reverse"],
    ["M-CHILL", "escalate", "click"],
    ["bundle", "click", "return"],
    ["M-ROOF", "bundle", "click", "click"],
)


def begin(story: tuple[list[str], int, int | None, list[Step]]) -> list[Step]:
    """Return the steps of a story, those of its beginning taken by the manager."""
    beginning, dies_at, discount_bps, steps = story
    return [*(Step(what, "UMGR", 0, 0, dies_at, discount_bps, 2) for what in beginning), *steps]


STORIES = st.tuples(
    st.sampled_from(BEGINNINGS),
    DIES_AT,
    st.sampled_from([None, 300]),
    st.lists(STEP, min_size=6, max_size=16),
).map(begin)


class Crash(BaseException):
    """The process is gone: nobody may catch it."""


class LedgerMachine:
    """The small company in a database of its own."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine, self.folder = engine, folder
        self.scope, self.read_scope = build_session_scope(engine), build_read_scope(engine)
        self.now = NOW
        self.files = 0
        self.cards: list[OfferCard] = []
        self.clicks: dict[str, Callable[[Session], AcceptResult]] = {}
        self.account = Account()
        self.figured: tuple[object, ...] = ()

    def play(self, steps: Sequence[Step]) -> None:
        """Let everything happen, and check after each step and at the end."""
        for step in steps:
            self.take(step)
        with self.read_scope() as session:
            check_past_figures(session, self.account, self.now)
            check_replays(session)

    def take(self, step: Step) -> None:
        """Let one thing happen, where it can, and check."""
        self.happen(step)
        with self.read_scope() as session:
            self.check(session)

    def happen(self, step: Step) -> None:
        """Let one thing happen, where it can."""
        if step.days:
            with self.read_scope() as session:
                self.account.remember_figures(session, self.now)
            self.now += timedelta(days=step.days)
        self.now += timedelta(minutes=1)
        if step.what in ("M-CHILL", "M-ROOF", "bundle"):
            self._show(step)
        elif step.what in ("click", "decline", "snooze", "view", "approve", "refuse") and self.cards:
            {"click": self._click, "approve": self._discount, "refuse": self._discount}.get(
                step.what, self._react
            )(step)
        elif step.what in STEPS and self.account.sold:
            self._follow(step)
        elif step.what == "import":
            self._import(step)
        elif step.what in ("dearer", "cheaper"):
            self._reprice(step)
        elif step.what in ("escalate", "calm"):
            self._escalate(is_escalated=step.what == "escalate")

    def check(self, session: Session) -> None:
        """Compare the rows and the figures with what had to come of everything so far."""
        check_rows(session, self.account, self.now)
        written = self.now.date(), *count_written(session)
        if written != self.figured:
            check_figures(session, self.now)
        self.figured = written

    def _show(self, step: Step) -> None:
        """Let a call end with an offer for a machine, or somebody ask for bundles."""
        what, who, now = step.what, step.who, self.now
        account_id = OWN_ACCOUNT.get(who, "A-2")

        def call(session: Session) -> tuple[OfferCard, ...]:
            actor = person(session, who)
            if what != "bundle":
                found = propose(session, asset_id=what, person=actor, now=now, thread_ref=None).offer
                return (found,) if found is not None else ()
            if actor.is_external:
                other = {"A-1": "A-2", "A-2": "A-1"}[account_id]
                with pytest.raises(NotYourAccount):
                    propose_bundles(session, account_id=other, person=actor, now=now, thread_ref=None)
            bundles = propose_bundles(session, account_id=account_id, person=actor, now=now, thread_ref=None)
            return bundles.offers

        try:
            found = self._perform(call, step.dies_at)
        except UnknownAsset:
            assert {"M-CHILL": "A-1", "M-ROOF": "A-2"}[what] != OWN_ACCOUNT[who]
            return
        for card in found:
            assert not self._is_barred(card)
            self._keep(card)

    def _click(self, step: Step) -> None:
        """Accept, with one click or two; the card may be long out of date."""
        card, who, now, discount_bps = self._card(step), step.who, self.now, step.discount_bps

        def call(session: Session) -> AcceptResult:
            return accept(
                session,
                card.offer_id,
                version=card.version,
                person=person(session, who),
                now=now,
                idempotency_key=who,
                agreement=Agreement(discount_bps=discount_bps),
            )

        for _ in range(step.clicks):
            try:
                result = self._perform(call, step.dies_at)
            except UnknownOffer:
                assert OWN_ACCOUNT.get(who, card.account_id) != card.account_id
                return
            except DiscountTooHigh:
                assert discount_bps == 900
                assert who != "UMGR"
                continue
            self._note(result, card, step)
            if isinstance(result, Accepted):
                self.clicks[card.offer_id] = call

    def _react(self, step: Step) -> None:
        card, who, what, now = self._card(step), step.who, step.what, self.now

        def call(session: Session) -> OfferCard:
            actor, offer_id = person(session, who), card.offer_id
            if what == "decline":
                return decline(
                    session, offer_id, reason="no_need", person=actor, now=now, idempotency_key="k"
                )
            if what == "snooze":
                until = now + timedelta(days=7)
                return snooze(session, offer_id, person=actor, now=now, until=until, idempotency_key="k")
            return mark_viewed(session, offer_id, person=actor, now=now)

        try:
            self._perform(call, step.dies_at)
        except UnknownOffer:
            assert OWN_ACCOUNT.get(who, card.account_id) != card.account_id

    def _discount(self, step: Step) -> None:
        """Ask for more discount than one may give, and let the manager decide."""
        card, now, bps = self._card(step), self.now, 800 * step.clicks
        agreement = Agreement(discount_bps=bps)

        def ask(session: Session) -> object:
            actor = person(session, "UTECH")
            return ask_for_discount(
                session,
                card.offer_id,
                version=card.version,
                agreement=agreement,
                reason="They order three more",
                card_ref=None,
                person=actor,
                now=now,
            )

        try:
            asked = self._perform(ask, step.dies_at)
        except NobodyMayApprove:
            return
        if isinstance(asked, Refreshed):
            self._keep(asked.card)
        if not isinstance(asked, Asked):
            return
        assert card.version == self.account.newest[card.offer_id]

        def decide(session: Session) -> object:
            actor = person(session, "UMGR")
            return decide_discount(
                session,
                asked.request.request_id,
                is_approved=step.what == "approve",
                reason=None,
                person=actor,
                now=now,
                conditions=Conditions(),
            )

        try:
            decided = self._perform(decide, step.dies_at)
        except DiscountNotYours:
            return
        if isinstance(decided, Decided) and decided.request.decision == "approved":
            assert decided.request.card.version == card.version + 1
            assert decided.request.card.discount_bps == bps
            self._keep(decided.request.card)

    def _follow(self, step: Step) -> None:
        """Let something become of a sale, mostly by somebody who may."""
        sold = sorted(self.account.sold, key=lambda one: (self.account.has_ended(one), one))
        offer_id, now = sold[step.number % len(sold)], self.now
        who = step.who if step.number == 2 else "UMGR"

        def call(session: Session) -> SaleStep:
            notice = Notice(person(session, who), now, "same", reason="asked for")
            return STEPS[step.what](session, offer_id, notice)

        try:
            done = self._perform(call, step.dies_at)
            again = self._perform(call, 0)
        except (UnknownOffer, OfferNotAccepted, SaleNotYours, SaleStepRefused, ServiceNotReturnable):
            return
        # The click that sold it comes in once more, late: nothing is sold by that.
        assert isinstance(self._perform(self.clicks[offer_id], 0), AlreadyAccepted)
        assert not again.is_new
        assert done.is_new or self.account.steps[offer_id, done.event.value] or step.what == "book"
        self.account.steps[offer_id, done.event.value] += done.is_new

    def _import(self, step: Step) -> None:
        """The CRM's export brings a sale back with the `offer_id`, under ids of its own: the first time or again."""
        sold = [one for one in sorted(self.account.sold) if not self.account.has_ended(one)]
        if not sold:
            return
        sale, now, dies_at = self.account.sold[sold[step.number % len(sold)]], self.now, step.dies_at
        for kind, rows in sale.export().items():
            before = self._dump()
            if dies_at:
                try:
                    with _dying(self.engine, dies_at):
                        self._load(kind, rows, now)
                except Crash:
                    assert self._dump() == before, "of a file that was cut off something stands"
            self._load(kind, rows, now)
            after = self._dump()
            self._load(kind, rows, now)
            assert self._dump(but="offers_audit_entry") == {
                name: rows for name, rows in after.items() if name != "offers_audit_entry"
            }
        self.account.imported.add(sale.offer_id)

    def _reprice(self, step: Step) -> None:
        """The price list changes from the next day on."""
        sku, change = ("BUN", "CARE")[step.clicks - 1], {"dearer": 2_500, "cheaper": -5_000}[step.what]
        self.take(replace(step, what="nothing", days=1))
        self.account.prices[sku] += change
        entry = {
            "pricebook": "standard",
            "sku": sku,
            "currency": "EUR",
            "unit_price": str(Decimal(self.account.prices[sku]) / 100),
            "valid_from": self.now.date().isoformat(),
        }
        self._load("pricebook", [entry], self.now)

    def _escalate(self, *, is_escalated: bool) -> None:
        case = {
            "case_id": "K-1",
            "account_id": "A-1",
            "opened_at": NOW.isoformat(),
            "closed_at": "" if is_escalated else self.now.isoformat(),
            "is_escalated": "true",
        }
        self._load("cases", [case], self.now)
        self.account.is_escalated = is_escalated

    def _card(self, step: Step) -> OfferCard:
        """Return a card that was shown, the newest for 0; those of sales come after all others."""
        newest_first = self.cards[::-1]
        newest_first.sort(key=lambda card: card.offer_id in self.account.sold)
        return newest_first[step.number % len(newest_first)]

    def _keep(self, card: OfferCard) -> None:
        self.cards.append(card)
        self.account.newest[card.offer_id] = card.version

    def _is_barred(self, card: OfferCard) -> bool:
        return self.account.is_escalated and card.account_id == "A-1"

    def _note(self, result: AcceptResult, clicked: OfferCard, step: Step) -> None:
        """Compare what came of a click with what had to, and write it down."""
        offer_id = clicked.offer_id
        assert isinstance(result, AlreadyAccepted) == (offer_id in self.account.sold)
        if isinstance(result, Refreshed):
            self._keep(result.card)
        if not isinstance(result, Accepted):
            return
        assert not self._is_barred(clicked)
        assert clicked.version == self.account.newest[offer_id]
        assert clicked.expires_at > self.now
        listed = self.account.prices[clicked.sku]
        bps = clicked.discount_bps if step.discount_bps is None else step.discount_bps
        # What was approved holds; else a manager may give 20 %, everybody else 5.
        assert bps <= max(clicked.discount_bps, 2_000 if step.who == "UMGR" else 500)
        # Half up, on whole cents: no price here is so that a share of it lies between two.
        assert result.card.price.amount_minor == listed - (listed * bps + 5_000) // 10_000
        self.account.newest[offer_id] = result.card.version
        with self.read_scope() as session:
            lines = session.exec(select(ContractLine).where(col(ContractLine.offer_id) == offer_id)).all()
        self.account.sell(result.card, lines, self.now)

    def _perform(self, call: Callable[[Session], T], dies_at: int) -> T:
        """Do it in a transaction; one that dies on the way leaves nothing, and is tried again."""
        if dies_at:
            before = self._dump()
            try:
                with _dying(self.engine, dies_at), self.scope() as session:
                    return call(session)
            except Crash:
                assert self._dump() == before, "of what was cut off something stands"
        with self.scope() as session:
            return call(session)

    def _dump(self, *, but: str | None = None) -> dict[str, list[tuple[object, ...]]]:
        with self.read_scope() as session:
            return dump(session, but=but)

    def _load(self, kind: str, rows: list[dict[str, object]], now: datetime) -> None:
        self.files += 1
        load(self.scope, self.folder / str(self.files), {kind: rows}, recorded_at=now)


@contextmanager
def _dying(engine: Engine, at: int) -> Iterator[None]:
    """Crash before the `at`-th statement from here on, of which a commit is one; not at all where there are fewer."""
    left = at

    def step(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Crash

    for moment in ("before_cursor_execute", "commit"):
        event.listen(engine, moment, step)
    try:
        yield
    finally:
        for moment in ("before_cursor_execute", "commit"):
            event.remove(engine, moment, step)
