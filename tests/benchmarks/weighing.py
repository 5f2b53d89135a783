"""Figures of memory: the peak resident size of whole processes."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from bot.database import build_read_scope
from bot.demo.launch import build_seed
from bot.demo.workspace.server import WorkspaceServer
from bot.demo.workspace.workspace import Workspace
from offers.people import PersonFacts, find_person_by_slack_id
from tests.benchmarks.figures import Figure, Peer, single
from tests.benchmarks.home import SEED, Home
from tests.benchmarks.manuals import draw_inquiries
from tests.benchmarks.processes import (
    ATTACHE,
    ProcessFailed,
    Running,
    clean_environment,
    run_weighed,
    running,
)
from tests.benchmarks.progress import Progress
from tests.benchmarks.readings import Readings
from tests.benchmarks.starting import start_demo

_TECHNICIAN = "U0BENCH001"
_QUESTIONS = 20
_TIMEOUT_S = 120.0
_FLOOR = (
    "import chromadb, sys; from knowledge.embeddings import build_embedder;"
    "build_embedder(sys.argv[1]).embed_query('How tight is the cover?')"
)


def measure_memory(home: Home) -> list[Figure]:
    """Return the peaks of ingest, ask, bot and demo, beside a process that only loads Chroma and the embedder."""
    ingested, imported = home.ingested(), home.imported()
    with Progress("weighing", 4) as bar:
        floor = run_weighed([sys.executable, "-c", _FLOOR, home.embedder], environment=clean_environment())
        bar.show(1)
        question = draw_inquiries(home.manuals(), 1, seed=SEED + 2)[0].text
        asked = run_weighed([*ATTACHE, "ask", question, "--json"], environment=home.environment)
        bar.show(2)
        bot_mb = _weigh_bot(home)
        bar.show(3)
        start_demo(home.folder / "demo-home", home.embedder, timeout_s=900.0)
        demo = start_demo(home.folder / "demo-home", home.embedder, timeout_s=_TIMEOUT_S)
    peer = Peer("chromadb and the embedder loaded, one query", Readings((floor.peak_mb,)))
    size = f"{ingested.passages:,} passages"
    return [
        single(f"peak memory, ingest of {size}", "MB", ingested.peak_mb, peer),
        single(f"peak memory, attache ask over {size}", "MB", asked.peak_mb, peer),
        single(
            f"peak memory, bot over {size} and {imported.rows:,} rows, {_QUESTIONS} questions",
            "MB",
            bot_mb,
            peer,
        ),
        single("peak memory, attache demo with one question", "MB", demo.peak_mb, peer),
    ]


def _weigh_bot(home: Home) -> float:
    """Return the peak of `attache run` that was asked questions through a local workspace of this process."""
    inquiries = draw_inquiries(home.manuals(), _QUESTIONS, seed=SEED + 3)
    with WorkspaceServer(build_seed([_technician(home)])) as server, _bot(home, server) as bot:
        space = server.workspace
        channel = space.open_dm(_TECHNICIAN)
        for inquiry in inquiries:
            ts = space.post_as(_TECHNICIAN, channel, inquiry.text)
            space.wait_for(partial(_is_answered, channel, ts), timeout_s=_TIMEOUT_S)
            bot.require_alive()
    if not bot.peak_mb:
        raise ProcessFailed("the bot did not say how large it was")
    return bot.peak_mb


def _is_answered(channel: str, thread_ts: str, space: Workspace) -> bool:
    messages = space.messages(channel, thread_ts)
    return any("answer_feedback" in repr(one.get("blocks")) for one in messages)


@contextmanager
def _bot(home: Home, server: WorkspaceServer) -> Iterator[Running]:
    slack = {
        "SLACK_BOT_TOKEN": server.bot_token,
        "SLACK_APP_TOKEN": server.app_token,
        "SLACK_API_URL": server.api_url,
    }
    with running(
        [*ATTACHE, "run"], environment={**home.environment, **slack}, log=home.folder / "bot.log"
    ) as bot:
        yield bot


def _technician(home: Home) -> PersonFacts:
    engine = home.open_engine()
    try:
        with build_read_scope(engine)() as session:
            person = find_person_by_slack_id(session, _TECHNICIAN)
    finally:
        engine.dispose()
    if person is None:
        raise LookupError(_TECHNICIAN)
    return person
