"""Trying a rule out over everybody: the walk sees what a single call sees, and the sums are those of the engine."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlmodel import Session, select

from bot.database import SessionScope, build_read_scope
from bot.demo.company.simulator import write_import_files
from offers.deciding.proposals import evaluate, propose
from offers.engine import decide
from offers.importing import import_paths
from offers.installed_base.survey import count_machines, survey
from offers.models import Account
from offers.playbook.candidates import Candidate
from offers.playbook.conditions import Conditions
from offers.playbook.parameters import complete_parameters
from offers.playbook.situations import Catalogue, Situation
from offers.repository import load_situation
from offers.rulebook.simulation import generalise, read_simulation, simulate
from offers.rules import DEFAULT_RULES, RuleFacts
from offers.vocabulary import Play
from tests.offers.company import NOW
from tests.offers.conftest import Store, person
from tests.templates import fill_postgresql, fill_sqlite

STANDARD = {rule.play: rule for rule in DEFAULT_RULES}


def gather(session: Session, at: datetime, *, page: int) -> dict[str, Situation]:
    """Each account's situation, its parts put together again."""
    found: dict[str, Situation] = {}
    for part in survey(session, at=at, known=None, page=page):
        earlier = found.get(part.customer.account_id)
        machines = (*earlier.machines, *part.machines) if earlier else part.machines
        found[part.customer.account_id] = replace(part, machines=machines)
    return found


