"""What stands beside each group of a split: the same as beside that part by itself, and read once for all groups."""

import csv
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import event

from bot.commands.found_report import FoundReport
from bot.files.guardrails import build_guardrail_csv
from bot.views.figure_remarks import describe_flags
from offers.attach_rate import Group
from offers.guardrails import Guardrails, Level, Rail, find_days
from offers.metrics.figures import MetricSettings, Report
from offers.metrics.guardrail_rows import guard_rows
from offers.metrics.recent import Viewer
from offers.people import PersonFacts
from tests.offers.company import NOW
from tests.offers.conftest import Store, person
from tests.offers.rows import BASE, DAY, contract, line, machine, price, run
from tests.offers.test_guardrails import (
    COSTS,
    QUIET,
    RISING,
    cancellations,
    escalations,
    failures,
    look,
    merge,
    prepare,
    renewals,
)

RECENT = {"date_from": DAY - timedelta(days=89), "date_to": DAY}


def trouble(store: Store, folder: Path) -> None:
    """Let order attach rise from 10 % to 80 % with both customers while the rest gets worse in the North."""
    parts: list[Any] = [
        renewals(9, 2),
        cancellations(1, 8),
        failures(2, 10),
        escalations(0, 6),
        {"pricebook": COSTS},
    ]
    prepare(store, folder, dict(merge(parts)))


def split(
    store: Store,
    metric: str = "order_attach",
    *by: str,
    reader: PersonFacts | None = None,
    only: dict[str, str] | None = None,
    is_whole: bool = True,
    **window: Any,
) -> tuple[Report, Mapping[Group, Guardrails]]:
    """Return a figure by groups, with what stands beside each."""
    found = run(store, metric, *by, reader=reader, only=only, **window)
    with store.scope() as session:
        made = guard_rows(
            session,
            found,
            Viewer(NOW, MetricSettings(), reader=reader, only=only),
            find_days(metric, found.date_from, found.date_to or found.as_of),
            read_unhelpful=lambda _days, names: {("North",): QUIET} if names == ("region",) else None,
            is_whole=is_whole,
        )
    return found, made.rows


@contextmanager
def statements(store: Store) -> Iterator[list[str]]:
    """Note what is asked of the database."""
    noted: list[str] = []

    def note(*given: Any) -> None:
        noted.append(given[2])

    event.listen(store.engine, "before_cursor_execute", note)
    yield noted
    event.remove(store.engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    "by", [("region",), ("segment",), ("partner",), ("tier",), ("family",), ("sku",), ("region", "tier")]
)
@pytest.mark.parametrize("metric", ["order_attach", "units_attach", "coverage"])
def test_a_group_has_what_stands_beside_that_part_by_itself(
    store: Store, folder: Path, metric: str, by: tuple[str, ...]
) -> None:
    trouble(store, folder)
    found, rows = split(store, metric, *by, **(RECENT if metric != "coverage" else {}))
    assert rows.keys() == {tuple(row.group.values()) for row in found.rows}
    for group, beside in rows.items():
        part = {name: value for name, value in zip(by, group, strict=True) if value is not None}
        if len(part) == len(by):
            alone = look(store, metric, only=part, unhelpful=None)
            assert beside.has_risen == alone.has_risen
            mine = [one for one in beside.rails if one.rail is not Rail.UNHELPFUL]
            assert [(one.rail, one.now, one.before, one.is_worse, one.without_cost) for one in mine] == [
                (one.rail, one.now, one.before, one.is_worse, one.without_cost) for one in alone.rails
            ]


def test_a_group_that_rises_at_a_cost_is_flagged_and_others_are_not(store: Store, folder: Path) -> None:
    prepare(store, folder, cancellations(1, 8))
    found, rows = split(store, "order_attach", "region", **RECENT)
    # Of ten orders either customer had one with a gateway before, and eight now: both rose. All contracts are A-1's, in
    # the North: one of ten was cancelled before, eight of ten now.
    assert {group: one.has_risen for group, one in rows.items()} == {("North",): True, ("South",): True}
    assert {group: [one.rail for one in beside.flagged] for group, beside in rows.items()} == {
        ("North",): [Rail.CANCELLATIONS],
        ("South",): [],
    }
    (flag,) = rows[("North",)].flagged
    assert (flag.now, flag.before) == (Level(8, 10), Level(1, 10))
    assert describe_flags(found, Guardrails(look(store).days, True, (), rows), {"North": "The <North>"}) == (
        ":warning: *The &lt;North&gt;* rises while cancellations rise from 10.0 % to 80.0 %."
    )


