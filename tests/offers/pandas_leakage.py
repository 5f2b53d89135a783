"""Where contract value is lost, once more from the files: what could be sold, what was seen of it, what is sold."""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

from tests.offers.pandas_company import Company, Groups, Question, Records
from tests.offers.pandas_figures import find_covered, value_attach

CONTRACT_PLAYS = {"renewal", "coverage_gap", "warranty_end", "win_back"}
Sums = dict[str, int]


def find_seen(company: Company, question: Question) -> set[str]:
    """The machines for which a contract was an opportunity in the window."""
    shown = [row for row in company.events_by(question.as_of) if row["event"] in {"surfaced", "accepted"}]
    return {
        row["asset_id"]
        for row in [*shown, *company.eligible_by(question.as_of)]
        if row["play"] in CONTRACT_PLAYS and question.holds(row["at"].date())
    }


@lru_cache(maxsize=16)
def list_leaks(company: Company, question: Question) -> Records:
    """Every machine that a service could be sold for, with the stage that it got to."""
    covered, seen = find_covered(company, question.as_of), find_seen(company, question)
    rows = []
    for row in value_attach(company, question):
        asset_id = row["asset_id"]
        stage = "sold" if asset_id in covered else "unsold" if asset_id in seen else "unseen"
        rows.append({**row, "stage": stage, "account": row["account_id"]})
    return rows


def leakage(
    company: Company, question: Question, by: Sequence[str]
) -> tuple[Groups, dict[tuple[str | None, ...], Sums]]:
    """Leak and potential of each group in money, and what stands beside them; a currency joins where there are two."""
    rows = list_leaks(company, question)
    names = [*by, "currency"] if len({row["currency"] for row in rows}) > 1 else list(by)
    pairs: defaultdict[tuple[str | None, ...], list[int]] = defaultdict(lambda: [0, 0])
    sums: defaultdict[tuple[str | None, ...], Sums] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        group, value, stage = tuple(row[name] or None for name in names), row["denominator"], row["stage"]
        pairs[group][0] += value if stage != "sold" else 0
        pairs[group][1] += value
        beside = sums[group]
        beside[stage] += value
        beside["visible"] += value if stage != "unseen" else 0
        beside["machines"] += 1
        beside[f"{stage}_machines"] += 1
        beside["visible_machines"] += stage != "unseen"
    return {group: (leak, potential) for group, (leak, potential) in pairs.items()}, dict(sums)
