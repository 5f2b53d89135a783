"""The synthetic company and manuals: the same for a seed, and what they claim to be."""

import csv
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.database import SessionScope
from offers.importing import import_paths
from tests.benchmarks.choices import NAMES, read_choices
from tests.benchmarks.company import HEADERS, write_company
from tests.benchmarks.manual_files import read_groups, to_html, to_markdown, write_files
from tests.benchmarks.manuals import Style, draw_inquiries, write_manuals
from tests.benchmarks.vector_cache import CachingEmbedder

TODAY = date(2026, 3, 2)


class CountingEmbedder:
    """Unit vectors of three dimensions, and how often one was made."""

    name = "counting"
    dimensions = 3

    def __init__(self) -> None:
        self.made = 0

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.made += len(texts)
        return np.eye(3, dtype=np.float32).take([len(text) % 3 for text in texts], axis=0)

    def embed_query(self, text: str) -> NDArray[np.float32]:
        return self.embed_passages([text]).reshape(-1)


def read(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("company") / "files"
    write_company(folder, assets=300, today=TODAY, seed=1)
    return folder


def test_the_company_is_imported_without_a_problem(company: Path, session_scope: SessionScope) -> None:
    recorded_at = datetime.combine(TODAY, time(), UTC)
    report = import_paths(session_scope, [company], recorded_at=recorded_at)
    assert {file.kind for file in report.files} == set(HEADERS)
    assert [problem for file in report.files for problem in file.problems] == []
    assert next(file.inserted for file in report.files if file.kind == "assets") == 300


def test_the_same_seed_gives_the_same_company(company: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    counts = write_company(again, assets=300, today=TODAY, seed=1)
    assert counts["assets"] == 300
    for name in HEADERS:
        assert (again / f"{name}.csv").read_bytes() == (company / f"{name}.csv").read_bytes()


def test_few_customers_own_many_machines(company: Path) -> None:
    owners = Counter(row["account_id"] for row in read(company, "assets")).most_common()
    assert owners[0][1] >= 5 * owners[-1][1]


def test_the_same_seed_gives_the_same_manuals_and_another_seed_others() -> None:
    first, again, other = (write_manuals(150, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_the_words_of_a_manual_fall_off_as_in_real_text() -> None:
    words = Counter(to_markdown(write_manuals(150, seed=1)[0]).lower().split()).most_common()
    # Few words are most of the text, and many words stand in it once.
    assert sum(count for _, count in words[: len(words) // 10]) > sum(count for _, count in words) / 2
    assert sum(count == 1 for _, count in words) > len(words) / 4


def test_questions_are_about_the_manuals_and_one_in_ten_is_not() -> None:
    inquiries = draw_inquiries(write_manuals(150, seed=1), 30, seed=1)
    assert [number for number, inquiry in enumerate(inquiries) if not inquiry.has_answer] == [9, 19, 29]


def test_manuals_are_written_in_folders_of_one_audience_and_product(tmp_path: Path) -> None:
    plain = [
        manual for manual in write_manuals(1_200, seed=1) if manual.style in (Style.MARKDOWN, Style.HTML)
    ]
    groups = write_files(plain, tmp_path)
    assert read_groups(tmp_path) == groups
    assert sum(len(list(group.folder.iterdir())) for group in groups) == len(plain)
    assert any(manual.supersedes for manual in plain)
    assert "<table>" in to_html(plain[0])


def test_a_text_is_embedded_once_and_a_query_every_time(tmp_path: Path) -> None:
    for _ in range(2):
        real = CountingEmbedder()
        cached = CachingEmbedder(real, tmp_path)
        vectors = cached.embed_passages(["a", "bb", "a"])
        assert vectors.tolist() == [[0, 1, 0], [0, 0, 1], [0, 1, 0]]
        cached.embed_query("a")
        cached.close()
    assert (cached.made, real.made) == (0, 1)


def test_a_damaged_cache_is_made_anew(tmp_path: Path) -> None:
    cached = CachingEmbedder(CountingEmbedder(), tmp_path)
    cached.embed_passages(["a"])
    cached.close()
    file = next(tmp_path.iterdir())
    file.write_bytes(b"no database" * 1_000)
    again = CachingEmbedder(CountingEmbedder(), tmp_path)
    assert again.embed_passages(["a"]).tolist() == [[0, 1, 0]]
    assert again.made == 1
    again.close()


def test_an_unknown_name_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_choices(["--only", "ask,speed"])
    assert (
        "speed is not one of ingest, ask, offers, exports, learning, start, memory, overhead, long, retrieval, "
        "million, base" in capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("arguments", "names"),
    [([], NAMES), (["offers", "ask"], ("ask", "offers")), (["--only", "million, ask"], ("ask", "million"))],
)
def test_measurements_are_taken_in_their_own_order(arguments: list[str], names: tuple[str, ...]) -> None:
    assert read_choices(arguments).names == names
