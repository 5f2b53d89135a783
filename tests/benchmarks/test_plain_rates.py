"""What stands beside a metric in the table counts what the metric counts, or says what it leaves out."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from bot.database import build_engine, build_session_scope, upgrade_schema
from offers.metrics.figures import Figure
from offers.reporting import METRIC_TABLE, report
from tests.benchmarks.plain_rates import BY_HAND, count_by_hand
from tests.offers.pandas_loading import NOW, load_both

FIRST = date(2025, 10, 1)
SAME = sorted(metric for metric, by_hand in BY_HAND.items() if not by_hand.without)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A random company with everything awkward in it."""
    folder = tmp_path_factory.mktemp("company")
    engine = build_engine(f"sqlite:///{folder / 'attache.db'}")
    upgrade_schema(engine)
    load_both(build_session_scope(engine), folder / "files", 7, assets=400, currencies=("EUR",))
    yield engine
    engine.dispose()


def ask(engine: Engine, metric: str, **narrowed: Any) -> Figure:
    with build_session_scope(engine)() as session:
        return report(session, metric, date_from=FIRST, now=NOW, **narrowed).total


def count(engine: Engine, metric: str) -> tuple[int, int]:
    with engine.connect() as connection:
        return count_by_hand(connection, BY_HAND[metric].query, first=FIRST, now=NOW)


def test_every_metric_has_one() -> None:
    assert BY_HAND.keys() == METRIC_TABLE.keys()
    assert len(SAME) >= 11


@pytest.mark.parametrize("metric", SAME)
def test_what_claims_to_count_the_same_does(engine: Engine, metric: str) -> None:
    found = ask(engine, metric)
    assert count(engine, metric) == (found.numerator, found.denominator)
    assert found.denominator


def test_leaks_by_hand_are_its_machines_without_their_value(engine: Engine) -> None:
    found = ask(engine, "leakage")
    assert count(engine, "leakage") == (found.asides["unseen_machines"], found.asides["machines"])


def test_a_margin_by_hand_is_that_of_lines_that_are_no_bundles(engine: Engine) -> None:
    with engine.connect() as connection, connection.begin() as undone:
        before = count_by_hand(connection, BY_HAND["margin"].query, first=FIRST, now=NOW)
        bundles = "sku IN (SELECT bundle_sku FROM offers_bundle_item)"
        gone = connection.exec_driver_sql(f"DELETE FROM offers_order_line WHERE {bundles}")  # noqa: S608 (our own text)
        found = report(Session(connection), "margin", date_from=FIRST, now=NOW).total
        undone.rollback()
    assert gone.rowcount > 0
    assert before == (found.numerator, found.denominator)
