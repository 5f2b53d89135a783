"""The rows behind a figure are recognised: customer, machine, product and day, as they were known then."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.figures import MetricSettings
from offers.reporting import find_facts, find_rows, report
from tests.offers.company import COMPANY, NOW, load
from tests.offers.conftest import Store
from tests.offers.pandas_loading import Loaded
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


OFFERS = [
    ("E-1", "O-1", "surfaced", "2026-01-02", ""),
    ("E-2", "O-1", "viewed", "2026-01-03", ""),
    ("E-3", "O-1", "declined", "2026-01-04", "price"),
    ("E-4", "O-2", "declined", "2026-01-06", ""),
]


def load_what_became_of_offers(store: Store, folder: Path) -> None:
    about = {"account_id": "A-1", "asset_id": "M-1", "play": "add_on"}
    fill(
        store,
        folder,
        assets=[
            machine("M-1", install_date="2026-01-01", serial_number="NV-1"),
            machine("M-2", install_date="2026-01-10"),
            machine("M-3", sku="ROOF", install_date="2025-12-01", account_id="A-2"),
        ],
        orders=[
            order("1a", "GATE", "2026-01-11", related_asset_id="M-1"),
            order("2a", "GATE", "2026-02-20", related_asset_id="M-2"),
        ],
        offer_events=[
            {**about, "event_id": event_id, "offer_id": offer, "event": name, "reason": reason,
             "occurred_at": f"{day}T08:00:00Z"}
            for event_id, offer, name, day, reason in OFFERS
        ],
    )  # fmt: skip


def rows_of(store: Store, metric: str, **options: Any) -> dict[tuple[str, ...], tuple[int, int, str | None]]:
    """Return numerator, denominator and what it counts as, by id and group."""
    with store.scope() as session:
        found = find_rows(session, metric, now=NOW, **{**JANUARY, **options})
    return {
        (one.entry_id, *map(str, one.group)): (one.numerator, one.denominator, one.counts_as) for one in found
    }


def test_rows_behind_funnel_declines_and_time_to_attach_say_what_they_count_as(
    store: Store, folder: Path
) -> None:
    load_what_became_of_offers(store, folder)
    got = "got to viewed"
    assert rows_of(store, "funnel") == {("A-1/M-1/add_on",): (0, 1, got)}
    assert rows_of(store, "funnel", by=("stage",)) == {
        ("A-1/M-1/add_on", stage): (int(stage not in ("accepted", "booked")), 1, got)
        for stage in ("eligible", "surfaced", "viewed", "accepted", "booked")
    }
    # A part of the stages has the same rows: who got at least there has a one.
    assert rows_of(store, "funnel", only={"stage": "viewed"}) == {("A-1/M-1/add_on",): (1, 1, got)}
    assert rows_of(store, "declines", by=("reason",)) == {
        ("E-3", "price"): (1, 1, "declined: price"),
        ("E-4", "None"): (1, 1, "declined without a reason"),
    }
    # The third was installed before the window; the second was attached on day 41, after the thirtieth.
    assert rows_of(store, "time_to_attach") == {
        ("M-1",): (1, 1, "attached on day 10"),
        ("M-2",): (0, 1, "attached on day 41"),
    }
    # The first known order is of 11 January, 41 days after the third was installed: within sixty, not within thirty.
    since = {"date_from": date(2025, 12, 1), "by": ("family",)}
    assert rows_of(store, "time_to_attach", **since, settings=MetricSettings(horizon_days=60))[
        ("M-3", "Boreal")
    ] == (0, 1, "seen without until day 90")
    left_out = rows_of(store, "time_to_attach", **since)[("M-3", "Boreal")]
    assert left_out == (0, 0, "left out: orders known from day 41 on")
    assert facts_of(store, "declines", **JANUARY)["E-3"] == {
        "customer": HARBOUR,
        "serial_number": "NV-1",
        "product": "Chiller 240",
        "play": "add_on",
        "happened": date(2026, 1, 4),
        "counts as": "declined: price",
    }


def test_rows_behind_what_offering_adds_are_accounts_in_their_arms(
    load_random: Callable[..., Loaded],
) -> None:
    loaded = load_random(2, assets=2_000)
    with loaded.scope() as session:
        found = find_rows(session, "incremental_attach", by=("arm",), now=NOW)
        rows = report(session, "incremental_attach", by=("arm",), now=NOW).rows
    for row in rows:
        own = [one for one in found if one.group == tuple(row.group.values())]
        assert (sum(one.numerator for one in own), len(own)) == (row.numerator, row.denominator)
    assert {one.counts_as for one in found} == {
        "offered something, bought",
        "offered something, did not buy",
        "held out, bought",
        "held out, did not buy",
    }
    assert {one.entry_id == one.account_id for one in found} == {True}