def is_part(part: Catalogue, *, of: Catalogue) -> bool:
    """Return whether everything in one catalogue stands in another as well."""
    return all(
        getattr(part, name).items() <= getattr(of, name).items()
        for name in ("products", "relations", "bundles", "prices")
    )


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def sample(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The sample company, to be read only: a SQLite file, then PostgreSQL."""
    folder: Path = tmp_path_factory.mktemp("sample")
    write_import_files(folder / "files", today=NOW.date())

    def fill(scope: SessionScope) -> None:
        assert import_paths(scope, [folder / "files"], recorded_at=NOW).is_clean

    if request.param == "sqlite":
        template = fill_sqlite(folder, fill)
    else:
        template = fill_postgresql(request.getfixturevalue("postgresql_url"), fill)
    with template.copy() as engine:
        yield engine


def test_the_walk_sees_of_every_account_what_a_single_call_sees(sample: Engine) -> None:
    with build_read_scope(sample)() as session:
        accounts = session.exec(select(Account.account_id)).all()
        by_page = [gather(session, NOW, page=page) for page in (7, 2_000)]
        assert len(by_page[0]) > 50
        for account_id in accounts:
            alone = load_situation(session, account_id=account_id, asset_id=None, at=NOW, known=None)
            assert alone is not None
            if not alone.machines:
                assert not any(account_id in walked for walked in by_page)
                continue
            for walked in by_page:
                seen = walked[account_id]
                # A single call reads only the part of the catalogue that has to do with its own machines.
                assert is_part(alone.catalogue, of=seen.catalogue)
                assert replace(seen, catalogue=alone.catalogue) == alone
                assert decide(seen, DEFAULT_RULES) == decide(alone, DEFAULT_RULES)
        machines = count_machines(session, None)
        assert [sum(len(one.machines) for one in walked.values()) for walked in by_page] == [machines] * 2


def rows_in(engine: Engine) -> int:
    with engine.connect() as connection:
        return sum(
            connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608
            for table in ("offers_decision", "offers_offer", "offers_rule", "offers_audit_entry")
        )


def test_the_sums_are_what_the_engine_would_do_at_each_machine(company: Store) -> None:
    # M-CHILL has a contract for 41 more days, M-ROOF never had one; the chiller is in EUR 850 of CARE, now EUR 900.
    before = rows_in(company.engine)
    with build_read_scope(company.engine)() as session:
        renewal = simulate(session, STANDARD[Play.RENEWAL], as_of=NOW)
        gap = simulate(session, STANDARD[Play.COVERAGE_GAP], as_of=NOW)
    assert (renewal.machines, renewal.accounts_seen) == (2, 2)
    assert (renewal.offers, renewal.accounts, renewal.held) == (1, 1, 0)
    assert renewal.value == {"EUR": 90_000}
    # .45 x value x (1 - .5 x 41/90) is above every add-on, which starts from .12.
    assert renewal.wins == 1
    assert renewal.reasons == (("there is no contract to renew", 1),)
    assert (gap.offers, gap.accounts) == (1, 1)
    assert gap.reasons == (("covered by CARE-PLUS contract … until …", 1),)
    assert rows_in(company.engine) == before


def test_a_rule_that_loses_against_those_in_force_is_shown_to_win_nothing(company: Store) -> None:
    with build_read_scope(company.engine)() as session:
        add_on = simulate(session, STANDARD[Play.ADD_ON], as_of=NOW)
    # The gateway fits both machines at EUR 300; the chiller's renewal and the roof's contract go before it.
    assert (add_on.offers, add_on.accounts, add_on.wins) == (2, 2, 0)
    assert add_on.value == {"EUR": 60_000}


def test_what_restraint_holds_back_is_counted_apart(company: Store) -> None:
    with company.scope() as session:
        propose(session, asset_id="M-CHILL", person=person(session, "UTECH"), now=NOW, thread_ref=None)
    with build_read_scope(company.engine)() as session:
        renewal = simulate(session, STANDARD[Play.RENEWAL], as_of=NOW)
    assert (renewal.offers, renewal.held, renewal.value) == (0, 1, {})
    assert ("offer … is open for this machine and play", 1) in renewal.reasons


def draft(**conditions: tuple[str, ...]) -> RuleFacts:
    when = Conditions(**conditions)
    return RuleFacts(
        "add-on-after", 1, Play.ADD_ON, "After", complete_parameters(Play.ADD_ON, {}), when, ("GATE",)
    )


def test_a_rule_that_waits_for_a_call_is_tried_with_each_machines_last_call(company: Store) -> None:
    with build_read_scope(company.engine)() as session:
        # The last call at the chiller is today's inspection; the repair was in September. None at the roof unit.
        inspection = simulate(session, draft(work_order_types=("inspection",)), as_of=NOW)
        repair = simulate(session, draft(work_order_types=("repair",)), as_of=NOW)
        in_autumn = simulate(session, draft(fault_families=("pressure",)), as_of=date(2025, 9, 30))
    assert (inspection.offers, repair.offers, in_autumn.offers) == (1, 0, 1)
    # Of the same product's two add-on rules the more special one is shown, but the renewal goes before both.
    assert (inspection.wins, in_autumn.wins) == (0, 1)
    assert repair.reasons == (
        ("the rule waits for work of type repair, not an unknown one", 1),
        ("the rule waits for work of type repair, not inspection", 1),
    )


def test_a_day_before_anything_was_recorded_is_looked_at_with_what_is_known_now(company: Store) -> None:
    with build_read_scope(company.engine)() as session:
        past = simulate(session, STANDARD[Play.COVERAGE_GAP], as_of=date(2024, 12, 1))
    assert past.machines == 2
    assert past.as_of == date(2024, 12, 1)


def test_the_sums_agree_with_what_each_machine_is_told(sample: Engine) -> None:
    at = datetime.combine(NOW.date(), time.max, UTC)
    with build_read_scope(sample)() as session:
        tried = simulate(session, STANDARD[Play.WIN_BACK], as_of=at)
        offers, accounts, value, wins = 0, set(), Counter[str](), 0
        alone = 0
        for account_id in session.exec(select(Account.account_id).order_by(Account.account_id)).all():
            of_machine: dict[str, list[Candidate]] = {}
            for candidate in evaluate(session, account_id, as_of=at).offers:
                of_machine.setdefault(candidate.machine.asset_id, []).append(candidate)
            for asset_id, found in of_machine.items():
                own = [one for one in found if one.play is Play.WIN_BACK]
                if not own:
                    continue
                if offers % 4 == 0:
                    # An account is told of each machine what the machine alone is told.
                    assert list(evaluate(session, asset_id, as_of=at).offers) == found
                    alone += 1
                offers += 1
                accounts.add(account_id)
                value[own[0].price.money.currency] += own[0].price.money.amount_minor
                wins += found[0].play is Play.WIN_BACK
    assert offers > 5
    assert alone > 2
    assert (tried.offers, tried.accounts, tried.value, tried.wins) == (offers, len(accounts), value, wins)


def test_progress_goes_on_to_the_end(company: Store) -> None:
    told: list[tuple[int, int]] = []
    with build_read_scope(company.engine)() as session:
        simulate(
            session, STANDARD[Play.BUNDLE], as_of=NOW, on_progress=lambda done, of: told.append((done, of))
        )
    assert told == [(2, 2)]


def test_a_page_costs_a_fixed_number_of_statements(sample: Engine) -> None:
    counts = []
    for page in (100, 200):
        with build_read_scope(sample)() as session:
            machines = count_machines(session, None)
            pages = -(-machines // page)
            counts.append((count_statements(sample, partial(gather, session, NOW, page=page)), pages))
    (small, many), (large, few) = counts
    # Whatever is read per machine or per account would cost far more than a few statements more per page.
    assert many > few
    assert (small - large) / (many - few) < 20


def count_statements(engine: Engine, work: Callable[[], Any]) -> int:
    """How many statements the work sends."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def test_a_simulation_is_stored_without_loss(company: Store) -> None:
    with build_read_scope(company.engine)() as session:
        tried = simulate(session, STANDARD[Play.ADD_ON], as_of=NOW)
    assert read_simulation(tried.as_json()) == tried


@pytest.mark.parametrize(
    ("reason", "general"),
    [
        (
            "covered by CARE-PLUS contract C-10234 until 2 Jan 2027",
            "covered by CARE-PLUS contract … until …",
        ),
        ("CARE-PLUS contract C-1 ends on 30 Sept 2026, in 41 days", "CARE-PLUS contract … ends on …"),
        (
            "CARE-PLUS contract C-1 ended on 2 Jan 2024, 2 years 10 months ago",
            "CARE-PLUS contract … ended on …",
        ),
        ("contract C-1 ended 20 days ago: a renewal fits", "contract … ended … days ago: a renewal fits"),
        ("there is no contract to renew", "there is no contract to renew"),
        # An id of ours is random: now and then there is no digit in it.
        ("offer OF-JCRJANKHTLCVNHGH is open for this", "offer … is open for this"),
        ("an escalated case (K-1) is open on this account", "an escalated case (…) is open on this account"),
        ("Gateway is in contract C-1 already", "Gateway is in contract … already"),
    ],
)
def test_reasons_are_counted_without_what_differs_by_machine(reason: str, general: str) -> None:
    assert generalise(reason) == general
