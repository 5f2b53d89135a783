"""Questions about what a figure will be: until when, of whom, and what is left to the documents."""

from datetime import date

import pytest

from bot.figures.asking_ahead import read_forecast_request

SUNDAY = date(2026, 11, 22)
VALUES = {"region": [("South", "South")]}


@pytest.mark.parametrize(
    ("text", "metric", "first", "last"),
    [
        ("forecast units attach", "units_attach", "2026-12-01", "2027-02-28"),
        ("What will coverage be next quarter?", "coverage", "2027-01-01", "2027-03-31"),
        ("what will our attach rate be this quarter", "units_attach", "2026-11-01", "2026-12-31"),
        ("renewal rate forecast for next month", "renewal_rate", "2026-12-01", "2026-12-31"),
        ("where is conversion heading by the end of the year", "conversion", "2026-12-01", "2026-12-31"),
        ("coverage outlook next 2 quarters", "coverage", "2026-12-01", "2027-05-31"),
        ("forecast coverage next 6 months", "coverage", "2026-12-01", "2027-05-31"),
        ("what is coverage likely to be in January", "coverage", "2027-01-01", "2027-01-31"),
        ("expected coverage in Q1", "coverage", "2027-01-01", "2027-03-31"),
        ("expected coverage q4", "coverage", "2026-11-01", "2026-12-31"),
        ("coverage forecast next year", "coverage", "2027-01-01", "2027-11-30"),
        ("predicted value attach next week", "value_attach", "2026-11-01", "2026-11-30"),
    ],
)
def test_it_is_read_as_metric_and_months(text: str, metric: str, first: str, last: str) -> None:
    found = read_forecast_request(text, today=SUNDAY)
    assert found is not None
    assert found.unread == ()
    assert (found.metric, found.first_day.isoformat(), found.last_day.isoformat()) == (metric, first, last)


def test_a_part_is_read_and_what_means_nothing_is_named() -> None:
    found = read_forecast_request("forecast coverage for South by colour", today=SUNDAY, values=VALUES)
    assert found is not None
    assert (dict(found.only), found.unread) == ({"region": "South"}, ("colour",))


@pytest.mark.parametrize(
    "text",
    ["coverage by region", "what will happen to the compressor", "will it rain", "coverage last quarter", ""],
)
def test_what_asks_for_no_figure_to_come_is_none(text: str) -> None:
    assert read_forecast_request(text, today=SUNDAY) is None


def test_a_question_to_the_documents_keeps_its_unread_words() -> None:
    found = read_forecast_request("will the compressor be covered by the warranty", today=SUNDAY)
    assert found is None or {"compressor", "warranty"} <= set(found.unread)
