"""Two windows in words: which days are meant, and what is no comparison."""

from datetime import date

import pytest

from bot.figures.comparing import spell_sides
from bot.figures.questions import Subject, sort_question

WEDNESDAY = date(2026, 11, 25)
THIS_WEEK, LAST_WEEK = "2026-11-23/2026-11-25", "2026-11-16/2026-11-22"
Q2, Q3 = "2026-04-01/2026-06-30", "2026-07-01/2026-09-30"
OCTOBER, NOVEMBER = "2026-10-01/2026-10-31", "2026-11-01/2026-11-25"
NINETY = "2026-08-28/2026-11-25"
TODAY = "2026-11-25/2026-11-25"

# The text, then the metric, its groups, and both windows, the earlier first.
COMPARED = [
    ("attach rate this week vs last week", "units_attach", "", LAST_WEEK, THIS_WEEK),
    ("is our attach rate better this week than last week?", "units_attach", "", LAST_WEEK, THIS_WEEK),
    ("units attach week on week", "units_attach", "", LAST_WEEK, THIS_WEEK),
    ("coverage this week compared with last week", "coverage", "", LAST_WEEK, THIS_WEEK),
    ("attach rate by region this week vs last week", "units_attach", "region", LAST_WEEK, THIS_WEEK),
    ("attach rate this week vs the week before", "units_attach", "", LAST_WEEK, THIS_WEEK),
    ("attach rate last week vs the week before", "units_attach", "", "2026-11-09/2026-11-15", LAST_WEEK),
    ("abdeckung diese woche im vergleich zur letzten woche", "coverage", "", LAST_WEEK, THIS_WEEK),
    ("what did we sell this week vs last week", "units_attach", "", LAST_WEEK, THIS_WEEK),
    ("this week vs last week", "units_attach", "", LAST_WEEK, THIS_WEEK),
    ("this month compared with last month", "units_attach", "month", OCTOBER, NOVEMBER),
    ("units attach this month compared with last month", "units_attach", "month", OCTOBER, NOVEMBER),
    ("conversion mom", "conversion", "month", OCTOBER, NOVEMBER),
    ("leakage this month vs last month", "leakage", "", OCTOBER, NOVEMBER),
    ("how did renewals change this month compared to last month", "renewal_rate", "month", OCTOBER, NOVEMBER),
    ("Q3 vs Q2 units attach", "units_attach", "quarter", Q2, Q3),
    ("difference in coverage between Q2 and Q3", "coverage", "quarter", Q2, Q3),
    ("Q3 vs Q3 last year units attach", "units_attach", "quarter", "2025-07-01/2025-09-30", Q3),
    ("october vs october last year conversion", "conversion", "month", "2025-10-01/2025-10-31", OCTOBER),
    ("coverage now vs a year ago", "coverage", "", "2025-11-25/2025-11-25", TODAY),
    ("is coverage higher than a year ago", "coverage", "", "2025-11-25/2025-11-25", TODAY),
    ("coverage now vs 3 months ago", "coverage", "", "2026-08-25/2026-08-25", TODAY),
    ("coverage now vs two weeks ago", "coverage", "", "2026-11-11/2026-11-11", TODAY),
    ("coverage today vs last monday", "coverage", "", "2026-11-23/2026-11-23", TODAY),
    ("coverage last monday vs today", "coverage", "", "2026-11-23/2026-11-23", TODAY),
    ("value attach now vs 1 october", "value_attach", "", "2026-10-01/2026-10-01", TODAY),
    ("coverage 2026-06-30 vs 2025-06-30", "coverage", "", "2025-06-30/2025-06-30", "2026-06-30/2026-06-30"),
    ("coverage compared to yesterday", "coverage", "", "2026-11-24/2026-11-24", TODAY),
    ("attach rate now vs a year ago", "units_attach", "", "2025-08-28/2025-11-25", NINETY),
    ("conversion yoy", "conversion", "", "2025-08-28/2025-11-25", NINETY),
    (
        "conversion last 30 days vs the 30 days before",
        "conversion",
        "",
        "2026-09-27/2026-10-26",
        "2026-10-27/2026-11-25",
    ),
    (
        "conversion last 30 days vs the same days last year",
        "conversion",
        "",
        "2025-10-27/2025-11-25",
        "2026-10-27/2026-11-25",
    ),
    (
        "attach rate last 7 days vs the week before",
        "units_attach",
        "",
        "2026-11-12/2026-11-18",
        "2026-11-19/2026-11-25",
    ),
    (
        "conversion yesterday vs the day before",
        "conversion",
        "",
        "2026-11-23/2026-11-23",
        "2026-11-24/2026-11-24",
    ),
    (
        "attach rate this year vs same period last year",
        "units_attach",
        "",
        "2025-01-01/2025-11-25",
        "2026-01-01/2026-11-25",
    ),
    # Fifty-two weeks before, so that the same days of the week stand against each other.
    (
        "conversion this week vs the same week last year",
        "conversion",
        "",
        "2025-11-24/2025-11-26",
        THIS_WEEK,
    ),
    (
        "attach rate 2026-10-01 to 2026-10-15 vs 2026-09-01 to 2026-09-15",
        "units_attach",
        "",
        "2026-09-01/2026-09-15",
        "2026-10-01/2026-10-15",
    ),
    (
        "attach rate since 1 october vs september",
        "units_attach",
        "",
        "2026-09-01/2026-09-30",
        "2026-10-01/2026-11-25",
    ),
    (
        "attach rate first half 2026 vs first half 2025",
        "units_attach",
        "",
        "2025-01-01/2025-06-30",
        "2026-01-01/2026-06-30",
    ),
]


