"""The fusion is a convex combination: bounded, monotone, blind to order, and it mutates nothing."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.fusion import CODE_WEIGHT, fuse, lexical_weight, normalise_scores

SCORES = st.dictionaries(st.integers(0, 30), st.floats(-1, 40, allow_nan=False), max_size=12)
SHARES = st.floats(0, 1)


def test_the_fused_score_is_worked_out_by_hand() -> None:
    # dense: best .9 -> 1, least .5 -> 0, .7 -> (.7-.5)/(.9-.5) = .5; lexical: 8/8 = 1, 2/8 = .25
    fused = fuse(dense={1: 0.9, 2: 0.5, 3: 0.7}, lexical={2: 8.0, 3: 2.0}, codes={3: 0.5}, weight=0.25)
    # 1: .75 * 1 = .75; 2: .25 * 1 = .25; 3: .25 * .25 + .75 * .5 + 1.5 * .5 = .0625 + .375 + .75 = 1.1875
    assert {key: signals.fused for key, signals in fused.items()} == pytest.approx(
        {3: 1.1875, 1: 0.75, 2: 0.25}
    )
    assert list(fused) == [3, 1, 2]


@given(SCORES, SCORES, SHARES)
def test_without_codes_a_score_lies_between_its_parts(
    dense: dict[int, float], lexical: dict[int, float], weight: float
) -> None:
    for signals in fuse(dense=dense, lexical=lexical, codes={}, weight=weight).values():
        assert min(signals.dense, signals.lexical) - 1e-9 <= signals.fused
        assert signals.fused <= max(signals.dense, signals.lexical) + 1e-9


@given(SCORES, SCORES, SHARES)
def test_every_candidate_comes_back_once_in_order_and_nothing_is_changed(
    dense: dict[int, float], lexical: dict[int, float], weight: float
) -> None:
    before = dict(dense), dict(lexical)
    fused = fuse(dense=dense, lexical=lexical, codes={}, weight=weight)
    assert set(fused) == set(dense) | set(lexical)
    keys = [(-signals.fused, key) for key, signals in fused.items()]
    assert keys == sorted(keys)
    assert (dense, lexical) == before


@given(SCORES.filter(bool))
def test_at_the_ends_of_the_weight_the_order_is_that_of_one_ranking(dense: dict[int, float]) -> None:
    fused = fuse(dense=dense, lexical={}, codes={}, weight=0.0)
    scores = [dense[key] for key in fused]
    assert all(a >= b - 1e-9 for a, b in pairwise(scores))


@given(SCORES, SCORES, SHARES, st.integers(0, 30))
def test_a_full_code_match_comes_before_everything_without_one(
    dense: dict[int, float], lexical: dict[int, float], weight: float, match: int
) -> None:
    assert CODE_WEIGHT > 1.0
    assert next(iter(fuse(dense=dense, lexical=lexical, codes={match: 1.0}, weight=weight))) == match


@given(SCORES)
def test_normalised_scores_lie_between_0_and_1(scores: dict[int, float]) -> None:
    assert all(0.0 <= score <= 1.0 for score in normalise_scores(scores).values())


def test_a_weight_outside_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match=r"outside 0\.\.1"):
        fuse(dense={}, lexical={}, codes={}, weight=1.2)


def test_short_entries_give_words_more_weight_than_long_prose() -> None:
    # 9 terms: .45 - .081 = .369; 44 terms: .45 - .396 = .054, not below .2
    assert lexical_weight(passage_terms=9) == pytest.approx(0.369)
    assert lexical_weight(passage_terms=44) == 0.2
