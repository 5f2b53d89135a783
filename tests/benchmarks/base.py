"""Figures over a million machines: next offers, renewals that are due, and acceptances by many writers at once."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random

from sqlalchemy import Connection, text

from bot.access import OPERATOR
from bot.database import build_read_scope, build_session_scope
from bot.figures.due_renewals import find_due, keep_due, make_due
from bot.garbage import settle_memory
from offers.deciding.proposals import evaluate
from offers.metrics.figures import MetricSettings
from offers.metrics.rollups import Viewpoint, read_revision
from offers.people import PersonFacts, find_person
from offers.steering.renewals import find_renewals_due, summarise
from tests.benchmarks.accepting import WRITERS, measure_acceptances, surface
from tests.benchmarks.base_home import SEED, Base, postgresql_base, sqlite_base
from tests.benchmarks.company_events import LONG_STANDING
from tests.benchmarks.figures import Figure, Peer, single
from tests.benchmarks.home import Home
from tests.benchmarks.readings import Readings, time_each_ms

_DAYS = 90
_SHARED_FLEET = 500
_REPEATS = 20
_ROWS_OF_ASSET = (
    "SELECT * FROM offers_contract_line l JOIN offers_contract c ON c.contract_id = l.contract_id"
    " WHERE l.asset_id = :id AND l.superseded_at IS NULL AND c.superseded_at IS NULL",
    "SELECT * FROM offers_order_line WHERE related_asset_id = :id AND superseded_at IS NULL",
    "SELECT * FROM offers_work_order WHERE asset_id = :id AND superseded_at IS NULL",
    "SELECT e.* FROM offers_asset a JOIN offers_event e ON e.account_id = a.account_id"
    " WHERE a.asset_id = :id AND a.superseded_at IS NULL AND e.superseded_at IS NULL",
)
_ROWS_OF_ACCOUNT = (
    "SELECT * FROM offers_asset WHERE account_id = :id AND superseded_at IS NULL",
    "SELECT l.*, c.* FROM offers_contract c JOIN offers_contract_line l ON l.contract_id = c.contract_id"
    " WHERE c.account_id = :id AND l.superseded_at IS NULL AND c.superseded_at IS NULL",
    "SELECT * FROM offers_order_line WHERE account_id = :id AND superseded_at IS NULL",
    "SELECT * FROM offers_event WHERE account_id = :id AND superseded_at IS NULL",
)
_ENDING = (
    "SELECT l.currency, count(*), sum(l.quantity * l.unit_amount_minor) FROM offers_contract c"
    " JOIN offers_contract_line l ON l.contract_id = c.contract_id AND l.superseded_at IS NULL"
    " WHERE c.superseded_at IS NULL AND c.end_date BETWEEN :first AND :last GROUP BY l.currency"
)


def measure_base(home: Home) -> list[Figure]:
    """Return the figures on SQLite and, where it is installed, on PostgreSQL."""
    figures: list[Figure] = []
    with _bases(home.scale.base, home.cache) as bases:
        settle_memory()
        for base in bases:
            figures += _offer_figures(base, home.scale.offers)
            figures += _renewal_figures(base)
        if len(bases) == 2:
            figures += _acceptance_figures(bases[1], home.scale.acceptances)
    return figures


@contextmanager
def _bases(assets: int, cache: Path) -> Iterator[Sequence[Base]]:
    with (
        sqlite_base(cache, assets=assets, shape=LONG_STANDING) as first,
        postgresql_base(cache, first) as second,
    ):
        yield [first] if second is None else [first, second]


def _draw(base: Base, query: str, *, count: int) -> list[str]:
    with base.engine.connect() as connection:
        found = sorted(connection.execute(text(query)).scalars())
    return Random(f"{SEED} {query}").sample(found, min(count, len(found)))


def _read(connection: Connection, queries: Sequence[str], subject: str) -> int:
    return sum(len(connection.execute(text(query), {"id": subject}).all()) for query in queries)


def _offer_figures(base: Base, count: int) -> list[Figure]:
    read_scope = build_read_scope(base.engine)

    def run(target: str) -> None:
        with read_scope() as session:
            evaluate(session, target, as_of=base.now)

    assets = _draw(
        base,
        "SELECT asset_id FROM offers_asset WHERE status = 'active' AND superseded_at IS NULL AND row_id % 101 = 0",
        count=count,
    )
    accounts = _draw(
        base,
        "SELECT account_id FROM offers_asset WHERE superseded_at IS NULL GROUP BY account_id"
        " HAVING count(*) = 500",
        count=_REPEATS,
    )
    accounts = (accounts * _REPEATS)[:_REPEATS] if accounts else []
    figures = []
    for name, targets, rows in (
        ("a machine", assets, _ROWS_OF_ASSET),
        (f"an account with {_SHARED_FLEET} machines", accounts, _ROWS_OF_ACCOUNT),
    ):
        if not targets:
            continue
        run(targets[0])
        with base.engine.connect() as connection:
            peer = time_each_ms(partial(_read, connection, rows), targets)
        figures.append(
            Figure(
                f"{base.name}: next offers for {name}",
                "ms",
                time_each_ms(run, targets),
                Peer("its rows by plain SQL", peer),
            )
        )
    return figures


def _renewal_figures(base: Base) -> list[Figure]:
    day = base.now.date()
    read_scope = build_read_scope(base.engine)
    with read_scope() as session:
        found = find_person(session, "T-001")
    if found is None:
        raise LookupError("T-001")
    reader: PersonFacts = found
    bounds = {"first": day, "last": day.fromordinal(day.toordinal() + _DAYS)}

    def page(_: int) -> None:
        with read_scope() as session:
            find_renewals_due(session, day=day, days=_DAYS, reader=reader, limit=50)

    def total(_: int) -> None:
        with read_scope() as session:
            summarise(session, day=day, days=_DAYS, reader=reader)

    everybody = Viewpoint(OPERATOR, MetricSettings(), base.now, "")
    with build_session_scope(base.engine)() as session:
        everybody = replace(everybody, revision=read_revision(session))
        keep_due(session, make_due(session, everybody), everybody)

    def kept(_: int) -> None:
        with read_scope() as session:
            found = find_due(session, replace(everybody, revision=read_revision(session)))
        if found is None or not found.is_fresh:
            raise LookupError("the sum that was kept")

    def by_hand(_: int) -> None:
        with base.engine.connect() as connection:
            connection.execute(text(_ENDING), bounds).all()

    peer = Peer(
        "lines that end, summed by plain SQL, followed or not", time_each_ms(by_hand, range(_REPEATS))
    )
    calls: tuple[tuple[str, Callable[[int], None]], ...] = (
        ("the first 50", page),
        ("the sum", total),
        ("the sum as it is kept", kept),
    )
    return [
        Figure(
            f"{base.name}: renewals due in {_DAYS} days, {name}",
            "ms",
            time_each_ms(call, range(_REPEATS)),
            peer,
        )
        for name, call in calls
    ]


def _acceptance_figures(base: Base, count: int) -> list[Figure]:
    assets = _draw(
        base,
        "SELECT asset_id FROM offers_asset WHERE status = 'active' AND superseded_at IS NULL AND row_id % 29 = 0",
        count=20 * count,
    )
    done = measure_acceptances(base.url, surface(base.engine, assets, wanted=count))
    name = f"{base.name}: {done.timed:,} acceptances by {WRITERS} processes, none lost or doubled"
    by_hand = Peer("the same rows copied by psycopg", Readings((done.by_hand_per_s,)))
    return [
        single(name, "1/s", done.per_s, by_hand),
        Figure("- one of them", "ms", Readings(done.milliseconds)),
    ]
