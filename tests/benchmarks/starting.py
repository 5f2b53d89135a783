"""Figures of cold starts: whole processes, from typing the command to the answer."""

import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.figures import Figure, Peer, single
from tests.benchmarks.home import SEED, Home
from tests.benchmarks.manuals import draw_inquiries
from tests.benchmarks.page_client import PageClient
from tests.benchmarks.processes import ATTACHE, clean_environment, run, running
from tests.benchmarks.progress import Progress
from tests.benchmarks.readings import Readings

_IMPORT_CHROMA = (sys.executable, "-c", "import chromadb")
_PEER = "python -c 'import chromadb'"
_PERSON = "U0TECH0001"
_QUESTION = "What is the tightening torque of the evaporator water box bolts?"
_FIRST_START_TIMEOUT_S, _ANSWER_TIMEOUT_S = 900.0, 120.0


@dataclass(frozen=True, slots=True)
class DemoStart:
    """Seconds from the command to the page and to the first answer, and the process's peak."""

    page_s: float
    answer_s: float
    peak_mb: float


def measure_starts(home: Home) -> list[Figure]:
    """Return the seconds of `attache ask` and of `attache demo`, the peer in turn with them."""
    passages = home.ingested().passages
    starts = home.scale.starts
    questions = [inquiry.text for inquiry in draw_inquiries(home.manuals(), starts + 1, seed=SEED + 1)]
    asks: list[float] = []
    imports: list[float] = []
    demos: list[DemoStart] = []
    first = start_demo(home.folder / "demo-home", home.embedder, timeout_s=_FIRST_START_TIMEOUT_S)
    with Progress("starting", starts) as bar:
        _ask(questions[-1], home)
        for number, question in enumerate(questions[:starts]):
            bar.show(number)
            imports.append(run(_IMPORT_CHROMA, environment=clean_environment()))
            asks.append(_ask(question, home))
            demos.append(start_demo(home.folder / "demo-home", home.embedder, timeout_s=_ANSWER_TIMEOUT_S))
    peer = Peer(_PEER, Readings(tuple(imports)))
    return [
        Figure(f"attache ask, whole process ({passages:,} passages)", "s", Readings(tuple(asks)), peer),
        _demo_figure("second start to the page", [demo.page_s for demo in demos], peer),
        _demo_figure("second start to the first answer", [demo.answer_s for demo in demos], peer),
        single("attache demo, first start to the first answer (installed)", "s", first.answer_s),
    ]


def _ask(question: str, home: Home) -> float:
    return run([*ATTACHE, "ask", question, "--json"], environment=home.environment)


def _demo_figure(name: str, seconds: Sequence[float], peer: Peer) -> Figure:
    return Figure(f"attache demo, {name}", "s", Readings(tuple(seconds)), peer)


def start_demo(folder: Path, embedder: str, *, timeout_s: float) -> DemoStart:
    """Start the demonstration in this data directory, ask it one question, and stop it."""
    port = find_free_port()
    command = [*ATTACHE, "demo", "--port", str(port), "--no-browser"]
    environment = clean_environment(ATTACHE_HOME=str(folder), ATTACHE_EMBEDDER=embedder)
    with running(command, environment=environment, log=folder.with_suffix(".log")) as demo:
        page = PageClient(port, user_id=_PERSON, process=demo)
        page.wait_until_listening(timeout_s=timeout_s)
        page_s = time.perf_counter() - demo.started
        channel = page.open_dm()
        ts = page.post(channel, _QUESTION)
        page.wait_for_answer(channel, ts, timeout_s=timeout_s)
        answer_s = time.perf_counter() - demo.started
    return DemoStart(page_s, answer_s, demo.peak_mb)


def find_free_port() -> int:
    """Return a loopback port that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
