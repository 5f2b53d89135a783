"""What holds of the figures of any company: parts of wholes, gross and net, groups and totals, rows and figures."""

from functools import cache
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from bot.database import SessionScope, build_engine, build_session_scope
from offers.metrics.catalogue import METRIC_TABLE
from offers.reporting import find_rows, report
from tests.offers.company import load
from tests.offers.pandas_loading import NOW, RECORDED, TODAY
from tests.offers.random_company import invent_company

WILSON = [name for name, metric in METRIC_TABLE.items() if "Interval: Wilson" in metric.definition]
ADDITIVE = [
    "coverage",
    "value_attach",
    "leakage",
    "units_attach",
    "net_attach",
    "pos_attach",
    "renewal_rate",
    "renewal_value",
    "first_renewal_rate",
    "cancellation_rate",
    "conversion",
    "declines",
]
LISTED = list(METRIC_TABLE)
SHARED = ["family", "sku", "region", "segment", "tier", "partner", "type", "month", "quarter", "year"]


@st.composite
def windows(draw: st.DrawFn) -> dict[str, Any]:
    """A window that ends before, on or after the as-of day, in the years that the companies live in."""
    days = st.dates(min_value=TODAY.replace(year=2024), max_value=TODAY)
    ends = sorted(draw(st.tuples(days, days)))
    first = draw(st.none() | st.just(ends[0]))
    return {"date_from": first, "date_to": ends[1], "as_of": draw(st.just(TODAY) | st.just(ends[1]) | days)}


