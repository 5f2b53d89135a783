"""What a target takes, on Home: of amounts in several currencies in each of them, as the report says it."""

from dataclasses import replace
from datetime import datetime
from math import ceil
from pathlib import Path

import pytest

from bot.access import OPERATOR
from bot.figures.shelf import Shelf, build_home_figures, fill_shelf, list_specs
from bot.views.course import outline_progress
from offers.metrics.figures import MetricSettings
from offers.metrics.outlook import MONTHS_AHEAD, look_ahead
from offers.metrics.pacing import find_progress
from offers.metrics.rollups import Viewpoint, find_kept, keep, make, read_revision
from tests.offers.company import COMPANY, NOW, load
from tests.offers.conftest import Store
from tests.offers.rows import contract, fill, line, machine, price

BEGUN = {"valid_from": "2024-01-01"}


def two_currencies(store: Store, folder: Path) -> None:
    """Four chillers whose service is 900 euro, one of them covered; three roof units at 400 pounds, two covered."""
    fill(
        store,
        folder,
        products=[
            *COMPANY["products"],
            {"sku": "CARE-UK", "name": "Care UK", "family": "Care", "kind": "service", "serviceable": "false"},
        ],
        product_relations=[
            {"core_sku": "CHILL", "attach_sku": "CARE", "type": "service"},
            {"core_sku": "ROOF", "attach_sku": "CARE-UK", "type": "service"},
        ],
        pricebook=[price("CARE", "900.00", **BEGUN), price("CARE-UK", "400.00", "GBP", **BEGUN)],
        assets=[
            *(machine(f"C{number}", install_date="2020-01-01") for number in range(4)),
            *(machine(f"R{number}", "ROOF", install_date="2020-01-01") for number in range(3)),
        ],
        contracts=[contract("C", "2025-01-01", "2026-12-31")],
        contract_lines=[line("L1", "C", asset_id="C0"), *(line(f"L{one}", "C", asset_id=one) for one in ("R0", "R1"))],
        orders=[],
        targets=[{"metric": "value_attach", "value": "0.75", "valid_from": "2026-01-01", "valid_to": "2026-12-31"}],
    )  # fmt: skip


def read_home(store: Store, metric: str = "value_attach", *, now: datetime = NOW) -> str:
    with store.scope() as session:
        view = Viewpoint(OPERATOR, MetricSettings(), now, read_revision(session))
        kept = {spec: make(session, spec, view) for spec in list_specs() if spec.metric == metric}
        shelf = fill_shelf(kept, None, now=now, is_behind=False)
        blocks = build_home_figures(session, shelf, OPERATOR, unhelpful=None, now=now)
    return "\n".join(repr(block.to_dict()) for block in blocks).replace("\\n", "\n")


def test_a_target_of_amounts_is_paced_in_each_currency_as_the_report_paces_it(
    store: Store, folder: Path
) -> None:
    two_currencies(store, folder)
    said = read_home(store)
    # 75 % of 3,600 euro are 2,700, of which there are 900; of 1,200 pounds 900, of which there are 800.
    # From 1 March to 31 December there are 305 days: 1,800 / 43.57 weeks is 41.3, 100 / 43.57 is 2.3.
    assert "• *Value attach in EUR*: 75.0 % by 31 Dec 2026: EUR 1,800 more, about EUR 41 a week" in said
    assert "• *Value attach in GBP*: 75.0 % by 31 Dec 2026: GBP 100 more, about GBP 2 a week" in said
    with store.scope() as session:
        for currency in ("EUR", "GBP"):
            found = find_progress(session, "value_attach", now=NOW, currency=currency)
            assert found is not None
            assert f"in {currency}*: {outline_progress('value_attach', found)}" in said


def test_one_currency_is_not_named_twice(store: Store, folder: Path) -> None:
    fill(
        store,
        folder,
        assets=[machine(f"C{number}", install_date="2020-01-01") for number in range(4)],
        contracts=[contract("C", "2025-01-01", "2026-12-31")],
        contract_lines=[line("L1", "C", asset_id="C0")],
        orders=[],
        pricebook=[price("CARE", "900.00", **BEGUN)],
        targets=[
            {"metric": "value_attach", "value": "0.75", "valid_from": "2026-01-01", "valid_to": "2026-12-31"}
        ],
    )
    assert "• *Value attach*: 75.0 % by 31 Dec 2026: EUR 1,800 more, about EUR 41 a week" in read_home(store)


