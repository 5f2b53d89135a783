"""A reward is written with its acceptance, once, and what becomes of it follows from the ledger; on both databases."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlmodel import Session, select

from bot.access import OPERATOR
from offers.deciding.proposals import propose, propose_bundles
from offers.incentives import IncentiveTerms, Reward
from offers.ledger import Accepted, AcceptResult, AlreadyAccepted, Refreshed, accept
from offers.metrics.figures import Scope
from offers.models import AuditEntry, Incentive
from offers.money import Money
from offers.rulebook.lifecycle import archive
from offers.sales.agreements import Agreement
from offers.sales.cards import OfferCard
from offers.sales.fulfilment import Notice, book, cancel, record_return, reverse
from offers.sales.rewards import RewardFacts, RewardTotal, add_up, list_rewards
from tests.offers.company import NOW, load
from tests.offers.conftest import Store, person
from tests.offers.promises import promise

RULES = ("coverage-gap-standard", "renewal-standard", "win-back-standard")
SOLD = NOW + timedelta(minutes=5)
WINDOW = 90
OVER = (SOLD + timedelta(days=WINDOW + 1)).date()


@pytest.fixture
def promising(company: Store) -> Store:
    """The small company, where services are rewarded and nothing is sold as a bundle unless asked for."""
    with company.scope() as session:
        promise(session, *RULES)
        archive(session, "bundle-standard", by=None, now=NOW)
    return company


def show(store: Store, *, who: str = "UTECH", asset_id: str = "M-ROOF", at: datetime = NOW) -> OfferCard:
    with store.scope() as session:
        card = propose(session, asset_id=asset_id, person=person(session, who), now=at, thread_ref=None).offer
    assert card is not None
    return card


def click(
    store: Store, card: OfferCard, *, who: str = "UTECH", at: datetime = SOLD, bps: int | None = None
) -> AcceptResult:
    with store.scope() as session:
        return accept(
            session,
            card.offer_id,
            version=card.version,
            person=person(session, who),
            now=at,
            idempotency_key=f"{who} {at}",
            agreement=Agreement(discount_bps=bps),
        )


def rewards_of(
    store: Store, day: date, *, scope: Scope | None = None, now: datetime | None = None
) -> list[RewardFacts]:
    with store.scope() as session:
        return list_rewards(
            session,
            scope=scope or Scope(),
            day=day,
            now=now or datetime(2030, 1, 1, tzinfo=UTC),
            cancellation_days=WINDOW,
        )


def written(session: Session) -> list[Incentive]:
    return list(session.exec(select(Incentive)).all())


def test_an_acceptance_writes_one_reward_with_its_audit_entry(promising: Store) -> None:
    card = show(promising)
    assert isinstance(click(promising, card), Accepted)
    # The same click again, and somebody else's: still one.
    assert isinstance(click(promising, card), AlreadyAccepted)
    assert isinstance(click(promising, card, who="UTECH2"), AlreadyAccepted)
    with promising.scope() as session:
        (row,) = written(session)
        assert (row.offer_id, row.person_id, row.partner_id) == (card.offer_id, "T-1", None)
        assert (row.amount_minor, row.currency, row.service_minor) == (1_250, "EUR", None)
        # The rule's third version: built in, drafted, approved.
        assert (row.rule_id, row.rule_version, row.accepted_at) == ("coverage-gap-standard", 3, SOLD)
        audited = session.exec(select(AuditEntry).where(AuditEntry.action == "incentive.accrued")).one()
        assert (audited.person_id, audited.offer_id, audited.at) == ("T-1", card.offer_id, SOLD)
        assert (audited.subject_id, audited.details["amount_minor"]) == (row.incentive_id, 1_250)


def test_a_partner_gets_a_share_of_what_was_agreed_on_after_the_discount(promising: Store) -> None:
    card = show(promising, who="UPART2")
    assert isinstance(click(promising, card, who="UPART2", bps=300), Accepted)
    with promising.scope() as session:
        (row,) = written(session)
    # CARE is 900.00, less 3 % 873.00; 5.25 % of that is 45.8325, which is 45.83.
    assert (row.person_id, row.partner_id, row.amount_minor) == ("K-2", "P-2", 4_583)


def test_a_manager_and_a_rule_without_incentive_write_none(promising: Store) -> None:
    assert isinstance(click(promising, show(promising), who="UMGR"), Accepted)
    with promising.scope() as session:
        archive(session, "renewal-standard", by=None, now=NOW)
    card = show(promising, asset_id="M-CHILL")
    assert card.play == "add_on"
    assert isinstance(click(promising, card), Accepted)
    with promising.scope() as session:
        assert written(session) == []
        assert session.exec(select(AuditEntry).where(AuditEntry.action == "incentive.accrued")).all() == []


def test_the_promise_costs_no_question_and_on_postgresql_no_statement(promising: Store) -> None:
    def count(card: OfferCard, who: str) -> list[str]:
        said: list[str] = []

        def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
            said.append(statement)

        event.listen(promising.engine, "before_cursor_execute", note)
        try:
            assert isinstance(click(promising, card, who=who), Accepted)
        finally:
            event.remove(promising.engine, "before_cursor_execute", note)
        return said

    card = show(promising)
    with promising.scope() as session:
        archive(session, "renewal-standard", by=None, now=NOW)
    without, rewarded = count(show(promising, asset_id="M-CHILL"), "UTECH"), count(card, "UTECH")
    assert not any("offers_incentive" in one for one in without)
    assert not any("offers_incentive" in one and one.lstrip().startswith("SELECT") for one in rewarded)
    if promising.engine.dialect.name == "postgresql":
        (together,) = (one for one in rewarded if "offers_incentive" in one)
        assert "offers_order_line" in together


def test_what_was_promised_when_it_was_shown_holds_and_a_fresh_offer_promises_anew(promising: Store) -> None:
    first, second = show(promising), show(promising, asset_id="M-CHILL")
    assert (first.play, second.play) == ("coverage_gap", "renewal")
    with promising.scope() as session:
        promise(session, *RULES, terms=IncentiveTerms(technician=Reward(fixed=Money(99, "USD"))))
    assert isinstance(click(promising, first), Accepted)
    # Fifteen days on the other offer has expired, and its fresh version promises what the rule does now.
    later = NOW + timedelta(days=15)
    fresh = click(promising, second, at=later)
    assert isinstance(fresh, Refreshed)
    assert isinstance(click(promising, fresh.card, at=later), Accepted)
    with promising.scope() as session:
        found = {row.offer_id: (row.amount_minor, row.currency, row.rule_version) for row in written(session)}
    assert found == {first.offer_id: (1_250, "EUR", 3), second.offer_id: (99, "USD", 5)}
    totals = add_up(rewards_of(promising, later.date()))
    assert totals == [RewardTotal("EUR", 1, 1_250, 1_250), RewardTotal("USD", 1, 99, 99)]


def test_a_bundle_loses_its_service_s_part_by_cancellation_and_the_rest_by_return(company: Store) -> None:
    with company.scope() as session:
        promise(session, "bundle-standard")
        seller = person(session, "UPART2")
        bundles = propose_bundles(session, account_id="A-2", person=seller, now=NOW, thread_ref=None)
    (card,) = bundles.offers
    assert isinstance(click(company, card, who="UPART2"), Accepted)
    # 5.25 % of 1,100.00 is 57.75; 900 of 1,200 alone, so 825 of 1,100, are for the service: 43.3125, which is 43.31.
    with company.scope() as session:
        manager = person(session, "UMGR")
        cancel(session, card.offer_id, Notice(manager, SOLD + timedelta(days=10), "k", reason="asked"))
        record_return(session, card.offer_id, Notice(manager, SOLD + timedelta(days=20), "k", reason="asked"))

    def parts(days: int) -> tuple[str, int, int]:
        (one,) = rewards_of(company, (SOLD + timedelta(days=days)).date())
        return one.standing.state.value, one.standing.pending_minor, one.standing.lost_minor

    assert parts(9) == ("pending", 5_775, 0)
    assert parts(10) == ("pending", 1_444, 4_331)
    assert parts(20) == ("lost", 0, 5_775)


def test_it_is_earned_when_booked_and_out_of_the_window_and_a_past_day_stays_what_it_was(
    promising: Store,
) -> None:
    card = show(promising)
    assert isinstance(click(promising, card), Accepted)
    with promising.scope() as session:
        book(session, card.offer_id, Notice(person(session, "UTECH"), SOLD + timedelta(days=3), "k"))

    def state(day: date) -> str:
        (one,) = rewards_of(promising, day)
        assert one.standing.since in (None, OVER + timedelta(days=30))
        return one.standing.state.value

    before = OVER - timedelta(days=1)
    assert (state(before), state(OVER)) == ("pending", "earned")
    with promising.scope() as session:
        after = SOLD + timedelta(days=WINDOW + 31)
        reverse(session, card.offer_id, Notice(person(session, "UMGR"), after, "k", reason="a mistake"))
    assert (state(before), state(OVER), state(OVER + timedelta(days=30))) == (
        "pending",
        "earned",
        "taken back",
    )
    assert rewards_of(promising, SOLD.date() - timedelta(days=1)) == []
    (total,) = add_up(rewards_of(promising, OVER + timedelta(days=30)))
    assert total == RewardTotal("EUR", 1, 1_250, 0, 0, 1_250, 1_250)
    with promising.scope() as session:
        assert len(written(session)) == 1


def test_nothing_is_earned_ahead_of_time(promising: Store) -> None:
    card = show(promising)
    assert isinstance(click(promising, card), Accepted)
    with promising.scope() as session:
        book(session, card.offer_id, Notice(person(session, "UTECH"), SOLD + timedelta(days=3), "k"))
    (one,) = rewards_of(promising, OVER, now=SOLD + timedelta(days=4))
    assert one.standing.state.value == "pending"


def test_what_the_crm_exports_books_it_and_a_part_that_comes_back_takes_its_share(
    promising: Store, tmp_path: Path
) -> None:
    card = show(promising)
    assert isinstance(click(promising, card), Accepted)
    order: dict[str, object] = {
        "order_line_id": "CRM-1",
        "order_id": "CRM-O",
        "account_id": "A-2",
        "sku": "CARE",
        "quantity": 4,
        "unit_price": "225.00",
        "currency": "EUR",
        "ordered_at": SOLD.isoformat(),
        "related_asset_id": "M-ROOF",
        "offer_id": card.offer_id,
    }
    load(promising.scope, tmp_path / "1", {"orders": [order]}, recorded_at=SOLD + timedelta(days=1))
    back = order | {"returned_at": (SOLD + timedelta(days=40)).isoformat(), "returned_quantity": 1}
    load(promising.scope, tmp_path / "2", {"orders": [back]}, recorded_at=SOLD + timedelta(days=41))
    (earned,) = rewards_of(promising, OVER)
    # One of four came back: a quarter of 12.50 is 3.125, to the even 3.12.
    assert (earned.standing.state.value, earned.standing.earned_minor, earned.standing.lost_minor) == (
        "earned",
        938,
        312,
    )
    # On the day it came back nobody knew.
    (unknown,) = rewards_of(promising, (SOLD + timedelta(days=40)).date())
    assert unknown.standing.lost_minor == 0


def test_whoever_asks_sees_their_own_part(promising: Store) -> None:
    click(promising, show(promising, who="UPART2"), who="UPART2")
    click(promising, show(promising, asset_id="M-CHILL"))
    day = SOLD.date()

    def seen(scope: Scope) -> list[str]:
        return [one.person_id for one in rewards_of(promising, day, scope=scope)]

    with promising.scope() as session:
        people = {
            who: Scope.of(person(session, who)) for who in ("UTECH", "UTECH2", "UPART1", "UPART2", "UMGR")
        }
    assert seen(Scope.of(OPERATOR)) == seen(people["UMGR"]) == ["K-2", "T-1"]
    assert (seen(people["UTECH"]), seen(people["UTECH2"])) == (["T-1"], [])
    assert (seen(people["UPART2"]), seen(people["UPART1"])) == (["K-2"], [])
    assert seen(Scope(region="North")) == ["T-1"]
    assert seen(Scope(is_external=True)) == []