def test_answers_of_no_help_are_those_of_the_groups_people(store: Store, folder: Path) -> None:
    prepare(store, folder, {})
    _, rows = split(store, "order_attach", "region", **RECENT)
    levels = {
        group: [(one.now, one.before) for one in beside.rails if one.rail is Rail.UNHELPFUL]
        for group, beside in rows.items()
    }
    # Nobody in the South marked anything; a tier has no people of its own.
    assert levels == {
        ("North",): [(Level(1, 10), Level(1, 10))],
        ("South",): [(Level(0, 0), Level(0, 0))],
    }
    _, tiers = split(store, "order_attach", "tier", **RECENT)
    assert Rail.UNHELPFUL not in {one.rail for beside in tiers.values() for one in beside.rails}


def test_what_is_shown_in_words_is_read_of_groups_that_rise_alone(store: Store, folder: Path) -> None:
    trouble(store, folder)
    with statements(store) as of_all:
        split(store, "order_attach", "region", is_whole=False, **RECENT)
    with statements(store) as of_none:
        # Nothing was sold in the ninety days before those before: what rose from nothing has no time to be set against.
        _, rows = split(
            store,
            "order_attach",
            "region",
            is_whole=False,
            date_from=date(2025, 9, 3),
            date_to=date(2025, 12, 1),
        )
    assert rows == {}
    assert not [one for one in of_none if "work_order" in one]
    assert [one for one in of_all if "work_order" in one]


def test_groups_are_read_together_however_many_they_are(store: Store, folder: Path) -> None:
    trouble(store, folder)
    counted = []
    for only in (None, {"region": "South"}):
        with statements(store) as noted:
            _, rows = split(store, "order_attach", "segment", only=only, **RECENT)
        counted.append((len(rows), len(noted)))
    # Two groups as the one of a part alone; what a part costs more is its own total of each figure.
    assert [groups for groups, _ in counted] == [2, 1]
    assert counted[0][1] <= counted[1][1]


@pytest.mark.parametrize(
    ("by", "group"), [(("quarter",), ("2026-Q1",)), (("quarter", "region"), ("2026-Q1", "North"))]
)
def test_a_period_is_set_against_the_one_before_it(
    store: Store, folder: Path, by: tuple[str, ...], group: Group
) -> None:
    prepare(store, folder, cancellations(1, 8))
    # All that is older was ordered and begun in October, all that is newer in January: quarters that follow each other.
    for window in (RECENT, {"date_from": date(2025, 7, 1), "date_to": DAY}):
        _, rows = split(store, "order_attach", *by, **window)
        beside = rows[group]
        assert beside.has_risen
        assert [(one.rail, one.now, one.before) for one in beside.flagged] == [
            (Rail.CANCELLATIONS, Level(8, 10), Level(1, 10))
        ]
        days = beside.days
        assert (days.first, days.last) == (date(2026, 1, 1), DAY)
        assert (days.before_first, days.before_last) == (date(2025, 10, 1), date(2025, 12, 31))
    # Nothing came before the first quarter, and what fails or is escalated has no period of its own.
    first = rows[("2025-Q4", *group[1:])]
    assert (first.has_risen, first.flagged) == (False, ())
    assert Rail.REPEAT_FAILURES not in {one.rail for one in first.rails}


def test_a_month_is_not_set_against_one_that_lies_further_back(store: Store, folder: Path) -> None:
    prepare(store, folder, cancellations(1, 8))
    _, rows = split(store, "order_attach", "month", date_from=date(2025, 7, 1), date_to=DAY)
    assert {group: one.has_risen for group, one in rows.items()} == {
        ("2025-10",): False,
        ("2026-01",): False,
    }


def test_a_figure_of_a_day_is_set_against_the_end_of_the_period_before(store: Store, folder: Path) -> None:
    fleet = [machine(f"M{number}", install_date="2020-01-01") for number in range(20)]
    covered = [line(f"L{number}", "C", asset_id=f"M{number}") for number in range(16)]
    prepare(
        store,
        folder,
        {
            "assets": fleet,
            "contracts": [contract("C", "2026-01-10", "2026-12-31")],
            "contract_lines": covered,
        },
    )
    _, rows = split(store, "coverage", "month", date_from=date(2026, 1, 1), date_to=DAY)
    # None of twenty on 31 December, sixteen on 31 January and since.
    assert {group: one.has_risen for group, one in rows.items()} == {
        ("2026-01",): True,
        ("2026-02",): False,
        ("2026-03",): False,
    }


