"""A figure over accounts says on how many it rests, and how its interval is made."""

from pathlib import Path

import pytest

from bot.commands.found_report import FoundReport
from bot.views.alert import build_alert
from bot.views.figure_home import Kpi, build_figures
from bot.views.figures import describe_figure, table_header, table_row
from offers.attach_rate import RESAMPLED_AT_MOST
from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.kinds import OVER_ACCOUNTS
from offers.metrics.misses import Miss
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


def test_a_ratio_says_of_how_many_customers_it_is_wherever_it_is_told(
    store: Store, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sold(store, folder)
    found = run(store, "units_attach", "region")
    # 1 + 2 gateways with 3 + 1 chillers; drawn twice from both: A-1 twice is 1/3, A-2 twice 2.
    told = "*75.0 %* (3 units with 4 core units), 2 customers, 95 % interval 33.3 % to 200.0 %"
    assert describe_figure(found, found.total) == told
    cells = [dict(zip(table_header(found), table_row(found, row, {}), strict=True)) for row in found.rows]
    assert [one["customers"] for one in cells] == ["1", "1"]
    home = repr(
        [
            one.to_dict()
            for one in build_figures([Kpi(found, None, [])], [], None, known_at=NOW, is_behind=False)
        ]
    )
    assert "95 %: 33.3 % to 200.0 %, n 2" in home
    assert "*n*: the customers that a ratio rests on" in home
    FoundReport(found, {}, {}, None, None, None, None, None).print()
    assert "3 / 4  n 2  [33.3, 200.0]" in capsys.readouterr().out
    miss = Miss("T", "units_attach", {}, found.total, None, None, None)
    alert = repr(build_alert([miss], names={}, next_step=None).blocks)
    assert "(3 of 4), 2 customers, 95 % interval" in alert


def test_of_what_is_counted_one_by_one_the_denominator_says_it(store: Store, folder: Path) -> None:
    sold(store, folder)
    found = run(store, "order_attach", "region")
    assert found.total.n == found.total.denominator == 2
    assert "customer" not in describe_figure(found, found.total)
    assert "customers" not in table_header(found)


def test_a_definition_says_how_its_interval_is_made_of_few_and_of_many_accounts() -> None:
    for name, metric in METRIC_TABLE.items():
        resampled = f"bootstrap over accounts, 95 %; of more than {RESAMPLED_AT_MOST:,} accounts that differ"
        assert (resampled in metric.definition) is (name in OVER_ACCOUNTS)
    # A share of accounts that are all alike has an interval, a ratio that may exceed one has none.
    ends = {name: METRIC_TABLE[name].definition.rsplit("alike ")[-1] for name in OVER_ACCOUNTS}
    assert {name for name, end in ends.items() if end == "none."} == {
        "units_attach", "net_attach", "renewal_value",
    }  # fmt: skip
