"""The rows behind a figure are recognised: customer, machine, product and day, as they were known then."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from offers.metrics.catalogue import METRIC_TABLE
from offers.reporting import find_facts, find_rows, report
from tests.offers.company import COMPANY, NOW, load
from tests.offers.conftest import Store
from tests.offers.rows import JANUARY, contract, fill, line, machine, order

HARBOUR = "Harbour Hotel"
AURORA = "Chiller 240"


def facts_of(store: Store, metric: str, **options: Any) -> dict[str, dict[str, Any]]:
    """Return by entry id what the rows of a metric are recognised by, without what is unknown."""
    with store.scope() as session:
        result = report(session, metric, now=NOW, **options)
        entries = find_rows(session, metric, now=NOW, **options)
        found = find_facts(session, result, entries, now=NOW)
    return {
        one.entry_id: {
            name: cell
            for name, cell in zip(found.columns, found.cells[one.entry_id], strict=True)
            if cell is not None
        }
        for one in entries
    }


def load_sales(store: Store, folder: Path) -> None:
    fill(
        store,
        folder,
        assets=[machine("M-1", serial_number="NV-1", install_date="2025-06-01"), machine("M-2")],
        orders=[
            order("1a", "CHILL", "2026-01-05", related_asset_id="M-1"),
            order("1b", "GATE", "2026-01-06"),
        ],
        contracts=[contract("C-1", "2025-01-15", "2026-01-14")],
        contract_lines=[line("L-1", "C-1", asset_id="M-1", start_date="2025-01-15", end_date="2026-01-14")],
        offer_events=[
            {
                "event_id": "E-1",
                "offer_id": "O-1",
                "event": "surfaced",
                "account_id": "A-1",
                "asset_id": "M-1",
                "play": "add_on",
                "person_id": "T-1",
                "occurred_at": "2026-01-05T09:00:00Z",
            }
        ],
    )


def test_each_row_says_whose_it_is_what_it_is_and_when(store: Store, folder: Path) -> None:
    load_sales(store, folder)
    chiller = {"customer": HARBOUR, "serial_number": "NV-1", "product": AURORA}
    assert facts_of(store, "coverage") == {
        "M-1": {**chiller, "installed": date(2025, 6, 1)},
        "M-2": {"customer": HARBOUR, "product": AURORA},
    }
    units = facts_of(store, "units_attach", **JANUARY)
    assert units["1a"] == {**chiller, "ordered": date(2026, 1, 5)}
    assert set(units["1b"]) == {"customer", "product", "ordered"}
    # An order stands on the day of its first line.
    assert facts_of(store, "order_attach", **JANUARY) == {
        "OR-1": {"customer": HARBOUR, "ordered": date(2026, 1, 5)}
    }
    assert facts_of(store, "account_attach", **JANUARY) == {"A-1": {"customer": HARBOUR}}
    (renewal,) = facts_of(store, "renewal_rate", **JANUARY).values()
    assert renewal["ends"] == date(2026, 1, 14)
    assert renewal["serial_number"] == "NV-1"
    assert facts_of(store, "conversion", **JANUARY) == {"A-1/M-1/add_on": {**chiller, "play": "add_on"}}


def test_every_figure_with_rows_says_what_they_are(store: Store, folder: Path) -> None:
    load_sales(store, folder)
    for name, metric in METRIC_TABLE.items():
        if metric.list_entries is None:
            continue
        window = JANUARY if metric.is_windowed else {}
        known = facts_of(store, name, **window)
        assert {one["customer"] for one in known.values()} == ({HARBOUR} if known else set()), name


def test_a_customer_is_called_what_it_was_called_when_the_figure_was_true(store: Store, folder: Path) -> None:
    load_sales(store, folder)
    renamed = [{**one, "name": "Quay Hotel"} for one in COMPANY["accounts"] if one["account_id"] == "A-1"]
    later = NOW + timedelta(days=5)
    load(store.scope, folder / "later", {"accounts": renamed}, recorded_at=later)
    for day, name in ((NOW.date(), HARBOUR), (later.date(), "Quay Hotel")):
        with store.scope() as session:
            at = later + timedelta(days=1)
            result = report(session, "coverage", now=at, as_of=day)
            entries = find_rows(session, "coverage", now=at, as_of=day)
            found = find_facts(session, result, entries, now=at)
        assert {cells[0] for cells in found.cells.values()} == {name}
