"""Figures of the commercial side over a large installed base: import, offers, brief, report."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from random import Random

from sqlalchemy import Engine

from bot.database import build_read_scope, build_session_scope
from offers.deciding.proposals import evaluate, propose
from offers.installed_base.machines import find_asset
from offers.installed_base.visits import build_brief
from offers.people import PersonFacts, find_person_by_slack_id
from offers.reporting import report
from tests.benchmarks import plain_sql
from tests.benchmarks.figures import Figure, Peer, single
from tests.benchmarks.home import SEED, Home
from tests.benchmarks.progress import Progress
from tests.benchmarks.readings import Readings, time_each_ms, time_s

_TECHNICIAN, _PARTNER_PERSON = "U0BENCH001", "U0PBNCH001"
_REPORTS = 5


class PeerDisagrees(RuntimeError):
    """The peer found something else than we did: the two were not measured doing the same."""


def measure_offers(home: Home) -> list[Figure]:
    """Return the figures of import, evaluate, propose, brief and report."""
    imported = home.imported()
    engine = home.open_engine()
    try:
        with Progress("offers", 5) as bar:
            figures = _import_figures(home)
            steps = (_evaluate_figures, _propose_figures, _brief_figures, _report_figures)
            for number, step in enumerate(steps):
                bar.show(number, f"{imported.rows:,} rows")
                figures += step(home, engine)
        return figures
    finally:
        engine.dispose()


def _import_figures(home: Home) -> list[Figure]:
    run = home.imported()
    bare = Peer("csv.DictReader and sqlite3 executemany", Readings((run.rows / run.bare_s,)))
    slowest = sorted(
        (kind for kind, rows in run.rows_by_kind.items() if rows >= 1_000),
        key=lambda kind: run.rows_by_kind[kind] / run.seconds_by_kind[kind],
    )
    return [
        single(
            f"import {run.rows:,} rows with {home.scale.assets:,} assets",
            "rows/s",
            run.rows / run.total_s,
            bare,
        ),
        single("- checking (first pass)", "rows/s", run.rows / run.checking_s, bare),
        single("- writing (second pass)", "rows/s", run.rows / run.writing_s, bare),
        *(
            single(
                f"- {kind}, both passes", "rows/s", run.rows_by_kind[kind] / run.seconds_by_kind[kind], bare
            )
            for kind in slowest[:3]
        ),
        single("import the same again, nothing new", "rows/s", run.rows / run.again_s, bare),
    ]


def _draw(home: Home, *, column: str, salt: str, count: int) -> list[str]:
    """Return values of a column of active machines, each machine at most once."""
    with closing(sqlite3.connect(home.database)) as source:
        found = plain_sql.list_active(source, column)
    return Random(f"{SEED} {salt}").sample(sorted(found), min(count, len(found)))


def _evaluate_figures(home: Home, engine: Engine) -> list[Figure]:
    now = datetime.now(UTC)
    read_scope = build_read_scope(engine)

    def run(target: str) -> None:
        with read_scope() as session:
            evaluate(session, target, as_of=now)

    count = home.scale.offers
    serials = _draw(home, column="serial_number", salt="evaluate", count=count)
    accounts = _draw(home, column="account_id", salt="evaluate accounts", count=count // 2)
    with closing(sqlite3.connect(home.database)) as source:
        plain = time_each_ms(partial(plain_sql.read_account, source), accounts)
    run(serials[0])
    peer = Peer("plain SQL reads of the account's rows", plain)
    return [
        Figure("evaluate one machine", "ms", time_each_ms(run, serials), peer),
        Figure("evaluate an account", "ms", time_each_ms(run, accounts), peer),
    ]


def _propose_figures(home: Home, engine: Engine) -> list[Figure]:
    session_scope = build_session_scope(engine)
    person = _person(engine, _TECHNICIAN)
    surfaced: list[bool] = []

    def run(asset_id: str) -> None:
        with session_scope() as session:
            made = propose(
                session,
                asset_id=asset_id,
                person=person,
                now=datetime.now(UTC),
                thread_ref=f"BENCH:{asset_id}",
            )
        surfaced.append(made.offer is not None)

    assets = _draw(home, column="asset_id", salt="propose", count=home.scale.offers)
    readings = time_each_ms(run, assets)
    with closing(sqlite3.connect(home.folder / "commits.db")) as target:
        plain_sql.prepare_commits(target)
        commits = time_each_ms(partial(plain_sql.commit_one, target), assets)
    name = f"propose and commit ({sum(surfaced)} of {len(surfaced)} surfaced)"
    return [
        Figure(name, "ms", readings, Peer("one row committed by sqlite3 (WAL, synchronous FULL)", commits))
    ]


def _brief_figures(home: Home, engine: Engine) -> list[Figure]:
    """Return the brief as `/visit` makes it: from the typed serial number, for one of ours and for a partner."""
    now = datetime.now(UTC)
    read_scope = build_read_scope(engine)
    serials = _draw(home, column="serial_number", salt="brief", count=home.scale.offers)

    def run(reader: PersonFacts, serial: str) -> None:
        with read_scope() as session:
            asset = find_asset(session, serial, reader=reader)
            if asset is not None:
                build_brief(session, asset.asset_id, now=now)

    with closing(sqlite3.connect(home.database)) as source:
        plain = time_each_ms(partial(plain_sql.read_machine, source), serials)
        own = plain_sql.list_sold_by(source, _person(engine, _PARTNER_PERSON).partner_id or "")
    peer = Peer("plain SQL reads of the machine's rows", plain)
    readers: Sequence[tuple[str, str, list[str]]] = (
        ("a technician", _TECHNICIAN, serials),
        (
            "a partner, own machine",
            _PARTNER_PERSON,
            Random(f"{SEED} own").sample(own, min(len(own), len(serials))),
        ),
    )
    figures = []
    for name, slack_user_id, asked in readers:
        reader = _person(engine, slack_user_id)
        readings = time_each_ms(partial(run, reader), asked)
        figures.append(Figure(f"/visit brief for {name}", "ms", readings, peer))
    return figures


def _report_figures(home: Home, engine: Engine) -> list[Figure]:
    now = datetime.now(UTC)
    read_scope = build_read_scope(engine)

    def run(by: tuple[str, ...]) -> tuple[float, float]:
        with read_scope() as session:
            total = report(session, "coverage", by=by, now=now).total
            return float(total.numerator or 0), float(total.denominator or 0)

    with closing(sqlite3.connect(home.database)) as source:
        plain, plain_times = _repeat(partial(plain_sql.count_coverage, source, now.date()))
    peer = Peer("the SQL aggregate written by hand", plain_times)
    figures = []
    for name, by in (("report coverage", ()), ("report coverage by family and region", ("family", "region"))):
        found, times = _repeat(partial(run, by))
        if found != plain:
            raise PeerDisagrees(f"coverage {found} here, {plain} by hand")
        figures.append(Figure(name, "ms", times, peer))
    return figures


def _repeat(call: Callable[[], tuple[float, float]]) -> tuple[tuple[float, float], Readings]:
    """Return what the call finds, and the milliseconds of each of some calls."""
    timed = [time_s(call) for _ in range(_REPORTS)]
    return timed[0][0], Readings(tuple(1000 * seconds for _, seconds in timed))


def _person(engine: Engine, slack_user_id: str) -> PersonFacts:
    with build_read_scope(engine)() as session:
        person = find_person_by_slack_id(session, slack_user_id)
    if person is None:
        raise LookupError(slack_user_id)
    return person
