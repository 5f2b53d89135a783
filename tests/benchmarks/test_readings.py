"""What is said of measurements, worked out by hand."""

import pytest

from tests.benchmarks.figures import Figure, Peer, format_number, render_table, single
from tests.benchmarks.readings import Readings, quantile


def test_the_median_of_an_even_number_is_the_mean_of_the_middle_two() -> None:
    # 1, 3, 5, 100: (3 + 5) / 2
    assert Readings((100.0, 1.0, 5.0, 3.0)).median == 4.0


def test_the_95th_percentile_is_a_reading_that_19_of_20_do_not_exceed() -> None:
    # 20 readings: rank ceil(0.95 * 20) = 19, the second largest.
    assert Readings(tuple(float(n) for n in range(1, 21))).p95 == 19.0
    # 21 readings: rank ceil(19.95) = 20.
    assert quantile([float(n) for n in range(1, 22)], 0.95) == 20.0


def test_under_twenty_readings_have_no_95th_percentile() -> None:
    assert Readings((1.0,) * 19).p95 is None


def test_no_readings_are_refused() -> None:
    with pytest.raises(ValueError, match="no readings"):
        Readings(())


def test_the_ratio_is_our_median_over_the_peers() -> None:
    # medians 6 and 4
    assert Figure("ask", "ms", Readings((6.0,)), Peer("plain", Readings((3.0, 4.0, 9.0)))).ratio == 1.5


@pytest.mark.parametrize("peer", [None, Peer("idle", Readings((0.0,)))])
def test_without_a_peers_time_there_is_no_ratio(peer: Peer | None) -> None:
    figure = single("ask", "ms", 6.0, peer)
    assert figure.ratio is None
    assert figure.cells()[-1] == "–"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.126, "0.13"), (12.34, "12.3"), (99.94, "99.9"), (123.4, "123"), (12_345.6, "12,346")],
)
def test_numbers_are_rounded_to_what_can_be_read(value: float, text: str) -> None:
    assert format_number(value) == text


def test_the_table_is_markdown_with_a_line_per_figure() -> None:
    lines = render_table(
        [single("ask", "ms", 6.0, Peer("plain", Readings((4.0,)))), single("start", "s", 2.0)]
    )
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines.splitlines()]
    assert rows[2] == ["ask", "ms", "6.00", "–", "1", "plain", "4.00", "1.50"]
    assert rows[3] == ["start", "s", "2.00", "–", "1", "–", "–", "–"]
    assert len({len(line) for line in lines.splitlines()}) == 1
