"""What a figure will likely be: the months meant, several months as one, what a unit is worth, and how it is said."""

from datetime import date
from pathlib import Path
from typing import cast

import pytest

from bot.access import OPERATOR
from bot.commands.figures import _print_outlook
from bot.deps import Deps
from bot.figures.forecasting import look as foretell
from bot.files.list_tables import describe_outlook
from bot.settings import Settings
from bot.views.course import outline_forecast
from bot.views.forecast import Foresight, build_forecast_chart, build_forecast_message
from bot.views.payloads import ForecastRef
from offers.errors import NotForecast
from offers.forecast import Forecast, ForecastPoint, Method, forecast
from offers.metrics.figures import MetricSettings
from offers.metrics.outlook import Outlook, look_ahead, months_until, pool
from offers.metrics.pacing import find_progress_of
from offers.metrics.unit_values import find_unit_value
from offers.money import Money
from offers.reporting import report
from tests.offers.company import NOW
from tests.offers.conftest import Store, person
from tests.offers.rows import contract, fill, line, order


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


def test_a_base_is_foretold_as_it_grew_and_never_below_none() -> None:
    # Two more each month, from 2 to 28: 30, 32 and 34 come next. By their logarithms it were 39, 43 and 48.
    grown = forecast([(number, 2 * number) for number in range(1, 15)], months=3, is_proportion=True)
    assert grown is not None
    assert [point.denominator for point in grown.points] == pytest.approx([30, 32, 34], abs=0.5)
    # Forty fewer each month, down to 20: what comes is none, not fewer.
    fallen = forecast([(0, 20 + 40 * number) for number in range(13, -1, -1)], months=3, is_proportion=True)
    assert fallen is not None
    assert fallen.points[-1].denominator == 0


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


def outlook_off_by(error: float | None, naive_error: float | None) -> Outlook:
    points = (ForecastPoint(0.55, 0.5, 0.6, 100, 55),)
    found = Forecast(Method.DAMPED_HOLT, points, 24, 6, error, naive_error)
    return Outlook("coverage", (), (), ("2026-03",), found)


@pytest.mark.parametrize(
    ("error", "naive_error", "said"),
    [
        (0.041, 0.03, "In the tests the forecast was worse than “the same as last month”: don't lean on it."),
        # As they are told both are 4.0 points.
        (
            0.0403,
            0.04,
            "In the tests the forecast was no better than “the same as last month”: don't lean on it.",
        ),
        (0.03, 0.041, ""),
        (None, None, ""),
    ],
)
def test_a_forecast_that_was_worse_than_the_month_before_is_said_to_be_so(
    capsys: pytest.CaptureFixture[str], error: float | None, naive_error: float | None, said: str
) -> None:
    outlook = outlook_off_by(error, naive_error)
    message = build_forecast_message(Foresight(outlook, 1, [])).best
    _print_outlook(outlook)
    printed = " ".join(capsys.readouterr().out.split())
    notes = dict(describe_outlook(outlook, NOW.date(), MetricSettings()).notes)
    assert (said in message.text, said in printed, notes.get("remark", "")) == (True, True, said)
    if not said:
        assert "don't lean on it" not in message.text + printed


def test_home_says_that_a_forecast_was_worse_than_the_month_before() -> None:
    assert outline_forecast(outlook_off_by(0.041, 0.03)) == (
        "Forecast: Tested on the last 6 months it was off by 4.1 points on average; “the same as last "
        "month” was off by 3.0. In the tests the forecast was worse than “the same as last month”: don't lean on it"
    )


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


