"""An offer is accepted only while its reason still stands, whatever the records say since; on both databases."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from offers.deciding.proposals import propose
from offers.ledger import Accepted, AcceptResult, Withdrawn, accept, review
from offers.models import AuditEntry, ContractLine, OfferEvent, OrderLine, OutboxMessage, Quote
from offers.sales.cards import OfferCard
from tests.offers.company import COMPANY, NOW, Rows, load
from tests.offers.conftest import Store, person

SINCE = NOW + timedelta(hours=1)
LATER = NOW + timedelta(hours=2)
CONTRACT, LINE, CHILLER, ROOF = (
    COMPANY["contracts"][0],
    COMPANY["contract_lines"][0],
    *COMPANY["assets"],
)
MAX: Mapping[str, Rows] = {
    "products": [{"sku": "MAX", "name": "CARE-MAX", "family": "Care", "kind": "service"}],
    "product_relations": [{"core_sku": "CHILL", "attach_sku": "MAX", "type": "up_sell"}],
    "pricebook": [{**COMPANY["pricebook"][0], "sku": "MAX", "unit_price": "9000.00"}],
}


def show(store: Store, asset_id: str, *, now: datetime = NOW) -> OfferCard:
    with store.scope() as session:
        mara = person(session, "UTECH")
        card = propose(session, asset_id=asset_id, person=mara, now=now, thread_ref="C1:1").offer
    assert card is not None
    return card


def take(store: Store, card: OfferCard, *, now: datetime = LATER) -> AcceptResult:
    with store.scope() as session:
        mara = person(session, "UTECH")
        looked = review(session, card.offer_id, version=card.version, person=mara, now=now)
        taken = accept(
            session, card.offer_id, version=card.version, person=mara, now=now, idempotency_key="k"
        )
        # Whoever only looks at what it comes to is told the same.
        assert isinstance(looked, Withdrawn) is isinstance(taken, Withdrawn)
        assert not isinstance(taken, Withdrawn) or looked == taken
        return taken


def refuse(store: Store, folder: Path, card: OfferCard, tables: Mapping[str, Rows], why: str) -> None:
    """Insist that the offer is refused after the import, for this reason, and that nothing of a sale is written."""
    load(store.scope, folder, tables, recorded_at=SINCE)
    refused = take(store, card)
    assert isinstance(refused, Withdrawn)
    assert (refused.why, refused.card.accepted) == (why, None)
    with store.scope() as session:
        assert session.exec(select(OfferEvent.event)).all() == ["surfaced"]
        for model in (OrderLine, OutboxMessage, Quote):
            assert session.exec(select(model)).all() == []
        assert session.exec(select(ContractLine).where(col(ContractLine.offer_id).is_not(None))).all() == []
        assert session.exec(select(AuditEntry).where(col(AuditEntry.action) == "offer.accepted")).all() == []


RENEWED = {"contract_line_id": "L-2", "contract_id": "C-2", "asset_id": "M-CHILL", "sku": "CARE"}
FOLLOWS = {"contract_id": "C-2", "account_id": "A-1", "start_date": "2026-04-12", "status": "active"}
CHANGES: list[tuple[Mapping[str, Rows], str]] = [
    # Whenever the cancellation takes effect: later, today, or earlier; and on a day that nobody knows.
    (
        {"contracts": [{**CONTRACT, "status": "cancelled", "cancelled_on": "2026-04-01"}]},
        "contract_cancelled",
    ),
    (
        {"contracts": [{**CONTRACT, "status": "cancelled", "cancelled_on": "2026-03-01"}]},
        "contract_cancelled",
    ),
    (
        {"contracts": [{**CONTRACT, "status": "cancelled", "cancelled_on": "2026-02-01"}]},
        "contract_cancelled",
    ),
    ({"contracts": [{**CONTRACT, "status": "cancelled"}]}, "contract_gone"),
    ({"contracts": [{**CONTRACT, "status": "draft"}]}, "contract_gone"),
    # The line is the other machine's now.
    ({"contract_lines": [{**LINE, "asset_id": "M-ROOF"}]}, "contract_gone"),
    # It was prolonged, or has no end any more: the renewal would begin while it still runs.
    ({"contracts": [{**CONTRACT, "end_date": "2026-10-11"}]}, "contract_changed"),
    ({"contracts": [{**CONTRACT, "end_date": ""}]}, "contract_changed"),
    ({"contracts": [FOLLOWS], "contract_lines": [RENEWED]}, "already_renewed"),
    ({"assets": [{**CHILLER, "account_id": "A-2"}]}, "machine_gone"),
    ({"assets": [{**CHILLER, "status": "retired", "retired_on": "2026-03-01"}]}, "machine_retired"),
    # Under the same id another machine stands there.
    ({"assets": [{**CHILLER, "sku": "ROOF"}]}, "machine_replaced"),
]


@pytest.mark.parametrize(("tables", "why"), CHANGES)
def test_a_renewal_is_refused_when_its_contract_or_machine_is_another_than_it_was(
    company: Store, tmp_path: Path, tables: Mapping[str, Rows], why: str
) -> None:
    card = show(company, "M-CHILL")
    assert card.play == "renewal"
    refuse(company, tmp_path / "since", card, tables, why)


@pytest.mark.parametrize(("tables", "why"), [CHANGES[0], CHANGES[2], CHANGES[6]])
def test_so_is_a_dearer_plan(company: Store, tmp_path: Path, tables: Mapping[str, Rows], why: str) -> None:
    load(company.scope, tmp_path / "plan", MAX, recorded_at=NOW)
    card = show(company, "M-CHILL")
    assert (card.play, card.sku) == ("upgrade", "MAX")
    refuse(company, tmp_path / "since", card, tables, why)


def test_a_renewal_is_refused_when_the_contract_renews_by_itself(company: Store, tmp_path: Path) -> None:
    card = show(company, "M-CHILL")
    renewing = {**CONTRACT, "auto_renew": "true"}
    refuse(company, tmp_path / "since", card, {"contracts": [renewing]}, "renews_itself")


RENEWS = {**CONTRACT, "auto_renew": "true", "termination_notice_date": "2026-03-05"}


@pytest.mark.parametrize(("days", "is_sold"), [(4, True), (5, False)])
def test_one_that_renews_by_itself_is_sold_until_the_last_day_for_notice(
    company: Store, tmp_path: Path, days: int, is_sold: bool
) -> None:
    # 5 March is four days after the card is shown.
    load(company.scope, tmp_path / "before", {"contracts": [RENEWS]}, recorded_at=NOW)
    card = show(company, "M-CHILL")
    assert card.play == "renewal"
    taken = take(company, card, now=NOW + timedelta(days=days))
    assert isinstance(taken, Accepted if is_sold else Withdrawn)
    assert not isinstance(taken, Withdrawn) or taken.why == "renews_itself"


def test_one_that_should_have_renewed_by_itself_and_did_not_is_sold_after_its_end(
    company: Store, tmp_path: Path
) -> None:
    # It ends on day 41.
    load(company.scope, tmp_path / "before", {"contracts": [RENEWS]}, recorded_at=NOW)
    card = show(company, "M-CHILL", now=NOW + timedelta(days=42))
    assert card.play == "renewal"
    assert isinstance(take(company, card, now=NOW + timedelta(days=43)), Accepted)


@pytest.mark.parametrize(
    ("tables", "why"),
    [
        # The gap is none: it begins on 1 March, the last day of the warranty.
        ({"assets": [{**ROOF, "warranty_end": "2026-03-01"}]}, "under_warranty"),
        ({"products": [{**COMPANY["products"][1], "serviceable": "false"}]}, "not_serviceable"),
        ({"assets": [{**ROOF, "sku": "CHILL"}]}, "machine_replaced"),
    ],
)
def test_a_gap_is_not_sold_when_it_is_none_any_more(
    company: Store, tmp_path: Path, tables: Mapping[str, Rows], why: str
) -> None:
    card = show(company, "M-ROOF")
    assert card.play == "coverage_gap"
    refuse(company, tmp_path / "since", card, tables, why)


@pytest.mark.parametrize(
    "tables",
    [
        {"assets": [{**CHILLER, "serial_number": "NV-AUR240-00471", "warranty_end": "2027-01-01"}]},
        {"contracts": [{**CONTRACT, "termination_notice_date": "2026-03-20"}]},
        {"contract_lines": [{**LINE, "unit_price": "860.00"}]},
        {"product_relations": [{"core_sku": "CHILL", "attach_sku": "CARE", "type": "cross_sell"}]},
    ],
)
def test_what_the_reason_does_not_rest_on_is_no_obstacle(
    company: Store, tmp_path: Path, tables: Mapping[str, Rows]
) -> None:
    card = show(company, "M-CHILL")
    load(company.scope, tmp_path / "since", tables, recorded_at=SINCE)
    assert isinstance(take(company, card), Accepted)
