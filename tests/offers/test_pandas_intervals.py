"""The intervals of a random company of 2,000 machines against an independent calculation over the same files.

Wilson's, Newcombe's and Greenwood's are equal. A bootstrap is drawn: its ends are compared by where they lie among the
independent draws, whatever distribution those have.
"""

from collections.abc import Callable, Sequence
from math import sqrt
from statistics import mean

import pytest

from offers.reporting import METRIC_TABLE, Figure, report
from offers.resampling import BOOTSTRAP_DRAWS
from tests.offers import pandas_figures
from tests.offers.pandas_company import HORIZON_DAYS, Question, Records
from tests.offers.pandas_figures import MEMBERS, list_entries
from tests.offers.pandas_intervals import (
    DRAWS,
    LEAST,
    account_pairs,
    are_alike,
    greenwood,
    levels_of,
    newcombe,
    resample,
    tail_of,
    wilson,
)
from tests.offers.pandas_leakage import list_leaks
from tests.offers.pandas_loading import NOW, PAST, QUARTER, WHOLE, Loaded
from tests.offers.pandas_offers import funnel, increment

QUESTIONS = (WHOLE, QUARTER, PAST)
SPLITS = ((), ("region", "tier"), ("family",), ("partner",), ("play",))
SHARES = ("coverage", "renewal_rate", "first_renewal_rate", "cancellation_rate", "conversion", *MEMBERS)
RATIOS = ("value_attach", "leakage", "units_attach", "net_attach", "pos_attach", "margin", "renewal_value")
WITHOUT_END = {"units_attach", "net_attach", "renewal_value", "margin"}
"""What an account has may be more than its base, or less than nothing: accounts that are alike bound nothing."""

FAR = 4.5
"""So many standard deviations an end may lie off: by chance one of 150,000 ends does, and here are some 2,000."""


def splits_of(metric: str) -> list[tuple[str, ...]]:
    return [by for by in SPLITS if set(by) <= set(METRIC_TABLE[metric].dimensions)]


def figures_of(
    loaded: Loaded, metric: str, question: Question, by: Sequence[str]
) -> dict[tuple[str | None, ...], Figure]:
    """The product's figures by group; the total under the empty group, where there is one."""
    days = {"date_from": question.first, "date_to": question.last, "as_of": question.as_of}
    with loaded.scope() as session:
        found = report(session, metric, by=by, **days, now=NOW)
    rows = {tuple(row.group.values()): row for row in found.rows}
    return rows if by or found.total.numerator is None else {(): found.total}


def assert_ends(figure: Figure, ends: tuple[float, float] | None, case: object) -> None:
    expected = ends if ends is not None else (None, None)
    assert (figure.low, figure.high) == pytest.approx(expected, abs=1e-9), case


@pytest.mark.parametrize("metric", SHARES)
def test_a_share_has_wilsons_interval(load_random: Callable[..., Loaded], metric: str) -> None:
    loaded = load_random(2, assets=2_000)
    for question in QUESTIONS:
        for by in splits_of(metric):
            for group, figure in figures_of(loaded, metric, question, by).items():
                hits, tries = pandas_figures.count(loaded.company, metric, question, by)[group]
                # All that were declined are a number, and a share of nothing.
                ends = None if metric == "declines" and not by else wilson(hits, tries)
                assert_ends(figure, ends, (metric, question, group))
                assert figure.n == tries


def test_the_funnels_stages_have_wilsons_interval_and_the_arms_difference_newcombes(
    load_random: Callable[..., Loaded],
) -> None:
    loaded = load_random(2, assets=2_000)
    for question in QUESTIONS:
        for by in ((), ("region",), ("play",)):
            stages = funnel(loaded.company, question, by)
            for group, figure in figures_of(loaded, "funnel", question, (*by, "stage")).items():
                assert_ends(figure, wilson(*stages[group]), (question, group))
        arms = increment(loaded.company, question, ("arm",))
        total = figures_of(loaded, "incremental_attach", question, ())[()]
        assert_ends(total, newcombe(arms[("offered",)], arms[("held_out",)]), question)


@pytest.mark.parametrize("question", QUESTIONS, ids=["whole", "quarter", "past"])
def test_time_to_attach_has_greenwoods_interval(
    load_random: Callable[..., Loaded], question: Question
) -> None:
    loaded = load_random(2, assets=2_000)
    observed = pandas_figures.time_to_attach(loaded.company, question)
    for by in (*splits_of("time_to_attach"), ("sku", "segment"), ("month",)):
        groups: dict[tuple[str | None, ...], Records] = {}
        for row in observed:
            groups.setdefault(tuple(row[name] or None for name in by), []).append(row)
        found = figures_of(loaded, "time_to_attach", question, by)
        assert found.keys() == groups.keys()
        for group, figure in found.items():
            seen = [row for row in groups[group] if row["is_seen"]]
            assert_ends(figure, greenwood(seen, HORIZON_DAYS), (question, group))


def find_entries(loaded: Loaded, metric: str, question: Question) -> Records:
    if metric == "leakage":
        leaks = list_leaks(loaded.company, question)
        return [{**row, "numerator": row["denominator"] * (row["stage"] != "sold")} for row in leaks]
    return list_entries(loaded.company, metric, question)


def test_a_ratio_has_the_interval_of_accounts_drawn_one_by_one(load_random: Callable[..., Loaded]) -> None:
    loaded = load_random(2, assets=2_000)
    lower: list[float] = []
    upper: list[float] = []
    settled = 0
    for metric in RATIOS:
        for question in QUESTIONS:
            for by in splits_of(metric):
                pairs = account_pairs(find_entries(loaded, metric, question), by)
                for group, figure in figures_of(loaded, metric, question, by).items():
                    case, own = (metric, question, by, group), pairs[group]
                    assert figure.n == int((own[:, 1] > 0).sum()), case
                    if figure.n < LEAST or are_alike(own):
                        is_bounded = figure.n >= LEAST and metric not in WITHOUT_END
                        share = own[0, 0] / own[0, 1] if is_bounded else 0.0
                        assert_ends(figure, wilson(share * len(own), len(own)) if is_bounded else None, case)
                        settled += 1
                        continue
                    # An end is the quantile of 2,000 draws: of other draws of the same distribution a share lies
                    # below it that varies around its tail as the share of both kinds of draws does, however the
                    # ratios are distributed.
                    tail = tail_of(figure.n)
                    deviation = sqrt(tail * (1 - tail) * (1 / BOOTSTRAP_DRAWS + 1 / DRAWS))
                    ratios = resample(own)
                    assert figure.low is not None, case
                    assert figure.high is not None, case
                    below, up_to = levels_of(ratios, figure.low)
                    assert below - FAR * deviation <= tail <= up_to + FAR * deviation, case
                    above, down_to = levels_of(-ratios[::-1], -figure.high)
                    assert above - FAR * deviation <= tail <= down_to + FAR * deviation, case
                    if len(own) >= 20:
                        lower.append((below + up_to) / 2 - tail)
                        upper.append((above + down_to) / 2 - tail)
    assert (settled >= 20, len(lower) >= 200) == (True, True), (settled, len(lower))
    # One by one they may lie off, all together they must not: the product's draws have one seed, so that together they
    # may still lie off by 3 deviations of one end, 3 * sqrt(.025 * .975 / 2,000) = .0105, and no more.
    assert mean(lower) == pytest.approx(0, abs=0.0105)
    assert mean(upper) == pytest.approx(0, abs=0.0105)