def in_two_currencies(store: Store, folder: Path) -> None:
    """Lines of A-1 in EUR and of A-2 (South) in GBP end every month from March 2024 to February 2026, all for 1,000.

    A-1's are renewed for 500; A-2's for nothing in the first year, and for 1,000 in the second.
    """
    contracts, lines = [], []
    for number in range(24):
        day = date(2024 + (2 + number) // 12, (2 + number) % 12 + 1, 5)
        for account, currency, again in (("A-1", "EUR", 500), ("A-2", "GBP", 1000 if number >= 12 else 0)):
            name, start = f"{account}-{number}", date(day.year, day.month, 6)
            contracts += [
                contract(name, "2023-01-01", day.isoformat(), account_id=account),
                contract(f"{name}N", start.isoformat(), "2027-12-31", account_id=account),
            ]
            priced = {"unit_price": "1000.00", "currency": currency, "quantity": 1}
            lines.append(line(name, name, **priced))
            if again:
                renewed = {**priced, "unit_price": f"{again}.00"}
                lines.append(
                    line(
                        f"{name}N",
                        f"{name}N",
                        predecessor_line_id=name,
                        booked_at=f"{day}T08:00:00Z",
                        **renewed,
                    )
                )
    goals = [
        {"metric": "renewal_value", "value": "0.75", "valid_from": "2026-01-01", "valid_to": "2026-12-31"}
    ]
    fill(store, folder, contracts=contracts, contract_lines=lines, targets=goals)


def test_amounts_are_foretold_in_each_currency(store: Store, folder: Path) -> None:
    in_two_currencies(store, folder)
    whole = look(store, "renewal_value")
    assert (whole.is_mixed, whole.forecast, [one.currency for one in whole.parts]) == (
        True,
        None,
        ["EUR", "GBP"],
    )
    euros, pounds = whole.parts
    # Half of 1,000.00 in each of 24 months; of GBP nothing in the first twelve and all in the others.
    assert {(one.numerator, one.denominator) for one in euros.figures} == {(50_000, 100_000)}
    assert [one.rate for one in pounds.figures] == [0.0] * 12 + [1.0] * 12
    assert euros.forecast is not None
    assert euros.forecast.points[0].rate == pytest.approx(0.5, abs=1e-4)
    assert pounds.forecast is not None
    document = whole.as_json()
    assert [one["currency"] for one in document["currencies"]] == ["EUR", "GBP"]
    with store.scope() as session:
        south = look_ahead(session, "renewal_value", months=3, now=NOW, only={"region": "South"})
    # What is narrowed to one currency has one, though the company has two.
    assert (south.is_mixed, south.currency, south.forecast) == (False, "GBP", pounds.forecast)


class Desk:
    """What a forecast needs of the process: the clock and the settings."""

    def __init__(self) -> None:
        self.clock = lambda: NOW
        self.settings = Settings()


def ask(store: Store, metric: str, first: date, last: date) -> Foresight:
    ref = ForecastRef(metric=metric, first_day=first, last_day=last, only={})
    with store.scope() as session:
        return foretell(session, ref, OPERATOR, cast(Deps, Desk()))


def test_a_message_has_each_currency_with_its_target(store: Store, folder: Path) -> None:
    in_two_currencies(store, folder)
    found = ask(store, "renewal_value", date(2026, 3, 1), date(2026, 5, 31))
    message = build_forecast_message(found)
    assert message.best.text.startswith("Renewal value, Mar 2026 to May 2026: In EUR: Likely *")
    said = repr(message.best.blocks)
    assert "In EUR: Likely *50 % to 50 %*" in said
    assert "In GBP: Likely *" in said
    # Two months with 1,000.00 each.
    assert "Since 1 Jan 2026 EUR 1,000 of EUR 2,000 (50.0 %); on target it would be EUR 1,500." in said
    assert "Since 1 Jan 2026 GBP 2,000 of GBP 2,000 (100.0 %)" in said
    assert [block["title"] for block in message.best.blocks if block["type"] == "data_visualization"] == [
        "Renewal value, EUR, percent",
        "Renewal value, GBP, percent",
    ]
    assert "several currencies" not in said


def test_what_lies_beyond_a_targets_term_has_none_of_its_progress(store: Store, folder: Path) -> None:
    in_two_currencies(store, folder)
    within = ask(store, "renewal_value", date(2026, 12, 1), date(2027, 2, 28))
    beyond = ask(store, "renewal_value", date(2027, 1, 1), date(2027, 2, 28))
    assert [one.progress is not None for one in within.each] == [True, True]
    assert [one.progress for one in beyond.each] == [None, None]
    with store.scope() as session:
        ahead = {"date_from": date(2027, 1, 1), "date_to": date(2027, 3, 31), "now": NOW}
        made = report(session, "renewal_value", **ahead)
        running = report(
            session, "renewal_value", date_from=date(2026, 2, 1), date_to=date(2026, 3, 31), now=NOW
        )
        assert find_progress_of(session, made, now=NOW) == {}
    assert (made.total.target, running.total.target) == (None, 0.75)


@pytest.mark.parametrize("metric", ["declines", "funnel", "time_to_attach", "incremental_attach", "leakage"])
def test_what_is_no_rate_of_months_is_not_foretold(store: Store, metric: str) -> None:
    with pytest.raises(NotForecast):
        look(store, metric)
