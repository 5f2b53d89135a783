"""The composition root: settings in, the running parts out."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy import Engine

from bot.access import ChannelAudience
from bot.clock import Clock, utc_now
from bot.conduct.inbox import Inbox
from bot.database import (
    build_engine,
    build_read_scope,
    build_session_scope,
    prepare_home,
    upgrade_schema,
)
from bot.delivery import SLACK_FAILURES, Delivery, add_retries
from bot.deps import Deps
from bot.errors import SlackUnreachable, TokenMissing, TokenRefused
from bot.figures.book import FigureBook
from bot.gaps import GapBook
from bot.home.charts import HomeCharts
from bot.home.pictures import PictureFiles
from bot.jobs import Jobs
from bot.listeners import register_all
from bot.settings import Settings
from knowledge.answering import chat
from knowledge.answering.chat import Composer
from knowledge.cross_encoder import CrossEncoder
from knowledge.embeddings import Embedder, build_embedder
from knowledge.index import ChromaServer
from knowledge.knowledge_base import KnowledgeBase
from knowledge.ownership import Ownership
from offers.rules import ensure_default_rules

logger = logging.getLogger(__name__)

# Bolt's own default of five would let a few slow answers keep every button waiting.
_LISTENERS = 24


def build_client(settings: Settings) -> WebClient:
    """Return the Slack client.

    Raises:
        TokenMissing: SLACK_BOT_TOKEN is not set.
    """
    if settings.slack_bot_token is None:
        raise TokenMissing("SLACK_BOT_TOKEN")
    return add_retries(
        WebClient(
            token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url, timeout=20
        )
    )


def open_database(settings: Settings) -> Engine:
    """Return the engine of a database that exists and has the newest schema.

    Raises:
        DataDirectoryUnusable, DatabaseUnavailable: It can't be had.
    """
    prepare_home(settings.home)
    engine = build_engine(settings.effective_database_url)
    upgrade_schema(engine)
    return engine


def build_composer(settings: Settings) -> Composer | None:
    """Return the language model that words the answers, None when none is set. Nothing is sent.

    Raises:
        KnowledgeError: ATTACHE_LLM names a model that can't be used here.
    """
    if settings.llm is None:
        return None
    return chat.build_composer(
        settings.llm, first_token_s=settings.llm_first_token_s, total_s=settings.llm_total_s
    )


def find_chroma_server(settings: Settings) -> ChromaServer | None:
    """Return the Chroma server that is set, None when the index is a folder here. Nothing is sent."""
    if settings.chroma_url is None:
        return None
    token = settings.chroma_token.get_secret_value() if settings.chroma_token else None
    return ChromaServer(
        settings.chroma_url, token, tenant=settings.chroma_tenant, database=settings.chroma_database
    )


def open_knowledge(
    settings: Settings,
    engine: Engine,
    *,
    ownership: Ownership,
    composer: Composer | None = None,
    embedder: Embedder | None = None,
) -> KnowledgeBase:
    """Return the knowledge base over this database; a composer is needed only where questions are answered.

    Args:
        embedder: Takes the place of the one that the settings name.
    """
    return KnowledgeBase(
        session_scope=build_session_scope(engine),
        index_dir=settings.index_dir,
        embedder=embedder or build_embedder(settings.embedder),
        ownership=ownership,
        read_scope=build_read_scope(engine),
        composer=composer,
        server=find_chroma_server(settings),
        relevance=CrossEncoder(),
    )


def build_deps(
    settings: Settings, *, engine: Engine, knowledge: KnowledgeBase, client: WebClient, clock: Clock = utc_now
) -> Deps:
    """Put the running parts together."""
    session_scope, read_scope = build_session_scope(engine), build_read_scope(engine)
    return Deps(
        settings=settings,
        clock=clock,
        session_scope=session_scope,
        read_scope=read_scope,
        knowledge=knowledge,
        inbox=Inbox(session_scope, clock=clock, lease_s=settings.work_lease_s),
        delivery=Delivery(client, streaming=settings.streaming),
        channel_audience=ChannelAudience(client, read_scope),
        gaps=GapBook(read_scope, knowledge, clock=clock),
        figures=FigureBook(read_scope, session_scope, clock=clock, settings=settings.metric_settings),
        charts=HomeCharts(PictureFiles(client), read_scope, session_scope, clock=clock),
    )


def sign_in(client: WebClient) -> str:
    """Return the team's name after Slack accepted the bot token.

    Raises:
        TokenRefused: It did not.
        SlackUnreachable: No answer came.
    """
    try:
        return str(client.auth_test()["team"])
    except SlackApiError as error:
        raise TokenRefused(str(error.response.get("error"))) from error
    except SLACK_FAILURES as error:
        raise SlackUnreachable(str(client.base_url)) from error


def build_bolt(deps: Deps, *, client: WebClient) -> App:
    """Return the Bolt app with every handler.

    Raises:
        TokenRefused, SlackUnreachable: The bot can't sign in.
    """
    secret = deps.settings.slack_signing_secret
    sign_in(client)
    app = App(
        name="attache",  # Without one Bolt reads the source of every caller to find one: 0.2 s.
        client=client,
        signing_secret=secret.get_secret_value() if secret else None,
        request_verification_enabled=secret is not None,
        token_verification_enabled=False,
        listener_executor=ThreadPoolExecutor(max_workers=_LISTENERS, thread_name_prefix="listener"),
    )
    register_all(app, deps)
    return app


def build_app(settings: Settings) -> App:
    """Return the whole app for these settings; its parts live as long as the process.

    Raises:
        AttacheError: A token, the data directory or the database can't be used.
        KnowledgeError: The embedder or the language model can't be used.
    """
    client = build_client(settings)
    composer = build_composer(settings)
    engine = open_database(settings)
    knowledge = open_knowledge(settings, engine, ownership=Ownership.TRY, composer=composer)
    return build_bolt(build_deps(settings, engine=engine, knowledge=knowledge, client=client), client=client)


@contextmanager
def running_app(settings: Settings) -> Iterator[App]:
    """Run the app's background jobs while the block runs, and close everything in order after it."""
    client = build_client(settings)
    composer = build_composer(settings)
    engine = open_database(settings)
    knowledge = open_knowledge(settings, engine, ownership=Ownership.TRY, composer=composer)
    deps = build_deps(settings, engine=engine, knowledge=knowledge, client=client)
    with deps.session_scope() as session:
        ensure_default_rules(session, deps.clock())
    app = build_bolt(deps, client=client)
    jobs = Jobs(deps)
    jobs.start()
    try:
        yield app
    finally:
        jobs.stop()
        knowledge.close()
        engine.dispose()