@pytest.fixture(scope="module")
def scopes(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    @cache
    def scope_of(seed: int) -> SessionScope:
        folder = tmp_path_factory.mktemp("company")
        scope = build_session_scope(build_engine(f"sqlite:///{copy(empty_database, folder)}"))
        load(scope, folder / "files", invent_company(seed, assets=60), recorded_at=RECORDED)
        return scope

    return scope_of


def case(*metrics: str) -> Any:
    """Draw a company, a window, a metric and one or two of its dimensions."""

    def with_dimensions(metric: str) -> Any:
        allowed = [name for name in SHARED if name in METRIC_TABLE[metric].dimensions]
        by = (
            st.lists(st.sampled_from(allowed), min_size=1, max_size=2, unique=True)
            if allowed
            else st.just([])
        )
        return st.tuples(st.just(metric), by)

    named = st.sampled_from(metrics).flatmap(with_dimensions)
    return given(seed=st.integers(20, 24), window=windows(), asked=named)


small = settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
Asked = tuple[str, list[str]]


def amounts(session: Session, metric: str, by: list[str], window: dict[str, Any]) -> Any:
    """Return the report, its rows and its total where there is one."""
    return report(session, metric, by=by, now=NOW, **window)


@case(*WILSON)
@small
def test_a_proportion_is_part_of_its_whole(
    scopes: Any, seed: int, window: dict[str, Any], asked: Asked
) -> None:
    metric, by = asked
    with scopes(seed)() as session:
        found = amounts(session, metric, by, window)
    for row in (*found.rows, found.total):
        assert 0 <= row.numerator <= row.denominator
        if metric == "declines" and row is found.total:
            # All that were declined: a number, and a share of nothing.
            assert (row.numerator, row.low, row.high) == (row.denominator, None, None)
        elif row.denominator:
            assert 0 <= row.low <= row.rate <= row.high <= 1
        else:
            assert (row.rate, row.low, row.high) == (None, None, None)


@case("net_attach")
@small
def test_the_net_is_never_more_than_the_gross_over_the_same_base(
    scopes: Any, seed: int, window: dict[str, Any], asked: Asked
) -> None:
    _, by = asked
    with scopes(seed)() as session:
        net = amounts(session, "net_attach", by, window)
        gross = amounts(session, "units_attach", by, window)
    by_group = {tuple(row.group.values()): row for row in gross.rows}
    for row, whole in [(row, by_group.get(tuple(row.group.values()))) for row in net.rows] + [
        (net.total, gross.total)
    ]:
        assert whole is not None
        assert 0 <= row.numerator <= whole.numerator == row.asides.get("gross", 0)
        assert row.denominator == whole.denominator


@case(*ADDITIVE)
@small
def test_groups_add_up_to_the_total(scopes: Any, seed: int, window: dict[str, Any], asked: Asked) -> None:
    metric, by = asked
    by = ["reason"] if metric == "declines" else by
    with scopes(seed)() as session:
        found = amounts(session, metric, by, window)
    numerator = sum(row.numerator for row in found.rows)
    if found.total.numerator is None:
        assert len({row.currency for row in found.rows}) > 1
    elif metric == "declines":
        # A share of all that were declined: the shares add up, their wholes are all the same one.
        assert numerator == found.total.numerator
        assert {row.denominator for row in found.rows} <= {found.total.denominator}
    else:
        assert (numerator, sum(row.denominator for row in found.rows)) == (
            found.total.numerator,
            found.total.denominator,
        )


@case(*ADDITIVE)
@small
def test_a_total_is_the_same_whatever_it_is_split_by(
    scopes: Any, seed: int, window: dict[str, Any], asked: Asked
) -> None:
    metric, by = asked
    with scopes(seed)() as session:
        assert amounts(session, metric, by, window).total == amounts(session, metric, [], window).total


@case("leakage")
@small
def test_what_leaks_and_what_is_sold_are_the_value_that_can_be_attached(
    scopes: Any, seed: int, window: dict[str, Any], asked: Asked
) -> None:
    _, by = asked
    with scopes(seed)() as session:
        leaked = amounts(session, "leakage", by, window)
        attached = amounts(session, "value_attach", by, {**window, "date_from": None, "date_to": None})
    sold = {tuple(row.group.values()): (row.asides["sold"], row.denominator) for row in leaked.rows}
    assert sold == {tuple(row.group.values()): (row.numerator, row.denominator) for row in attached.rows}
    for row in leaked.rows:
        asides = row.asides
        assert 0 <= asides["sold"] <= asides["visible"] <= row.denominator
        assert row.denominator == asides["sold"] + asides["unsold"] + asides["unseen"]
        assert asides["machines"] == sum(asides[f"{name}_machines"] for name in ("sold", "unsold", "unseen"))


@case(*LISTED)
@small
def test_the_rows_of_a_part_add_up_to_its_figure(
    scopes: Any, seed: int, window: dict[str, Any], asked: Asked
) -> None:
    metric, by = asked
    with scopes(seed)() as session:
        whole = amounts(session, metric, by[:1], window)
        for value in sorted({row.group[by[0]] or "" for row in whole.rows} - {""})[:2]:
            only = {by[0]: value}
            found = report(session, metric, by=by[1:], only=only, now=NOW, **window)
            entries = find_rows(session, metric, by=by[1:], only=only, now=NOW, **window)
            figures = found.rows or (found.total,)
            if metric == "declines" and by[0] != "reason":
                # A share of all that were declined in the part, and of no others.
                assert {row.denominator for row in (*found.rows, found.total)} == {len(entries)}
            for name in ("numerator",) if metric == "declines" else ("numerator", "denominator"):
                total = sum(getattr(one, name) for one in entries)
                assert (
                    total == sum(getattr(row, name) or 0 for row in figures) or found.total.numerator is None
                )


@case(*LISTED)
@small
def test_the_rows_behind_a_figure_add_up_to_it(
    scopes: Any, seed: int, window: dict[str, Any], asked: Asked
) -> None:
    metric, by = asked
    with scopes(seed)() as session:
        found = amounts(session, metric, by, window)
        entries = find_rows(session, metric, by=by, now=NOW, **window)
    sums: dict[tuple[Any, ...], list[int]] = {}
    for one in entries:
        pair = sums.setdefault((*one.group, one.currency), [0, 0])
        pair[0] += one.numerator
        pair[1] += one.denominator
    figures = {
        (*list(row.group.values())[: len(by)], row.currency): [
            row.numerator,
            # A share of all that were declined: the rows of a group are what is over the line.
            row.numerator if metric == "declines" else row.denominator,
        ]
        for row in found.rows
    }
    assert {group: pair for group, pair in sums.items() if any(pair)} == {
        group: pair for group, pair in figures.items() if any(pair)
    }
