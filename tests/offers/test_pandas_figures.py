"""The product's figures against an independent calculation over the same files, on random companies."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.database import SessionScope, build_session_scope
from offers.reporting import METRIC_TABLE, Figure, report
from tests.offers import pandas_figures
from tests.offers.company import load
from tests.offers.conftest import TABLES
from tests.offers.pandas_company import (
    HORIZON_DAYS,
    Company,
    Question,
    frame_rows,
    overlay,
    read_files,
)
from tests.offers.pandas_figures import ENTRIES, MEMBERS
from tests.offers.pandas_loading import (
    NOW,
    PAST,
    QUARTER,
    RECORDED,
    TODAY,
    WHOLE,
    Loaded,
    Shelf,
    ask,
    assert_equal,
    calculate,
    load_both,
)
from tests.offers.pandas_offers import funnel, increment
from tests.offers.random_company import forget, invent_company
from tests.offers.random_decisions import invent_decisions, log_decisions

MANY = {"partner", "month"}

BOTH = [*ENTRIES, *MEMBERS]
CROSSED = (
    ("family", "region", "year"),
    ("sku", "tier"),
    ("partner", "segment", "type"),
    ("month", "quarter"),
    ("play", "channel"),
    ("technician", "reason"),
)
"""Each dimension once, in few groups: every one of them has an interval to be worked out."""


@pytest.fixture(params=["sqlite", "postgresql"])
def scope(request: pytest.FixtureRequest, shelf: Shelf) -> SessionScope:
    """An empty database of either kind."""
    if request.param == "sqlite":
        return shelf.add(request.node.originalname)
    engine = request.getfixturevalue("postgresql_engine")
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE " + ", ".join(table.name for table in TABLES)))
    return build_session_scope(engine)


def dimensions_of(metric: str) -> list[tuple[str, ...]]:
    return [(name,) for name in METRIC_TABLE[metric].dimensions]


def crossed_of(metric: str) -> list[tuple[str, ...]]:
    """Few groups that hold each dimension of the metric once."""
    allowed = METRIC_TABLE[metric].dimensions
    groups = [tuple(name for name in crossed if name in allowed) for crossed in CROSSED]
    return [names for names in groups if names]


@pytest.mark.parametrize("metric", BOTH)
def test_every_dimension_is_what_pandas_counts_in_a_quarter_and_as_of_a_past_day(
    load_random: Callable[..., Loaded], metric: str
) -> None:
    # Few offers are declined in a quarter.
    loaded = load_random(2, assets=2_000) if metric == "declines" else load_random(1, assets=200)
    # Of a figure of a day the quarter is all time.
    for question, grouped in ((QUARTER, dimensions_of(metric)), (PAST, crossed_of(metric))):
        sizes = [len(assert_equal(loaded, metric, question, by)) for by in grouped]
        # The proof is one only if there is something in the groups.
        assert max(sizes) >= 3


@pytest.mark.parametrize("metric", BOTH)
def test_two_thousand_machines_are_counted_as_pandas_counts_them_over_all_time(
    load_random: Callable[..., Loaded], metric: str
) -> None:
    loaded = load_random(2, assets=2_000)
    for by in crossed_of(metric):
        assert_equal(loaded, metric, WHOLE, by)
    assert_equal(loaded, metric, PAST, ("region",))


@pytest.mark.parametrize("seed", [3, 4])
def test_one_currency_is_one_total(load_random: Callable[..., Loaded], seed: int) -> None:
    loaded = load_random(seed, assets=120, currencies=("EUR",))
    for metric in BOTH:
        assert_equal(loaded, metric, QUARTER, ("region",))
    with loaded.scope() as session:
        assert ask(session, "value_attach", WHOLE, ())[1][1] > 0
        assert ask(session, "renewal_value", WHOLE, ())[1][1] > 0


def test_both_databases_count_what_pandas_counts(scope: SessionScope, folder: Path) -> None:
    loaded = load_both(scope, folder, 5, assets=120)
    for metric in BOTH:
        for by in crossed_of(metric):
            if not MANY & set(by):
                assert_equal(loaded, metric, PAST, by)
    assert_times_equal(loaded, WHOLE, ("tier",))
    assert_opportunities_equal(loaded, WHOLE)


# Time to attach is an estimate: its rate is no quotient.


def assert_times_equal(loaded: Loaded, question: Question, by: Sequence[str]) -> None:
    groups: defaultdict[tuple[str | None, ...], list[Any]] = defaultdict(list)
    for row in pandas_figures.time_to_attach(loaded.company, question):
        groups[tuple(row[name] or None for name in by)].append(row)
        groups[("everyone",)].append(row)
    with loaded.scope() as session:
        result = report(
            session,
            "time_to_attach",
            by=by,
            date_from=question.first,
            date_to=question.last,
            as_of=question.as_of,
            now=NOW,
        )
    figures: dict[tuple[str | None, ...], Figure] = {tuple(row.group.values()): row for row in result.rows}
    figures[("everyone",)] = result.total
    assert figures.keys() == groups.keys()
    for group, machines in groups.items():
        rows = [row for row in machines if row["is_seen"]]
        share = pandas_figures.kaplan_meier(rows, HORIZON_DAYS)
        figure = figures[group]
        assert figure.asides.get("left_out", 0) == len(machines) - len(rows)
        assert figure.denominator == len(rows)
        if share is None:
            assert figure.rate is None
        else:
            assert figure.rate == pytest.approx(share, abs=1e-12)
            in_time = sum(row["numerator"] for row in rows if row["day"] <= HORIZON_DAYS)
            assert figure.numerator == in_time


@pytest.mark.parametrize("question", [WHOLE, QUARTER, PAST], ids=["whole", "quarter", "past"])
def test_time_to_attach_is_the_kaplan_meier_of_the_files(
    load_random: Callable[..., Loaded], question: Question
) -> None:
    loaded = load_random(2, assets=2_000)
    for by in dimensions_of("time_to_attach"):
        assert_times_equal(loaded, question, by)


def test_time_to_attach_with_orders_that_begin_late_is_that_of_the_files(
    scope: SessionScope, folder: Path
) -> None:
    tables = invent_company(3, assets=600)
    tables["orders"] = [row for row in tables["orders"] if str(row["ordered_at"]) >= "2025-03"]
    load(scope, folder, tables, recorded_at=RECORDED)
    loaded = Loaded(scope, Company(read_files(folder, RECORDED.date())))
    machines = pandas_figures.time_to_attach(loaded.company, WHOLE)
    assert min(sum(row["is_seen"] == seen for row in machines) for seen in (True, False)) > 50
    assert any(row["begins"] for row in machines if row["is_seen"])
    for by in (("family",), ("year",), ("tier", "region")):
        assert_times_equal(loaded, WHOLE, by)


def installed_by(company: Company, day: date) -> Company:
    """Return the company without the machines that were installed later."""
    assets = company.files["assets"]
    return Company({**company.files, "assets": assets[assets["install_date"].str[:10] <= day.isoformat()]})


def test_coverage_by_month_is_the_last_day_of_each(load_random: Callable[..., Loaded]) -> None:
    loaded = load_random(1, assets=200)
    with loaded.scope() as session:
        for metric in ("coverage", "value_attach"):
            found, _ = ask(session, metric, Question(date(2025, 9, 3), TODAY, TODAY), ("month", "region"))
            for month in ("2025-09", "2025-10", "2025-12", "2026-02"):
                first = date.fromisoformat(f"{month}-01")
                last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
                company = loaded.company if last >= TODAY else installed_by(loaded.company, last)
                expected, _ = calculate(company, metric, Question(None, last, last), ("region",))
                named = {(month, *group): pair for group, pair in expected.items()}
                assert {group: pair for group, pair in found.items() if group[0] == month} == named


# Two clocks.

FIRST_EXPORT = datetime(2025, 9, 1, 6, tzinfo=UTC)
SECOND_EXPORT = datetime(2026, 1, 20, 18, tzinfo=UTC)


def test_a_past_report_knows_the_rows_of_then_and_prints_the_same_again(
    scope: SessionScope, folder: Path
) -> None:
    tables = invent_company(6, assets=150)
    before = forget(tables, 6)
    load(scope, folder / "first", before, recorded_at=FIRST_EXPORT)
    decided = invent_decisions(6, tables)
    log_decisions(scope, decided)
    then = Question(date(2025, 1, 1), date(2026, 1, 19), date(2026, 1, 19))
    metrics = [*BOTH, "time_to_attach", "funnel", "incremental_attach"]

    def print_all() -> list[Any]:
        with scope() as session:
            return [
                report(session, metric, date_from=then.first, as_of=then.as_of, now=NOW).as_json()
                for metric in metrics
            ]

    printed = print_all()
    load(scope, folder / "second", tables, recorded_at=SECOND_EXPORT)

    early = read_files(folder / "first", FIRST_EXPORT.date())
    late = read_files(folder / "second", SECOND_EXPORT.date())
    merged = overlay(early, late)
    # An event brings its own second clock: one of the later file may have been known before it.
    known_then = Company({**early, "offer_events": merged["offer_events"], **frame_rows(decided)})
    known_now = Company(merged | frame_rows(decided))
    since = Question(date(2025, 1, 1), date(2026, 1, 20), date(2026, 1, 20))
    differing = 0
    for metric in BOTH:
        for by in (("region", "tier"), ("family",)):
            past = assert_equal(Loaded(scope, known_then), metric, then, by)
            present = assert_equal(Loaded(scope, known_now), metric, since, by)
            differing += past != present
    assert differing >= 20
    before_all = Question(None, date(2025, 8, 31), date(2025, 8, 31))
    with scope() as session:
        assert ask(session, "coverage", before_all, ()) == ({}, (0, 0))
        assert ask(session, "renewal_rate", before_all, ()) == ({}, (0, 0))

    # What was printed before the second export is printed again, but for events that it says were known then.
    again = print_all()
    of_events = {"conversion", "funnel", "declines", "net_attach"}
    for metric, first, second in zip(metrics, printed, again, strict=True):
        if metric not in of_events:
            assert second == first


# Opportunities and experiments.

ARMS = (("arm",), ("arm", "region"), ("segment",), ("month", "arm"), ("quarter",), ("year", "region"))
FUNNELS = (
    *((name,) for name in METRIC_TABLE["funnel"].dimensions if name != "stage"),
    ("region", "play"),
    ("technician", "quarter"),
)


def assert_opportunities_equal(loaded: Loaded, question: Question) -> None:
    """The stages that opportunities got to, and what accounts bought in each arm, are what the files say."""
    counted = funnel(loaded.company, question)
    stages = {str(stage): count for (stage,), (count, _) in counted.items()}
    arms = {by: increment(loaded.company, question, by) for by in ARMS}
    with loaded.scope() as session:
        found, total = ask(session, "funnel", question, ("stage",))
        assert found == counted
        assert total == (stages["booked"], stages["eligible"])
        for by in FUNNELS:
            found, _ = ask(session, "funnel", question, (*by, "stage"))
            assert found == funnel(loaded.company, question, by), (question, by)
            last, _ = ask(session, "funnel", question, by)
            assert last == {group[:-1]: pair for group, pair in found.items() if group[-1] == "booked"}
        for by, expected in arms.items():
            found, total = ask(session, "incremental_attach", question, by)
            assert found == expected, (question, by)
        assert total == increment(loaded.company, question, ())[()]
    # The proof is one only if every stage loses some and both arms have buyers and others.
    assert (
        stages["eligible"] > stages["surfaced"] > stages["viewed"] > stages["accepted"] > stages["booked"] > 0
    )
    assert all(0 < bought < accounts for bought, accounts in arms[("arm",)].values())


@pytest.mark.parametrize("question", [WHOLE, QUARTER, PAST], ids=["whole", "quarter", "past"])
def test_the_funnel_and_what_offering_adds_are_what_the_files_say(
    load_random: Callable[..., Loaded], question: Question
) -> None:
    assert_opportunities_equal(load_random(2, assets=2_000), question)


@pytest.mark.parametrize("question", [WHOLE, PAST], ids=["whole", "past"])
def test_the_difference_between_the_arms_is_what_offering_adds(
    load_random: Callable[..., Loaded], question: Question
) -> None:
    loaded = load_random(2, assets=2_000)
    arms = increment(loaded.company, question, ("arm",))
    (offered, shown), (others, held) = arms[("offered",)], arms[("held_out",)]
    with loaded.scope() as session:
        result = report(
            session,
            "incremental_attach",
            date_from=question.first,
            date_to=question.last,
            as_of=question.as_of,
            now=NOW,
        )
    assert result.total.rate == pytest.approx(offered / shown - others / held, abs=1e-12)
