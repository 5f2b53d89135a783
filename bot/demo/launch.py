"""The demonstration: a local workspace, the sample company, and the real app between them."""

import json
import logging
import shlex
import tempfile
import threading
import webbrowser
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from time import monotonic, sleep

from pydantic import SecretStr
from slack_bolt.adapter.socket_mode import SocketModeHandler
from sqlalchemy import Engine

from bot.access import OPERATOR
from bot.app import open_database, open_knowledge, running_app
from bot.clock import utc_now
from bot.console import err, out, progress_bar
from bot.database import build_read_scope, build_session_scope, prepare_home
from bot.demo.company.catalogue import sample_documents
from bot.demo.company.chronicle import import_chronicle
from bot.demo.company.plays import promise_rewards
from bot.demo.company.shelf import PREPARED_VECTORS, ingest_sample
from bot.demo.company.simulator import write_import_files
from bot.demo.workspace.seed import SeedChannel, SeedStory, SeedUser, WorkspaceSeed
from bot.demo.workspace.server import WorkspaceServer
from bot.errors import InputRejected
from bot.experts.channels import DEFAULT, list_expert_channels, may_answer, set_expert_channel
from bot.figures.book import FigureBook
from bot.garbage import settle_memory
from bot.manifest import build_manifest
from bot.serving import require_free_port
from bot.settings import Settings
from knowledge.embeddings import build_embedder
from knowledge.ownership import Ownership
from knowledge.prepared_vectors import PreparedEmbedder
from offers.people import PersonFacts, list_people

logger = logging.getLogger(__name__)

HOST = "127.0.0.1"
BOT_USER = "U0ATTACHE1"
EXPERTS = "C0EXPERTS1"
STORIES = (
    SeedStory(
        title="Mara, a technician, at a chiller",
        text="Open the visit at the Harbour Grand Hotel. Then ask in its thread: “What torque for the compressor "
        "terminal nuts?”, and follow up: “and what does alarm E12 mean?”",
        as_user="U0TECH0001",
        draft="/visit NV-AUR240-00417",
    ),
    SeedStory(
        title="Elif, a partner, with a customer",
        text="Price a bundle for the Fjordview Clinic, and accept it for them.",
        as_user="U0PART0001",
        draft="/bundle Fjordview Clinic",
    ),
    SeedStory(
        title="Ingrid, the manager, at her figures",
        text="Keep her Home open in a second window and watch the conversions arrive.",
        as_user="U0MGR00001",
        at="home",
    ),
)
GUEST = SeedUser(id="U0GUEST001", name="Visiting Guest", title="guest, unknown to the company")
_FRESH_FOR = timedelta(days=14)
_HANG_UP_S = 3.0


@dataclass(frozen=True, slots=True)
class SampleState:
    """The day the sample company was made for, and whether all of it was brought in."""

    made_for: date
    is_complete: bool


def run_demo(settings: Settings, *, port: int, open_browser: bool, until: threading.Event) -> None:
    """Run the demonstration until told to stop.

    Raises:
        PortUnavailable: The port is taken.
        AttacheError: The data directory can't be used.
    """
    if port:
        require_free_port(HOST, port)
    local = settings.model_copy(update={"home": find_demo_home(settings), "database_url": None})
    people = prepare_sample(local)
    with WorkspaceServer(build_seed(people), port=port) as server:
        # Nobody waits for a digest here, and on Mondays it would stand before the first message.
        connected = connect(local.model_copy(update={"digest_weekday": "off"}), server)
        with running_app(connected) as app:
            token = connected.slack_app_token
            handler = SocketModeHandler(
                app,
                app_token=token.get_secret_value() if token else None,
                web_client=app.client,
                concurrency=20,
            )
            handler.connect()
            try:
                first = STORIES[0]
                url = f"{server.url}/?as={first.as_user}&at={first.at}"
                _announce(url, home=local.home, open_browser=open_browser)
                settle_memory()
                until.wait()
            finally:
                hang_up(handler, server)


def find_demo_home(settings: Settings) -> Path:
    """Return the data directory of the sample company, which is never mixed with a real one."""
    return settings.home / "demo"


def hang_up(handler: SocketModeHandler, server: WorkspaceServer) -> None:
    """Disconnect the app without the seconds that the SDK waits for its socket and its queue."""
    client = handler.client
    client.auto_reconnect_enabled = False
    server.faults.drop_sockets()
    deadline_s = monotonic() + _HANG_UP_S
    while client.is_connected() and monotonic() < deadline_s:
        sleep(0.01)
    client.closed = True
    client.message_queue.put(None)
    handler.close()


def connect(settings: Settings, server: WorkspaceServer) -> Settings:
    """Return the settings that point the app at this workspace instead of Slack.

    Nothing is left to chance there: the sample's stories go the same way each time.
    """
    return settings.model_copy(
        update={
            "offer_exploration_share": 0.0,
            "slack_bot_token": SecretStr(server.bot_token),
            "slack_app_token": SecretStr(server.app_token),
            "slack_api_url": server.api_url,
        }
    )


