"""Who stands first: the surest good rate, never the one of which least is known."""

from collections.abc import Callable

import pytest

from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.figures import Counts, Figure, build_figure
from offers.metrics.ranking import add_peers, rank
from offers.people import PersonFacts
from offers.reporting import report
from tests.offers.pandas_loading import NOW, Loaded


def figure(name: str | None, numerator: int, denominator: int, low: float, high: float) -> Figure:
    counts = Counts(numerator, denominator, (low, high), 1)
    return build_figure({"partner": name}, counts, None)


def test_a_rate_whose_spread_is_unknown_stands_behind_those_of_which_it_is_known() -> None:
    # Three units at one account: however the accounts are drawn anew, it is always that one, so the band has no width.
    single = figure("single", 4, 3, 4 / 3, 4 / 3)
    many = figure("many", 60, 100, 0.5, 0.7)
    few = figure("few", 9, 10, 0.3, 1.2)
    nobody = figure(None, 80, 100, 0.75, 0.85)
    ranked = rank([single, nobody, few, many])
    assert [row.group["partner"] for row in ranked] == ["many", "few", "single", None]
    assert all(row.shrunk is None for row in ranked)  # Units may exceed one for one: no share to be shrunk.


def test_peers_are_ordered_by_what_is_shown_of_them_and_need_five() -> None:
    own = {("P-1",): Counts(1, 2, (0.1, 0.9), 2)}
    everyone = own | {
        ("P-9",): Counts(5, 10, (0.2, 0.8), 10),
        ("P-2",): Counts(9, 10, (0.6, 0.98), 10),
        ("P-3",): Counts(4, 4, (0.5, 1.0), 4),
        (None,): Counts(9, 9, (0.7, 1.0), 9),
    }
    assert add_peers(own, everyone) == {
        ("P-1",): own["P-1",],
        ("peer 1",): everyone["P-2",],
        ("peer 2",): everyone["P-9",],
    }


def test_where_less_is_better_the_lowest_upper_end_stands_first() -> None:
    # 0 of 3 may be as much as .56; 5 of 100 are at most .11, 0 of 50 at most .07.
    ranked = rank(
        [
            figure("few", 0, 3, 0.0, 0.5615),
            figure("many", 5, 100, 0.0215, 0.1118),
            figure("none", 0, 50, 0.0, 0.0713),
            figure(None, 0, 90, 0.0, 0.0410),
        ],
        is_low_best=True,
    )
    assert [row.group["partner"] for row in ranked] == ["none", "many", "few", None]
    assert ranked[0].shrunk is not None


def test_amounts_are_ranked_in_each_currency_and_never_shrunk() -> None:
    rows = [
        build_figure(
            {"partner": name, "currency": currency}, Counts(1, 2, (low, 0.9), 9, currency=currency), None
        )
        for name, currency, low in (
            ("a", "USD", 0.1),
            ("b", "EUR", 0.2),
            ("c", "USD", 0.3),
            ("d", "EUR", 0.4),
        )
    ]
    ranked = rank(rows, can_shrink=False)
    assert [row.group["partner"] for row in ranked] == ["d", "b", "c", "a"]
    assert {row.shrunk for row in ranked} == {None}


def test_peers_stand_beside_a_partners_own_amounts_in_their_currency() -> None:
    def counts(low: float, currency: str, n: int = 9) -> Counts:
        return Counts(1, 2, (low, 0.9), n, currency=currency)

    own = {("P-1",): counts(0.5, "EUR")}
    everyone = {
        ("P-1", "EUR"): counts(0.5, "EUR"),
        ("P-2", "USD"): counts(0.2, "USD"),
        ("P-3", "USD"): counts(0.4, "USD"),
        ("P-4", "EUR"): counts(0.4, "EUR", n=4),
        ("P-5", "EUR"): counts(0.3, "EUR"),
        (None, "EUR"): counts(0.9, "EUR"),
    }
    assert add_peers(own, everyone) == {
        ("P-1", "EUR"): own["P-1",],
        ("peer 1", "EUR"): everyone["P-5", "EUR"],
        ("peer 2", "USD"): everyone["P-3", "USD"],
        ("peer 3", "USD"): everyone["P-2", "USD"],
    }


RANKED = {
    "coverage", "value_attach", "units_attach", "net_attach", "order_attach", "account_attach", "partner_attach",
    "pos_attach", "margin", "renewal_rate", "renewal_value", "first_renewal_rate", "cancellation_rate", "conversion",
    "time_to_attach",
}  # fmt: skip


@pytest.mark.parametrize("metric", sorted(RANKED))
def test_partners_are_ranked_by_the_sure_end_and_peers_have_no_names(
    load_random: Callable[..., Loaded], metric: str
) -> None:
    # Not many customers of a partner's have bought what a cost is known of.
    loaded = load_random(2, assets=4_000 if metric == "margin" else 2_000)
    own = next(row["partner"] for row in loaded.company.assets if row["partner"])
    is_low_best = metric == "cancellation_rate"
    reader = PersonFacts("K", None, "Kim", None, "partner", own, "Theirs", None)
    with loaded.scope() as session:
        found = report(session, metric, by=("partner",), now=NOW)
        named = [row for row in found.rows if row.group["partner"] is not None and row.low != row.high]
        for currency in {row.currency for row in named}:
            alike = [row for row in named if row.currency == currency]
            ends = [-(row.high or 0.0) if is_low_best else row.low or 0.0 for row in alike]
            assert len(set(ends)) >= 5
            assert ends == sorted(ends, reverse=True)
        can_shrink = metric not in ("value_attach", "renewal_value", "margin", "time_to_attach")
        assert can_shrink or {row.shrunk for row in found.rows} == {None}
        if METRIC_TABLE[metric].is_internal:
            return
        theirs = report(session, metric, by=("partner",), now=NOW, reader=reader)
    shown = [row.group["partner"] for row in theirs.rows]
    assert {name for name in shown if not str(name).startswith("peer ")} <= {own}
    assert sum(str(name).startswith("peer ") for name in shown) >= 3
    assert all(row.n >= 5 for row in theirs.rows if row.group["partner"] != own)


def test_what_has_no_better_and_worse_is_not_ranked() -> None:
    assert {name for name, metric in METRIC_TABLE.items() if metric.is_ranked} == RANKED
