"""A figure over accounts says on how many it rests, and how its interval is made."""

from pathlib import Path

import pytest

from bot.commands.found_report import FoundReport
from bot.views.alert import build_alert
from bot.views.figure_home import Kpi, build_figures
from bot.views.figure_remarks import describe_sales
from bot.views.figures import describe_figure, describe_row, table_header, table_row
from bot.views.forecast import Foresight, build_forecast_message
from offers.forecast import Forecast, ForecastPoint, Method
from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.figures import Figure, Report
from offers.metrics.kinds import OVER_ACCOUNTS
from offers.metrics.misses import Miss
from offers.metrics.outlook import Outlook
from offers.resampling import RESAMPLED_AT_MOST
from tests.offers.company import COMPANY, NOW
from tests.offers.conftest import Store
from tests.offers.rows import fill, order, run


def sold(store: Store, folder: Path) -> None:
    """Three chillers and a gateway of A-1; one chiller with two gateways of A-2."""
    fill(
        store,
        folder,
        orders=[
            order("1a", "CHILL", "2026-02-05", quantity=3),
            order("1b", "GATE", "2026-02-05"),
            order("2a", "CHILL", "2026-02-05", account_id="A-2"),
            order("2b", "GATE", "2026-02-05", quantity=2, account_id="A-2"),
        ],
        pricebook=COMPANY["pricebook"],
    )


def sold_to_twelve(store: Store, folder: Path) -> None:
    """A chiller for each of twelve customers, with a gateway for every second one."""
    accounts = [f"A-{number}" for number in range(1, 13)]
    chillers = [order(f"{one}a", "CHILL", "2026-02-05", account_id=one) for one in accounts]
    gateways = [order(f"{one}b", "GATE", "2026-02-05", account_id=one) for one in accounts[::2]]
    fill(
        store,
        folder,
        accounts=[{"account_id": one, "name": one, "region": "North"} for one in accounts],
        orders=[*chillers, *gateways],
    )


def read_home(found: Report) -> str:
    kpi = Kpi(found, None, [])
    return repr(
        [one.to_dict() for one in build_figures([kpi], [], None, known_at=NOW, is_behind=False)]
    )  # fmt: skip


def test_a_ratio_says_of_how_many_customers_it_is_wherever_it_is_told(
    store: Store, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sold_to_twelve(store, folder)
    found = run(store, "units_attach", "region")
    # Of twelve that are drawn k have a gateway, binomial with 1/2: P(k <= 1) = .0032, P(k <= 2) = .0193. Outside each
    # end of an interval over twelve lies .0108 of the draws: 2/12 and 10/12.
    told = "*50.0 %* (6 units with 12 core units), 12 customers, 95 % interval 16.7 % to 83.3 %"
    assert describe_figure(found, found.total) == told
    (cells,) = (dict(zip(table_header(found), table_row(found, row, {}), strict=True)) for row in found.rows)
    assert (cells["customers"], cells["95 % interval"]) == ("12", "16.7 % to 83.3 %")
    home = read_home(found)
    assert "95 %: 16.7 % to 83.3 %, n 12" in home
    assert "*n*: the customers that a ratio rests on" in home
    FoundReport(found, {}, {}, None, None, None, None, None).print()
    assert "6 / 12  n 12  [16.7, 83.3]" in capsys.readouterr().out
    miss = Miss("T", "units_attach", {}, found.total, None, None, None)
    alert = repr(build_alert([miss], names={}, next_step=None).blocks)
    assert "(6 of 12), 12 customers, 95 % interval" in alert


def test_a_ratio_of_few_customers_says_why_it_has_no_interval_wherever_it_is_told(
    store: Store, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sold(store, folder)
    found = run(store, "units_attach", "region")
    # 1 + 2 gateways with 3 + 1 chillers.
    told = "*75.0 %* (3 units with 4 core units), 2 customers, too few customers for an interval"
    assert describe_figure(found, found.total) == told
    cells = [dict(zip(table_header(found), table_row(found, row, {}), strict=True)) for row in found.rows]
    assert [(one["customers"], one["95 % interval"]) for one in cells] == [("1", "too few customers")] * 2
    home = read_home(found)
    assert "n 2, too few customers for an interval" in home
    assert "95 %:" not in home
    FoundReport(found, {}, {}, None, None, None, None, None).print()
    assert "3 / 4  n 2  too few customers for an interval" in capsys.readouterr().out


def test_of_what_is_counted_one_by_one_the_denominator_says_it(store: Store, folder: Path) -> None:
    sold(store, folder)
    found = run(store, "order_attach", "region")
    assert found.total.n == found.total.denominator == 2
    assert "customer" not in describe_figure(found, found.total)
    assert "customers" not in table_header(found)


def test_a_definition_says_how_its_interval_is_made_of_few_and_of_many_accounts() -> None:
    for name, metric in METRIC_TABLE.items():
        resampled = (
            "bootstrap over accounts, 95 %, none of fewer than 8 with a base; "
            f"of more than {RESAMPLED_AT_MOST:,} accounts that differ"
        )
        assert (resampled in metric.definition) is (name in OVER_ACCOUNTS)
    # A share of accounts that are all alike has an interval, a ratio that may exceed one has none.
    ends = {name: METRIC_TABLE[name].definition.rsplit("alike ")[-1] for name in OVER_ACCOUNTS}
    assert {name for name, end in ends.items() if end == "none."} == {
        "units_attach", "net_attach", "renewal_value",
    }  # fmt: skip


def test_all_that_were_declined_are_a_number(
    store: Store, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    event = {
        "event": "declined",
        "account_id": "A-1",
        "play": "add_on",
        "occurred_at": "2026-02-05T09:00:00Z",
    }
    said_no = [
        {**event, "event_id": f"E-{number}", "offer_id": f"O-{number}", "reason": reason}
        for number, reason in enumerate(["too expensive", "not now", "not now"])
    ]
    fill(store, folder, offer_events=said_no)
    found = run(store, "declines", "reason")
    assert describe_figure(found, found.total) == "*3* declined offers"
    FoundReport(found, {}, {}, None, None, None, None, None).print()
    printed = capsys.readouterr().out
    assert "3  declined offers" in printed
    assert "100.0 %" not in printed
    # One reason is a share of them: Wilson of 2 of 3 is [.2077, .9385].
    told = "*66.7 %* (2 of 3), 95 % interval 20.8 % to 93.9 %"
    assert describe_figure(found, found.rows[0]) == told


def test_one_unit_is_told_in_the_singular() -> None:
    one = Figure({}, 1, 2, 0.5, None, None, None, n=3)
    other = Figure({}, 2, 1, 2.0, None, None, None, n=3)
    assert "(1 unit with 2 core units)" in describe_row("units_attach", one)
    assert "(2 units kept with 1 core unit)" in describe_row("net_attach", other)
    assert "(1 of 2)" in describe_row("coverage", one)
    assert describe_sales(one).startswith("*1 add-on and service unit* was ordered, and 2 core units.")
    point = ForecastPoint(0.5, 0.4, 0.6, denominator=1.2, numerator=0.9)
    outlook = Outlook(
        "units_attach", (), (), ("2026-03",), Forecast(Method.DAMPED_HOLT, (point,), 24, 6, None, None)
    )
    assert (
        "about 1 attached unit with 1 core unit"
        in build_forecast_message(Foresight(outlook, 1, [])).best.text
    )
