"""Random companies loaded twice, into the product's database and into data frames, and asked the same questions."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from shutil import copy
from typing import Any

from sqlmodel import Session

from bot.database import SessionScope, build_engine, build_session_scope
from offers.reporting import report
from tests.offers import pandas_figures
from tests.offers.company import load
from tests.offers.pandas_company import Company, Groups, Question, frame_rows, read_files
from tests.offers.random_company import invent_company
from tests.offers.random_decisions import invent_decisions, log_decisions

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
RECORDED = datetime(2022, 1, 1, tzinfo=UTC)
TODAY = date(2026, 3, 1)

WHOLE = Question(None, TODAY, TODAY)
QUARTER = Question(date(2025, 10, 1), date(2025, 12, 31), TODAY)
# The window goes on after the day whose knowledge counts.
PAST = Question(date(2025, 7, 1), date(2025, 12, 31), date(2025, 11, 15))


@dataclass(frozen=True)
class Loaded:
    """A company in the database, and the same in data frames."""

    scope: SessionScope
    company: Company


def load_both(scope: SessionScope, folder: Path, seed: int, **options: Any) -> Loaded:
    tables = invent_company(seed, **options)
    load(scope, folder, tables, recorded_at=RECORDED)
    decided = invent_decisions(seed, tables)
    log_decisions(scope, decided)
    return Loaded(scope, Company(read_files(folder, RECORDED.date()) | frame_rows(decided)))


class Shelf:
    """SQLite files that take turns in one place: one engine compiles a statement once for all of them."""

    def __init__(self, folder: Path, empty: Path) -> None:
        self.folder, self.empty = folder, empty
        self.place = folder / "attache.db"
        self.engine = build_engine(f"sqlite:///{self.place}")
        self.out: Path | None = None

    def add(self, name: str) -> SessionScope:
        """Return the scope of a new database."""
        file = Path(copy(self.empty, self.folder / f"{name}.db"))
        scope = build_session_scope(self.engine)

        @contextmanager
        def use() -> Iterator[Session]:
            if self.out != file:
                self.put_back()
                file.rename(self.place)
                self.out = file
            with scope() as session:
                yield session

        return use

    def put_back(self) -> None:
        # The last connection that closes leaves everything in the file itself.
        self.engine.dispose()
        if self.out is not None:
            self.place.rename(self.out)
            self.out = None


def ask(session: Session, metric: str, question: Question, by: Sequence[str]) -> tuple[Groups, Any]:
    """Return the product's numerators and denominators: of the groups, and in total (None for currencies)."""
    result = report(
        session,
        metric,
        by=by,
        date_from=question.first,
        date_to=question.last,
        as_of=question.as_of,
        now=NOW,
    )
    total = (result.total.numerator, result.total.denominator)
    return {tuple(row.group.values()): (row.numerator, row.denominator) for row in result.rows}, total


def calculate(company: Company, metric: str, question: Question, by: Sequence[str]) -> tuple[Groups, Any]:
    """Return the same from the data frames."""
    found = pandas_figures.count(company, metric, question, tuple(by))
    whole = pandas_figures.count(company, metric, question, ())
    total = whole.get((), (0, 0)) if all(group == () for group in whole) else (None, None)
    return found, total


def assert_equal(loaded: Loaded, metric: str, question: Question, by: Sequence[str]) -> Groups:
    with loaded.scope() as session:
        found = ask(session, metric, question, by)
    assert found == calculate(loaded.company, metric, question, by), (metric, question, by)
    return found[0]