@pytest.mark.parametrize(("text", "metric", "by", "before", "after"), COMPARED)
def test_two_windows_are_read_with_their_days(
    text: str, metric: str, by: str, before: str, after: str
) -> None:
    found = sort_question(text, today=WEDNESDAY)
    assert found.subject is Subject.FIGURE
    figure = found.figure
    assert figure is not None
    assert figure.versus is not None
    told = tuple(f"{first}/{last}" for first, last in figure.versus)
    assert (figure.metric, ",".join(figure.by), *told) == (metric, by, before, after)


def test_a_leap_day_is_set_against_the_last_of_a_shorter_month() -> None:
    found = sort_question("coverage 29 february vs a year ago", today=date(2028, 3, 5)).figure
    assert found is not None
    assert found.versus is not None
    assert found.versus == ((date(2027, 2, 28),) * 2, (date(2028, 2, 29),) * 2)


def test_why_between_two_windows_asks_for_the_reason_against_the_earlier() -> None:
    found = sort_question("why did attach drop this month vs last month", today=WEDNESDAY).figure
    assert found is not None
    assert found.versus is not None
    assert (found.aspect, found.by, found.date_from) == ("moved", (), date(2026, 11, 1))
    assert found.versus[0] == (date(2026, 10, 1), date(2026, 10, 31))


@pytest.mark.parametrize(
    "text",
    [
        "what is the torque this year compared with last year",
        "is the new pump better than last year",
        "this week",
        "last year",
    ],
)
def test_what_names_no_figure_and_says_more_than_two_windows_is_for_the_documents(text: str) -> None:
    assert sort_question(text, today=WEDNESDAY).subject is Subject.DOCUMENTS


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("what was our coverage a year ago?", "2025-11-25"),
        ("coverage 3 months ago", "2026-08-25"),
        ("coverage in two weeks ago", "2026-11-11"),
        ("attach rate by region a year ago", "2025-08-28/2025-11-25"),
        ("conversion 30 days ago", "2026-07-29/2026-10-26"),
    ],
)
def test_so_long_ago_is_the_usual_window_or_the_day_then(text: str, days: str) -> None:
    found = sort_question(text, today=WEDNESDAY)
    assert found.subject is Subject.FIGURE
    figure = found.figure
    assert figure is not None
    assert figure.versus is None
    told = figure.as_of if figure.date_from is None else f"{figure.date_from}/{figure.date_to}"
    assert str(told) == days


@pytest.mark.parametrize(
    "text",
    [
        "coverage North and South now vs a year ago",
        "coverage now vs a year ago in North vs South",
        "coverage of the North region versus the South region now compared to a year ago",
    ],
)
def test_parts_side_by_side_are_told_of_two_windows(text: str) -> None:
    regions = {"region": [("North", "North"), ("South", "South")]}
    found = sort_question(text, today=WEDNESDAY, values=regions).figure
    assert found is not None
    assert (found.among, found.unread) == (("North", "South"), ())
    assert found.versus == ((date(2025, 11, 25),) * 2, (WEDNESDAY,) * 2)
    alone = sort_question("coverage North vs South last quarter", today=WEDNESDAY, values=regions).figure
    assert alone is not None
    assert (alone.among, alone.versus) == (("North", "South"), None)


def test_what_leaked_in_the_later_of_two_windows_is_as_of_its_end() -> None:
    found = sort_question("leakage Q3 vs Q2", today=WEDNESDAY).figure
    assert found is not None
    assert (found.date_from, found.date_to, found.as_of) == (
        date(2026, 7, 1),
        date(2026, 9, 30),
        date(2026, 9, 30),
    )
    alone = sort_question("leakage Q3", today=WEDNESDAY).figure
    assert alone is not None
    assert alone.as_of is None


@pytest.mark.parametrize("text", ["coverage", "coverage last quarter", "attach rate from july to september"])
def test_one_window_is_set_against_nothing(text: str) -> None:
    found = sort_question(text, today=WEDNESDAY).figure
    assert found is not None
    assert found.versus is None


def test_the_ends_of_a_window_are_no_days_of_their_own() -> None:
    text = "conversion between 2026-09-01 and 2026-09-30 vs since 2026-10-01"
    assert spell_sides(text, WEDNESDAY) == text
