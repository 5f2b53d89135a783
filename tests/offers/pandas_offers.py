"""What became of offers and what offering adds, from the ledger's file and the decisions: loops, and no SQL."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import pandas as pd

from tests.offers.pandas_company import (
    ATTACHED,
    ATTRIBUTION_DAYS,
    Company,
    Groups,
    Question,
    Records,
    entry,
    moment_of,
    order_items,
    periods_in,
    periods_of,
)

STAGES = ["surfaced", "viewed", "accepted", "booked"]
Key = tuple[str, str, str]


def key_of(row: dict[str, Any]) -> Key:
    """What counts once in a window."""
    return row["account_id"], row["asset_id"], row["play"]


def close_to(rows: Records, sale: dict[str, Any]) -> Records:
    """Those of the day of a sale or of the attribution window before it."""
    return [row for row in rows if 0 <= (sale["at"].date() - row["at"].date()).days <= ATTRIBUTION_DAYS]


def find_surfacer(events: Records, sale: dict[str, Any]) -> dict[str, Any] | None:
    """The event by which the sold offer was surfaced last inside the attribution window, whenever a report begins."""
    own = [row for row in events if (row["offer_id"], row["event"]) == (sale["offer_id"], "surfaced")]
    return max(close_to(own, sale), key=lambda row: row["at"], default=None)


@lru_cache(maxsize=16)
def list_opportunities(company: Company, question: Question) -> Records:
    """Each opportunity of the window once: for whom it counts, and whether it was accepted in time."""
    events = company.events_by(question.as_of)
    reversed_offers = {row["offer_id"] for row in events if row["event"] == "reversed"}
    surfaced_offers = {row["offer_id"] for row in events if row["event"] == "surfaced"}
    seen: defaultdict[Key, Records] = defaultdict(list)
    accepted: defaultdict[Key, Records] = defaultdict(list)
    for row in events:
        key = key_of(row)
        is_sale = row["event"] == "accepted" and row["offer_id"] not in reversed_offers
        if is_sale:
            accepted[key].append(row)
        # A sale of something that nobody logged as shown was an opportunity all the same.
        is_seen = row["event"] == "surfaced" or (is_sale and row["offer_id"] not in surfaced_offers)
        if is_seen and question.holds(row["at"].date()):
            seen[key].append(row)
    # What made sense is an opportunity, shown or not.
    for row in company.eligible_by(question.as_of):
        if question.holds(row["at"].date()):
            seen[key_of(row)].append({**row, "offer_id": ""})
    rows = []
    for key, moments in seen.items():
        moments.sort(key=lambda one: (one["at"], one["offer_id"]))
        sales = sorted(accepted[key], key=lambda one: (one["at"], one["offer_id"]))
        sold = [(sale, close) for sale in sales if (close := close_to(moments, sale))]
        owner = moments[0]
        if sold:
            sale, close = sold[0]
            owner = find_surfacer(events, sale) or close[-1]
        opened = periods_of(moments[0]["at"].date())
        rows.append(
            {
                "account_id": key[0],
                "asset_id": key[1],
                "play": key[2],
                "partner_id": owner["partner_id"],
                "technician": owner["person_id"],
                "is_accepted": bool(sold),
                **opened,
            }
        )
    return rows


def conversion(company: Company, question: Question) -> Records:
    return [
        entry(
            row, int(row["is_accepted"]), 1, play=row["play"], technician=row["technician"], **periods_in(row)
        )
        for row in join_facts(company, list_opportunities(company, question))
    ]


def join_facts(company: Company, rows: Records) -> Records:
    """The rows with their machine's product, their account and their partner."""
    if not rows:
        return []
    skus = company.files["assets"][["asset_id", "sku"]]
    table = company.join_sales(pd.DataFrame(rows)).merge(skus, how="left", on="asset_id").fillna("")
    joined: Records = table.merge(company.products, how="left", on="sku").fillna("").to_dict("records")
    return joined


