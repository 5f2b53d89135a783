"""Each metric against figures counted by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from offers.deciding.proposals import propose, propose_bundles
from offers.errors import AnotherPart, UnknownDimension, UnknownMetric, WindowReversed
from offers.ledger import Accepted, accept
from offers.metrics.figures import MetricSettings
from offers.reporting import METRICS, Report, find_curve, find_rows, report
from tests.offers.company import COMPANY, NOW, Rows, load, load_company
from tests.offers.conftest import Store, person

AS_OF = date(2026, 3, 1)


def run(store: Store, metric: str, *by: str, **more: Any) -> Report:
    with store.scope() as session:
        return report(session, metric, by=by, **{"now": NOW, **more})


def figures(result: Report) -> dict[tuple[str | None, ...], tuple[int, int]]:
    return {tuple(row.group.values()): (row.numerator, row.denominator) for row in result.rows}


def machine(asset_id: str, **more: str) -> dict[str, str]:
    return {"asset_id": asset_id, "sku": "CHILL", "account_id": "A-1", "status": "active", **more}


def contract(contract_id: str, status: str = "active", **more: str) -> dict[str, str]:
    dates = {"start_date": "2026-01-01", "end_date": "2026-12-31"}
    return {"contract_id": contract_id, "account_id": "A-1", "status": status, **dates, **more}


def line(line_id: str, contract_id: str, asset_id: str, **more: str) -> dict[str, str]:
    return {
        "contract_line_id": line_id,
        "contract_id": contract_id,
        "asset_id": asset_id,
        "sku": "CARE",
        **more,
    }


def coverage_of(store: Store, folder: Path, contracts: Rows, lines: Rows, machines: Rows) -> tuple[int, int]:
    tables = {kind: COMPANY[kind] for kind in ("partners", "accounts", "products")}
    load(
        store.scope,
        folder,
        {**tables, "assets": machines, "contracts": contracts, "contract_lines": lines},
    )
    total = run(store, "coverage", as_of=AS_OF).total
    return total.numerator, total.denominator


@pytest.mark.parametrize(
    ("contract_row", "line_row", "is_covered"),
    [
        ({}, {}, True),
        ({"status": "expired"}, {}, True),
        ({"status": "draft"}, {}, False),
        ({"status": "cancelled"}, {}, False),
        ({"status": "cancelled", "cancelled_on": "2026-03-01"}, {}, False),
        ({"status": "cancelled", "cancelled_on": "2026-03-02"}, {}, True),
        ({"start_date": "2026-03-01"}, {}, True),
        ({"start_date": "2026-03-02"}, {}, False),
        ({"end_date": "2026-03-01"}, {}, True),
        ({"end_date": "2026-02-28"}, {}, False),
        ({}, {"start_date": "2026-03-02"}, False),
        ({}, {"end_date": "2026-02-28"}, False),
        ({"end_date": "2026-02-28"}, {"end_date": "2026-12-31"}, False),
        ({"start_date": "", "end_date": ""}, {}, True),
        ({}, {"asset_id": ""}, False),
        ({}, {"quantity": "5"}, True),
    ],
)
def test_a_line_is_live_within_both_its_dates_and_the_contracts(
    store: Store, tmp_path: Path, contract_row: dict[str, str], line_row: dict[str, str], is_covered: bool
) -> None:
    contracts = [{**contract("C"), **contract_row}]
    lines = [{**line("L", "C", "M"), **line_row}]
    found = coverage_of(store, tmp_path / "files", contracts, lines, [machine("M")])
    assert found == (int(is_covered), 1)


def test_coverage_counts_machines_not_lines_and_only_those_in_use(store: Store, tmp_path: Path) -> None:
    machines = [
        machine("TWICE"),
        machine("ONCE"),
        machine("BARE", warranty_end="2026-03-01"),
        machine("OVER", warranty_end="2026-02-28"),
        machine("GONE", status="retired", retired_on="2026-02-01"),
        machine("GOING", status="retired", retired_on="2026-03-02"),
        machine("THEIRS", status="competitor"),
        machine("BOX", sku="GATE"),  # not serviceable
    ]
    lines = [line("1", "C", "TWICE"), line("2", "C", "TWICE"), line("3", "C", "ONCE"), line("4", "C", "GONE")]
    # In use and serviceable: TWICE, ONCE, BARE, OVER, and GOING, which retires only tomorrow. Covered: two.
    assert coverage_of(store, tmp_path / "files", [contract("C")], lines, machines) == (2, 5)
    total = run(store, "coverage", as_of=AS_OF).total
    assert (total.rate, total.asides["warranty_only"]) == (0.4, 1)
    # Wilson for 2 of 5.
    assert (total.low, total.high) == (pytest.approx(0.1176, abs=5e-5), pytest.approx(0.7693, abs=5e-5))


def test_six_of_eight_devices_are_covered(store: Store, tmp_path: Path) -> None:
    # 6 x A with 4 covered, 2 x B with 2 covered -> 6/8 = 75 %.
    machines = [machine(f"A{n}") for n in range(6)] + [machine(f"B{n}", sku="ROOF") for n in range(2)]
    lines = [line(f"L{n}", "C", asset) for n, asset in enumerate(["A0", "A1", "A2", "A3", "B0", "B1"])]
    assert coverage_of(store, tmp_path / "files", [contract("C")], lines, machines) == (6, 8)
    assert figures(run(store, "coverage", "family", as_of=AS_OF)) == {
        ("Aurora",): (4, 6),
        ("Boreal",): (2, 2),
    }


def test_groups_of_coverage_are_the_accounts_and_the_selling_partners_and_unknown_is_its_own(
    company: Store,
) -> None:
    # The chiller (A-1, North, sold by gold P-1) is covered; the rooftop unit (A-2, South, seller unknown) is not.
    assert figures(run(company, "coverage", "region")) == {("North",): (1, 1), ("South",): (0, 1)}
    assert figures(run(company, "coverage", "partner", "tier")) == {
        ("P-1", "gold"): (1, 1),
        (None, None): (0, 1),
    }
    assert list(figures(run(company, "coverage", "tier"))) == [("gold",), (None,)]


def order(
    line_id: str, sku: str, quantity: int, day: str, account: str = "A-1", **more: str
) -> dict[str, Any]:
    return {
        "order_line_id": line_id,
        "order_id": line_id[0],
        "account_id": account,
        "sku": sku,
        "quantity": quantity,
        "ordered_at": day,
        **more,
    }


ORDERS = [
    order("1a", "CHILL", 4, "2026-01-01T00:00:00Z", partner_id="P-1"),
    order(
        "1b",
        "GATE",
        3,
        "2026-01-01T00:00:00Z",
        partner_id="P-1",
        returned_at="2026-01-20",
        returned_quantity="3",
    ),
    order("2a", "BUN", 2, "2026-01-31T23:59:59Z"),
    order("3a", "ROOF", 2, "2026-01-15", "A-2", partner_id="P-2"),
    order("4a", "CHILL", 9, "2025-12-31T23:59:59Z"),
    order("5a", "GATE", 9, "2026-02-01T00:00:00Z"),
]
JANUARY = {"date_from": date(2026, 1, 1), "date_to": date(2026, 1, 31)}


def test_units_attach_is_gross_expands_bundles_and_includes_both_ends_of_the_window(
    store: Store, tmp_path: Path
) -> None:
    load_company(store.scope, tmp_path / "files", orders=ORDERS)
    result = run(store, "units_attach", **JANUARY)
    # Attached: 3 gateways (returned, still counted) + 2 bundles x (1 service + 1 gateway) = 7. Core: 4 + 2 = 6.
    assert (result.total.numerator, result.total.denominator) == (7, 6)
    assert result.total.rate == pytest.approx(7 / 6)
    assert figures(run(store, "units_attach", "family", **JANUARY)) == {
        ("Aurora",): (0, 4),
        ("Boreal",): (0, 2),
        ("Care",): (2, 0),
        ("Extras",): (5, 0),
    }
    assert figures(run(store, "units_attach", "partner", **JANUARY)) == {
        ("P-1",): (3, 4),
        ("P-2",): (0, 2),
        (None,): (4, 0),
    }
    assert figures(run(store, "units_attach", "month")) == {
        ("2025-12",): (0, 9),
        ("2026-01",): (7, 6),
        ("2026-02",): (9, 0),
    }


def test_a_zero_denominator_prints_null_and_never_zero(store: Store, tmp_path: Path) -> None:
    load_company(store.scope, tmp_path / "files", orders=ORDERS)
    rows = run(store, "units_attach", "family", **JANUARY).as_json()["rows"]
    assert next(row["rate"] for row in rows if row["group"] == {"family": "Care"}) is None
    total = run(store, "units_attach", date_from=date(2030, 1, 1), date_to=date(2030, 1, 2)).as_json()[
        "total"
    ]
    assert (total["numerator"], total["denominator"], total["rate"], total["low"]) == (0, 0, None, None)


def test_an_order_after_the_as_of_day_has_not_happened(store: Store, tmp_path: Path) -> None:
    load_company(store.scope, tmp_path / "files", orders=ORDERS)
    total = run(store, "units_attach", as_of=date(2026, 1, 15), **JANUARY).total
    # By 15 January: 4 chillers and 3 gateways on the 1st, 2 rooftop units on the 15th.
    assert (total.numerator, total.denominator) == (3, 6)


def event(
    event_id: str, kind: str, day: str, play: str = "renewal", asset: str = "M-CHILL", **more: str
) -> dict[str, str]:
    account = "A-1" if asset == "M-CHILL" else "A-2"
    return {
        "event_id": event_id,
        "offer_id": f"OF-{event_id.split('-', maxsplit=1)[0]}",
        "play": play,
        "event": kind,
        "account_id": account,
        "asset_id": asset,
        "person_id": "T-1",
        "occurred_at": day,
        **more,
    }


EVENTS = [
    event("1-s", "surfaced", "2026-01-05"),
    event("1-t", "surfaced", "2026-01-07", person_id="T-2"),  # the same opportunity again
    event("1-a", "accepted", "2026-02-10"),
    event("2-s", "surfaced", "2026-01-10", "add_on", partner_id="P-1"),
    event("3-s", "surfaced", "2026-01-12", "add_on", "M-ROOF"),
    event("3-d", "declined", "2026-01-13", "add_on", "M-ROOF", reason="no_need"),
    event("4-a", "accepted", "2026-01-20", "coverage_gap", "M-ROOF"),  # never surfaced
    event("5-s", "surfaced", "2025-12-31", "bundle", "M-ROOF"),
    event("5-a", "accepted", "2026-01-02", "bundle", "M-ROOF"),  # belongs to December
]


def test_conversion_counts_opportunities_once_and_gives_every_numerator_its_denominator(
    store: Store, tmp_path: Path
) -> None:
    load_company(store.scope, tmp_path / "files", offer_events=EVENTS)
    # January: renewal M-CHILL (accepted), add-ons M-CHILL and M-ROOF (not), gap M-ROOF (accepted, never surfaced).
    assert figures(run(store, "conversion", "play", **JANUARY)) == {
        ("add_on",): (0, 2),
        ("coverage_gap",): (1, 1),
        ("renewal",): (1, 1),
    }
    total = run(store, "conversion", **JANUARY).total
    assert (total.numerator, total.denominator, total.rate) == (2, 4, 0.5)
    assert figures(run(store, "conversion", "technician", **JANUARY)) == {("T-1",): (1, 3), ("T-2",): (1, 1)}
    assert figures(run(store, "conversion", "partner", "tier", **JANUARY)) == {
        ("P-1", "gold"): (0, 1),
        (None, None): (2, 3),
    }
    assert figures(run(store, "conversion", "family", **JANUARY)) == {
        ("Aurora",): (1, 2),
        ("Boreal",): (1, 2),
    }
    assert figures(run(store, "conversion", "month")) == {("2025-12",): (1, 1), ("2026-01",): (2, 4)}


def test_conversion_knows_only_what_occurred_by_the_as_of_day(store: Store, tmp_path: Path) -> None:
    load_company(store.scope, tmp_path / "files", offer_events=EVENTS)
    total = run(store, "conversion", as_of=date(2026, 2, 9), **JANUARY).total
    assert (total.numerator, total.denominator) == (1, 4)
    total = run(store, "conversion", as_of=date(2026, 2, 10), **JANUARY).total
    assert (total.numerator, total.denominator) == (2, 4)


def test_the_attribution_window_is_a_setting_and_stands_in_the_definition(
    store: Store, tmp_path: Path
) -> None:
    load_company(store.scope, tmp_path / "files", offer_events=EVENTS)
    # The renewal was seen again on 7 January and accepted 34 days later.
    short = run(store, "conversion", settings=MetricSettings(attribution_days=33), **JANUARY)
    assert (short.total.numerator, short.total.denominator) == (1, 4)
    assert "within 33 days" in short.definition


def test_a_sale_moves_the_figures_it_must_within_the_same_moment(company: Store) -> None:
    # Before: 1 of 2 machines covered. The gap is sold, so 2 of 2; one service unit is attached.
    with company.scope() as session:
        mara = person(session, "UTECH")
        card = propose(session, asset_id="M-ROOF", person=mara, now=NOW, thread_ref=None).offer
        assert card is not None
        assert isinstance(
            accept(session, card.offer_id, version=1, person=mara, now=NOW, idempotency_key="k"), Accepted
        )
    assert figures(run(company, "coverage", "family")) == {("Aurora",): (1, 1), ("Boreal",): (1, 1)}
    assert run(company, "units_attach").total.numerator == 1
    # Eligible on the rooftop unit: the gap, the add-on, the bundle; the gap was accepted.
    assert figures(run(company, "conversion", "play")) == {
        ("add_on",): (0, 1),
        ("bundle",): (0, 1),
        ("coverage_gap",): (1, 1),
    }


def test_a_renewal_moves_conversion_but_not_coverage(company: Store) -> None:
    before = run(company, "coverage").total
    with company.scope() as session:
        mara = person(session, "UTECH")
        card = propose(session, asset_id="M-CHILL", person=mara, now=NOW, thread_ref=None).offer
        assert card is not None
        accept(session, card.offer_id, version=1, person=mara, now=NOW, idempotency_key="k")
    assert run(company, "coverage").total == before
    assert figures(run(company, "conversion", "play"))["renewal",] == (1, 1)


def test_one_sale_is_one_count_before_and_after_the_crms_export(company: Store, tmp_path: Path) -> None:
    with company.scope() as session:
        tom = person(session, "UPART2")
        (card,) = propose_bundles(session, account_id="A-2", person=tom, now=NOW, thread_ref=None).offers
        accept(session, card.offer_id, version=1, person=tom, now=NOW, idempotency_key="k")
    assert figures(run(company, "units_attach", "partner")) == {("P-2",): (2, 0)}
    # The CRM returns the bundle as its two items.
    rows = [
        order("9a", "CARE", 1, "2026-03-01", "A-2", partner_id="P-2", offer_id=card.offer_id),
        order("9b", "GATE", 1, "2026-03-01", "A-2", partner_id="P-2", offer_id=card.offer_id),
    ]
    load(company.scope, tmp_path / "crm", {"orders": rows}, recorded_at=NOW + timedelta(days=1))
    later = {"now": NOW + timedelta(days=2)}
    assert figures(run(company, "units_attach", "partner", **later)) == {("P-2",): (2, 0)}


def test_last_mondays_report_prints_the_same_after_the_data_moved_on(company: Store, tmp_path: Path) -> None:
    def monday() -> list[dict[str, Any]]:
        return [run(company, metric, as_of=date(2026, 2, 23)).as_json() for metric in METRICS]

    before = monday()
    changes: dict[str, Rows] = {
        "assets": [{**COMPANY["assets"][1], "status": "retired", "retired_on": "2026-02-01"}],
        "contracts": [{**COMPANY["contracts"][0], "status": "cancelled", "cancelled_on": "2026-02-01"}],
        "orders": [order("7a", "CHILL", 1, "2026-02-20")],
        "offer_events": [event("7-s", "surfaced", "2026-02-20")],
    }
    load(company.scope, tmp_path / "tuesday", changes, recorded_at=datetime(2026, 2, 24, tzinfo=UTC))
    assert monday() == before
    after = run(company, "coverage", as_of=date(2026, 2, 24)).total
    assert (after.numerator, after.denominator) == (0, 1)


def test_a_target_stands_beside_the_group_and_the_day_it_is_for(store: Store, tmp_path: Path) -> None:
    targets = [
        {"metric": "coverage", "value": "0.6", "valid_from": "2026-01-01", "valid_to": "2026-12-31"},
        {"metric": "coverage", "value": "0.5", "valid_from": "2025-01-01", "valid_to": "2025-12-31"},
        {"metric": "coverage", "family": "Aurora", "value": "0.7", "valid_from": "2026-01-01"},
        {"metric": "units_attach", "value": "0.9"},
    ]
    load_company(store.scope, tmp_path / "files", targets=targets)
    result = run(store, "coverage", "family", as_of=AS_OF)
    assert {row.group["family"]: row.target for row in result.rows} == {"Aurora": 0.7, "Boreal": None}
    assert result.total.target == 0.6
    assert run(store, "coverage", as_of=date(2025, 6, 30)).total.target == 0.5
    assert {row.target for row in run(store, "coverage", "segment", as_of=AS_OF).rows} == {None}


def test_a_partner_gets_its_own_figures_only(store: Store, tmp_path: Path) -> None:
    load_company(store.scope, tmp_path / "files", orders=ORDERS, offer_events=EVENTS)
    with store.scope() as session:
        elif_, tom = person(session, "UPART1"), person(session, "UPART2")
    assert figures(run(store, "units_attach", "partner", reader=elif_, **JANUARY)) == {("P-1",): (3, 4)}
    assert figures(run(store, "coverage", "partner", reader=elif_)) == {("P-1",): (1, 1)}
    assert run(store, "coverage", reader=tom).total.denominator == 0
    assert run(store, "conversion", reader=elif_, **JANUARY).total.denominator == 1


def test_another_part_than_the_readers_own_is_refused_with_its_target(store: Store, tmp_path: Path) -> None:
    targets = [
        {"metric": "coverage", "region": "North", "value": "0.7", "valid_from": "2026-01-01"},
        {"metric": "coverage", "region": "South", "value": "0.5", "valid_from": "2026-01-01"},
    ]
    load_company(store.scope, tmp_path / "files", targets=targets)
    with store.scope() as session:
        elif_, mara = person(session, "UPART1"), person(session, "UTECH")
    south = replace(mara, role="manager", region="South")
    asked = [
        (south, "coverage", {"region": "North"}, "South"),
        (south, "time_to_attach", {"region": "North"}, "South"),
        (elif_, "coverage", {"partner": "P-2"}, "Nordkälte"),
        (mara, "conversion", {"technician": "T-2"}, "Mara"),
    ]
    with store.scope() as session:
        for reader, metric, only, own in asked:
            for look in (report, find_rows, find_curve):
                if look is find_curve and metric != "time_to_attach":
                    continue
                with pytest.raises(AnotherPart) as refused:
                    look(session, metric, now=NOW, reader=reader, only=only)
                assert refused.value.own == own
    own = run(store, "coverage", reader=south, only={"region": "South"})
    assert own.total.target == 0.5
    # What is no part of theirs narrows it as before.
    assert run(store, "coverage", reader=south, only={"partner": "P-1"}).total.target is None


def test_the_document_has_the_promised_shape(company: Store) -> None:
    document = run(company, "coverage", "region", as_of=AS_OF).as_json()
    assert list(document) == ["metric", "as_of", "from", "to", "definition", "rows", "total"]
    assert document["as_of"] == "2026-03-01"
    fields = ["group", "numerator", "denominator", "rate", "low", "high", "target"]
    assert [list(row)[:7] for row in [*document["rows"], document["total"]]] == [fields] * 3
    assert [list(row)[7:] for row in document["rows"]] == [["n", "warranty_only"]] * 2


def test_wrong_questions_are_refused(company: Store) -> None:
    with pytest.raises(UnknownMetric):
        run(company, "happiness")
    with pytest.raises(UnknownDimension):
        run(company, "coverage", "play")
    with pytest.raises(UnknownDimension):
        run(company, "conversion", "colour")
    with pytest.raises(WindowReversed):
        run(company, "units_attach", date_from=date(2026, 2, 1), date_to=date(2026, 1, 1))
