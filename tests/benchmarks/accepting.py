"""Acceptances by many writers at once on PostgreSQL, counted afterwards, beside the same rows inserted by hand."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context

import psycopg
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from bot.database import build_engine, build_read_scope, build_session_scope
from bot.garbage import settle_memory
from offers.deciding.proposals import propose
from offers.ledger import Accepted, accept
from offers.people import PersonFacts, find_person
from offers.playbook.policy import Caps, Policy
from tests.benchmarks.readings import time_s

WRITERS = 16
_RACED = 8
_WARM_UP = 5
"""How many each process takes before the clock starts: it has loaded its code and knows its statements."""
_START_S = 30.0
"""How long so many processes may take to start."""
_ROWS = ("event", "quote", "order_line", "contract_line", "outbox_message", "audit_entry")


class AcceptancesLost(RuntimeError):
    """An acceptance is missing or there twice."""


@dataclass(frozen=True, slots=True)
class Throughput:
    """Acceptances a second once every process is warm, and those of the rows inserted by hand.

    `accepted` are all of them, `timed` those within the clock.
    """

    accepted: int
    timed: int
    per_s: float
    by_hand_per_s: float
    milliseconds: tuple[float, ...]


def surface(engine: Engine, assets: Sequence[str], *, wanted: int) -> list[tuple[str, int]]:
    """Propose for one machine after the other until so many offers are open; return their ids and versions."""
    scope, found = build_session_scope(engine), []
    people = [_person(f"T-{number:03}", engine) for number in range(60)]
    # So many people work for nobody who has a million machines: each may show more on this day.
    policy = Policy(caps=Caps(person_1d=wanted))
    for number, asset_id in enumerate(assets):
        with scope() as session:
            made = propose(
                session,
                asset_id=asset_id,
                person=people[number % len(people)],
                now=datetime.now(UTC),
                thread_ref=f"BENCH:{asset_id}",
                policy=policy,
            )
        if made.offer is not None:
            found.append((made.offer.offer_id, made.offer.version))
        if len(found) == wanted:
            break
    return found


def measure_acceptances(url: str, offers: Sequence[tuple[str, int]]) -> Throughput:
    """Accept the offers by 16 processes, the last of them raced for by every one; check, and insert by hand.

    Raises AcceptancesLost.
    """
    own, raced = offers[:-_RACED], offers[-_RACED:]
    parts = [[*own[writer::WRITERS], *raced] for writer in range(WRITERS)]
    engine = build_engine(url)
    try:
        taken = _run(url, parts, _accept_all)
        won = sum(one.done for one in taken)
        _check(engine, [offer_id for offer_id, _ in offers], won)
        _prepare_copies(engine)
        copied = _run(url, [offers[writer::WRITERS] for writer in range(WRITERS)], _copy_all)
    finally:
        engine.dispose()
    times = tuple(one for part in taken for one in part.milliseconds)
    timed = won - sum(one.warmed for one in taken)
    return Throughput(won, timed, timed / _span_s(taken), len(offers) / _span_s(copied), times)


@dataclass(frozen=True, slots=True)
class _Part:
    done: int
    began_at: float
    ended_at: float
    milliseconds: tuple[float, ...] = ()
    warmed: int = 0


_Work = Callable[[str, float, Sequence[tuple[str, int]]], _Part]


def _span_s(parts: Sequence[_Part]) -> float:
    """Return the seconds from the first beginning to the last end."""
    return max(part.ended_at for part in parts) - min(part.began_at for part in parts)


def _run(url: str, parts: Sequence[Sequence[tuple[str, int]]], work: _Work) -> list[_Part]:
    """Let each process work on its part, all beginning at one instant."""
    starts_at = time.time() + _START_S
    with ProcessPoolExecutor(WRITERS, mp_context=get_context("spawn")) as pool:
        return list(pool.map(partial(work, url, starts_at), parts))


def _accept_all(url: str, starts_at: float, offers: Sequence[tuple[str, int]]) -> _Part:
    engine = build_engine(url)
    person = _person("T-001", engine)
    scope = build_session_scope(engine)

    def take(offer: tuple[str, int]) -> bool:
        offer_id, version = offer
        with scope() as session:
            result = accept(
                session,
                offer_id,
                version=version,
                person=person,
                now=datetime.now(UTC),
                idempotency_key=f"bench:{offer_id}",
            )
        return isinstance(result, Accepted)

    warmed = sum(take(offer) for offer in offers[:_WARM_UP])
    settle_memory()
    time.sleep(max(0.0, starts_at - time.time()))
    began_at, wins, times = time.time(), 0, []
    for offer in offers[_WARM_UP:]:
        won, seconds = time_s(take, offer)
        wins += won
        times.append(1000 * seconds)
    ended_at = time.time()
    engine.dispose()
    return _Part(warmed + wins, began_at, ended_at, tuple(times), warmed)


def _copy_all(url: str, starts_at: float, offers: Sequence[tuple[str, int]]) -> _Part:
    parsed = make_url(url)
    with psycopg.connect(
        host=parsed.host, port=parsed.port, user=parsed.username, dbname=parsed.database
    ) as connection:
        time.sleep(max(0.0, starts_at - time.time()))
        began_at = time.time()
        for offer_id, _ in offers:
            for name in _ROWS:
                connection.execute(
                    f"INSERT INTO bench_{name} SELECT * FROM offers_{name} WHERE offer_id = %s",  # noqa: S608
                    (offer_id,),
                )
            connection.commit()
        return _Part(len(offers), began_at, time.time())


def _prepare_copies(engine: Engine) -> None:
    with engine.begin() as connection:
        for name in _ROWS:
            connection.execute(text(f"DROP TABLE IF EXISTS bench_{name}"))
            connection.execute(text(f"CREATE TABLE bench_{name} (LIKE offers_{name} INCLUDING ALL)"))


def _check(engine: Engine, offer_ids: Sequence[str], won: int) -> None:
    """Each offer has one acceptance, one order line and one message, and one click was told so."""
    wanted = len(offer_ids)
    counts = {"clicks": won}
    queries = {
        "events": "SELECT count(*), count(DISTINCT offer_id) FROM offers_event WHERE event = 'accepted' AND",
        "order lines": "SELECT count(*), count(DISTINCT offer_id) FROM offers_order_line WHERE",
        "messages": "SELECT count(*), count(DISTINCT offer_id) FROM offers_outbox_message"
        " WHERE topic = 'offer.accepted' AND",
        "quotes": "SELECT count(*), count(DISTINCT offer_id) FROM offers_quote WHERE status = 'accepted' AND",
    }
    with engine.connect() as connection:
        for name, query in queries.items():
            rows, different = connection.execute(
                text(f"{query} offer_id = ANY(:ids)"), {"ids": list(offer_ids)}
            ).one()
            counts[name] = rows if rows == different else -rows
    if any(count != wanted for count in counts.values()):
        raise AcceptancesLost(f"{wanted} offers: {counts}")


def _person(person_id: str, engine: Engine) -> PersonFacts:
    with build_read_scope(engine)() as session:
        person = find_person(session, person_id)
    if person is None:
        raise LookupError(person_id)
    return person
