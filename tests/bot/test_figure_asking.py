"""Questions about figures in words: what is read, and what is left to the documents."""

from datetime import date

import pytest

from bot.figures.asking import read_figure_request

SUNDAY = date(2026, 11, 22)
VALUES = {
    "region": [("South", "South"), ("North", "North")],
    "family": [("Aurora", "Aurora")],
    "partner": [("Nordkälte", "P-1"), ("North Star", "P-2")],
}


@pytest.mark.parametrize(
    ("text", "metric", "by", "first", "last"),
    [
        ("What's our attach rate?", "units_attach", (), "2026-08-25", "2026-11-22"),
        ("attach rate by month in 2026", "units_attach", ("month",), "2026-01-01", "2026-12-31"),
        ("show me conversion by technician last 30 days", "conversion", ("technician",), "2026-10-24", "2026-11-22"),
        ("renewal value by tier Q3", "renewal_value", ("tier",), "2026-07-01", "2026-09-30"),
        ("Renewals per family and region in March?", "renewal_rate", ("family", "region"), "2026-03-01", "2026-03-31"),
        ("renewal rate in December", "renewal_rate", (), "2025-12-01", "2025-12-31"),
        ("margin by region last quarter", "margin", ("region",), "2026-07-01", "2026-09-30"),
        ("What is our attach margin?", "margin", (), "2026-08-25", "2026-11-22"),
        ("net attach last quarter", "net_attach", (), "2026-07-01", "2026-09-30"),
        ("net attach this quarter", "net_attach", (), "2026-10-01", "2026-11-22"),
        ("order attach last year", "order_attach", (), "2025-01-01", "2025-12-31"),
        ("conversion last week", "conversion", (), "2026-11-09", "2026-11-15"),
        ("conversion last month", "conversion", (), "2026-10-01", "2026-10-31"),
        ("point of sale attach since 2026-02-01", "pos_attach", (), "2026-02-01", "2026-11-22"),
        ("account attach from 2026-01-01 to 2026-06-30", "account_attach", (), "2026-01-01", "2026-06-30"),
        ("account attach between 2026-01-01 and 2026-06-30", "account_attach", (), "2026-01-01", "2026-06-30"),
        ("units attach year to date", "units_attach", (), "2026-01-01", "2026-11-22"),
        ("funnel of all time", "funnel", ("stage",), None, "2026-11-22"),
        ("attach rate by type last quarter", "units_attach", ("type",), "2026-07-01", "2026-09-30"),
        ("conversion by offer type last quarter", "conversion", ("play",), "2026-07-01", "2026-09-30"),
        ("which products have the lowest conversion last quarter", "conversion", ("sku",), "2026-07-01", "2026-09-30"),
        ("contract leakage by account last quarter", "leakage", ("account",), "2026-07-01", "2026-09-30"),
        ("What are we leaking by region and stage?", "leakage", ("region", "stage"), "2026-08-25", "2026-11-22"),
        ("why no this month", "declines", ("reason",), "2026-11-01", "2026-11-22"),
    ],
)  # fmt: skip
def test_a_question_is_read_as_metric_groups_and_period(
    text: str, metric: str, by: tuple[str, ...], first: str | None, last: str
) -> None:
    found = read_figure_request(text, today=SUNDAY)
    assert found is not None
    assert (found.metric, found.by, found.unread) == (metric, by, ())
    assert (found.date_from and found.date_from.isoformat(), found.date_to) == (
        first,
        date.fromisoformat(last),
    )


def test_a_figure_of_a_day_is_as_of_the_periods_end() -> None:
    quarter = read_figure_request("coverage by region last quarter", today=SUNDAY)
    assert quarter is not None
    assert (quarter.as_of, quarter.date_from, quarter.date_to) == (date(2026, 9, 30), None, None)
    running = read_figure_request("coverage this quarter", today=SUNDAY)
    assert running is not None
    assert running.as_of == SUNDAY
    ends = read_figure_request("coverage by quarter last year", today=SUNDAY)
    assert ends is not None
    assert (ends.by, ends.as_of, ends.date_from) == (("quarter",), None, date(2025, 1, 1))
    stated = read_figure_request("value attach as of 2026-06-30", today=SUNDAY)
    assert stated is not None
    assert stated.as_of == date(2026, 6, 30)
    months = read_figure_request("coverage by month in 2026", today=SUNDAY)
    assert months is not None
    assert (months.date_from, months.as_of) == (date(2026, 1, 1), None)


def test_known_values_narrow_the_figure_and_the_longest_name_wins() -> None:
    found = read_figure_request(
        "attach rate for North Star in the South region, Aurora", today=SUNDAY, values=VALUES
    )
    assert found is not None
    assert dict(found.only) == {"partner": "P-2", "region": "South", "family": "Aurora"}
    assert found.unread == ()


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("coverage in North, East", {"region": "North, East"}),
        ("coverage in north east", {"region": "North, East"}),
        ("attach rate of Nordklima Inc.", {"partner": "P-1"}),
        ("attach rate of nordklima inc this year", {"partner": "P-1"}),
        ("conversion of Mara O’Brien", {"technician": "T-1"}),
        ("conversion of mara o'brien, last month", {"technician": "T-1"}),
        ("conversion of Dr. Kim", {"technician": "T-2"}),
    ],
)
def test_a_name_with_marks_is_known_with_and_without_them(text: str, only: dict[str, str]) -> None:
    values = {
        "region": [("East", "East"), ("North, East", "North, East")],
        "partner": [("Nordklima Inc.", "P-1")],
        "technician": [("Mara O’Brien", "T-1"), ("Dr. Kim", "T-2")],
    }
    found = read_figure_request(text, today=SUNDAY, values=values)
    assert found is not None
    assert (dict(found.only), found.unread) == (only, ())


@pytest.mark.parametrize(
    "text", ["What is the torque of the drain valve?", "How do I renew the filter?", "E14", "", "by region"]
)
def test_a_question_without_a_metric_is_none(text: str) -> None:
    assert read_figure_request(text, today=SUNDAY) is None


def test_words_that_mean_nothing_for_a_figure_are_named() -> None:
    found = read_figure_request("is the compressor covered by warranty?", today=SUNDAY)
    assert found is not None
    assert found.unread == ("compressor", "by", "warranty")


@pytest.mark.parametrize(
    "text", ["coverage from 2026-13-45", "coverage last 99999 days", "coverage from 2026-06-30 to 2026-01-01"]
)
def test_a_period_that_is_none_stays_unread(text: str) -> None:
    found = read_figure_request(text, today=SUNDAY)
    assert found is not None
    assert found.unread