def test_a_level_is_paced_by_the_base_that_the_forecast_expects(store: Store, folder: Path) -> None:
    # Two machines more on the first of each month since January 2025: 30 on the first of March 2026, five covered.
    begun = [f"{year}-{month:02}-01" for year in (2025, 2026) for month in range(1, 13)][:15]
    fill(
        store,
        folder,
        assets=[machine(f"{side}{day}", install_date=day) for day in begun for side in "AB"],
        contracts=[contract("C", "2025-01-01", "2026-12-31")],
        contract_lines=[line(f"L{day}", "C", asset_id=f"A{day}") for day in begun[:5]],
        orders=[],
        targets=[
            {"metric": "coverage", "value": "0.5", "valid_from": "2026-01-01", "valid_to": "2026-05-31"}
        ],
    )
    with store.scope() as session:
        found = find_progress(session, "coverage", now=NOW)
        ahead = look_ahead(session, "coverage", months=3, now=NOW)
    assert found is not None
    assert ahead.forecast is not None
    by_then = ahead.forecast.points[ahead.ahead.index("2026-05")].denominator
    # The same as the forecast says of May; half of it, less the five that are covered, rounded up.
    assert (found.numerator, found.denominator) == (5, 30)
    assert found.denominator + found.base_to_come == pytest.approx(by_then)
    assert by_then > 31
    assert found.needed == ceil(by_then / 2 - 5)
    assert f"{found.needed} more machines (of about {by_then:.0f} by then)" in read_home(store, "coverage")


def test_a_fleet_that_came_this_month_is_there_by_the_end(store: Store, folder: Path) -> None:
    # Twenty machines for fourteen months, then on the first of March ten more of a new customer; five are covered.
    fill(
        store,
        folder,
        assets=[
            *(machine(f"M{number}", install_date="2024-12-01") for number in range(20)),
            *(machine(f"N{number}", account_id="A-2", install_date="2026-03-01") for number in range(10)),
        ],
        contracts=[contract("C", "2025-01-01", "2026-12-31")],
        contract_lines=[line(f"L{number}", "C", asset_id=f"M{number}") for number in range(5)],
        orders=[],
        targets=[
            {"metric": "coverage", "value": "0.5", "valid_from": "2026-01-01", "valid_to": "2026-05-31"}
        ],
    )
    with store.scope() as session:
        found = find_progress(session, "coverage", now=NOW)
    assert found is not None
    # The months before say twenty for ever; half of thirty, less five. Of twenty it were five.
    assert (found.denominator, found.base_to_come, found.needed) == (30, 0.0, 10)
    assert "10 more machines" in read_home(store, "coverage")


def read_shelf(store: Store) -> Shelf:
    """Return what is kept of the metric, read again."""
    with store.scope() as session:
        view = Viewpoint(OPERATOR, MetricSettings(), NOW, read_revision(session))
        specs = [spec for spec in list_specs() if spec.metric == "value_attach"]
        keep(session, {spec: make(session, spec, view) for spec in specs}, view)
        return fill_shelf(find_kept(session, specs, view), None, now=NOW, is_behind=False)


def test_each_currency_is_a_figure_with_all_that_one_has(store: Store, folder: Path) -> None:
    two_currencies(store, folder)
    more = {
        "assets": [
            machine("C4", install_date="2020-01-01", account_id="A-2"),
            machine("R4", "ROOF", install_date="2020-01-01", account_id="A-2"),
        ],
        "contracts": [contract("D", "2026-01-01", "2026-12-31", account_id="A-2")],
        "contract_lines": [line("L2", "D", asset_id="C4")],
    }
    load(store.scope, folder / "more", more)
    shelf = read_shelf(store)
    with store.scope() as session:
        blocks = build_home_figures(session, shelf, OPERATOR, unhelpful=None, now=NOW)
        ahead = look_ahead(session, "value_attach", months=MONTHS_AHEAD, now=NOW)
    fields = [field["text"].split("\n") for block in blocks for field in block.to_dict().get("fields", [])]
    # In euro A-1 has 900 of 3,600 under contract and A-2, since the first of January, 900 of 900. In pounds A-1 has 800
    # of 1,200 and A-2 nothing of 400. Two customers have no interval, and so miss no target for sure.
    # The year ends with March: it is 20 % for nine months and 40 % for three.
    assert [lines[:5] for lines in fields] == [
        [
            "*Value attach in EUR*",
            "*40.0 %*  ▲ 20.0 points",
            "EUR 1,800 of EUR 4,500",
            "n 2, too few customers for an interval",
            "target 75.0 %: within its noise",
        ],
        [
            "*Value attach in GBP*",
            "*50.0 %*  ▬ unchanged",
            "GBP 800 of GBP 1,600",
            "n 2, too few customers for an interval",
            "target 75.0 %: within its noise",
        ],
    ]
    assert [lines[5] for lines in fields] == ["▁▁▁▁▁▁▁▁▁███", "▁▁▁▁▁▁▁▁▁▁▁▁"]
    for part in ahead.parts:
        kept = shelf.keep("value_attach", str(part.currency)).find_outlook("value_attach")
        assert part.forecast is not None
        assert kept == part
    assert shelf.find_outlook("value_attach") == replace(ahead, parts=())