@lru_cache(maxsize=16)
def list_reached(company: Company, question: Question) -> Records:
    """Each opportunity of the window with how far it got: 0 for eligible, then the stages from 1.

    A sale that was reversed is none. What happened before the window is of an earlier opportunity.
    """
    rows = join_facts(company, list_opportunities(company, question))
    keys = {key_of(row) for row in rows}
    events = [
        row
        for row in company.events_by(question.as_of)
        if question.first is None or row["at"].date() >= question.first
    ]
    undone = {row["offer_id"] for row in events if row["event"] == "reversed"}
    furthest: dict[Key, int] = {}
    for row in events:
        if row["event"] not in STAGES or key_of(row) not in keys:
            continue
        stage = STAGES.index(row["event"])
        if stage < STAGES.index("accepted") or row["offer_id"] not in undone:
            furthest[key_of(row)] = max(stage + 1, furthest.get(key_of(row), 0))
    return [{**row, "got_to": furthest.get(key_of(row), 0)} for row in rows]


def funnel(company: Company, question: Question, by: Sequence[str] = ()) -> Groups:
    """How many opportunities of each group got at least to each stage, of how many; the stage comes last."""
    reached: defaultdict[tuple[str | None, ...], list[int]] = defaultdict(list)
    for row in list_reached(company, question):
        reached[tuple(row[name] or None for name in by)].append(row["got_to"])
    return {
        (*group, stage): (sum(at >= place for at in places), len(places))
        for group, places in reached.items()
        for place, stage in enumerate(["eligible", *STAGES])
    }


@lru_cache(maxsize=16)
def list_declined(company: Company, question: Question) -> Records:
    """Every offer that was declined in the window."""
    said_no = [
        {**row, "technician": row["person_id"], **periods_of(row["at"].date())}
        for row in company.events_by(question.as_of)
        if row["event"] == "declined" and question.holds(row["at"].date())
    ]
    return join_facts(company, said_no)


def declines(company: Company, question: Question, by: Sequence[str]) -> Groups:
    """Those of a group among all that were declined in the window."""
    said_no = list_declined(company, question)
    counted = Counter(tuple(row[name] or None for name in by) for row in said_no)
    return {group: (count, len(said_no)) for group, count in counted.items()}


def increment(company: Company, question: Question, by: Sequence[str]) -> Groups:
    """Accounts under an experiment, and those of them that bought something attached after they were considered.

    An account is considered when a decision was made about it, for the first time in the window; that it was ever held
    out there puts it into that arm.
    """
    first: dict[str, datetime] = {}
    held_out: set[str] = set()
    for row in company.rows["decisions"]:
        at = moment_of(row["decided_at"])
        if at is None or not row["experiment"] or at.date() > question.as_of or not question.holds(at.date()):
            continue
        first[row["account_id"]] = min(at, first.get(row["account_id"], at))
        if row["is_held_out"] == "True":
            held_out.add(row["account_id"])
    bought = set()
    for item in order_items(company, question.as_of):
        since, at = first.get(item["account_id"]), moment_of(item["ordered_at"])
        if since is None or at is None or item["kind"] not in ATTACHED or at < since:
            continue
        if (at.date() - since.date()).days <= ATTRIBUTION_DAYS:
            bought.add(item["account_id"])
    facts = {row["account_id"]: row for row in company.rows["accounts"]}
    sums: defaultdict[tuple[str | None, ...], list[int]] = defaultdict(lambda: [0, 0])
    for account_id, considered in first.items():
        arm = "held_out" if account_id in held_out else "offered"
        row = {**facts[account_id], "arm": arm, **periods_of(considered.date())}
        pair = sums[tuple(row[name] or None for name in by)]
        pair[0] += account_id in bought
        pair[1] += 1
    return {group: (pair[0], pair[1]) for group, pair in sums.items()}
