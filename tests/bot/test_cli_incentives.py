"""The command line of rewards: by person, partner and play, as of a day, as a document and as files."""

import csv
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bot.clock import utc_now
from bot.database import build_engine, build_session_scope
from offers.deciding.proposals import propose
from offers.ledger import Accepted, accept
from offers.rules import DEFAULT_RULES, ensure_default_rules
from tests.bot.test_cli import Attache, attache
from tests.bot.test_cli_figures import read, squeezed
from tests.offers.company import COMPANY, write_files
from tests.offers.conftest import person
from tests.offers.promises import promise

__all__ = ["attache"]

NOW = utc_now()


@pytest.fixture
def rewarded(attache: Attache, tmp_path: Path) -> Attache:
    """The command over the small company, where a partner and a technician have sold something."""
    done = attache("import", write_files(tmp_path / "company", COMPANY), "--recorded-at", "2026-01-01")
    assert done.exit_code == 0, done.stderr
    engine = build_engine(f"sqlite:///{tmp_path / 'home' / 'attache.db'}")
    with build_session_scope(engine)() as session:
        ensure_default_rules(session, NOW)
        promise(session, *(rule.rule_id for rule in DEFAULT_RULES), now=NOW)
    for who, asset_id in (("UTECH", "M-CHILL"), ("UPART2", "M-ROOF")):
        with build_session_scope(engine)() as session:
            seller = person(session, who)
            card = propose(session, asset_id=asset_id, person=seller, now=NOW, thread_ref=None).offer
            assert card is not None
            sold = accept(
                session, card.offer_id, version=card.version, person=seller, now=NOW, idempotency_key="k"
            )
            assert isinstance(sold, Accepted)
            # 5.25 % of what the partner sold, in whole cents: 1,100.00 or 900.00 is 57.75 or 47.25.
            assert who == "UTECH" or card.price.amount_minor in (110_000, 90_000)
    engine.dispose()
    return attache


def test_rewards_are_told_by_person_partner_and_play(rewarded: Attache) -> None:
    found = read(rewarded("incentives", "--json"))
    assert (found["as_of"], found["by"]) == (NOW.date().isoformat(), "person")
    assert [(row["person"], row["name"], row["sales"], row["currency"]) for row in found["rows"]] == [
        ("K-2", "Tom", 1, "EUR"),
        ("T-1", "Mara", 1, "EUR"),
    ]
    (total,) = found["totals"]
    assert (
        total["accrued_minor"] == total["pending_minor"] == sum(row["accrued_minor"] for row in found["rows"])
    )
    assert found["rows"][1]["accrued_minor"] == 1_250
    by_partner = read(rewarded("incentives", "--by", "partner", "--json"))["rows"]
    assert [(row["partner"], row["name"]) for row in by_partner] == [
        (None, "our own people"),
        ("P-2", "Alpenluft"),
    ]
    assert sum(row["sales"] for row in read(rewarded("incentives", "--by", "play", "--json"))["rows"]) == 2
    said = squeezed(rewarded("incentives"))
    assert "Mara 1 sale EUR 12.50 accrued, EUR 12.50 pending, EUR 0 earned, EUR 0 lost" in said
    before = str((NOW - timedelta(days=1)).date())
    assert read(rewarded("incentives", "--as-of", before, "--json"))["rows"] == []
    assert squeezed(rewarded("incentives", "--as-of", before)) == "No sale has accrued a reward."


def test_the_files_have_each_reward(rewarded: Attache, tmp_path: Path) -> None:
    path, book = tmp_path / "rewards.csv", tmp_path / "rewards.xlsx"
    done = rewarded("incentives", "--csv", path, "--xlsx", book)
    assert (done.exit_code, done.stdout) == (0, "")
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert [row["list"] for row in rows] == ["totals", "totals", "rewards", "rewards"]
    assert [row["state"] for row in rows[2:]] == ["pending", "pending"]
    mara = next(row for row in rows[2:] if row["person"] == "Mara")
    assert (mara["amount"], mara["earned"], mara["currency"]) == ("12.5", "0.0", "EUR")
    notes = dict(load_workbook(book)["about"].iter_rows(max_col=2, values_only=True))
    assert notes["earned"] == "booked, and 90 days after the sale are over"
