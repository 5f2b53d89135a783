"""A figure and a part of the company are found however people say them: with an adjective, a blank, in the plural."""

from datetime import date
from typing import Any

import pytest

from bot.figures.asking import FigureRequest, read_figure_request
from bot.figures.signals import is_about_figures
from bot.views.figures import describe_row
from offers.metrics.figures import Figure

TODAY = date(2026, 11, 22)
VALUES = {
    "segment": [("data_centre", "data_centre"), ("Food factory", "Food factory")],
    "region": [("South_East", "South_East")],
    "family": [("heat-pump", "heat-pump")],
}


def read(text: str) -> FigureRequest:
    found = read_figure_request(text, today=TODAY, values=VALUES)
    assert found is not None, text
    assert found.unread == (), text
    return found


@pytest.mark.parametrize(
    ("text", "metric", "by"),
    [
        ("gross attach rate", "units_attach", ()),
        ("gross attach by region", "units_attach", ("region",)),
        ("bad attach", "units_attach", ()),
        ("which partners have bad attach", "units_attach", ("partner",)),
        ("net attach rate", "net_attach", ()),
        ("median time to attach", "time_to_attach", ()),
        ("what is the median time to attach by family", "time_to_attach", ("family",)),
        ("attach value by product", "value_attach", ("sku",)),
        ("add-ons sold by region", "units_attach", ("region",)),
    ],
)
def test_a_figure_is_known_by_what_people_call_it(text: str, metric: str, by: tuple[str, ...]) -> None:
    found = read(text)
    assert (found.metric, found.by) == (metric, by)


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("coverage of data centres", {"segment": "data_centre"}),
        ("coverage for data-centre", {"segment": "data_centre"}),
        ("coverage of data_centre", {"segment": "data_centre"}),
        ("coverage of food factories", {"segment": "Food factory"}),
        ("coverage of the food factory", {"segment": "Food factory"}),
        ("coverage of heat pumps in south east", {"family": "heat-pump", "region": "South_East"}),
    ],
)
def test_a_part_is_found_with_a_blank_a_dash_and_in_the_plural(text: str, only: dict[str, Any]) -> None:
    assert read(text).only == only


def test_another_word_that_begins_like_a_part_is_none() -> None:
    found = read_figure_request("coverage of data centrefolds", today=TODAY, values=VALUES)
    assert found is not None
    assert (found.only, found.unread) == ({}, ("data", "centrefolds"))


def test_attach_value_is_said_of_no_machine() -> None:
    assert is_about_figures("attach value")
    assert not is_about_figures("attach the value")


def test_the_median_is_told_in_words() -> None:
    row = Figure({}, 3, 5, 0.5833, None, None, None, asides={"median_day": 30})
    assert "median 30 days" in describe_row("time_to_attach", row)
    assert "median" not in describe_row("time_to_attach", Figure({}, 1, 5, 0.2, None, None, None))
