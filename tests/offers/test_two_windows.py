"""A figure of two windows side by side: both as they are known now, each currency apart, sure only beyond chance."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bot.figures.versus import tell_known_since
from bot.settings import Settings
from bot.views.compared import describe_comparison
from bot.views.payloads import FigureRef
from offers.metrics.figures import MetricSettings
from offers.metrics.recent import Viewer
from offers.metrics.two_windows import Comparison, compare_windows
from offers.people import PersonFacts
from offers.reporting import report
from offers.vocabulary import Role
from tests.offers.company import NOW, load
from tests.offers.conftest import Store, person
from tests.offers.rows import contract, fill, line, machine, order, run

JANUARY, FEBRUARY = (date(2026, 1, 1), date(2026, 1, 31)), (date(2026, 2, 1), date(2026, 2, 28))
END_OF_JANUARY, FIRST_OF_FEBRUARY = (date(2026, 1, 31),) * 2, (date(2026, 2, 1),) * 2


def compare(store: Store, metric: str, windows: Any = (JANUARY, FEBRUARY), **more: Any) -> Comparison:
    """Return the comparison as a manager sees it on 1 March 2026."""
    viewer = Viewer(NOW, MetricSettings(), reader=more.pop("reader", None), only=more.pop("only", None))
    with store.scope() as session:
        return compare_windows(session, metric, viewer, windows, **more)


def orders(day: str, *, count: int, attached: int, account_id: str = "A-1") -> list[dict[str, Any]]:
    """So many orders of a chiller on a day, some of them with a gateway."""
    rows = []
    for number in range(count):
        named = {"order_id": f"{day}-{account_id}-{number}", "account_id": account_id}
        rows.append(order(f"C-{day}-{account_id}-{number}", "CHILL", day, **named))
        if number < attached:
            rows.append(order(f"G-{day}-{account_id}-{number}", "GATE", day, **named))
    return rows


def test_both_windows_stand_there_with_days_intervals_and_that_it_is_more_than_chance(
    store: Store, tmp_path: Path
) -> None:
    fill(
        store,
        tmp_path,
        orders=[*orders("2026-01-10", count=20, attached=2), *orders("2026-02-10", count=20, attached=16)],
    )
    found = compare(store, "order_attach")
    # 2/20 -> [.0279, .3010], 16/20 -> [.5840, .9193]; of the difference, .7, Newcombe's low end is
    # .7 - sqrt((.8 - .5840)^2 + (.3010 - .1)^2) = .7 - .295 = .405.
    assert describe_comparison(found, {}) == (
        "*Order attach rose from 10.0 % to 80.0 %* (+70.0 points). That is more than chance.\n"
        "• 1 Jan 2026 to 31 Jan 2026: *10.0 %* (2 of 20), 95 % interval 2.8 % to 30.1 %\n"
        "• 1 Feb 2026 to 28 Feb 2026: *80.0 %* (16 of 20), 95 % interval 58.4 % to 91.9 %"
    )


def test_a_difference_within_chance_is_told_as_that(store: Store, tmp_path: Path) -> None:
    fill(
        store,
        tmp_path,
        orders=[*orders("2026-01-10", count=20, attached=8), *orders("2026-02-10", count=20, attached=10)],
    )
    assert describe_comparison(compare(store, "order_attach"), {}).startswith(
        "*Order attach rose from 40.0 % to 50.0 %* (+10.0 points). That is within chance: there may be nothing"
    )


def test_without_an_interval_chance_is_not_known(store: Store, tmp_path: Path) -> None:
    # One customer: 2 units with 20, then 16 with 20; an interval takes eight.
    fill(
        store,
        tmp_path,
        orders=[*orders("2026-01-10", count=20, attached=2), *orders("2026-02-10", count=20, attached=16)],
    )
    told = describe_comparison(compare(store, "units_attach"), {})
    assert "(+70.0 points). Whether that is more than chance is not known" in told
    assert "within chance" not in told


def test_a_figure_of_a_day_is_of_both_days_as_they_are_known_now(store: Store, tmp_path: Path) -> None:
    numbers = range(10)
    fill(
        store,
        tmp_path,
        assets=[machine(f"M{number}", install_date="2025-01-01") for number in numbers],
        contracts=[contract("C", "2025-01-01", "2026-12-31")],
        contract_lines=[
            line(f"L{number}", "C", asset_id=f"M{number}", end_date="2026-01-31") for number in range(4)
        ],
    )
    # Recorded today for all that was: an eleventh machine of last year, which nobody knew of in January.
    late = tmp_path / "late"
    late.mkdir()
    load(store.scope, late, {"assets": [machine("M10", install_date="2025-06-01")]}, recorded_at=NOW)
    found = compare(store, "coverage", (END_OF_JANUARY, FIRST_OF_FEBRUARY))
    (sides,) = found.totals
    assert sides.before is not None
    assert sides.after is not None
    assert (sides.before.numerator, sides.before.denominator) == (4, 11)
    assert (sides.after.numerator, sides.after.denominator) == (0, 11)
    told = describe_comparison(found, {})
    assert "• 31 Jan 2026: *36.4 %* (4 of 11)" in told
    assert "• 1 Feb 2026: *0.0 %* (0 of 11)" in told


def test_a_day_of_which_nothing_was_recorded_is_told_as_it_is_known_now(store: Store, tmp_path: Path) -> None:
    # The company's records begin on 1 January 2025; its machines have been there since 2023.
    fill(
        store,
        tmp_path,
        assets=[machine(f"M{number}", install_date="2023-01-01") for number in range(4)],
        contracts=[contract("C", "2023-01-01", "2026-12-31")],
        contract_lines=[line("L", "C", asset_id="M0")],
    )
    day = date(2024, 6, 30)
    assert run(store, "coverage", as_of=day).total.denominator == 0
    deps: Any = SimpleNamespace(clock=lambda: NOW, settings=Settings(_env_file=None))
    told = []
    for asked in (
        FigureRef(metric="coverage", as_of=day),
        FigureRef(metric="coverage", as_of=date(2025, 6, 30)),
    ):
        with store.scope() as session:
            result = report(session, "coverage", as_of=asked.as_of, now=NOW)
            told.append(tell_known_since(session, asked, result, person(session, "UMGR"), deps))
    # 1/4: Wilson (.25 + .4802) / 1.9604 -+ ... = [.0456, .6994].
    assert told == [
        (
            "Nothing of it was recorded by 30 Jun 2024. As it is known now: *25.0 %* (1 of 4), "
            "95 % interval 4.6 % to 69.9 %.",
        ),
        (),
    ]


def test_a_day_to_come_is_today(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path, assets=[machine("M1", install_date="2025-01-01")])
    march = (date(2026, 3, 1), date(2026, 3, 31))
    told = describe_comparison(compare(store, "coverage", (END_OF_JANUARY, march)), {})
    assert "• 1 Mar 2026: *0.0 %* (0 of 1)" in told
    assert "31 Mar" not in told


def test_a_window_that_has_not_ended_says_so_and_one_with_nothing_too(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path, orders=orders("2026-03-01", count=2, attached=1))
    march = (date(2026, 3, 1), date(2026, 3, 31))
    told = describe_comparison(compare(store, "order_attach", (FEBRUARY, march)), {})
    assert told.startswith("*Order attach can't be compared*: one of the windows has no rate.")
    assert "• 1 Feb 2026 to 28 Feb 2026: nothing" in told
    assert "• 1 Mar 2026 to 31 Mar 2026 (so far): *50.0 %* (1 of 2)" in told
    nothing = compare(store, "order_attach")
    assert describe_comparison(nothing, {}) == (
        "There is nothing to compare: no order attach for 1 Jan 2026 to 31 Jan 2026 or 1 Feb 2026 to 28 Feb 2026."
    )


def test_windows_that_overlap_say_so(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path, orders=orders("2026-02-10", count=4, attached=1))
    year = (date(2026, 1, 1), date(2026, 12, 31))
    told = describe_comparison(compare(store, "order_attach", (year, FEBRUARY)), {})
    assert "*Order attach is the same in both.*" in told
    assert "The windows overlap" in told


def test_one_currency_is_never_set_against_another(store: Store, tmp_path: Path) -> None:
    ended = {"sku": "CARE", "quantity": 1, "unit_price": "100"}
    fill(
        store,
        tmp_path,
        contracts=[contract("C", "2025-01-01", "2026-12-31")],
        contract_lines=[
            line("L1", "C", end_date="2026-01-31", currency="EUR", **ended),
            line("L2", "C", end_date="2026-02-10", currency="EUR", **ended),
            line("L3", "C", end_date="2026-02-20", currency="USD", **ended),
        ],
    )
    found = compare(store, "renewal_value")
    sides = [(one.before and one.before.currency, one.after and one.after.currency) for one in found.totals]
    assert sides == [("EUR", "EUR"), (None, "USD")]
    assert "*Renewal value in USD can't be compared*" in describe_comparison(found, {})


def test_each_group_has_both_sides_and_a_reader_their_own(store: Store, tmp_path: Path) -> None:
    fill(
        store,
        tmp_path,
        orders=[
            *orders("2026-01-10", count=20, attached=2),
            *orders("2026-02-10", count=20, attached=16),
            *orders("2026-02-11", count=2, attached=1, account_id="A-2"),
        ],
    )
    told = describe_comparison(compare(store, "order_attach", by=("region",)), {})
    assert (
        "• North: 10.0 % (2 of 20), then 80.0 % (16 of 20), +70.0 points, more than chance\n"
        "• South: nothing, then 50.0 % (1 of 2)"
    ) in told
    south = PersonFacts("M-9", None, "Rita", None, Role.MANAGER.value, None, None, "South")
    (sides,) = compare(store, "order_attach", reader=south).totals
    assert sides.before is None
    assert sides.after is not None
    assert (sides.after.numerator, sides.after.denominator) == (1, 2)
