"""What stands beside an attach figure, counted by hand: each of them can be the reason why a rise is flagged."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.views.figure_home import Kpi, find_warnings
from offers.errors import InternalFigure
from offers.guardrails import (
    Guardrails,
    Level,
    Rail,
    find_guardrails,
    guard_count,
    guard_share,
    has_risen,
    is_more,
)
from offers.intervals import Share
from offers.metrics.figures import MetricSettings
from offers.metrics.recent import Viewer
from offers.people import PersonFacts
from tests.offers.company import COMPANY, NOW, Rows
from tests.offers.conftest import Store, person
from tests.offers.rows import DAY, fill, machine, price, run

# Today is 1 March 2026: the ninety days begin on 2 December 2025, those before on 3 September.
NOW_DAY, BEFORE_DAY = "2026-01-15", "2025-10-15"


def sale(number: int, sku: str, day: str, **more: Any) -> dict[str, Any]:
    """A line of an order of its own, by turns of either customer."""
    return {
        "order_line_id": f"{sku}-{day}-{number}",
        "order_id": f"OR-{day}-{number}",
        "account_id": f"A-{1 + number % 2}",
        "sku": sku,
        "quantity": 1,
        "ordered_at": f"{day}T12:00:00Z",
        **more,
    }


def sales(before: int, now: int, *, customers: int = 2) -> list[dict[str, Any]]:
    """Twenty orders of a chiller in either period by customers in turn, so many of them with a gateway.

    It costs 100 euros, or 101 for every second customer.
    """
    rows = []
    for day, count in ((BEFORE_DAY, before), (NOW_DAY, now)):
        rows += [sale(number, "CHILL", day, account_id=f"A-{1 + number % customers}") for number in range(20)]
        rows += [
            sale(
                number, "GATE", day, unit_price=f"{100 + number % 2}.00", currency="EUR",
                account_id=f"A-{1 + number % customers}",
            )
            for number in range(count)
        ]  # fmt: skip
    return rows


# 2 of 20 orders before, 16 of 20 now: the order attach rate rises from 10 % to 80 %.
RISING = sales(2, 16)
COSTS: list[dict[str, Any]] = [
    price("GATE", "120.00", unit_cost="50.00", valid_to="2025-12-01"),
    price("GATE", "120.00", unit_cost="90.00", valid_from="2025-12-02"),
]
SAME_COST: list[dict[str, Any]] = [price("GATE", "120.00", unit_cost="50.00")]


def ending(name: str, day: str, *, is_renewed: bool) -> dict[str, list[dict[str, Any]]]:
    """A contract with one line that ends on a day, and the one that follows it."""
    last = date.fromisoformat(day)
    starts = {"start": str(last - timedelta(days=364)), "next": str(last + timedelta(days=1))}
    contracts = [term(name, starts["start"], day)]
    lines: list[dict[str, Any]] = [{"contract_line_id": f"L-{name}", "contract_id": name, "sku": "CARE"}]
    if is_renewed:
        contracts.append(term(f"{name}-2", starts["next"], "2027-12-31"))
        lines.append(
            {
                "contract_line_id": f"L-{name}-2",
                "contract_id": f"{name}-2",
                "sku": "CARE",
                "predecessor_line_id": f"L-{name}",
                "booked_at": f"{day}T12:00:00Z",
            }
        )
    return {"contracts": contracts, "contract_lines": lines}


def term(name: str, start: str, end: str, **more: Any) -> dict[str, Any]:
    return {
        "contract_id": name,
        "account_id": "A-1",
        "start_date": start,
        "end_date": end,
        "status": "active",
        **more,
    }


def merge(parts: list[dict[str, list[dict[str, Any]]]]) -> dict[str, Rows]:
    names = {name for part in parts for name in part}
    return {name: [row for part in parts for row in part.get(name, [])] for name in names}


def renewals(before: int, now: int) -> dict[str, Rows]:
    """Ten contracts that end in either period, of which so many are renewed."""
    return merge(
        [
            ending(f"E-{day}-{number}", day, is_renewed=number < count)
            for day, count in ((BEFORE_DAY, before), (NOW_DAY, now))
            for number in range(10)
        ]
    )


def cancellations(before: int, now: int) -> dict[str, Rows]:
    """Ten contracts that begin in either period, of which so many are cancelled a week later."""
    contracts, lines = [], []
    for day, count in ((BEFORE_DAY, before), (NOW_DAY, now)):
        for number in range(10):
            name = f"S-{day}-{number}"
            week = str(date.fromisoformat(day) + timedelta(days=7))
            is_out = {"status": "cancelled", "cancelled_on": week} if number < count else {}
            contracts.append(term(name, day, "2027-12-31", **is_out))
            lines.append({"contract_line_id": f"L-{name}", "contract_id": name, "sku": "CARE"})
    return {"contracts": contracts, "contract_lines": lines}


def failures(before: int, now: int, *, calls: int = 2) -> dict[str, Rows]:
    """So many machines with so many repairs in either period."""
    rows = [
        {
            "work_order_id": f"W-{day}-{number}-{call}",
            "account_id": "A-1",
            "asset_id": f"M-{number}",
            "opened_at": f"{day}T0{call}:00:00Z",
            "type": "repair",
        }
        for day, count in ((BEFORE_DAY, before), (NOW_DAY, now))
        for number in range(count)
        for call in range(calls)
    ]
    machines = [machine(f"M-{number}", sold_by_partner_id="P-1") for number in range(max(before, now))]
    return {"assets": machines, "work_orders": rows}


def escalations(before: int, now: int) -> dict[str, Rows]:
    """Cases that were open on the last day before the period, and cases that are open now."""
    rows = [
        {
            "case_id": f"C-{opened}-{number}",
            "account_id": "A-1",
            "opened_at": f"{opened}T08:00:00Z",
            "closed_at": closed,
            "is_escalated": "true",
        }
        for opened, closed, count in ((BEFORE_DAY, "2025-12-20T08:00:00Z", before), (NOW_DAY, "", now))
        for number in range(count)
    ]
    return {"cases": rows}


QUIET: tuple[Share, Share] = ((1, 10), (1, 10))


def look(
    store: Store,
    metric: str = "order_attach",
    *,
    unhelpful: tuple[Share, Share] | None = QUIET,
    reader: PersonFacts | None = None,
    only: dict[str, str] | None = None,
    first: date | None = None,
    last: date = DAY,
) -> Guardrails:
    """Return what stands beside a figure."""
    with store.scope() as session:
        found = find_guardrails(
            session,
            metric,
            Viewer(NOW, MetricSettings(), reader=reader, only=only),
            first_day=first,
            last_day=last,
            read_unhelpful=lambda _days: unhelpful,
        )
    assert found is not None
    return found


def levels(found: Guardrails, rail: Rail) -> list[tuple[Level, Level]]:
    return [(one.now, one.before) for one in found.rails if one.rail is rail]


CASES: list[tuple[Rail, dict[str, Any], tuple[Level, Level]]] = [
    # 20 gateways for 2,010 euros that cost 90 each leave 210; before 8 for 804 that cost 50 left 404. Eight customers'
    # margins are .1 and .109, and before .5 and .505: their intervals don't meet.
    (
        Rail.MARGIN,
        {"pricebook": COSTS, "orders": sales(8, 20, customers=8)},
        (Level(21_000, 201_000), Level(40_400, 80_400)),
    ),
    # Newcombe: 9 of 10 -> [.596, .982], 2 of 10 -> [.057, .510]; they don't meet, nor does their difference hold 0.
    (Rail.FIRST_RENEWAL, renewals(9, 2), (Level(2, 10), Level(9, 10))),
    (Rail.CANCELLATIONS, cancellations(1, 8), (Level(8, 10), Level(1, 10))),
    # P(10 or more of 12 with one half) = (66 + 12 + 1) / 4096 = .0193 <= .025.
    (Rail.REPEAT_FAILURES, failures(2, 10), (Level(10), Level(2))),
    # P(6 of 6) = 1 / 64 = .0156.
    (Rail.OPEN_ESCALATIONS, escalations(0, 6), (Level(6), Level(0))),
    (Rail.UNHELPFUL, {"unhelpful": ((9, 10), (2, 10))}, (Level(9, 10), Level(2, 10))),
]


def prepare(store: Store, folder: Path, tables: dict[str, Any], *, orders: Rows | None = None) -> Any:
    """Import the tables; what else would stand beside the figure stays as it was."""
    unhelpful = tables.get("unhelpful", QUIET)
    files = {"orders": RISING, "pricebook": SAME_COST, **tables}
    files |= {"orders": orders} if orders is not None else {}
    files.pop("unhelpful", None)
    more = [{"account_id": f"A-{number}", "name": f"Customer {number}"} for number in range(3, 9)]
    fill(store, folder, accounts=[*COMPANY["accounts"], *more], **files)
    return unhelpful


@pytest.mark.parametrize(("rail", "tables", "levels_by_hand"), CASES, ids=[one[0].value for one in CASES])
def test_each_guardrail_can_be_the_reason_why_a_rise_is_flagged(
    store: Store, folder: Path, rail: Rail, tables: dict[str, Any], levels_by_hand: tuple[Level, Level]
) -> None:
    unhelpful = prepare(store, folder, tables)
    found = look(store, unhelpful=unhelpful)
    assert (found.days.first, found.days.before_first) == (date(2025, 12, 2), date(2025, 9, 3))
    assert levels(found, rail) == [levels_by_hand]
    assert [one.rail for one in found.flagged] == [rail]
    assert found.as_json()["flagged"] == [rail.value]
    assert len(found.rails) == len(Rail)
    # And on the manager's page.
    now, before = (
        run(store, "order_attach", date_from=first, date_to=last)
        for first, last in (
            (found.days.first, found.days.last),
            (found.days.before_first, found.days.before_last),
        )
    )
    (warning,) = find_warnings([Kpi(now, before, [])], found.rails)
    assert warning.startswith("Order attach rises while ")


@pytest.mark.parametrize(("rail", "tables", "_levels"), CASES, ids=[one[0].value for one in CASES])
def test_nothing_is_flagged_while_the_figure_does_not_rise(
    store: Store, folder: Path, rail: Rail, tables: dict[str, Any], _levels: Any
) -> None:
    # 10 -> 12 of 20: Newcombe's interval of the difference holds nought.
    unhelpful = prepare(store, folder, tables, orders=sales(10, 12, customers=8))
    found = look(store, unhelpful=unhelpful)
    assert (found.has_risen, found.flagged) == (False, ())
    # What got worse stands there all the same.
    assert [one.rail for one in found.rails if one.is_worse] == [rail]


def test_a_change_within_chance_is_no_reason(store: Store, folder: Path) -> None:
    # Three machines before and four now; six of ten renewals and five; one cancellation and two; one escalation more.
    small = [renewals(6, 5), cancellations(1, 2), failures(3, 4), escalations(1, 2)]
    tables = merge([{name: list(rows) for name, rows in part.items()} for part in small])  # type: ignore[misc]
    prepare(store, folder, dict(tables))
    found = look(store, unhelpful=((3, 10), (2, 10)))
    assert found.has_risen
    assert [one.rail for one in found.rails if one.is_worse] == []


def test_one_call_out_is_no_failure_that_repeats(store: Store, folder: Path) -> None:
    prepare(store, folder, failures(2, 10, calls=1))
    assert levels(look(store), Rail.REPEAT_FAILURES) == [(Level(0), Level(0))]


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (4, 3, False),  # P(4 or more of 7) = 1/2
        (10, 3, False),  # (286 + 78 + 13 + 1) / 8192 = .0461
        (10, 2, True),  # (66 + 12 + 1) / 4096 = .0193
        (7, 1, False),  # (8 + 1) / 256 = .0352
        (8, 1, True),  # (9 + 1) / 512 = .0195
        (5, 0, False),  # 1 / 32 = .0313
        (6, 0, True),  # 1 / 64 = .0156
        (3, 4, False),
        (0, 0, False),
        (100_300, 100_000, False),  # half a standard deviation of sqrt(200,300) = 448
        (101_000, 100_000, True),  # 2.2 of them
    ],
)
def test_counts_rise_where_the_exact_test_says_so(now: int, before: int, expected: bool) -> None:
    assert is_more(now, before) is expected
    assert guard_count(Rail.OPEN_ESCALATIONS, now, before).is_worse is expected


def test_a_share_is_worse_where_newcombe_says_so() -> None:
    # 9 of 10 against 3 of 10: [.1705, .8090], Newcombe's own example; 5 of 56 against 0 of 29: [-.0381, .1926].
    assert guard_share(Rail.UNHELPFUL, (9, 10), (3, 10)).is_worse
    assert not guard_share(Rail.UNHELPFUL, (5, 56), (0, 29)).is_worse
    assert not guard_share(Rail.UNHELPFUL, (3, 10), (9, 10)).is_worse
    assert not guard_share(Rail.UNHELPFUL, (3, 3), (0, 0)).is_worse


@pytest.mark.parametrize(
    "metric",
    ["units_attach", "net_attach", "order_attach", "account_attach", "partner_attach", "pos_attach",
     "coverage", "value_attach"],
)  # fmt: skip
def test_every_attach_figure_has_its_guardrails(store: Store, folder: Path, metric: str) -> None:
    prepare(store, folder, {})
    assert {one.rail for one in look(store, metric).rails} == set(Rail)


def test_no_other_figure_has_any(store: Store, folder: Path) -> None:
    prepare(store, folder, {})
    with store.scope() as session:
        viewer = Viewer(NOW, MetricSettings())
        for metric in ("conversion", "margin", "renewal_rate", "leakage"):
            found = find_guardrails(
                session, metric, viewer, first_day=None, last_day=NOW.date(), read_unhelpful=lambda _: None
            )
            assert found is None


def test_a_margin_is_told_in_each_currency_with_the_lines_whose_cost_is_unknown(
    store: Store, folder: Path
) -> None:
    orders = [
        # Three gateways for 100 at a cost of 60, ordered when they cost 40 before: 300 - 120 = 180 of 300 euros.
        sale(1, "GATE", "2026-01-10", quantity=3, unit_price="100.00", currency="EUR"),
        # One for 100 at 60, after the cost rose: 40 of 100. Together 220 of 400 euros.
        sale(2, "GATE", "2026-02-10", unit_price="100.00", currency="EUR"),
        # Dollars are apart, and sold below cost: -20 of 80.
        sale(3, "GATE", "2026-02-10", unit_price="80.00", currency="USD"),
        # No cost is known of a plan in euros, and no price of the last gateway; a chiller is not attached.
        sale(4, "CARE", "2026-02-10", unit_price="900.00", currency="EUR"),
        sale(5, "GATE", "2026-02-11"),
        sale(6, "CHILL", "2026-02-11", unit_price="9000.00", currency="EUR"),
        # A bundle of plan and gateway for 880: by list prices 900 and 200 the gateway has 880 * 200 / 1100 = 160,
        # of which 60 are its cost: 100 of 160. The plan's cost is unknown: the second such line.
        sale(7, "BUN", "2026-02-12", unit_price="880.00", currency="EUR"),
    ]
    prices = [
        price("GATE", "200.00", unit_cost="40.00", valid_to="2026-01-31"),
        price("GATE", "200.00", unit_cost="60.00", valid_from="2026-02-01"),
        price("GATE", "200.00", unit_cost="10.00", pricebook="zebra"),
        price("GATE", "90.00", "USD", unit_cost="100.00"),
        price("CARE", "900.00"),
    ]
    fill(
        store,
        folder,
        orders=orders,
        pricebook=prices,
        bundle_items=[{"bundle_sku": "BUN", "sku": "CARE"}, {"bundle_sku": "BUN", "sku": "GATE"}],
    )
    found = run(store, "margin")
    assert {row.currency: (row.numerator, row.denominator) for row in found.rows} == {
        "EUR": (22_000 + 10_000, 40_000 + 16_000),
        "USD": (-2_000, 8_000),
    }
    assert {row.currency: row.asides["lines_without_cost"] for row in found.rows} == {"EUR": 2, "USD": 0}
    assert [(row.currency, row.rate) for row in found.rows] == [("EUR", 320 / 560), ("USD", -0.25)]
    rails = {one.currency: one for one in look(store).rails if one.rail is Rail.MARGIN}
    assert {name: (one.now, one.without_cost) for name, one in rails.items()} == {
        "EUR": (Level(32_000, 56_000), 2),
        "USD": (Level(-2_000, 8_000), 0),
    }


def test_a_margin_without_any_known_cost_is_none_and_says_how_many_lines(store: Store, folder: Path) -> None:
    fill(store, folder, orders=RISING, pricebook=[price("GATE", "120.00")])
    total = run(store, "margin").total
    assert (total.rate, total.denominator, total.asides) == (None, 0, {"lines_without_cost": 18})
    (rail,) = [one for one in look(store).rails if one.rail is Rail.MARGIN]
    assert (rail.now.rate, rail.without_cost, rail.is_worse) == (None, 16, False)


def test_a_partner_is_told_of_machines_they_sold_and_never_of_our_margin(store: Store, folder: Path) -> None:
    tables = failures(2, 10)
    others = [machine(f"X-{number}", sold_by_partner_id="P-2") for number in range(3)]
    calls = [{**row, "work_order_id": f"X{row['work_order_id']}", "asset_id": f"X-{row['asset_id'][2:]}"}
             for row in tables["work_orders"] if int(str(row["asset_id"])[2:]) < 3]  # type: ignore[index]  # fmt: skip
    rows = {"assets": [*tables["assets"], *others], "work_orders": [*tables["work_orders"], *calls]}
    prepare(store, folder, rows, orders=[{**row, "partner_id": "P-1"} for row in RISING])
    with store.scope() as session:
        elif_ = person(session, "UPART1")
    theirs = look(store, reader=elif_)
    assert {one.rail for one in theirs.rails} == set(Rail) - {Rail.MARGIN}
    assert levels(theirs, Rail.REPEAT_FAILURES) == [(Level(10), Level(2))]
    assert [one.rail for one in theirs.flagged] == [Rail.REPEAT_FAILURES]
    assert levels(look(store), Rail.REPEAT_FAILURES) == [(Level(13), Level(4))]
    with pytest.raises(InternalFigure):
        run(store, "margin", reader=elif_)


def test_a_part_has_its_own_guardrails_and_leaves_out_what_it_has_none_of(store: Store, folder: Path) -> None:
    prepare(store, folder, {**failures(2, 10), **escalations(0, 6)})
    south = look(store, only={"region": "South"}, unhelpful=None)
    # All of it happened at A-1, in the North; A-2 in the South has eight of the sixteen gateways at 50 of 100.
    assert levels(south, Rail.REPEAT_FAILURES) == [(Level(0), Level(0))]
    assert levels(south, Rail.OPEN_ESCALATIONS) == [(Level(0), Level(0))]
    # Eight gateways for 808 euros that cost 400, and one for 101 that cost 50.
    assert levels(south, Rail.MARGIN) == [(Level(40_800, 80_800), Level(5_100, 10_100))]
    assert levels(south, Rail.UNHELPFUL) == []
    manager = PersonFacts("M-9", None, "Sam", None, "manager", None, None, "South")
    assert look(store, reader=manager, unhelpful=None).rails == south.rails
    aurora = look(store, only={"family": "Aurora"})
    assert levels(aurora, Rail.REPEAT_FAILURES) == [(Level(10), Level(2))]
    # A month is no part of the machines.
    assert {one.rail for one in look(store, only={"month": "2026-01"}).rails} == {
        Rail.MARGIN, Rail.FIRST_RENEWAL, Rail.CANCELLATIONS, Rail.UNHELPFUL,
    }  # fmt: skip


def test_a_window_is_set_against_the_one_before_it(store: Store, folder: Path) -> None:
    prepare(store, folder, {})
    found = look(store, first=date(2026, 1, 1), last=date(2026, 1, 31))
    assert (found.days.before_first, found.days.before_last) == (date(2025, 12, 1), date(2025, 12, 31))


def test_a_rise_is_one_in_any_currency_and_never_without_a_time_before(store: Store, folder: Path) -> None:
    prepare(store, folder, {})
    now = run(store, "order_attach", date_from=date(2025, 12, 1), date_to=date(2026, 2, 1))
    before = run(store, "order_attach", date_from=date(2025, 10, 1), date_to=date(2025, 11, 1))
    assert has_risen(now, before)
    assert not has_risen(before, now)
    assert not has_risen(now, None)
    assert not has_risen(None, before)
