"""What stands beside an attach figure where it is asked for: whose answers count, and how it is said."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.access import OPERATOR
from bot.database import SessionScope
from bot.figures.beside import count_unhelpful, count_unhelpful_groups, find_beside
from bot.files.guardrails import build_guardrail_csv
from bot.records import Turn
from bot.views.figure_remarks import describe_beside
from bot.views.guardrails import outline_guardrails, warn_of
from offers.guardrails import Guardrail, Guardrails, Level, Rail
from offers.installed_base.service_health import Days
from offers.metrics.figures import Figure, MetricSettings, Report, Scope
from offers.metrics.rollups import FigureSpec, Kept, Span, Viewpoint, keep
from offers.reporting import report
from offers.tables.parties import Person
from tests.bot.test_retention import a_turn
from tests.offers.company import load
from tests.offers.rows import BASE, order

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
DAYS = Days.up_to(NOW.date(), count=90)


def asked(number: int, person_id: str, *, days_ago: int, helpful: bool | None) -> Turn:
    turn = a_turn(number, days_ago=1)
    turn.person_id, turn.helpful = person_id, helpful
    turn.asked_at = NOW - timedelta(days=days_ago)
    return turn


def asker(person_id: str, **more: Any) -> Person:
    return Person(
        person_id=person_id, slack_user_id=person_id, name=person_id, recorded_at=NOW, source="import",
        **{"role": "technician", **more},
    )  # fmt: skip


@pytest.fixture
def marked(session_scope: SessionScope) -> SessionScope:
    """Marks by somebody in the North, somebody in the South and a partner's person, in ninety days and before."""
    with session_scope() as session:
        session.add_all(
            [
                asker("N", region="North"),
                asker("S", region="South"),
                asker("P", role="partner", partner_id="P-1"),
                asked(1, "N", days_ago=0, helpful=False),
                asked(2, "N", days_ago=89, helpful=True),
                asked(3, "N", days_ago=90, helpful=True),
                asked(4, "S", days_ago=5, helpful=False),
                asked(5, "P", days_ago=5, helpful=False),
                asked(6, "P", days_ago=179, helpful=False),
                asked(7, "N", days_ago=180, helpful=False),
                asked(8, "N", days_ago=3, helpful=None),
            ]
        )
    return session_scope


@pytest.mark.parametrize(
    ("scope", "only", "expected"),
    [
        (Scope(), {}, ((3, 4), (1, 2))),
        (Scope(region="North"), {}, ((1, 2), (0, 1))),
        (Scope(), {"region": "South"}, ((1, 1), (0, 0))),
        (Scope("P-1", is_external=True), {}, ((1, 1), (1, 1))),
        (Scope(), {"partner": "P-1"}, ((1, 1), (1, 1))),
        # Somebody external without a partner has nobody; a product asks nothing.
        (Scope(None, is_external=True), {}, ((0, 0), (0, 0))),
        (Scope(), {"family": "Aurora"}, None),
    ],
)
def test_answers_of_no_help_are_those_of_the_readers_people(
    marked: SessionScope, scope: Scope, only: dict[str, str], expected: Any
) -> None:
    with marked() as session:
        assert count_unhelpful(session, scope, DAYS, now=NOW, only=only) == expected


@pytest.mark.parametrize(
    ("scope", "by", "expected"),
    [
        (
            Scope(),
            ("region",),
            {("North",): ((1, 2), (0, 1)), ("South",): ((1, 1), (0, 0)), (None,): ((1, 1), (1, 1))},
        ),
        (Scope(), ("partner",), {("P-1",): ((1, 1), (1, 1)), (None,): ((2, 3), (0, 1))}),
        (Scope(region="North"), ("partner",), {(None,): ((1, 2), (0, 1))}),
        (Scope("P-1", is_external=True), ("partner",), {("P-1",): ((1, 1), (1, 1))}),
        (Scope(), ("region", "family"), None),
    ],
)
def test_answers_of_no_help_are_counted_by_the_groups_of_who_asks(
    marked: SessionScope, scope: Scope, by: tuple[str, ...], expected: Any
) -> None:
    with marked() as session:
        assert count_unhelpful_groups(session, scope, DAYS, by, now=NOW) == expected


RAILS = (
    Guardrail(Rail.MARGIN, Level(16_000, 160_000), Level(10_000, 20_000), True, "EUR", 3),
    Guardrail(Rail.FIRST_RENEWAL, Level(0, 0), Level(4, 5), False),
    Guardrail(Rail.REPEAT_FAILURES, Level(10), Level(2), True),
)


def test_everything_beside_a_figure_is_told_with_where_it_was() -> None:
    days = Days(date(2026, 1, 1), date(2026, 1, 31), date(2025, 12, 1), date(2025, 12, 31))
    said = outline_guardrails(Guardrails(days, has_risen=True, rails=RAILS))
    assert said == (
        "1 Jan 2026 to 31 Jan 2026, in brackets 1 Dec 2025 to 31 Dec 2025: margin 10.0 % of EUR 1,600 "
        "(50.0 % of EUR 200), without 3 lines of unknown cost; first renewal – (80.0 %, 4 of 5); "
        "machines that keep failing 10 (2)."
    )