def test_two_kinds_of_periods_and_no_groups_have_none(store: Store, folder: Path) -> None:
    trouble(store, folder)
    assert split(store, "order_attach", "month", "quarter", **RECENT)[1] == {}
    assert split(store, "order_attach", **RECENT)[1] == {}


def test_a_partner_has_guardrails_of_its_own_and_none_of_its_peers(store: Store, folder: Path) -> None:
    sold = [{**row, "partner_id": f"P-{1 + place % 2}"} for place, row in enumerate(RISING)]
    prepare(store, folder, failures(2, 10), orders=sold)
    with store.scope() as session:
        elif_ = person(session, "UPART1")
    found, rows = split(store, "order_attach", "partner", reader=elif_, **RECENT)
    assert [row.group["partner"] for row in found.rows if row.group["partner"] != "P-1"] == ["peer 1"]
    assert list(rows) == [("P-1",)]
    assert Rail.MARGIN not in {one.rail for one in rows[("P-1",)].rails}
    manager_found, everyone = split(store, "order_attach", "partner", **RECENT)
    assert (
        {row.group["partner"] for row in manager_found.rows}
        == {key for (key,) in everyone}
        >= {
            "P-1",
            "P-2",
        }
    )


def test_a_value_by_region_has_them_in_each_currency(store: Store, folder: Path) -> None:
    british = {
        "sku": "CARE-UK",
        "name": "Care UK",
        "family": "Care",
        "kind": "service",
        "serviceable": "false",
    }
    files = {
        "products": [*BASE["products"], british],
        "product_relations": [
            {"core_sku": "CHILL", "attach_sku": "CARE", "type": "service"},
            {"core_sku": "ROOF", "attach_sku": "CARE-UK", "type": "service"},
        ],
        "pricebook": [
            price("CARE", "900.00", valid_from="2024-01-01"),
            price("CARE-UK", "400.00", "GBP", valid_from="2024-01-01"),
        ],
        "assets": [
            machine("C0", install_date="2020-01-01"),
            machine("R0", "ROOF", install_date="2020-01-01"),
        ],
        "contracts": [contract("C", "2025-01-01", "2026-12-31")],
        "contract_lines": [line("L1", "C", asset_id="C0")],
    }
    prepare(store, folder, files, orders=[])
    found, rows = split(store, "value_attach", "region")
    assert found.total.numerator is None
    assert set(rows) == {("North", "EUR"), ("North", "GBP")}
    levels = [[(one.rail, one.now) for one in beside.rails] for beside in rows.values()]
    assert levels[0] == levels[1]


def test_a_document_words_and_files_have_them_by_group(
    store: Store, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare(store, folder, cancellations(1, 8))
    found, rows_beside = split(store, "order_attach", "region", **RECENT)
    beside = replace(look(store), rows=rows_beside)
    made = FoundReport(found, {}, {}, None, None, None, None, beside)
    document = made.as_json()
    assert [row["guardrails"]["flagged"] for row in document["rows"]] == [["cancellations"], []]
    assert document["guardrails"]["flagged"] == ["cancellations"]
    assert "rows" not in document["guardrails"]
    made.print()
    said = " ".join(capsys.readouterr().out.split())
    assert said.count("Look: It rises while cancellations rise from 10.0 % to 80.0 %.") == 1
    listed = list(csv.DictReader(io.StringIO(build_guardrail_csv(found, beside).decode())))
    worse = [(one["region"], one["guardrail"]) for one in listed if one["worse while it rises"] == "yes"]
    assert worse == [("North", "cancelled within 90 days"), ("total", "cancelled within 90 days")]
    sheet = load_workbook(io.BytesIO(made.build_workbook()))["guardrails"]
    header, *rows = sheet.iter_rows(values_only=True)
    assert len(rows) == len(listed)
    flagged = [row for row in rows if row[header.index("worse while it rises")] == "yes"]
    assert [(row[0], row[header.index("rate")], row[header.index("rate before")]) for row in flagged] == [
        ("North", 0.8, 0.1),
        ("total", 0.8, 0.1),
    ]
