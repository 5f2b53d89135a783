"""Random calls, clicks, retries, crashes, imports and time jumps: whatever happens, the ledger's invariants hold."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings

from bot.database import SessionScope
from offers.rules import ensure_default_rules
from tests.offers.company import NOW, load_company
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
