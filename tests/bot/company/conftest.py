"""The sample company's files, read back as plain rows."""

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from bot.demo.company.simulator import write_import_files

Files = dict[str, list[dict[str, str]]]
Simulate = Callable[..., Files]

TODAY = date(2026, 11, 22)


def read_files(folder: Path) -> Files:
    """Return every CSV of the folder by its stem, a row as its cells by header."""
    found: Files = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            found[path.stem] = list(csv.DictReader(stream))
    return found


@pytest.fixture(scope="session")
def simulate(tmp_path_factory: pytest.TempPathFactory) -> Simulate:
    """Write and read the files of a day and a seed; each pair once."""
    made: dict[tuple[date, int], Files] = {}

    def run(today: date = TODAY, seed: int = 7) -> Files:
        if (today, seed) not in made:
            folder = tmp_path_factory.mktemp("company")
            write_import_files(folder, today=today, seed=seed)
            made[today, seed] = read_files(folder)
        return made[today, seed]

    return run


@pytest.fixture
def files(simulate: Simulate) -> Files:
    """The files of an ordinary day."""
    return simulate()
