"""The customer comes first, whenever the card was shown and whatever it is called; on both databases."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from offers.deciding.proposals import propose, propose_bundles
from offers.ledger import Accepted, AcceptResult, Withdrawn, accept
from offers.playbook.candidates import Restraint
from offers.playbook.policy import Caps, Policy
from offers.sales.cards import OfferCard
from offers.sales.reactions import decline
from offers.vocabulary import is_call_out
from tests.offers.company import COMPANY, NOW, load
from tests.offers.conftest import Store, person


def show(store: Store, asset_id: str, *, now: datetime, thread: str) -> OfferCard | None:
    with store.scope() as session:
        mara = person(session, "UTECH")
        return propose(session, asset_id=asset_id, person=mara, now=now, thread_ref=thread).offer


def take(store: Store, card: OfferCard, *, now: datetime) -> AcceptResult:
    with store.scope() as session:
        mara = person(session, "UTECH")
        return accept(session, card.offer_id, version=card.version, person=mara, now=now, idempotency_key="k")


def repairs(*days: int) -> Sequence[Mapping[str, object]]:
    """Return call-outs to the chiller on these days of March 2026, each over within the day."""
    return [
        {
            "work_order_id": f"R-{day}",
            "account_id": "A-1",
            "asset_id": "M-CHILL",
            "opened_at": f"2026-03-{day:02}T08:00:00Z",
            "closed_at": f"2026-03-{day:02}T10:00:00Z",
            "type": "repair",
        }
        for day in days
    ]


@pytest.mark.parametrize(("days", "is_held"), [((2, 3), False), ((2, 3, 4), True)])
def test_a_card_from_before_is_not_booked_on_a_machine_that_keeps_failing(
    company: Store, tmp_path: Path, days: tuple[int, ...], is_held: bool
) -> None:
    card = show(company, "M-CHILL", now=NOW, thread="C1:1")
    assert card is not None
    # The first repair of March is no repeat: the one before it was in September.
    load(company.scope, tmp_path / "since", {"work_orders": repairs(*days)}, recorded_at=NOW)
    outcome = take(company, card, now=NOW + timedelta(days=5))
    assert isinstance(outcome, Withdrawn if is_held else Accepted)
    assert not isinstance(outcome, Withdrawn) or outcome.why == "repeat_failures"


CARE_MAX = {
    "products": [{"sku": "MAX", "name": "CARE-MAX", "family": "Care", "kind": "service"}],
    "product_relations": [{"core_sku": "CHILL", "attach_sku": "MAX", "type": "service"}],
}


def follow(store: Store, folder: Path, *, sku: str, first: str) -> None:
    """Let the books bring a year's contract for the chiller that names no predecessor."""
    last = datetime.fromisoformat(first).replace(year=2027) - timedelta(days=1)
    contract = {"contract_id": "C-2", "account_id": "A-1", "start_date": first, "end_date": last.date()}
    line = {"contract_line_id": "L-2", "contract_id": "C-2", "asset_id": "M-CHILL", "sku": sku, "quantity": 1}
    tables = {"contracts": [{**contract, "status": "active"}], "contract_lines": [line]}
    load(store.scope, folder, tables, recorded_at=NOW)


@pytest.mark.parametrize(("relation", "is_sold"), [("service", False), ("cross_sell", True)])
def test_a_contract_that_another_plan_follows_is_renewed_and_not_sold_twice(
    company: Store, tmp_path: Path, relation: str, is_sold: bool
) -> None:
    # The contract ends on 11 April; the other begins on the day after. An add-on that begins then renews nothing.
    relations = [{**CARE_MAX["product_relations"][0], "type": relation}]
    load(company.scope, tmp_path / "plan", {**CARE_MAX, "product_relations": relations}, recorded_at=NOW)
    card = show(company, "M-CHILL", now=NOW, thread="C1:1")
    assert card is not None
    assert card.play == "renewal"
    follow(company, tmp_path / "since", sku="MAX", first="2026-04-12")
    later = NOW + timedelta(days=15)
    with company.scope() as session:
        again = propose(
            session, asset_id="M-CHILL", person=person(session, "UTECH"), now=later, thread_ref="C1:2"
        )
        assert (again.offer is not None and again.offer.play == "renewal") is is_sold
        session.rollback()
    outcome = take(company, card, now=NOW + timedelta(days=5))
    assert isinstance(outcome, Accepted if is_sold else Withdrawn)
    assert not isinstance(outcome, Withdrawn) or outcome.why == "already_renewed"


def test_a_renewal_is_not_sold_where_another_plan_covers_the_machine_by_then(
    company: Store, tmp_path: Path
) -> None:
    load(company.scope, tmp_path / "plan", CARE_MAX, recorded_at=NOW)
    # On 8 April the contract has four days to go; the other begins before its end.
    shown = NOW + timedelta(days=38)
    card = show(company, "M-CHILL", now=shown, thread="C1:1")
    assert card is not None
    assert card.play == "renewal"
    follow(company, tmp_path / "since", sku="MAX", first="2026-04-10")
    outcome = take(company, card, now=shown + timedelta(days=6))
    assert isinstance(outcome, Withdrawn)
    assert outcome.why == "already_covered"


