"""The long check of the figures' intervals: thousands of companies whose true rates are known."""

from pathlib import Path
from shutil import copy

import pytest

from bot.database import build_engine, build_session_scope
from tests.offers.known_truth import (
    TERM_YEARS,
    assert_recovered,
    read_by_month,
    read_increments,
    spread_of,
    spread_of_increment,
    write_companies,
)

COMPANIES, ACCOUNTS = 900, 150

pytestmark = [pytest.mark.quality, pytest.mark.timeout(600)]


@pytest.mark.parametrize("works", [True, False])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_truth_is_recovered_at_any_seed(
    empty_database: Path, tmp_path: Path, seed: int, *, works: bool
) -> None:
    engine = build_engine(f"sqlite:///{copy(empty_database, tmp_path)}")
    with build_session_scope(engine)() as session:
        truth = write_companies(session, companies=COMPANIES, accounts=ACCOUNTS, works=works, seed=seed)
        spread = spread_of_increment(truth, ACCOUNTS)
        assert_recovered(read_increments(session, COMPANIES), truth.increment, spread=spread)
        for metric, true, tries, later in (
            ("cancellation_rate", truth.cancelling, ACCOUNTS, 0),
            ("renewal_rate", truth.renewing, ACCOUNTS * (1 - truth.cancelling), TERM_YEARS),
        ):
            figures = read_by_month(session, metric, COMPANIES, years_later=later)
            assert_recovered(figures, true, spread=spread_of(true, tries))
    engine.dispose()
