"""Random decisions about a random company's machines: what was considered, for whom, and under which experiment."""

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.database import SessionScope
from offers.models import Decision, DecisionCandidate
from tests.offers.random_company import FIRST, LAST, NOTABLE, Rows

PLAYS = ["renewal", "coverage_gap", "add_on", "upgrade", "win_back"]
EXPERIMENTS = ["first", "second"]
EDGES = [-1, 0, 1, 89, 90, 91]


def invent_decisions(seed: int, tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Rows]:
    """Return the rows of decisions and of their candidates; the same for one seed.

    Some are about what the ledger speaks of, around the edges of the attribution window before it was accepted; some
    come shortly before an order of the account.
    """
    rng = random.Random(f"decisions {seed}")
    tried = [account["account_id"] for account in tables["accounts"] if rng.random() < 0.7]
    # Another experiment draws other accounts.
    held_out = {(account_id, name) for account_id in tried for name in EXPERIMENTS if rng.random() < 0.3}
    decisions: Rows = []
    candidates: Rows = []
    for number in range(len(tables["assets"]) // 2):
        day, about = _subject(rng, tables)
        is_tried = about["account_id"] in tried and rng.random() < 0.6
        experiment = rng.choice(EXPERIMENTS) if is_tried else ""
        decisions.append(
            {
                "decision_id": f"D{number}",
                "decided_at": _moment(rng, day),
                "account_id": about["account_id"],
                "asset_id": about["asset_id"],
                "person_id": _some(rng, tables["people"], "person_id"),
                "partner_id": _some(rng, tables["partners"], "partner_id"),
                "experiment": experiment,
                "is_held_out": str((about["account_id"], experiment) in held_out),
            }
        )
        for play in {about["play"], *rng.sample(PLAYS, rng.randrange(3))}:
            # Two products for one play are one opportunity, and of a machine's decision a candidate may be the
            # account's as a whole.
            for _ in range(rng.choice([1, 1, 2])):
                candidates.append(
                    {
                        "decision_id": f"D{number}",
                        "play": play,
                        "account_id": about["account_id"],
                        "asset_id": about["asset_id"] if rng.random() < 0.9 else "",
                        "is_eligible": str(rng.random() < 0.6),
                    }
                )
    return {"decisions": decisions, "decision_candidates": candidates}


def log_decisions(scope: SessionScope, rows: Mapping[str, Rows]) -> None:
    """Write the decisions into the database, as offering does; there is no file that brings them."""
    with scope() as session:
        for row in rows["decisions"]:
            read = {
                "decided_at": datetime.fromisoformat(row["decided_at"]),
                "is_held_out": row["is_held_out"] == "True",
            }
            session.add(Decision(**_without_gaps(row), **read, policy_version="random"))
        for row in rows["decision_candidates"]:
            is_eligible = row["is_eligible"] == "True"
            session.add(
                DecisionCandidate(
                    **_without_gaps(row), sku="CARE", is_eligible=is_eligible, is_chosen=is_eligible
                )
            )


def _without_gaps(row: Mapping[str, Any]) -> dict[str, Any]:
    read = {"decided_at", "is_held_out", "is_eligible"}
    return {name: cell or None for name, cell in row.items() if name not in read}


def _subject(
    rng: random.Random, tables: Mapping[str, Sequence[Mapping[str, Any]]]
) -> tuple[date, Mapping[str, Any]]:
    kind = rng.choice(["machine", "accepted", "ordered"])
    if kind == "accepted":
        event = rng.choice([one for one in tables["offer_events"] if one["event"] == "accepted"])
        return _before(rng, event["occurred_at"]), event
    if kind == "ordered":
        order = rng.choice(tables["orders"])
        about = {"account_id": order["account_id"], "asset_id": order["related_asset_id"]}
        return _before(rng, order["ordered_at"]), {**about, "play": rng.choice(PLAYS)}
    asset = rng.choice(tables["assets"])
    day = FIRST + timedelta(days=rng.randrange((LAST - FIRST).days))
    if rng.random() < 0.2:
        day = rng.choice(NOTABLE)
    return day, {
        "account_id": asset["account_id"],
        "asset_id": asset["asset_id"],
        "play": rng.choice(PLAYS),
    }


def _before(rng: random.Random, moment: str) -> date:
    at = datetime.fromisoformat(moment)
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return at.date() - timedelta(days=rng.choice(EDGES))


def _moment(rng: random.Random, day: date) -> str:
    """An instant of the day, to the second: no two of them decide who was last."""
    return (
        datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=rng.randrange(1, 86_400))
    ).isoformat()


def _some(rng: random.Random, rows: Sequence[Mapping[str, Any]], column: str) -> str:
    return str(rng.choice(rows)[column]) if rng.random() < 0.8 else ""
