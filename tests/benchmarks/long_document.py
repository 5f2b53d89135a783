"""One PDF of 2,000 pages, ingested in a process of its own: how large that grows, and what reads the file for it.

`python -m tests.benchmarks.long_document PDF HOME` is that process, with one JSON line out.
"""

import json
import resource
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from bot.app import open_database, open_knowledge
from bot.settings import Settings
from knowledge.documents import Audience
from knowledge.ownership import Ownership
from knowledge.reading.separate import SeparateReader
from tests.benchmarks.figures import Figure, single
from tests.benchmarks.home import SEED, Home
from tests.benchmarks.processes import clean_environment, run_weighed

PAGES = 2_000
_LINES = 38
_WORDS = (
    "valve", "seal", "pump", "bearing", "filter", "gauge", "torque", "coolant", "relay", "sensor", "flange", "shaft",
    "cover", "hose", "bolt", "limit",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LongIngest:
    """What it took. The memory of both processes is their peaks added, as if they came at the same moment."""

    pages: int
    passages: int
    seconds: float
    ingest_mb: float
    reader_mb: float

    @property
    def peak_mb(self) -> float:
        """The most that both processes can have held together."""
        return self.ingest_mb + self.reader_mb


def write_long_pdf(path: Path, *, pages: int) -> None:
    """Write a PDF of invented text: a heading, numbered lines and a small table on every page."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    rng = Random(SEED)
    canvas = Canvas(str(path), pagesize=A4)
    for page in range(1, pages + 1):
        canvas.setFont("Helvetica-Bold", 14)
        canvas.drawString(60, 790, f"{page} Checking the {rng.choice(_WORDS)} {page}")
        canvas.setFont("Helvetica", 10)
        for line in range(_LINES):
            words = " ".join(rng.choice(_WORDS) for _ in range(11))
            canvas.drawString(60, 765 - 15 * line, f"The {words} at {rng.randint(2, 99)} bar.")
        for row in range(5):
            for column in range(3):
                canvas.rect(60 + 130 * column, 60 + 20 * row, 130, 20)
                canvas.drawString(
                    66 + 130 * column, 66 + 20 * row, f"{rng.choice(_WORDS)} {rng.randint(1, 999)}"
                )
        canvas.showPage()
    canvas.save()


def ingest_long_pdf(folder: Path, *, pages: int = PAGES) -> LongIngest:
    """Write the file, ingest it with the fast embedder, and return what that took. Raises ProcessFailed."""
    file = folder / "long.pdf"
    write_long_pdf(file, pages=pages)
    command = [sys.executable, "-m", "tests.benchmarks.long_document", str(file), str(folder / "long-home")]
    finished = run_weighed(command, environment=clean_environment())
    told = json.loads(finished.output)
    return LongIngest(pages, told["passages"], told["seconds"], told["ingest_mb"], told["reader_mb"])


def measure_long_document(home: Home) -> list[Figure]:
    """Return the figures of the long PDF."""
    run = ingest_long_pdf(home.folder, pages=home.scale.pages)
    name = f"ingest of a PDF of {run.pages:,} pages ({run.passages:,} passages, wordllama)"
    return [
        single(f"{name}, peak memory", "MB", run.peak_mb),
        single("- of it: the process that ingests", "MB", run.ingest_mb),
        single("- of it: the process that reads the file", "MB", run.reader_mb),
        single(name, "s", run.seconds),
    ]


def main() -> None:
    """Ingest the file the way `attache ingest` does."""
    file, home = (Path(argument) for argument in sys.argv[1:])
    settings = Settings(home=home, database_url=None, embedder="wordllama", chroma_url=None)
    engine = open_database(settings)
    started = time.perf_counter()
    base = open_knowledge(settings, engine, ownership=Ownership.TRY)
    with SeparateReader() as reader:
        report = base.ingest([file], audience=Audience.INTERNAL, now=datetime.now(UTC), read=reader.read)
    seconds = time.perf_counter() - started
    base.close()
    engine.dispose()
    if report.failed:
        raise SystemExit(f"{report.failed[0].document}: {report.failed[0].reason}")
    told = {
        "passages": report.chunks,
        "seconds": seconds,
        "ingest_mb": _peak_mb(resource.RUSAGE_SELF),
        "reader_mb": _peak_mb(resource.RUSAGE_CHILDREN),
    }
    sys.stdout.write(json.dumps(told))


def _peak_mb(who: int) -> float:
    peak = resource.getrusage(who).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


if __name__ == "__main__":
    main()
