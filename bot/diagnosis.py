"""`attache doctor`: what the bot needs, checked one by one; a later check never hides an earlier one."""

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass

from bot.errors import AttacheError, explain
from bot.settings import Settings
from knowledge.errors import KnowledgeError
from offers.errors import OfferError

_LEAST_FREE_BYTES = 200 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked. What is not needed may be missing."""

    subject: str
    fact: str
    is_fine: bool
    is_needed: bool = True


def diagnose(settings: Settings) -> list[Finding]:
    """Return what was found, in the order in which things are needed."""
    checks: tuple[tuple[str, Callable[[Settings], str], bool], ...] = (
        ("Python", _python, True),
        ("Data directory", _home, True),
        ("Free space", _space, True),
        ("Database", _database, True),
        ("Chroma server", _chroma_server, False),
        ("Embedder", _embedder, True),
        ("Judge", _judge, True),
        ("Answers", _answers, True),
        ("Language model", _language_model, False),
        ("Documents", _documents, False),
        ("People", _people, False),
        ("Experts", _experts, False),
        ("Webhook", _webhook, False),
        ("Slack", _slack, False),
    )
    unset = {
        *([] if settings.llm else [_language_model]),
        *([] if settings.chroma_url else [_chroma_server]),
        *([] if settings.webhook_url else [_webhook]),
    }
    return [
        _check(subject, check, settings, is_needed=needed)
        for subject, check, needed in checks
        if check not in unset
    ]


class _Missing(Exception):
    """A fact that is not as it should be, in a sentence."""


def _check(subject: str, check: Callable[[Settings], str], settings: Settings, *, is_needed: bool) -> Finding:
    try:
        return Finding(subject, check(settings), is_fine=True, is_needed=is_needed)
    except _Missing as missing:
        return Finding(subject, str(missing), is_fine=False, is_needed=is_needed)
    except (AttacheError, KnowledgeError, OfferError, OSError) as error:
        return Finding(subject, explain(error), is_fine=False, is_needed=is_needed)


def _python(_: Settings) -> str:
    return sys.version.split()[0]


def _home(settings: Settings) -> str:
    from bot.database import prepare_home

    prepare_home(settings.home)
    return str(settings.home)


def _space(settings: Settings) -> str:
    free = shutil.disk_usage(settings.home).free
    if free < _LEAST_FREE_BYTES:
        raise _Missing(f"only {free // 2**20} MiB are free")
    return f"{free // 2**20} MiB free"


def _database(settings: Settings) -> str:
    from bot.app import open_database

    engine = open_database(settings)
    engine.dispose()
    return engine.url.render_as_string(hide_password=True)


def _chroma_server(settings: Settings) -> str:
    """Not needed: while the server is away, questions are answered from the vectors in the data directory."""
    from bot.app import find_chroma_server
    from knowledge.index import describe_server

    server = find_chroma_server(settings)
    if server is None:
        raise _Missing("none is set")
    return f"{server.url} answers, version {describe_server(server)}"


def _embedder(settings: Settings) -> str:
    from knowledge.embeddings import build_embedder

    embedder = build_embedder(settings.embedder)
    return f"{embedder.name}, {len(embedder.embed_query('torque'))} dimensions"


def _judge(_settings: Settings) -> str:
    from knowledge.cross_encoder import CrossEncoder

    (logit,) = CrossEncoder().score("Which torque do the bolts take?", ["The bolts take 24 Nm."])
    return f"a cross-encoder reads passages together with the question ({logit:.1f} on a plain one)"


def _answers(settings: Settings) -> str:
    from bot.app import build_composer

    composer = build_composer(settings)
    if composer is None:
        return "made of the documents' own sentences (no ATTACHE_LLM)"
    return (
        f"worded by {composer.name} (prompt {composer.prompt_version}), each line checked against its source"
    )


def _language_model(settings: Settings) -> str:
    """Ask the model for one word; no document is sent."""
    from bot.app import build_composer

    composer = build_composer(settings)
    if composer is None:
        raise _Missing("none is set")
    return f"{composer.name} answers in {composer.check():.1f} s"


def _documents(settings: Settings) -> str:
    from contextlib import closing

    from bot.app import open_database, open_knowledge
    from knowledge.ownership import Ownership

    with closing(open_knowledge(settings, open_database(settings), ownership=Ownership.NEVER)) as knowledge:
        count = len(knowledge.list_documents())
    if not count:
        raise _Missing("none yet; add some with `attache ingest FOLDER`")
    return f"{count} in the knowledge base"


def _people(settings: Settings) -> str:
    from bot.app import open_database
    from bot.database import build_read_scope
    from offers.people import list_people

    with build_read_scope(open_database(settings))() as session:
        people = list_people(session)
    if not people:
        raise _Missing("none yet; bring them in with `attache import FOLDER`")
    return (
        f"{len(people)} known, {sum(person.slack_user_id is not None for person in people)} with a Slack id"
    )


def _experts(settings: Settings) -> str:
    from bot.app import open_database
    from bot.database import build_read_scope
    from bot.experts.channels import list_expert_channels

    with build_read_scope(open_database(settings))() as session:
        places = list_expert_channels(session)
    if not places:
        raise _Missing("no channel yet; set one with `attache experts set default CHANNEL`")
    families = [place.family for place in places if place.family]
    default = "" if len(families) < len(places) else "; other questions go nowhere"
    return f"{len(places)} channel{'s' * (len(places) != 1)} for their questions{default}"


def _webhook(settings: Settings) -> str:
    """Look the host up and judge its addresses; no message is sent."""
    from bot.app import open_database
    from bot.database import build_read_scope
    from offers.outbox.failures import read_state
    from offers.outbox.webhook import find_address_fault

    endpoint = settings.webhook_endpoint
    if endpoint is None:
        raise _Missing("none is set")
    fault = find_address_fault(endpoint)
    if fault is not None:
        raise _Missing(f"{endpoint.origin}: {fault}")
    with build_read_scope(open_database(settings))() as session:
        state = read_state(session, endpoint)
    if state.gone_since is not None:
        raise _Missing(
            f"{endpoint.origin} wants no messages any more; `attache outbox retry` starts it again"
        )
    if state.dead:
        raise _Missing(f"{state.dead} hand-overs failed; `attache outbox` lists them")
    secrets = len(endpoint.secrets)
    return f"{endpoint.origin}, signed with {secrets} secret{'s' * (secrets != 1)}, {state.pending} waiting"


def _slack(settings: Settings) -> str:
    from bot.app import build_client, sign_in

    return f"signed in to {sign_in(build_client(settings))}"
