"""What products lack: declines, questions and repeat failures joined by product, for a manager's part alone."""

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from bot.clock import utc_now
from bot.database import SessionScope, build_engine, build_session_scope
from bot.needs import Asked, Need, build_needs, find_asked
from knowledge.documents import Audience
from knowledge.gaps import FailedQuestion, Gap, Trouble
from offers.errors import NotYourFigure
from offers.people import PersonFacts
from offers.steering.shortcomings import find_shortcomings
from tests.bot.test_cli import Attache, attache
from tests.bot.test_cli_learning import home
from tests.bot.test_gaps import unanswered
from tests.offers.company import load
from tests.offers.rows import BASE

__all__ = ["attache", "home"]

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def declined(number: int, asset_id: str, reason: str, amount: str, currency: str = "EUR", **more: Any) -> Any:
    return {
        "event_id": f"E{number}", "offer_id": f"F{number}", "event": "declined", "play": "add_on",
        "account_id": "A-1", "asset_id": asset_id, "person_id": "T-1", "occurred_at": "2026-02-01T09:00:00Z",
        "reason": reason, "amount": amount, "currency": currency, **more,
    }  # fmt: skip


def call(number: int, asset_id: str, day: str, kind: str = "repair") -> Any:
    return {
        "work_order_id": f"W{number}", "account_id": "A-1", "asset_id": asset_id, "opened_at": f"{day}T08:00:00Z",
        "closed_at": f"{day}T18:00:00Z", "type": kind,
    }  # fmt: skip


ASSETS = [
    {"asset_id": "M-1", "sku": "CHILL", "account_id": "A-1", "status": "active"},
    {"asset_id": "M-2", "sku": "ROOF", "account_id": "A-2", "status": "active"},
]
EVENTS = [
    declined(1, "M-1", "price", "100.00"),
    declined(2, "M-1", "price", "50.00"),
    declined(3, "M-1", "", "0.00"),
    declined(4, "M-2", "timing", "1000.00", account_id="A-2"),
    declined(5, "M-2", "timing", "9.00", occurred_at="2025-01-01T09:00:00Z", account_id="A-2"),
]
# Repeats at M-1: 20 January after 31 December and 10 February after 20 January; the inspection is no failure. The call
# at M-2 came 31 days after the one before.
CALLS = [
    call(1, "M-1", "2025-12-31"),
    call(2, "M-1", "2026-01-20"),
    call(3, "M-1", "2026-01-25", "inspection"),
    call(4, "M-1", "2026-02-10"),
    call(5, "M-2", "2026-01-01"),
    call(6, "M-2", "2026-02-01"),
]


def manager(region: str | None = None, role: str = "manager") -> PersonFacts:
    return PersonFacts("M", "UM", "Ingrid", None, role, None, None, region)


@pytest.fixture
def company(session_scope: SessionScope, tmp_path: Path) -> SessionScope:
    load(
        session_scope,
        tmp_path / "files",
        {**BASE, "assets": ASSETS, "offer_events": EVENTS, "work_orders": CALLS},
    )
    return session_scope


def find(scope: SessionScope, reader: PersonFacts, by: str = "family", days: int = 90) -> dict[Any, Any]:
    with scope() as session:
        found = find_shortcomings(session, by=by, since=NOW - timedelta(days=days), now=NOW, reader=reader)
    return {
        part: (dict(one.declines), dict(one.declined_minor), one.repeat_failures)
        for part, one in found.items()
    }


def test_declines_and_repeats_are_counted_by_product(company: SessionScope) -> None:
    assert find(company, manager()) == {
        "Aurora": ({"price": 2, None: 1}, {"EUR": 15_000}, 2),
        "Boreal": ({"timing": 1}, {"EUR": 100_000}, 0),
    }
    assert find(company, manager(), "sku").keys() == {"CHILL", "ROOF"}
    # Since 9 February the second repeat alone, though the call before it is older.
    assert find(company, manager(), days=20) == {"Aurora": ({}, {}, 1)}


