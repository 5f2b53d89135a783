"""Ingesting the synthetic manuals in a process of its own: how fast, and how large it grows."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.settings import Settings
from tests.benchmarks.manual_files import write_files
from tests.benchmarks.manuals import Manual
from tests.benchmarks.processes import run_weighed
from tests.benchmarks.progress import say


@dataclass(frozen=True, slots=True)
class IngestRun:
    """What an ingest with all embeddings in the cache took.

    `read_s` is parsing, chunking and SQL, `index_s` Chroma and tantivy; `passages_by_style` and `read_s_by_style`
    say the same by file format.
    """

    documents: int
    passages: int
    read_s: float
    index_s: float
    passages_by_style: dict[str, int]
    read_s_by_style: dict[str, float]
    embedding_rates: tuple[float, ...]
    made: int
    peak_mb: float


def ingest_manuals(
    manuals: Sequence[Manual], settings: Settings, folder: Path, cache: Path, environment: Mapping[str, str]
) -> IngestRun:
    """Write the manuals and ingest them; when vectors had to be made for that, it is done over from the cache."""
    files = folder / "manuals"
    write_files(manuals, files)
    attempt = _run(files, settings.home, settings, cache, environment)
    if attempt.made:
        say(f"  {attempt.made:,} vectors were made and are kept; measuring again with all of them cached")
        attempt = _run(files, folder / "measured-home", settings, cache, environment)
    return attempt


def _run(
    files: Path, home: Path, settings: Settings, cache: Path, environment: Mapping[str, str]
) -> IngestRun:
    command = [sys.executable, "-m", "tests.benchmarks.ingest_child", str(files), str(home), str(cache)]
    finished = run_weighed(
        command, environment={**environment, "ATTACHE_HOME": str(home), "ATTACHE_EMBEDDER": settings.embedder}
    )
    told = json.loads(finished.output)
    return IngestRun(
        documents=told["documents"],
        passages=told["passages"],
        read_s=told["read_s"],
        index_s=told["index_s"],
        passages_by_style=told["passages_by_style"],
        read_s_by_style=told["read_s_by_style"],
        embedding_rates=tuple(told["embedding_rates"]),
        made=told["made"],
        peak_mb=finished.peak_mb,
    )
