"""Figures of companies whose true rates are known: what offering adds, what is accepted, renewed and cancelled."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest
from scipy.stats import binom
from sqlmodel import Session

from bot.database import build_engine, build_session_scope
from tests.offers.known_truth import (
    HELD_OUT,
    ONCE_IN_A_MILLION,
    TERM_YEARS,
    Truth,
    assert_recovered,
    read_by_month,
    read_increments,
    spread_of,
    spread_of_increment,
    write_companies,
)

COMPANIES, ACCOUNTS = 120, 100
OFFERED = (1 - HELD_OUT) * ACCOUNTS

Case = tuple[Session, Truth]


def open_case(empty_database: Path, folder: Path, *, works: bool) -> Iterator[Case]:
    engine = build_engine(f"sqlite:///{copy(empty_database, folder)}")
    with build_session_scope(engine)() as session:
        truth = write_companies(session, companies=COMPANIES, accounts=ACCOUNTS, works=works, seed=7)
        yield session, truth
    engine.dispose()


@pytest.fixture(scope="module")
def working(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """Companies whose customers say yes to offers as the market does."""
    yield from open_case(empty_database, tmp_path_factory.mktemp("working"), works=True)


@pytest.fixture(scope="module")
def idle(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """Companies in which nobody buys more for being offered something."""
    yield from open_case(empty_database, tmp_path_factory.mktemp("idle"), works=False)


def test_the_increment_of_offering_is_recovered_without_bias(working: Case) -> None:
    session, truth = working
    assert truth.increment > 0.05
    assert_recovered(
        read_increments(session, COMPANIES), truth.increment, spread=spread_of_increment(truth, ACCOUNTS)
    )


def test_offers_that_change_nothing_are_shown_to_change_nothing(idle: Case) -> None:
    session, truth = idle
    figures = read_increments(session, COMPANIES)
    assert_recovered(figures, 0.0, spread=spread_of_increment(truth, ACCOUNTS))
    claims = sum(one.low is not None and one.low > 0 for one in figures)
    # A gain is claimed where there is none in one of forty companies, with margin in 3.5 % of them.
    assert claims <= binom.ppf(1 - ONCE_IN_A_MILLION, COMPANIES, 0.035)


def test_what_is_accepted_renewed_and_cancelled_has_its_true_rate(working: Case) -> None:
    session, truth = working
    for metric, true, tries, later in (
        ("conversion", truth.accepting, OFFERED, 0),
        ("cancellation_rate", truth.cancelling, ACCOUNTS, 0),
        ("renewal_rate", truth.renewing, ACCOUNTS * (1 - truth.cancelling), TERM_YEARS),
    ):
        figures = read_by_month(session, metric, COMPANIES, years_later=later)
        assert len(figures) == COMPANIES
        assert_recovered(figures, true, spread=spread_of(true, tries))
