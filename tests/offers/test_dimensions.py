"""What figures can be split by, counted by hand, and why the rest can't."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.errors import explain
from bot.views.figure_home import Kpi, build_figures
from bot.views.figures import name_group
from offers.errors import UnknownDimension
from tests.offers.company import NOW
from tests.offers.conftest import Store
from tests.offers.rows import JANUARY, contract, fill, groups, line, machine, order, run


def event(
    number: int, offer_id: str, name: str, day: str, person_id: str = "", **more: Any
) -> dict[str, Any]:
    return {
        "event_id": f"E-{number}",
        "offer_id": offer_id,
        "play": "add_on",
        "event": name,
        "account_id": "A-1",
        "asset_id": "M-1",
        "person_id": person_id,
        "occurred_at": f"{day}T08:00:00Z",
        **more,
    }


MACHINES = [machine(f"M-{number}", account_id=f"A-{min(number, 2)}") for number in (1, 2, 3)]

# Mara showed the first offer and Jonas took it; the second was shown too long before; the third was never shown.
OFFERS = [
    event(1, "O-1", "surfaced", "2025-12-30", "T-2"),
    event(2, "O-1", "surfaced", "2026-01-02", "T-1"),
    event(3, "O-1", "accepted", "2026-01-05", "T-2"),
    event(4, "O-2", "surfaced", "2025-10-01", "T-1", play="upgrade"),
    event(5, "O-2", "accepted", "2026-01-06", "T-2", play="upgrade"),
    event(6, "O-3", "accepted", "2026-01-07", "T-1"),
]
LINES = [
    order("1a", "CHILL", "2026-01-05", quantity=4),
    order("1b", "GATE", "2026-01-05", quantity=2, offer_id="O-1"),
    order("2a", "ROOF", "2026-01-06", offer_id="O-2"),
    order("2b", "GATE", "2026-01-06", offer_id="O-2"),
    order("3a", "CARE", "2026-01-07", offer_id="O-3"),
    # An offer that no file knows.
    order("4a", "GATE", "2026-01-08", offer_id="O-9"),
]


def test_an_order_line_is_of_the_offer_it_came_from(store: Store, folder: Path) -> None:
    fill(store, folder, orders=LINES, offer_events=OFFERS, assets=MACHINES)
    by_play = {"add_on": (2 + 1, 0), "upgrade": (1, 1), None: (1, 4)}
    assert groups(run(store, "units_attach", "play", **JANUARY)) == by_play
    assert groups(run(store, "net_attach", "play", **JANUARY)) == by_play
    # Mara showed O-1 last and accepted O-3; Jonas accepted O-2, which was shown 97 days before.
    assert groups(run(store, "units_attach", "technician", **JANUARY)) == {
        "T-1": (3, 0),
        "T-2": (1, 1),
        None: (1, 4),
    }
    # Of orders and accounts the group is the core line's, as of products: order 2 was an upgrade by Jonas.
    assert groups(run(store, "order_attach", "play", **JANUARY)) == {"upgrade": (1, 1), None: (1, 1)}
    assert groups(run(store, "account_attach", "technician", **JANUARY)) == {"T-2": (1, 1), None: (1, 1)}
    assert groups(run(store, "pos_attach", "play", **JANUARY)) == {"upgrade": (0, 1), None: (0, 4)}


def test_a_line_of_no_offer_says_so(store: Store, folder: Path) -> None:
    fill(store, folder, orders=LINES, offer_events=OFFERS, assets=MACHINES)
    for dimension, said in (("play", "no offer"), ("technician", "nobody"), ("partner", "unknown")):
        rows = run(store, "units_attach", dimension, **JANUARY).rows
        assert [name_group(row, {}) for row in rows if row.group[dimension] is None] == [said]


def test_a_contract_line_is_of_the_offer_it_was_sold_by(store: Store, folder: Path) -> None:
    contracts = [contract("C-1", "2025-01-10", "2026-01-09"), contract("C-2", "2025-01-10", "2026-01-09")]
    lines = [line("L-1", "C-1", offer_id="O-1"), line("L-2", "C-2")]
    fill(store, folder, contracts=contracts, contract_lines=lines, offer_events=OFFERS, assets=MACHINES)
    for metric in ("renewal_rate", "first_renewal_rate"):
        assert groups(run(store, metric, "technician", **JANUARY)) == {"T-1": (0, 1), None: (0, 1)}
        assert groups(run(store, metric, "play", "channel", **JANUARY)) == {
            ("add_on", "offer"): (0, 1),
            (None, "other"): (0, 1),
        }


def test_coverage_by_quarter_and_year_is_that_of_their_last_days(store: Store, folder: Path) -> None:
    machines = [machine(name, install_date="2025-01-01") for name in ("M-1", "M-2")]
    machines.append(machine("M-3", install_date="2025-11-01"))
    # The first is covered until the end of September, the second from then on.
    contracts = [contract("C-1", "2025-01-01", "2025-09-30"), contract("C-2", "2025-10-01", "2026-12-31")]
    lines = [line("L-1", "C-1", asset_id="M-1"), line("L-2", "C-2", asset_id="M-2")]
    targets = [
        {"metric": "coverage", "value": value, "valid_from": f"{year}-01-01", "valid_to": f"{year}-12-31"}
        for year, value in ((2025, "0.5"), (2026, "0.6"))
    ]
    fill(store, folder, assets=machines, contracts=contracts, contract_lines=lines, targets=targets)
    by_quarter = run(store, "coverage", "quarter", date_from=date(2025, 5, 5))
    assert groups(by_quarter) == {
        "2025-Q2": (1, 2),
        "2025-Q3": (1, 2),
        "2025-Q4": (1, 3),
        "2026-Q1": (1, 3),
    }
    assert [row.target for row in by_quarter.rows] == [0.5, 0.5, 0.5, 0.6]
    assert groups(run(store, "coverage", "year", date_from=date(2025, 7, 1))) == {
        "2025": (1, 3),
        "2026": (1, 3),
    }
    both = run(store, "coverage", "year", "family", "quarter", date_from=date(2025, 10, 1))
    assert groups(both) == {("2025", "Aurora", "2025-Q4"): (1, 3), ("2026", "Aurora", "2026-Q1"): (1, 3)}


FUNNEL = [
    event(1, "O-1", "surfaced", "2026-01-02", "T-1"),
    event(2, "O-1", "accepted", "2026-01-05", "T-1"),
    event(3, "O-1", "booked", "2026-01-06", "T-1"),
    event(4, "O-2", "surfaced", "2026-01-02", "T-1", account_id="A-2", asset_id="M-2"),
    event(5, "O-2", "viewed", "2026-01-03", "T-1", account_id="A-2", asset_id="M-2"),
    event(6, "O-3", "surfaced", "2026-01-03", "T-2", account_id="A-2", asset_id="M-3"),
]


def test_a_funnel_of_each_region_says_what_was_dropped_at_each_stage(store: Store, folder: Path) -> None:
    fill(store, folder, offer_events=FUNNEL, assets=MACHINES)
    south = run(store, "funnel", "region", "stage", **JANUARY)
    assert groups(south) == {
        **{("North", stage): (1, 1) for stage in ("eligible", "surfaced", "viewed", "accepted", "booked")},
        ("South", "eligible"): (2, 2),
        ("South", "surfaced"): (2, 2),
        ("South", "viewed"): (1, 2),
        ("South", "accepted"): (0, 2),
        ("South", "booked"): (0, 2),
    }
    # Of two shown one was looked at, and that one not taken.
    assert [row.asides["dropped"] for row in south.rows if row.group["region"] == "South"] == [0, 0, 1, 1, 0]
    # Without stages a region's is its last one, and what was dropped is all that was.
    last = run(store, "funnel", "region", **JANUARY)
    assert groups(last) == {"North": (1, 1), "South": (0, 2)}
    assert [row.asides["dropped"] for row in (*last.rows, last.total)] == [0, 2, 2]
    # By stage first, the stages stay in their order.
    first = [row.group["stage"] for row in run(store, "funnel", "stage", "technician", **JANUARY).rows]
    assert first == [
        stage for stage in ("eligible", "surfaced", "viewed", "accepted", "booked") for _ in "12"
    ]


def test_home_says_how_much_each_stage_drops(store: Store, folder: Path) -> None:
    fill(store, folder, offer_events=FUNNEL, assets=MACHINES)
    found = run(store, "funnel", "stage", **JANUARY)
    kpi = Kpi(run(store, "coverage"), None, [])
    said = repr([block.to_dict() for block in build_figures([kpi], [], found, known_at=NOW, is_behind=False)])
    assert (
        "*Funnel*: 3 eligible → 3 surfaced (0.0 % dropped) → 2 viewed (33.3 % dropped) → "
        "1 accepted (50.0 % dropped) → 1 booked (0.0 % dropped)."
    ) in said


@pytest.mark.parametrize(
    ("metric", "dimension", "why"),
    [
        ("coverage", "technician", "a machine is nobody's sale by itself"),
        ("time_to_attach", "play", "one without a contract never had an offer"),
        ("leakage", "month", "its base is the value on one day"),
        ("incremental_attach", "family", "an account is drawn into an arm as a whole"),
        ("units_attach", "stage", "only the funnel and leaks have stages"),
        ("conversion", "arm", "only an experiment has arms"),
    ],
)
def test_a_refusal_says_why_and_what_there_is(store: Store, metric: str, dimension: str, why: str) -> None:
    with pytest.raises(UnknownDimension) as caught:
        run(store, metric, dimension)
    said = explain(caught.value)
    assert said.startswith(f"{metric} can't be split by {dimension}: ")
    assert why in said
    assert f"It can be by: {', '.join(caught.value.allowed)}." in said


def test_what_no_figure_has_needs_no_reason(store: Store) -> None:
    with pytest.raises(UnknownDimension) as caught:
        run(store, "coverage", "moon")
    assert "can't be split by moon. It can be by: family" in explain(caught.value)