def test_a_file_has_each_of_them_in_a_row_with_where_it_was() -> None:
    days = Days(date(2026, 1, 1), date(2026, 1, 31), date(2025, 12, 1), date(2025, 12, 31))
    report = Report(
        "coverage",
        date(2026, 1, 31),
        None,
        None,
        "",
        (),
        Figure({}, 1, 2, 0.5, None, None, None),
        {"region": "=N"},
    )
    text = build_guardrail_csv(report, Guardrails(days, has_risen=True, rails=RAILS)).decode()
    margin, first_renewal, failures = csv.DictReader(io.StringIO(text))
    # 160.00 of 1,600.00 euro now, 100.00 of 200.00 before; nothing in it runs as a formula.
    assert margin == {
        "region": "'=N", "beside": "coverage", "guardrail": "margin", "numerator": "160.0", "denominator": "1600.0",
        "rate": "0.1", "numerator before": "100.0", "denominator before": "200.0", "rate before": "0.5",
        "currency": "EUR", "lines without cost": "3", "worse": "yes", "worse while it rises": "yes",
        "from": "2026-01-01", "to": "2026-01-31", "before from": "2025-12-01", "before to": "2025-12-31",
    }  # fmt: skip
    # Nothing ended now; four of five before. A count has no base.
    assert [first_renewal[name] for name in ("denominator", "rate", "rate before", "worse")] == [
        "0",
        "",
        "0.8",
        "no",
    ]
    assert [failures[name] for name in ("numerator", "denominator", "rate")] == ["10", "", ""]
    level = build_guardrail_csv(report, Guardrails(days, has_risen=False, rails=RAILS)).decode()
    assert [one["worse while it rises"] for one in csv.DictReader(io.StringIO(level))] == ["no"] * 3


def test_a_rise_at_their_cost_is_said_first_and_nothing_without_one() -> None:
    rising, level = (Guardrails(DAYS, has_risen=did, rails=RAILS) for did in (True, False))
    warning = warn_of("The figure", rising.flagged)
    assert warning == (
        "The figure rises while the margin falls from 50.0 % to 10.0 % in EUR and machines that keep failing rise "
        "from 2 to 10."
    )
    assert describe_beside(rising).startswith(f":warning: *{warning}*\n*Beside it*, ")
    assert describe_beside(level).startswith("*Beside it*, ")


FIRST = NOW.date() - timedelta(days=89)


def keep_margin(scope: SessionScope, *, cost_ms: int, known_at: datetime) -> None:
    """Keep a margin of .5 then and .25 now, under a revision that has passed."""
    with scope() as session:
        view = Viewpoint(OPERATOR, MetricSettings(), known_at, "earlier")
        empty = report(session, "margin", now=NOW)
        made = {
            FigureSpec("margin", span): Kept(
                replace(empty, total=Figure({}, numerator, 400, numerator / 400, None, None, None)),
                known_at,
                is_fresh=False,
                cost_ms=cost_ms,
            )
            for span, numerator in ((Span.RECENT, 100), (Span.BEFORE, 200))
        }
        keep(session, made, view)


def find_margin(scope: SessionScope, **window: Any) -> list[tuple[Level, Level]]:
    with scope() as session:
        found = report(session, "units_attach", now=NOW, **window)
        beside = find_beside(session, found, now=NOW, settings=MetricSettings())
    assert beside is not None
    return [(one.now, one.before) for one in beside.rails if one.rail is Rail.MARGIN]


KEPT, COUNTED = [(Level(100, 400), Level(200, 400))], [(Level(0, 0), Level(0, 0))]


@pytest.mark.parametrize(
    ("cost_ms", "age", "window", "expected"),
    [
        (250, timedelta(hours=1), {"date_from": FIRST}, KEPT),
        (250, timedelta(hours=1), {}, KEPT),
        # What is cheap is counted anew, as is yesterday's, and what was never kept: another window, a past day.
        (249, timedelta(hours=1), {"date_from": FIRST}, COUNTED),
        (250, timedelta(days=1), {"date_from": FIRST}, COUNTED),
        (250, timedelta(hours=1), {"date_from": FIRST - timedelta(days=1)}, COUNTED),
        (250, timedelta(hours=1), {"date_from": FIRST, "as_of": NOW.date() - timedelta(days=1)}, COUNTED),
    ],
)
def test_what_is_dear_and_was_kept_today_is_not_made_anew(
    session_scope: SessionScope,
    tmp_path: Path,
    cost_ms: int,
    age: timedelta,
    window: dict[str, Any],
    expected: list[tuple[Level, Level]],
) -> None:
    sold = order("1a", "CHILL", "2026-11-01")
    load(session_scope, tmp_path, {**BASE, "orders": [sold]})
    keep_margin(session_scope, cost_ms=cost_ms, known_at=NOW - age)
    assert find_margin(session_scope, **window) == expected


def test_nothing_stands_beside_a_figure_of_nothing(session_scope: SessionScope) -> None:
    with session_scope() as session:
        found = report(session, "units_attach", now=NOW)
        assert find_beside(session, found, now=NOW, settings=MetricSettings()) is None


def test_a_split_has_what_stands_beside_its_groups(session_scope: SessionScope, tmp_path: Path) -> None:
    load(session_scope, tmp_path, {**BASE, "orders": [order("1a", "CHILL", "2026-11-01")]})
    with session_scope() as session:
        for is_whole in (True, False):
            for window in ({"date_from": FIRST}, {}):
                found = report(session, "units_attach", by=("region",), now=NOW, **window)
                beside = find_beside(session, found, now=NOW, settings=MetricSettings(), is_whole=is_whole)
                assert beside is not None
                # Nothing rose: what is shown in words needs none of them.
                assert list(beside.rows) == ([("North",)] if is_whole else [])
                assert {one.rail for one in beside.rails} == set(Rail)