def test_a_regional_manager_sees_the_region_and_nobody_else_anything(company: SessionScope) -> None:
    assert find(company, manager("South")) == {"Boreal": ({"timing": 1}, {"EUR": 100_000}, 0)}
    with company() as session:
        session.add(unanswered(1, "Where is the valve?", slack_user_id="UTECH", family="Aurora"))
        session.add(unanswered(2, "Where is the fan?", slack_user_id="UTECH2", family=None, asset_id="M-2"))
    since = unanswered(3, "x").asked_at - timedelta(days=1)
    with company() as session:
        everything = find_asked(session, by="family", since=since, reader=manager())
        by_sku = find_asked(session, by="sku", since=since, reader=manager())
        # Mara works in the north, Jonas nowhere in particular.
        north = find_asked(session, by="family", since=since, reader=manager("North"))
        for role in ("technician", "partner"):
            with pytest.raises(NotYourFigure):
                find_asked(session, by="family", since=since, reader=manager(role=role))
    assert everything.parts == {"turn_1": "Aurora", "turn_2": "Boreal"}
    assert by_sku.parts == {"turn_1": None, "turn_2": "ROOF"}
    assert north.parts == {"turn_1": "Aurora"}


def failed(number: int, trouble: Trouble = Trouble.NO_DOCUMENT) -> FailedQuestion:
    return FailedQuestion(
        question_id=f"Q{number}", text=f"question {number}", asked_at=NOW, asker="U1", audience=Audience.INTERNAL,
        trouble=trouble, family=None, code=None, typed_code=None, pages=(), complaint=None, comment=None,
    )  # fmt: skip


def gap(name: str, *ids: str) -> Gap:
    return Gap((name,), len(ids), 1, NOW, (), Trouble.NO_DOCUMENT, (), (), (), "nothing", ids)


def test_questions_join_the_product_they_are_about_and_what_costs_most_comes_first(
    company: SessionScope,
) -> None:
    asked = Asked(
        (failed(1), failed(2, Trouble.DISLIKED), failed(3), failed(4)),
        {"Q1": "Aurora", "Q2": "Aurora", "Q3": "Boreal", "Q4": None},
    )
    with company() as session:
        found = find_shortcomings(
            session, by="family", since=NOW - timedelta(days=90), now=NOW, reader=manager()
        )
    # The documents have closed what Q4 asked for: it is in no gap any more.
    needs = build_needs(found, asked, [gap("Which valve?", "Q1", "Q2", "Q3")])
    assert [(one.part, one.unanswered, one.disliked, one.questions) for one in needs] == [
        ("Boreal", 1, 0, ["Which valve?"]),
        ("Aurora", 1, 1, ["Which valve?"]),
    ]


def test_a_currency_of_small_coins_outweighs_no_other() -> None:
    def need(part: str, declines: int, **amounts: int) -> Need:
        one = Need(part)
        one.shortcoming.declines["price"] = declines
        one.shortcoming.declined_minor.update(amounts)
        return one

    found = {one.part: one.shortcoming for one in (
        need("a", 1, JPY=900_000), need("b", 1, JPY=100_000, EUR=90_000), need("c", 1, EUR=10_000),
    )}  # fmt: skip
    # Two products each: a has .9 of the yen, b .1 and .9 of the euros, c .1.
    assert [one.part for one in build_needs(found, Asked((), {}), [])] == ["b", "a", "c"]


def test_the_command_line_lists_and_writes_the_needs(attache: Attache, home: Path, tmp_path: Path) -> None:
    day = f"{utc_now() - timedelta(days=1):%Y-%m-%d}T01:00:00Z"
    events = [declined(1, "M-1", "=price", "100.00", occurred_at=day)]
    scope = build_session_scope(build_engine(f"sqlite:///{home / 'attache.db'}"))
    load(scope, tmp_path / "files", {**BASE, "assets": ASSETS, "offer_events": events})
    with scope() as session:
        session.add(
            unanswered(
                1, "Where is the defrost board?", asked_at=utc_now() - timedelta(days=1), family="Boreal"
            )
        )
    printed = attache("needs", "--json")
    assert printed.exit_code == 0
    first, second = json.loads(printed.stdout)
    assert (first["family"], first["declined"], first["reasons"], first["declined_minor"]) == (
        "Aurora", 1, {"=price": 1}, {"EUR": 10_000},
    )  # fmt: skip
    assert (second["family"], second["unanswered"], second["questions"]) == (
        "Boreal", 1, ["Where is the defrost board?"],
    )  # fmt: skip
    assert "asked in vain: Where is the defrost board?" in attache("needs").stdout
    out = tmp_path / "needs"
    assert attache("needs", "--csv", f"{out}.csv", "--xlsx", f"{out}.xlsx", "--by", "sku").exit_code == 0
    with Path(f"{out}.csv").open(encoding="utf-8", newline="") as file:
        (row, *_) = csv.DictReader(file)
    assert (row["sku"], row["declined EUR"], row["reasons"]) == ("CHILL", "100.0", "'=price 1")
    assert load_workbook(f"{out}.xlsx")["needs"]["C2"].value == 100
