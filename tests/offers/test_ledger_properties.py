"""Random calls, clicks, retries and time jumps: whatever happens, the invariants of the ledger hold."""

import itertools
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, SQLModel, col, select

from bot.database import build_engine, build_session_scope
from offers.attach_rate import count_funnel
from offers.cards import OfferCard
from offers.errors import (
    OfferNotAccepted,
    SaleNotYours,
    SaleStepRefused,
    ServiceNotReturnable,
    UnknownAsset,
    UnknownOffer,
)
from offers.fulfilment import Notice, book, cancel, record_return, reverse
from offers.ledger import Accepted, AlreadyAccepted, Refreshed, accept
from offers.models import (
    Case,
    ContractLine,
    Decision,
    DecisionCandidate,
    OfferEvent,
    OrderLine,
    OutboxMessage,
    ServiceContract,
)
from offers.people import PersonFacts
from offers.proposals import propose, propose_bundles
from offers.reactions import decline, snooze
from offers.reporting import report
from offers.rules import ensure_default_rules
from offers.tables.versions import current
from tests.offers.company import NOW, load_company
from tests.offers.conftest import TABLES, person

DAY = timedelta(days=1)
STEPS_AFTER = {"book": book, "cancel": cancel, "return": record_return, "reverse": reverse}
# How a story may begin, so that it has something to lose: the rooftop unit's contract, or its bundle.
SALE = [("propose", "UTECH", 1, 0), ("accept", "UTECH", 0, 0)]
BUNDLE = [("bundles", "UPART2", 0, 0), ("accept", "UPART2", 0, 0)]
PEOPLE = ["UTECH", "UTECH2", "UPART1", "UPART2", "UMGR"]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "propose",
                "bundles",
                "accept",
                "accept",
                "retry",
                "decline",
                "snooze",
                "escalate",
                "calm",
                "book",
                "cancel",
                "return",
                "reverse",
            ]
        ),
        st.sampled_from(PEOPLE),
        st.integers(0, 5),
        st.sampled_from([0, 0, 1, 20, 100]),
    ),
    max_size=18,
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the small company, to be copied for every example."""
    folder = tmp_path_factory.mktemp("template")
    engine = build_engine(f"sqlite:///{folder / 'company.db'}")
    SQLModel.metadata.create_all(engine, tables=TABLES)
    scope = build_session_scope(engine)
    load_company(scope, folder / "files")
    with scope() as session:
        ensure_default_rules(session, NOW)
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return folder / "company.db"


@dataclass
class Story:
    """What happened in one example, beside the ledger's own account of it."""

    now: datetime = NOW
    cards: list[OfferCard] = field(default_factory=list)
    accepted: Counter[str] = field(default_factory=Counter)
    steps: Counter[tuple[str, str]] = field(default_factory=Counter)
    is_escalated: bool = False


@contextmanager
def fresh_session(template: Path) -> Iterator[Session]:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "company.db"
        shutil.copy(template, copy)
        engine = build_engine(f"sqlite:///{copy}")
        with Session(engine, expire_on_commit=False) as session:
            yield session
        engine.dispose()


def play_step(session: Session, story: Story, step: str, who: str, number: int) -> None:
    actor = person(session, who)
    if step == "propose":
        asset_id = ("M-CHILL", "M-ROOF")[number % 2]
        try:
            offer = propose(session, asset_id=asset_id, person=actor, now=story.now, thread_ref=None).offer
        except UnknownAsset:
            assert actor.is_external
            return
        if offer is not None:
            assert not story.is_escalated or offer.account_id != "A-1"
            story.cards.append(offer)
    elif step == "bundles":
        account_id = {"P-1": "A-1", "P-2": "A-2"}.get(actor.partner_id or "", "A-2")
        found = propose_bundles(session, account_id=account_id, person=actor, now=story.now, thread_ref=None)
        assert not (story.is_escalated and account_id == "A-1" and found.offers)
        story.cards.extend(found.offers)
    elif step in ("escalate", "calm"):
        story.is_escalated = step == "escalate"
        for case in session.exec(select(Case).where(col(Case.closed_at).is_(None))).all():
            case.closed_at = story.now
        if story.is_escalated:
            case_id = f"K-{story.now.isoformat()}-{number}-{len(session.exec(select(Case)).all())}"
            opened = {"opened_at": story.now, "recorded_at": story.now}
            session.add(Case(case_id=case_id, account_id="A-1", is_escalated=True, **opened))
        session.flush()
    elif story.cards:
        react(session, story, step, who, story.cards[number % len(story.cards)], number)


