"""A figure as a message: what of a long table is shown, and that the rest is told of."""

from datetime import date
from typing import Any

import pytest

from bot.views.figures import build_figure_message
from bot.views.message import Message
from bot.views.payloads import FigureRef
from offers.attach_rate import wilson_interval
from offers.metrics.figures import Counts, Figure, Report, build_figure

DAY = date(2026, 6, 30)


def row(hits: int, **group: str) -> Figure:
    return build_figure(group, Counts(hits, 100, wilson_interval(hits, 100), 100), None)


def build(*rows: Figure) -> Message:
    name = next(iter(rows[0].group))
    report = Report("coverage", DAY, date(2023, 1, 1), DAY, "What it is of.", rows, row(50))
    return build_figure_message(report, names={}, ref=FigureRef(metric="coverage", by=(name,))).best


def read_table(message: Message) -> list[str]:
    """Return the first column of the table."""
    blocks: list[Any] = [one if isinstance(one, dict) else one.to_dict() for one in message.blocks]
    (table,) = [one for one in blocks if one["type"] == "data_table"]
    return [cells[0]["text"] for cells in table["rows"][1:]]


MONTHS = [row(50, month=f"{2023 + number // 12}-{number % 12 + 1:02}") for number in range(42)]
REGIONS = [row(50, region=f"R{number:02}") for number in range(35)]


def test_of_more_months_than_a_table_holds_the_latest_are_shown() -> None:
    shown = read_table(build(*MONTHS))
    # Forty-two months to June 2026, the last thirty from January 2024 on.
    assert (len(shown), shown[0], shown[-1]) == (30, "2024-01", "2026-06")


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (MONTHS, "The latest 30 of 42 groups are shown; Excel and CSV have all of them."),
        (REGIONS, "The first 30 of 35 groups are shown; Excel and CSV have all of them."),
    ],
)
def test_what_is_left_out_is_told(rows: list[Figure], told: str) -> None:
    assert told in repr([one if isinstance(one, dict) else one.to_dict() for one in build(*rows).blocks])


def test_a_table_that_holds_all_says_nothing_of_the_rest() -> None:
    assert "are shown" not in repr(build(*REGIONS[:30]).blocks)
