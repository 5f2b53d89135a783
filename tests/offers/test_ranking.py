"""Who stands first: the surest good rate, never the one of which least is known."""

from offers.metrics.figures import Counts, Figure, build_figure
from offers.metrics.ranking import add_peers, rank


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
