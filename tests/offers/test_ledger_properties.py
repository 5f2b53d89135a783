"""Random calls, clicks, retries, crashes, imports and time jumps: whatever happens, the ledger's invariants hold."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.database import SessionScope
from offers.metrics.rollups import FigureSpec
from offers.rules import ensure_default_rules
from tests.offers.company import NOW, load_company
from tests.offers.kept_machine import SPECS, KeptMachine
from tests.offers.kept_machine import STORIES as KEPT_STORIES
from tests.offers.ledger_machine import STORIES, LedgerMachine, Step
from tests.offers.promises import PROMISING, promise
from tests.templates import Template, fill_postgresql, fill_sqlite


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The small company, to be copied for every example: a SQLite file, then PostgreSQL."""
    folder: Path = tmp_path_factory.mktemp("template")

    def fill(scope: SessionScope) -> None:
        load_company(scope, folder / "files")
        with scope() as session:
            ensure_default_rules(session, NOW)
            promise(session, *PROMISING)

    if request.param == "sqlite":
        return fill_sqlite(folder, fill)
    return fill_postgresql(request.getfixturevalue("postgresql_url"), fill)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A SQLite database in which nothing was ever counted."""
    return fill_sqlite(tmp_path_factory.mktemp("empty"), lambda _: None)


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(story=STORIES)
def test_whatever_is_clicked_the_ledger_the_rows_and_the_report_agree(
    template: Template, story: list[Step]
) -> None:
    with template.copy() as engine, TemporaryDirectory() as folder:
        LedgerMachine(engine, Path(folder)).play(story)


@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(story=KEPT_STORIES, specs=SPECS, turn=st.integers(0, 1_000))
def test_figures_that_are_kept_are_those_of_the_ledger_replayed_from_nothing(
    template: Template, empty: Template, story: list[Step], specs: Sequence[FigureSpec], turn: int
) -> None:
    with template.copy() as engine, TemporaryDirectory() as folder:
        machine = KeptMachine(engine, Path(folder), specs, empty)
        for step in story:
            machine.take(step)
        machine.finish(turn)