def prepare_sample(settings: Settings) -> tuple[PersonFacts, ...]:
    """Bring the sample company in unless it is there, and return its people.

    A sample older than two weeks is set aside, because its contracts would have run out meanwhile.
    """
    today = utc_now().date()
    state = _read_state(settings.home)
    if state is not None and today - state.made_for > _FRESH_FOR:
        settings.home.rename(
            settings.home.with_name(f"demo-{state.made_for.isoformat()}-{today.isoformat()}")
        )
        state = None
    prepare_home(settings.home)
    if state is None:
        state = SampleState(today, is_complete=False)
        _write_state(settings.home, state)
    engine = open_database(settings)
    try:
        if not state.is_complete:
            _import_company(settings, state.made_for)
            _ingest_documents(settings)
            _make_figures(engine, settings)
            _write_state(settings.home, SampleState(state.made_for, is_complete=True))
        _name_experts(engine)
        with build_read_scope(engine)() as session:
            return tuple(list_people(session))
    finally:
        engine.dispose()


def _make_figures(engine: Engine, settings: Settings) -> None:
    """Make the managers' figures, so that the first page has them."""
    scopes = build_read_scope(engine), build_session_scope(engine)
    book = FigureBook(*scopes, clock=utc_now, settings=settings.metric_settings, first_time_ms=60_000)
    book.look(OPERATOR)


def build_seed(people: Sequence[PersonFacts]) -> WorkspaceSeed:
    """Return the workspace of the sample company: everybody with a Slack id, and four channels."""
    members = [person for person in people if person.slack_user_id]
    users = tuple(
        SeedUser(
            id=str(person.slack_user_id),
            name=person.name,
            title=_title(person),
            email=person.email or "",
        )
        for person in sorted(members, key=_order)
    )
    staff = tuple(str(person.slack_user_id) for person in members if person.role != "partner")
    answering = tuple(str(person.slack_user_id) for person in members if may_answer(person))
    nordklima = tuple(str(person.slack_user_id) for person in members if person.partner_id == "P-NORDKLIMA")
    return WorkspaceSeed(
        manifest=build_manifest(),
        users=(*users, GUEST),
        channels=(
            SeedChannel(id="C0SERVICE1", name="service-desk", members=(*staff, BOT_USER)),
            SeedChannel(id=EXPERTS, name="experts", members=(*answering, BOT_USER)),
            SeedChannel(id="C0NORDKLI1", name="partner-nordklima", members=(*staff, *nordklima, BOT_USER)),
            SeedChannel(id="C0LOBBY001", name="lobby", members=(*staff, *nordklima, GUEST.id, BOT_USER)),
        ),
        bot_user_id=BOT_USER,
        stories=STORIES,
    )


_ROLE_ORDER = ("technician", "partner", "manager", "channel_manager", "expert", "marketing", "admin")


def _order(person: PersonFacts) -> tuple[int, str]:
    return _ROLE_ORDER.index(person.role), str(person.slack_user_id)


def _title(person: PersonFacts) -> str:
    role = person.role.replace("_", " ")
    return f"{role}, {person.partner_name}" if person.partner_name else role


def _import_company(settings: Settings, today: date) -> None:
    engine = open_database(settings)
    with (
        tempfile.TemporaryDirectory(prefix="attache-sample-") as name,
        err.status("Making the sample company …"),
    ):
        folder = Path(name)
        write_import_files(folder, today=today)
        reports = import_chronicle(build_session_scope(engine), folder, today=today)
    refused = sum(bool(file.problems) for report in reports for file in report.files)
    if refused:
        engine.dispose()
        raise InputRejected(refused, "sample files were")
    with build_session_scope(engine)() as session:
        promise_rewards(session, utc_now())
    engine.dispose()


def _ingest_documents(settings: Settings) -> None:
    engine = open_database(settings)
    embedder = PreparedEmbedder(build_embedder(settings.embedder), PREPARED_VECTORS)
    knowledge = open_knowledge(settings, engine, ownership=Ownership.TRY, embedder=embedder)
    try:
        with progress_bar("documents") as bar:
            task = bar.add_task("Reading the manuals (once)", total=len(sample_documents()))
            for report in ingest_sample(knowledge):
                if report.failed:
                    raise InputRejected(len(report.failed), "sample documents were")
                bar.advance(task)
    finally:
        knowledge.close()
        engine.dispose()


def _name_experts(engine: Engine) -> None:
    """Let questions go to the experts' channel, unless somebody has set another."""
    with build_session_scope(engine)() as session:
        if not list_expert_channels(session):
            set_expert_channel(session, DEFAULT, EXPERTS, by="sample", now=utc_now())


def _announce(url: str, *, home: Path, open_browser: bool) -> None:
    out.print(f"Attaché's local workspace: {url}")
    out.print("You are Mara, a technician. Try: /visit NV-AUR240-00417. Ctrl-C ends it.")
    out.print(
        f"On the command line: ATTACHE_HOME={shlex.quote(str(home))} attache report coverage", markup=False
    )
    if open_browser:
        threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()


def _read_state(home: Path) -> SampleState | None:
    try:
        stored = json.loads((home / "sample.json").read_text(encoding="utf-8"))
        return SampleState(date.fromisoformat(stored["made_for"]), bool(stored["is_complete"]))
    except (OSError, ValueError, KeyError):
        return None


def _write_state(home: Path, state: SampleState) -> None:
    """Write the state in one step, so that a kill leaves the old or the new one."""
    draft = home / "sample.json.draft"
    draft.write_text(
        json.dumps({"made_for": state.made_for.isoformat(), "is_complete": state.is_complete}),
        encoding="utf-8",
    )
    draft.replace(home / "sample.json")
