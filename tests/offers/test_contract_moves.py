"""Which contracts were cancelled and renewed in a period, by the day on which that happened, counted by hand."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from offers.contract_moves import ContractMoves, find_moves
from offers.errors import NotYourFigure
from offers.metrics.figures import MetricSettings
from offers.money import Money
from offers.people import PersonFacts
from tests.offers.company import NOW, Rows
from tests.offers.conftest import Store
from tests.offers.rows import JANUARY, contract, fill, line, machine


def reader(role: str, region: str | None = None, partner: str | None = None) -> PersonFacts:
    return PersonFacts("R", None, "Reader", None, role, partner, partner, region)


def moves(store: Store, metric: str, **more: Any) -> ContractMoves:
    with store.scope() as session:
        options = {**JANUARY, **more}
        return find_moves(session, metric, now=NOW, settings=MetricSettings(), **options)


def gone(contract_id: str, day: str, **more: Any) -> dict[str, Any]:
    return contract(contract_id, "2024-01-01", "2027-12-31", status="cancelled", cancelled_on=day, **more)


CONTRACTS = [
    gone("FIRST", "2026-01-01"),
    gone("LAST", "2026-01-31", account_id="A-2"),
    gone("BARE", "2026-01-15"),
    gone("EARLY", "2025-12-31"),
    gone("LATE", "2026-02-01"),
    contract("KEPT", "2024-01-01", "2027-12-31"),
]


def told(found: ContractMoves) -> list[tuple[str, str | None, date, int]]:
    return [(one.contract_id, one.account_id, one.day, one.lines) for one in found.contracts]


def fill_cancelled(store: Store, folder: Path) -> None:
    worth = {"unit_price": "10.00", "currency": "EUR"}
    lines: Rows = [
        # Sold two years before: the rate of what was sold in January has none of them.
        line("L1", "FIRST", asset_id="M1", quantity=2, booked_at="2024-01-01T10:00:00Z", **worth),
        line("L2", "FIRST", asset_id="M2", booked_at="2024-01-01T10:00:00Z", **worth),
        line("L3", "LAST", asset_id="M3"),
        line("L4", "EARLY", asset_id="M1"),
        line("L5", "LATE", asset_id="M1"),
        line("L6", "KEPT", asset_id="M1"),
    ]
    fill(
        store,
        folder,
        assets=[
            machine("M1", sold_by_partner_id="P-1"),
            machine("M2", sold_by_partner_id="P-2"),
            machine("M3", account_id="A-2"),
        ],
        contracts=CONTRACTS,
        contract_lines=lines,
    )


def test_contracts_count_on_the_day_of_cancelling_whenever_they_were_sold(store: Store, folder: Path) -> None:
    fill_cancelled(store, folder)
    found = moves(store, "cancellation_rate")
    # Both ends of January count, a contract without a line too; December and February don't.
    assert told(found) == [
        ("LAST", "A-2", date(2026, 1, 31), 1),
        ("BARE", "A-1", date(2026, 1, 15), 0),
        ("FIRST", "A-1", date(2026, 1, 1), 2),
    ]
    assert found.customers == 2
    # 2 x 10 and 1 x 10.
    assert found.contracts[2].values == (Money(3_000, "EUR"),)
    assert found.contracts[0].values == ()


def test_what_is_cancelled_after_the_as_of_day_is_not_cancelled_yet(store: Store, folder: Path) -> None:
    fill_cancelled(store, folder)
    found = moves(store, "cancellation_rate", as_of=date(2026, 1, 20))
    assert [one.contract_id for one in found.contracts] == ["BARE", "FIRST"]


def test_each_reader_sees_the_contracts_that_are_theirs(store: Store, folder: Path) -> None:
    fill_cancelled(store, folder)
    south = moves(store, "cancellation_rate", reader=reader("manager", "South"))
    assert [one.contract_id for one in south.contracts] == ["LAST"]
    assert south.only == {"region": "South"}
    partner = moves(store, "cancellation_rate", reader=reader("partner", partner="P-1"))
    # Of FIRST only the line on the machine that they sold: 2 x 10.
    assert told(partner) == [("FIRST", "A-1", date(2026, 1, 1), 1)]
    assert partner.contracts[0].values == (Money(2_000, "EUR"),)
    assert moves(store, "cancellation_rate", reader=reader("partner")).contracts == ()
    with pytest.raises(NotYourFigure):
        moves(store, "cancellation_rate", reader=reader("technician"))


def test_they_are_narrowed_and_told_by_group(store: Store, folder: Path) -> None:
    fill_cancelled(store, folder)
    north = moves(store, "cancellation_rate", only={"region": "North"}, by=("partner",))
    assert {one.contract_id: set(one.groups) for one in north.contracts} == {
        "BARE": {(None,)},
        "FIRST": {("P-1",), ("P-2",)},
    }
    kept = moves(store, "cancellation_rate", by=("partner",), among=("P-2",))
    assert told(kept) == [("FIRST", "A-1", date(2026, 1, 1), 1)]


def test_contracts_count_as_renewed_on_the_day_their_successor_was_booked(store: Store, folder: Path) -> None:
    def successor(line_id: str, of: str, booked: str, **more: Any) -> dict[str, Any]:
        return line(line_id, "NEW", predecessor_line_id=of, booked_at=f"{booked}T10:00:00Z", **more)

    worth = {"unit_price": "7.00", "currency": "EUR"}
    fill(
        store,
        folder,
        contracts=[
            contract("NOW", "2025-01-01", "2026-01-31"),
            contract("AHEAD", "2025-01-01", "2026-12-31", account_id="A-2"),
            contract("PAST", "2024-01-01", "2025-12-31"),
            contract("FAR", "2024-01-01", "2025-12-31"),
            gone("UNDONE", "2026-02-10"),
            contract("NEW", "2026-02-01", "2027-01-31"),
        ],
        contract_lines=[
            *(line(f"L-{name}", name) for name in ("NOW", "AHEAD", "PAST", "FAR", "UNDONE")),
            successor("N1", "L-NOW", "2026-01-10", **worth),
            # The contract ends in December: a rate of lines ending in January has it not, its renewal is January's.
            successor("N2", "L-AHEAD", "2026-01-20", start_date="2027-01-01"),
            # Booked in February, though the line ended before.
            successor("N3", "L-PAST", "2026-02-02", start_date="2026-01-01"),
            # 59 days after the end are no renewal: the grace is 30.
            successor("N4", "L-FAR", "2026-01-05", start_date="2026-02-28"),
            successor("N5", "L-UNDONE", "2026-01-06"),
        ],
    )
    found = moves(store, "renewal_rate")
    assert told(found) == [
        ("AHEAD", "A-2", date(2026, 1, 20), 1),
        ("NOW", "A-1", date(2026, 1, 10), 1),
    ]
    assert found.contracts[1].values == (Money(700, "EUR"),)
