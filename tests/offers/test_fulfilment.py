"""What becomes of a sale after its acceptance, on both databases: events, rows, messages and figures."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from offers.deciding.proposals import get_offer, propose, propose_bundles
from offers.errors import (
    OfferError,
    OfferNotAccepted,
    ReasonUnusable,
    SaleNotYours,
    SaleStepRefused,
    ServiceNotReturnable,
    StepBeforeSale,
    UnknownOffer,
)
from offers.ledger import AlreadyAccepted
from offers.models import (
    Asset,
    AuditEntry,
    ContractLine,
    OfferEvent,
    OrderLine,
    OutboxMessage,
    ServiceContract,
)
from offers.reporting import report
from offers.sales.cards import OfferCard
from offers.sales.conversions import get_conversion
from offers.sales.fulfilment import Notice, SaleStep, book, cancel, list_steps, record_return, reverse
from offers.tables.versions import current
from offers.vocabulary import OfferEventType, Origin
from tests.offers.company import NOW, load
from tests.offers.conftest import Store, person
from tests.offers.test_ledger import LATER, click, surface

NEXT_DAY = LATER + timedelta(days=1)
Step = Callable[[Session, str, Notice], SaleStep]


def sell(store: Store, asset_id: str = "M-ROOF") -> OfferCard:
    """Surface the offer for a machine and accept it at `LATER`; the rooftop unit has no contract before."""
    card = surface(store, asset_id)
    click(store, card)
    return card


def sell_bundle(store: Store) -> OfferCard:
    """Accept the bundle of a service and a gateway for the rooftop unit, as its partner."""
    with store.scope() as session:
        card = propose_bundles(
            session, account_id="A-2", person=person(session, "UPART2"), now=NOW, thread_ref=None
        ).offers[0]
    click(store, card, "UPART2")
    return card


def take(
    store: Store, step: Step, card: OfferCard, *, by: str = "UMGR", now: datetime = NEXT_DAY, **facts: object
) -> SaleStep:
    with store.scope() as session:
        notice = Notice(person(session, by), now, "k1", reason="asked for", origin=Origin.HOME)
        return step(session, card.offer_id, replace(notice, **facts))  # type: ignore[arg-type]


def covered(store: Store, day: date, *, now: datetime = NEXT_DAY) -> tuple[int, int]:
    with store.scope() as session:
        total = report(session, "coverage", as_of=day, now=now).total
    return total.numerator, total.denominator


def conversion(store: Store, *, now: datetime = NEXT_DAY) -> tuple[int, int]:
    with store.scope() as session:
        total = report(session, "conversion", now=now).total
    return total.numerator, total.denominator


def events(session: Session, card: OfferCard) -> list[str]:
    found = session.exec(
        select(OfferEvent.event)
        .where(col(OfferEvent.offer_id) == card.offer_id, current(OfferEvent))
        .order_by(col(OfferEvent.row_id))
    )
    return list(found.all())


def test_a_booked_sale_changes_no_row_and_is_told_once(company: Store) -> None:
    card = sell(company)
    step = take(company, book, card, by="UTECH", reason=None)
    assert (step.is_new, step.changed, step.left_to_crm) == (True, (), ())
    again = take(company, book, card, idempotency_key="another")
    assert (again.is_new, again.occurred_at) == (False, NEXT_DAY)
    with company.scope() as session:
        assert events(session, card) == ["surfaced", "accepted", "booked"]
        topics = session.exec(select(OutboxMessage.topic).order_by(col(OutboxMessage.row_id))).all()
        assert topics == ["offer.accepted", "offer.booked"]
        (entry,) = session.exec(select(AuditEntry).where(col(AuditEntry.action) == "offer.booked")).all()
        assert (entry.person_id, entry.subject_id, entry.origin) == ("T-1", card.offer_id, "home")


def test_a_cancelled_sale_covers_until_the_day_and_its_history_stays(company: Store) -> None:
    card = sell(company)
    # Before the sale one of the two machines is covered; the sale covers the second.
    assert covered(company, LATER.date()) == (2, 2)
    step = take(company, cancel, card)
    assert step.is_new
    assert covered(company, NEXT_DAY.date()) == (1, 2)
    assert covered(company, LATER.date()) == (2, 2)
    with company.scope() as session:
        contract = session.exec(
            select(ServiceContract).where(col(ServiceContract.contract_id) == step.changed[0])
        ).all()
        assert [(one.status, one.cancelled_on, one.superseded_at) for one in contract] == [
            ("active", None, NEXT_DAY),
            ("cancelled", NEXT_DAY.date(), None),
        ]
        assert get_offer(session, card.offer_id, reader=person(session, "UTECH")).status == "cancelled"
    # It was accepted all the same: one of the three plays that fitted the machine.
    assert conversion(company) == (1, 3)


def test_a_reversed_sale_covers_nothing_and_is_no_conversion(company: Store) -> None:
    before = conversion(company)
    card = sell(company)
    assert conversion(company) == (1, 3)
    step = take(company, reverse, card)
    assert len(step.changed) == 3  # The order line, the contract line, the contract.
    assert covered(company, NEXT_DAY.date()) == (1, 2)
    assert conversion(company) == (0, 3)
    assert before == (0, 0)
    with company.scope() as session:
        (line,) = session.exec(select(ContractLine).where(col(ContractLine.offer_id) == card.offer_id)).all()
        assert line.superseded_at is not None
        assert events(session, card)[-1] == "reversed"
        assert get_offer(session, card.offer_id, reader=person(session, "UTECH")).status == "reversed"
        (end,) = get_conversion(session, card.offer_id, reader=person(session, "UMGR")).ends
        assert (end.event, end.reason, end.person_name) == ("reversed", "asked for", "Ingrid")


def test_a_reversal_leaves_the_gross_as_it_was_and_restates_the_net(company: Store) -> None:
    def attached(metric: str, *, known: datetime) -> int:
        with company.scope() as session:
            day = known.date()
            return report(session, metric, date_from=LATER.date(), as_of=day, now=known).total.numerator or 0

    card = sell(company)
    assert (attached("units_attach", known=LATER), attached("net_attach", known=LATER)) == (1, 1)
    take(company, reverse, card)
    assert (attached("units_attach", known=NEXT_DAY), attached("net_attach", known=NEXT_DAY)) == (1, 0)
    # What was said the day before is said again.
    assert (attached("units_attach", known=LATER), attached("net_attach", known=LATER)) == (1, 1)
    with company.scope() as session:
        (line,) = session.exec(
            select(OrderLine).where(col(OrderLine.offer_id) == card.offer_id, current(OrderLine))
        ).all()
        assert (line.returned_at, line.returned_quantity) == (NEXT_DAY, line.quantity)


def test_what_was_known_before_a_reversal_can_be_printed_again(company: Store) -> None:
    card = sell(company)
    take(company, reverse, card)
    assert covered(company, LATER.date()) == (2, 2)
    with company.scope() as session:
        earlier = report(session, "conversion", as_of=LATER.date(), now=NEXT_DAY).total
    assert (earlier.numerator, earlier.denominator) == (1, 3)


def test_a_reversed_offer_can_not_be_accepted_again_but_a_new_one_can_be_made(company: Store) -> None:
    card = sell(company)
    take(company, reverse, card)
    assert isinstance(click(company, card, key="k9", now=NEXT_DAY), AlreadyAccepted)
    with company.scope() as session:
        again = propose(
            session, asset_id="M-ROOF", person=person(session, "UTECH"), now=NEXT_DAY, thread_ref="C9:9.9"
        ).offer
    assert again is not None
    assert again.offer_id != card.offer_id


def test_returned_goods_are_on_the_order_line_and_a_bundles_service_goes_on(company: Store) -> None:
    card = sell_bundle(company)
    step = take(company, record_return, card, by="UTECH")
    with company.scope() as session:
        line = session.exec(
            select(OrderLine).where(col(OrderLine.order_line_id) == step.changed[0], current(OrderLine))
        ).one()
        assert (line.returned_at, line.returned_quantity, line.offer_id) == (NEXT_DAY, 1, card.offer_id)
    assert covered(company, NEXT_DAY.date()) == (2, 2)
    take(company, cancel, card)
    assert covered(company, NEXT_DAY.date()) == (1, 2)
    take(company, reverse, card)
    with company.scope() as session:
        assert events(session, card)[-3:] == ["returned", "cancelled", "reversed"]
        ends = get_conversion(session, card.offer_id, reader=person(session, "UMGR")).ends
        assert [end.event for end in ends] == ["returned", "cancelled", "reversed"]


def test_a_service_is_cancelled_and_not_returned(company: Store) -> None:
    card = sell(company)
    with pytest.raises(ServiceNotReturnable):
        take(company, record_return, card)
    with company.scope() as session:
        assert list_steps(session, card.offer_id) == (
            OfferEventType.BOOKED,
            OfferEventType.CANCELLED,
            OfferEventType.REVERSED,
        )


@pytest.mark.parametrize(
    ("first", "then"),
    [(cancel, book), (reverse, book), (reverse, cancel), (reverse, record_return), (record_return, book)],
    ids=lambda step: step.__name__,
)
def test_what_can_not_follow_is_refused_and_writes_nothing(company: Store, first: Step, then: Step) -> None:
    card = sell_bundle(company)
    take(company, first, card)
    with pytest.raises(SaleStepRefused):
        take(company, then, card)
    with company.scope() as session:
        assert len(events(session, card)) == 3
        assert len(session.exec(select(OutboxMessage)).all()) == 2


@pytest.mark.parametrize(
    ("step", "by", "facts", "error"),
    [
        (cancel, "UTECH", {}, SaleNotYours),
        (reverse, "UTECH", {}, SaleNotYours),
        (reverse, "UPART2", {}, SaleNotYours),
        (book, "UPART2", {}, SaleNotYours),
        (cancel, "UPART1", {}, UnknownOffer),
        (reverse, "UMGR", {"reason": None}, ReasonUnusable),
        (reverse, "UMGR", {"reason": "  "}, ReasonUnusable),
        (cancel, "UMGR", {"reason": "x" * 501}, ReasonUnusable),
        (cancel, "UMGR", {"occurred_at": LATER - timedelta(seconds=1)}, StepBeforeSale),
        (cancel, "UMGR", {"occurred_at": NEXT_DAY + timedelta(seconds=1)}, StepBeforeSale),
    ],
)
def test_what_is_not_allowed_writes_nothing(
    company: Store, step: Step, by: str, facts: dict[str, object], error: type[OfferError]
) -> None:
    card = sell(company)
    with pytest.raises(error):
        take(company, step, card, by=by, **facts)
    with company.scope() as session:
        assert events(session, card) == ["surfaced", "accepted"]
    assert covered(company, NEXT_DAY.date()) == (2, 2)


@pytest.mark.parametrize("step", [book, cancel, record_return, reverse], ids=lambda step: step.__name__)
def test_nothing_becomes_of_what_was_never_sold(company: Store, step: Step) -> None:
    card = surface(company)
    with pytest.raises(OfferNotAccepted):
        take(company, step, card)
    with company.scope() as session:
        assert list_steps(session, card.offer_id) == ()


def test_a_step_can_be_dated_back_to_the_sale(company: Store) -> None:
    card = sell(company)
    take(company, cancel, card, now=LATER + timedelta(days=9), occurred_at=LATER + timedelta(days=3))
    day = LATER.date()
    later = LATER + timedelta(days=10)
    # Known since the ninth day: the report of the fourth stays as it was printed.
    assert covered(company, day + timedelta(days=4), now=later) == (2, 2)
    assert covered(company, day + timedelta(days=9), now=later) == (1, 2)


def test_eight_reversals_at_once_are_one(company: Store) -> None:
    card = sell(company)
    with ThreadPoolExecutor(8) as pool:
        steps = list(pool.map(lambda key: take(company, reverse, card, idempotency_key=f"k{key}"), range(8)))
    assert [step.is_new for step in steps].count(True) == 1
    with company.scope() as session:
        assert events(session, card) == ["surfaced", "accepted", "reversed"]
        assert len(session.exec(select(OutboxMessage)).all()) == 2


def export(store: Store, folder: Path, card: OfferCard, *, at: datetime) -> None:
    """Bring in what the CRM says of the sale: an order line and a contract line of its own."""
    order = {
        "order_line_id": "CRM-1",
        "order_id": "CRM-O",
        "account_id": "A-2",
        "sku": "CARE",
        "quantity": 1,
        "ordered_at": at.isoformat(),
        "offer_id": card.offer_id,
    }
    contract = {"contract_id": "CRM-C", "account_id": "A-2", "status": "active", "start_date": "2026-03-01"}
    line = {"contract_line_id": "CRM-L", "contract_id": "CRM-C", "asset_id": "M-ROOF", "sku": "CARE"}
    rows = {
        "orders": [order],
        "contracts": [contract],
        "contract_lines": [{**line, "offer_id": card.offer_id}],
    }
    load(store.scope, folder, rows, recorded_at=at)


def test_an_export_books_a_sale_once_and_its_rows_are_the_crms(company: Store, tmp_path: Path) -> None:
    card = sell(company)
    for number in (1, 2):
        export(company, tmp_path / str(number), card, at=NEXT_DAY)
    with company.scope() as session:
        assert events(session, card) == ["surfaced", "accepted", "booked"]
    step = take(company, cancel, card, now=NEXT_DAY + timedelta(days=1))
    assert (step.is_new, step.changed, step.left_to_crm) == (True, (), ("CRM-1", "CRM-L"))
    # The CRM's contract still covers, until the CRM says otherwise.
    assert covered(company, NEXT_DAY.date() + timedelta(days=1), now=NEXT_DAY + timedelta(days=2)) == (2, 2)


def test_a_person_and_an_export_book_a_sale_once(company: Store, tmp_path: Path) -> None:
    card = sell(company)
    take(company, book, card)
    export(company, tmp_path / "crm", card, at=NEXT_DAY)
    with company.scope() as session:
        assert events(session, card) == ["surfaced", "accepted", "booked"]


def test_a_booking_by_an_export_is_audited_once(company: Store, tmp_path: Path) -> None:
    card = sell(company)
    for number in (1, 2):
        at = NEXT_DAY + timedelta(days=number)
        export(company, tmp_path / f"crm-{number}", card, at=at)
    with company.scope() as session:
        (entry,) = session.exec(select(AuditEntry).where(col(AuditEntry.action) == "offer.booked")).all()
        assert (entry.offer_id, entry.origin, entry.at) == (
            card.offer_id,
            "import",
            NEXT_DAY + timedelta(days=1),
        )


def test_an_export_books_no_sale_that_was_reversed(company: Store, tmp_path: Path) -> None:
    card = sell(company)
    take(company, reverse, card)
    export(company, tmp_path / "crm", card, at=NEXT_DAY + timedelta(days=1))
    with company.scope() as session:
        assert events(session, card) == ["surfaced", "accepted", "reversed"]


def test_every_write_is_audited_with_where_it_came_from(company: Store) -> None:
    card = sell(company)
    take(company, cancel, card)
    with company.scope() as session:
        entries = session.exec(select(AuditEntry).order_by(col(AuditEntry.row_id))).all()
        own = [(one.action, one.person_id, one.origin) for one in entries if one.offer_id == card.offer_id]
        assert own == [
            ("offer.surfaced", "T-1", "thread"),
            ("offer.accepted", "T-1", "thread"),
            ("offer.cancelled", "M-1", "home"),
        ]
        imports = {one.subject_id: one for one in entries if one.action == "import.written"}
        assets = imports["assets.csv"]
        assert assets.origin == "import"
        assert {name: assets.details[name] for name in ("kind", "rows", "inserted", "unchanged")} == {
            "kind": "assets",
            "rows": 2,
            "inserted": 2,
            "unchanged": 0,
        }
        assert session.exec(select(Asset)).first() is not None