def refuse(store: Store, card: OfferCard, *, reason: str, now: datetime) -> None:
    with store.scope() as session:
        mara = person(session, "UTECH")
        decline(session, card.offer_id, reason=reason, person=mara, now=now, idempotency_key="d")


def test_a_no_to_a_renewal_is_a_no_to_the_same_cover_by_another_name(company: Store) -> None:
    card = show(company, "M-CHILL", now=NOW, thread="C1:1")
    assert card is not None
    assert card.play == "renewal"
    refuse(company, card, reason="no_need", now=NOW)
    # It ends on day 41 and would be won back from day 72 on, or be in a bundle. "No need" holds 180 days.
    seen: dict[int, str | None] = {}
    for days in (45, 80, 179, 180):
        with company.scope() as session:
            mara = person(session, "UTECH")
            at = NOW + timedelta(days=days)
            found = propose(session, asset_id="M-CHILL", person=mara, now=at, thread_ref=f"C1:{days}").offer
            seen[days] = found.play if found is not None else None
            session.rollback()
    assert seen == {45: "add_on", 80: "add_on", 179: "add_on", 180: "win_back"}


def test_cover_that_was_too_expensive_comes_again_only_for_less(company: Store) -> None:
    gap = show(company, "M-ROOF", now=NOW, thread="C1:1")
    assert gap is not None
    assert (gap.play, gap.price.amount_minor) == ("coverage_gap", 90_000)
    refuse(company, gap, reason="too_expensive", now=NOW)
    # The bundle holds the same cover for 1,100.00; the gateway alone is something else.
    again = show(company, "M-ROOF", now=NOW + timedelta(days=1), thread="C1:2")
    assert again is not None
    assert again.play == "add_on"


@pytest.mark.parametrize("is_asked", [False, True])
def test_a_bundle_that_nobody_asked_for_counts_as_shown(
    company: Store, tmp_path: Path, is_asked: bool
) -> None:
    dearer = [
        {**row, "unit_price": "2900.00"} if row["sku"] == "BUN" else row for row in COMPANY["pricebook"]
    ]
    load(company.scope, tmp_path / "prices", {"pricebook": dearer}, recorded_at=NOW)
    if is_asked:
        with company.scope() as session:
            mara = person(session, "UTECH")
            cards = propose_bundles(session, account_id="A-2", person=mara, now=NOW, thread_ref="C1:1").offers
        assert len(cards) == 1
    else:
        card = show(company, "M-ROOF", now=NOW, thread="C1:1")
        assert card is not None
        assert card.play == "bundle"
    limits = Caps(asset_30d=1), Caps(account_30d=1), Caps(person_1d=1)
    for caps in limits:
        with company.scope() as session:
            mara = person(session, "UTECH")
            policy = Policy(caps=caps)
            at = NOW + timedelta(hours=1)
            found = propose(session, asset_id="M-ROOF", person=mara, now=at, thread_ref="C1:2", policy=policy)
            assert (found.restraint is Restraint.ENOUGH_SHOWN) is not is_asked
            assert (found.offer is None) is not is_asked
            session.rollback()


def test_an_open_bundle_is_not_shown_again_while_nothing_may_be_sold(company: Store, tmp_path: Path) -> None:
    def ask(*, has_open_hazard: bool = False) -> tuple[int, Restraint | None]:
        with company.scope() as session:
            found = propose_bundles(
                session,
                account_id="A-2",
                person=person(session, "UPART2"),
                now=NOW,
                thread_ref=None,
                has_open_hazard=has_open_hazard,
            )
        return len(found.offers), found.restraint

    assert ask() == (1, None)
    assert ask(has_open_hazard=True) == (0, Restraint.OPEN_HAZARD)
    assert ask() == (1, None)
    case = {"case_id": "K", "account_id": "A-2", "opened_at": "2026-02-28", "is_escalated": "true"}
    load(company.scope, tmp_path / "since", {"cases": [case]}, recorded_at=NOW)
    assert ask() == (0, Restraint.ESCALATED_CASE)


@pytest.mark.parametrize(
    ("kind", "is_one"),
    [
        ("Störungsbehebung", True),
        ("Reparaturauftrag", True),
        ("Unscheduled", True),
        ("avería", True),
        ("Maintenance corrective", True),
        ("break_fix", True),
        ("Wartung", False),
        ("Scheduled", False),
        ("Mantenimiento preventivo", False),
        ("Entretien", False),
        (None, False),
    ],
)
def test_a_machine_fails_in_the_customers_own_language(kind: str | None, is_one: bool) -> None:
    assert is_call_out(kind) is is_one


def test_while_cover_is_offered_it_is_not_offered_by_another_name_as_well(company: Store) -> None:
    gap = show(company, "M-ROOF", now=NOW, thread="C1:1")
    assert gap is not None
    assert gap.play == "coverage_gap"
    # The bundle with the same cover would rank next; the card holds for 14 days. The gateway alone is something else.
    next_day = show(company, "M-ROOF", now=NOW + timedelta(days=1), thread="C1:2")
    assert next_day is not None
    assert next_day.play == "add_on"
    # Whoever asks for bundles sees them.
    with company.scope() as session:
        mara = person(session, "UTECH")
        asked = propose_bundles(session, account_id="A-2", person=mara, now=NOW, thread_ref="C1:3")
    assert [card.play for card in asked.offers] == ["bundle"]
