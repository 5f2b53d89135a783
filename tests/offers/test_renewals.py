"""Renewals that are due: which lines count, how far ahead, what follows them, and who may see them."""

from datetime import date

import pytest
from sqlmodel import select

from bot.database import SessionScope
from bot.views.opportunities import EXPLAINED
from offers.models import Account, Asset, ContractLine, ProductRelationship, ServiceContract
from offers.money import Money
from offers.people import PersonFacts
from offers.steering.opportunities import Kind
from offers.steering.renewals import RenewalSummary, find_renewals_due, summarise
from tests.offers.company import RECORDED

DAY = date(2026, 3, 1)
OURS = PersonFacts("T-1", None, "Mara", None, "technician", None, None, None)
THEIRS = PersonFacts("K-1", None, "Elif", None, "partner", "P-1", "Nordkälte", None)


@pytest.fixture
def due(session_scope: SessionScope) -> SessionScope:
    """Lines of contracts that end at both bounds and beyond, shortened, followed, cancelled, gone."""
    contracts = {
        "first": (date(2026, 3, 1), "active"),
        "last": (date(2026, 5, 30), "active"),
        "early": (date(2026, 2, 28), "expired"),
        "late": (date(2026, 5, 31), "active"),
        "short": (date(2027, 1, 1), "active"),
        "named": (date(2026, 4, 1), "active"),
        "heir": (date(2027, 4, 1), "active"),
        "draft": (date(2026, 4, 1), "draft"),
        "gone": (date(2026, 4, 1), "active"),
        "same": (date(2026, 4, 1), "active"),
        "next": (date(2027, 4, 1), "active"),
    }
    starts = {"next": date(2026, 4, 2)}
    assets = {"gone": "M-gone", "same": "M-same", "next": "M-same", "first": "M-first"}
    with session_scope() as session:
        for number, region in ((1, "North"), (2, "South")):
            session.add(
                Account(account_id=f"A-{number}", name=f"Name {number}", region=region, recorded_at=RECORDED)
            )
        for asset_id, status in (("M-gone", "retired"), ("M-same", "active"), ("M-first", "active")):
            session.add(
                Asset(
                    asset_id=asset_id, sku="CHILL", account_id="A-1", status=status,
                    sold_by_partner_id="P-1", recorded_at=RECORDED,
                )
            )  # fmt: skip
        for name, (end, status) in contracts.items():
            session.add(
                ServiceContract(
                    contract_id=name, account_id="A-2" if name == "last" else "A-1", status=status,
                    start_date=starts.get(name, date(2025, 1, 1)), end_date=end, recorded_at=RECORDED,
                )
            )  # fmt: skip
            session.add(
                ContractLine(
                    contract_line_id=f"{name}-1", contract_id=name, sku="CARE", asset_id=assets.get(name),
                    end_date=date(2026, 3, 10) if name == "short" else None,
                    predecessor_line_id="named-1" if name == "heir" else None,
                    quantity=2 if name == "first" else None,
                    unit_amount_minor=None if name == "short" else 500,
                    currency="GBP" if name == "last" else "EUR", recorded_at=RECORDED,
                )
            )  # fmt: skip
    return session_scope


def test_lines_count_from_the_first_day_to_the_last_unless_they_are_followed_gone_or_not_in_force(
    due: SessionScope,
) -> None:
    with due() as session:
        found = find_renewals_due(session, day=DAY, days=90, reader=OURS)
        # 1 March and 90 days later, 30 May, are both in; "short" ends by its line's own date.
        assert [(one.contract_line_id, one.ends_on) for one in found] == [
            ("first-1", date(2026, 3, 1)),
            ("short-1", date(2026, 3, 10)),
            ("last-1", date(2026, 5, 30)),
        ]
        # Two at 5.00 are 10.00.
        assert [one.value for one in found] == [Money(1_000, "EUR"), None, Money(500, "GBP")]
        assert find_renewals_due(session, day=DAY, days=90, reader=OURS, limit=2) == found[:2]


@pytest.mark.parametrize("cancelled_on", [date(2026, 3, 2), date(2026, 2, 1)])
def test_what_was_cancelled_is_lost_and_not_at_risk_also_before_that_takes_effect(
    due: SessionScope, cancelled_on: date
) -> None:
    with due() as session:
        contract = session.exec(select(ServiceContract).where(ServiceContract.contract_id == "last")).one()
        contract.status, contract.cancelled_on = "cancelled", cancelled_on
    with due() as session:
        found = find_renewals_due(session, day=DAY, days=90, reader=OURS)
        assert [one.contract_line_id for one in found] == ["first-1", "short-1"]
        assert summarise(session, day=DAY, days=90, reader=OURS) == RenewalSummary(
            lines=2, unpriced=1, values=(Money(1_000, "EUR"),)
        )


def test_the_list_says_that_what_was_cancelled_is_not_in_it() -> None:
    assert "A contract that was cancelled is lost and not at risk" in EXPLAINED[Kind.RENEWAL]


@pytest.mark.parametrize(
    ("sku", "relation", "is_renewed"), [("CARE-PLUS", "up_sell", True), ("MONITOR", "accessory", False)]
)
def test_another_plan_of_the_machine_follows_and_an_add_on_does_not(
    due: SessionScope, sku: str, relation: str, *, is_renewed: bool
) -> None:
    with due() as session:
        line = session.exec(select(ContractLine).where(ContractLine.contract_line_id == "next-1")).one()
        line.sku = sku
        for attach_sku, kind in (("CARE", "service"), (sku, relation)):
            session.add(
                ProductRelationship(core_sku="CHILL", attach_sku=attach_sku, type=kind, recorded_at=RECORDED)
            )
    with due() as session:
        found = find_renewals_due(session, day=DAY, days=90, reader=OURS)
        assert ("same-1" in [one.contract_line_id for one in found]) is not is_renewed
        assert summarise(session, day=DAY, days=90, reader=OURS).lines == len(found) == 4 - is_renewed


def test_the_sum_keeps_currencies_apart_and_counts_what_has_no_price(due: SessionScope) -> None:
    with due() as session:
        assert summarise(session, day=DAY, days=90, reader=OURS) == RenewalSummary(
            lines=3, unpriced=1, values=(Money(1_000, "EUR"), Money(500, "GBP"))
        )


def test_a_region_and_a_partner_narrow_it_down(due: SessionScope) -> None:
    with due() as session:
        of_south = find_renewals_due(session, day=DAY, days=90, reader=OURS, region="South")
        assert [one.contract_line_id for one in of_south] == ["last-1"]
        of_partner = find_renewals_due(session, day=DAY, days=90, reader=THEIRS)
        assert [one.contract_line_id for one in of_partner] == ["first-1", "short-1"]
