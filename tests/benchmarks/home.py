"""One prepared data directory for all measurements of a run, filled when the first of them needs it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine

from bot.app import open_database
from bot.settings import Settings
from tests.benchmarks.company_import import ImportRun, import_company
from tests.benchmarks.ingest_run import IngestRun, ingest_manuals
from tests.benchmarks.manuals import Manual, write_manuals
from tests.benchmarks.processes import clean_environment

SEED = 20_261


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured."""

    passages: int
    large: int
    assets: int
    questions: int
    offers: int
    starts: int
    pages: int
    base: int
    acceptances: int


FULL = Scale(
    passages=10_000,
    large=100_000,
    assets=100_000,
    questions=150,
    offers=200,
    starts=5,
    pages=2_000,
    base=1_000_000,
    acceptances=1_600,
)
QUICK = Scale(
    passages=1_000,
    large=5_000,
    assets=10_000,
    questions=40,
    offers=60,
    starts=3,
    pages=200,
    base=10_000,
    acceptances=320,
)


@dataclass(slots=True)
class Home:
    """The data directory; what fills it is measured on the way."""

    scale: Scale
    embedder: str
    folder: Path
    cache: Path
    _manuals: list[Manual] = field(default_factory=list)
    _ingest: IngestRun | None = None
    _import: ImportRun | None = None

    @property
    def settings(self) -> Settings:
        """The settings that a process of Attaché's has here."""
        return Settings(home=self.folder / "home", database_url=None, embedder=self.embedder)

    @property
    def environment(self) -> dict[str, str]:
        """The same settings, for a process."""
        return clean_environment(ATTACHE_HOME=str(self.settings.home), ATTACHE_EMBEDDER=self.embedder)

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.settings.home / "attache.db"

    def open_engine(self) -> Engine:
        """Return an engine as the app opens it."""
        return open_database(self.settings)

    def manuals(self) -> list[Manual]:
        """Return the synthetic manuals."""
        if not self._manuals:
            self._manuals = write_manuals(self.scale.passages, seed=SEED)
        return self._manuals

    def ingested(self) -> IngestRun:
        """Ingest the manuals, once, and return how that went."""
        if self._ingest is None:
            self._ingest = ingest_manuals(
                self.manuals(), self.settings, self.folder, self.cache, self.environment
            )
        return self._ingest

    def imported(self) -> ImportRun:
        """Import the synthetic company, once, and return how that went."""
        if self._import is None:
            self._import = import_company(self.scale.assets, self.settings, self.folder, seed=SEED)
        return self._import


@contextmanager
def prepared_home(scale: Scale, *, embedder: str, cache: Path) -> Iterator[Home]:
    """Make a home in a temporary folder that is gone after the block."""
    with tempfile.TemporaryDirectory(prefix="attache-bench-") as name:
        yield Home(scale, embedder, Path(name), cache)
