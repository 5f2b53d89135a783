"""What a figure will likely be: the months meant, several months as one, what a unit is worth, and how it is said."""

from datetime import date
from pathlib import Path

import pytest

from bot.views.course import outline_forecast
from bot.views.forecast import Foresight, build_forecast_chart, build_forecast_message
from offers.forecast import Forecast, ForecastPoint, Method
from offers.metrics.outlook import Outlook, look_ahead, months_until, pool
from offers.metrics.unit_values import find_unit_value
from offers.money import Money
from tests.offers.company import NOW
from tests.offers.conftest import Store, person
from tests.offers.rows import fill, order


def two_years(store: Store, folder: Path) -> None:
    """Every month from March 2024 to February 2026 ten core units, and in the month number n (from 0) 2 + n // 4."""
    months = [date(2024 + (2 + number) // 12, (2 + number) % 12 + 1, 5) for number in range(24)]
    orders = []
    for number, day in enumerate(months):
        name = chr(65 + number)
        orders.append(order(f"{name}1", "CHILL", day.isoformat(), quantity=10))
        gates = order(
            f"{name}2", "GATE", day.isoformat(), quantity=2 + number // 4, unit_price="300.00", currency="EUR"
        )
        orders.append(gates)
    fill(store, folder, orders=orders)


def look(store: Store, metric: str = "units_attach", months: int = 3) -> Outlook:
    with store.scope() as session:
        return look_ahead(session, metric, months=months, now=NOW)


def test_the_months_to_come_begin_with_the_one_under_way() -> None:
    # On 1 March February is complete: March is the first, June the fourth.
    assert months_until(date(2026, 3, 1), date(2026, 3, 31)) == 1
    assert months_until(date(2026, 3, 1), date(2026, 6, 30)) == 4
    # On its last day March is complete itself.
    assert months_until(date(2026, 3, 31), date(2026, 6, 30)) == 3
    assert months_until(date(2026, 11, 22), date(2027, 3, 31)) == 5


def test_several_months_are_added_up_and_a_level_is_its_last() -> None:
    # 20 % of 100 and 40 % of 300: 20 + 120 of 400 are 35 %; the bands by the same weights, .25 and .75.
    points = [ForecastPoint(0.2, 0.1, 0.3, 100, 20), ForecastPoint(0.4, 0.3, 0.7, 300, 120)]
    whole = pool(points, is_level=False)
    assert (whole.rate, whole.low, whole.high) == pytest.approx((0.35, 0.25, 0.6))
    assert (whole.denominator, whole.numerator) == (400, 140)
    assert pool(points, is_level=True) == points[1]


def test_a_forecast_is_said_with_its_band_its_test_and_its_worth(store: Store, folder: Path) -> None:
    two_years(store, folder)
    outlook = look(store)
    with store.scope() as session:
        value = find_unit_value(session, now=NOW, reader=None)
        of_partner = find_unit_value(session, now=NOW, reader=person(session, "UPART1"))
    assert (value, of_partner) == (Money(30_000, "EUR"), None)
    assert outlook.forecast is not None
    assert outlook.ahead == ("2026-03", "2026-04", "2026-05")
    # The last four months had 7 of 10, and it rose by one in ten every four months.
    assert all(0.65 < point.rate < 0.95 for point in outlook.forecast.points)
    message = build_forecast_message(Foresight(outlook, 3, [], None, value)).best
    assert "Units attach, Mar 2026 to May 2026" in message.text
    assert "at EUR 300 a unit" in message.text
    assert "Tested on the last 6 months it was off by" in message.text
    assert "“the same as last month” was off by" in message.text


@pytest.mark.parametrize(
    ("low", "high", "error", "naive_error", "said"),
    [
        (
            0.50,
            0.75,
            0.031,
            0.04,
            "Heading for 50 % to 75 % in Mar 2026 (such forecasts were off by 3.1 points)",
        ),
        (0.50, 0.76, 0.031, 0.04, None),
        (0.50, 0.60, 0.041, 0.04, None),
        (0.50, 0.60, None, None, None),
    ],
)
def test_home_says_a_forecast_that_can_be_leant_on(
    low: float, high: float, error: float | None, naive_error: float | None, said: str | None
) -> None:
    points = (ForecastPoint(0.55, low, high, 100, 55),)
    found = Forecast(Method.DAMPED_HOLT, points, 24, 6, error, naive_error)
    outlook = Outlook("coverage", (), (), ("2026-03",), found)
    assert outline_forecast(outlook) == said


def test_the_chart_parts_only_where_the_known_months_end(store: Store, folder: Path) -> None:
    two_years(store, folder)
    chart = build_forecast_chart(look(store))
    assert chart is not None
    series = chart["chart"]["series"]
    values = [[point["value"] for point in one["data"]] for one in series]
    assert [len(one) for one in values] == [20, 20, 20]
    assert values[0][:17] == values[1][:17] == values[2][:17]
    assert all(high > likely > low for high, likely, low in zip(*(one[17:] for one in values), strict=True))


def test_too_little_history_says_so(store: Store, folder: Path) -> None:
    fill(store, folder, orders=[order("1a", "CHILL", "2026-02-05"), order("1b", "GATE", "2026-02-05")])
    outlook = look(store)
    assert outlook.forecast is None
    assert outline_forecast(outlook) == "Too little history for a forecast"
    found = build_forecast_message(Foresight(outlook, 1, []))
    assert "Too little history for a forecast" in found.best.text
    assert build_forecast_chart(outlook) is None