def react(session: Session, story: Story, step: str, who: str, card: OfferCard, number: int) -> None:
    actor = person(session, who)
    key = "same" if step == "retry" else f"{step}-{number}"
    if step in STEPS_AFTER:
        # Mostly somebody who may: a refusal is the smaller part of what is to be tried.
        follow(session, story, step, actor if number == 0 else person(session, "UMGR"), card)
        return
    try:
        if step == "decline":
            decline(
                session, card.offer_id, reason="no_need", person=actor, now=story.now, idempotency_key=key
            )
        elif step == "snooze":
            until = story.now + timedelta(days=7)
            snooze(session, card.offer_id, person=actor, now=story.now, until=until, idempotency_key=key)
        else:
            result = accept(
                session,
                card.offer_id,
                version=card.version,
                person=actor,
                now=story.now,
                idempotency_key=key,
            )
            assert isinstance(result, AlreadyAccepted) == (story.accepted[card.offer_id] == 1)
            if isinstance(result, Accepted):
                assert not (story.is_escalated and card.account_id == "A-1")
                story.accepted[card.offer_id] += 1
            if isinstance(result, Refreshed):
                story.cards.append(result.card)
    except UnknownOffer:
        own = {"P-1": "A-1", "P-2": "A-2"}
        assert actor.partner_id is not None
        assert own[actor.partner_id] != card.account_id


def follow(session: Session, story: Story, step: str, actor: PersonFacts, card: OfferCard) -> None:
    """Let something become of a sale; whoever may, whenever it can."""
    notice = Notice(actor, story.now, "same", reason="asked for")
    try:
        done = STEPS_AFTER[step](session, card.offer_id, notice)
    except (
        UnknownOffer, OfferNotAccepted, SaleNotYours, SaleStepRefused, ServiceNotReturnable
    ):  # fmt: skip
        return
    assert story.accepted[card.offer_id] == 1
    story.steps[card.offer_id, done.event.value] += done.is_new


def check_rows(session: Session, story: Story) -> None:
    assert all(count == 1 for count in story.accepted.values())
    sold = set(story.accepted)
    orders = session.exec(select(OrderLine.offer_id, OrderLine.order_line_id).distinct()).all()
    assert Counter(offer_id for offer_id, _ in orders) == Counter(sold)
    told = Counter(session.exec(select(OutboxMessage.offer_id, OutboxMessage.topic)).all())
    assert told == Counter(
        [
            *((offer_id, "offer.accepted") for offer_id in sold),
            *((offer_id, f"offer.{step}") for offer_id, step in story.steps.elements()),
        ]
    )
    assert set(story.steps.values()) <= {0, 1}
    events = session.exec(select(OfferEvent)).all()
    assert {event.offer_id for event in events if event.event == "accepted"} == sold
    reversed_ids = {event.offer_id for event in events if event.event == "reversed"}
    current_orders = session.exec(select(OrderLine.offer_id).where(current(OrderLine))).all()
    assert set(current_orders) == sold - reversed_ids
    counts = list(count_funnel((event.offer_id, event.event) for event in events).values())
    assert counts == sorted(counts, reverse=True)
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
        assert asset != next_asset or starts > ends, "a machine is never covered twice"


def check_replay(session: Session, story: Story) -> None:
    """Count conversion once more, from the raw rows, the slow and plain way."""
    seen: dict[tuple[str | None, str | None, str | None], list[datetime]] = {}
    for decision in session.exec(select(Decision)).all():
        for candidate in session.exec(
            select(DecisionCandidate).where(
                col(DecisionCandidate.decision_id) == decision.decision_id, col(DecisionCandidate.is_eligible)
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
    total = report(session, "conversion", now=story.now).total
    assert (total.numerator, total.denominator) == (len(accepted), len(seen))
    coverage = report(session, "coverage", now=story.now).total
    assert (coverage.numerator, coverage.denominator) == (len(find_covered(session, story.now.date())), 2)


def find_covered(session: Session, day: date) -> set[str | None]:
    """The machines that a live contract line covers on the day, from the events and the rows, one by one."""
    cancelled = {
        event.offer_id: event.occurred_at.date()
        for event in session.exec(select(OfferEvent).where(col(OfferEvent.event) == "cancelled")).all()
    }
    reversed_ids = set(
        session.exec(select(OfferEvent.offer_id).where(col(OfferEvent.event) == "reversed")).all()
    )
    covered: set[str | None] = set()
    for line in session.exec(select(ContractLine)).all():
        # The one contract that was imported says its dates in its header: 12 April 2025 to 11 April 2026.
        starts, ends = line.start_date or date(2025, 4, 12), line.end_date or date(2026, 4, 11)
        is_gone = line.offer_id in reversed_ids or cancelled.get(line.offer_id or "", day + DAY) <= day
        if starts <= day <= ends and not is_gone:
            covered.add(line.asset_id)
    return covered


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(sale=st.sampled_from([[], SALE, BUNDLE]), steps=STEPS)
def test_whatever_is_clicked_the_ledger_the_rows_and_the_report_agree(
    template: Path, sale: list[tuple[str, str, int, int]], steps: list[tuple[str, str, int, int]]
) -> None:
    with fresh_session(template) as session:
        story = Story()
        for step, who, number, days in [*sale, *steps]:
            story.now += timedelta(days=days)
            play_step(session, story, step, who, number)
        check_rows(session, story)
        check_replay(session, story)
