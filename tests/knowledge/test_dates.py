"""Dates are read as people and logs write them, and nothing else is read as one."""

import pytest

from knowledge.language.dates import asked_dates, find_dates
from knowledge.language.terms import analyze, content_terms


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("what did it cost in sept 2010", "2010-09"),
        ("on 14. September 2010", "2010-09-14"),
        ("Sep 14th, 2010", "2010-09-14"),
        ("20-Sep-2010", "2010-09-20"),
        ("14.09.2010", "2010-09-14"),
        ("15/04/2010", "2010-04-15"),
        ("04/15/2010", "2010-04-15"),
        ("9/2010", "2010-09"),
        ("2010-09-20; Asset: C", "2010-09-20"),
        ("el 5 de marzo de 2010", "2010-03-05"),
        ("am 1. März 2011", "2011-03-01"),
        ("le 1er août 2011", "2011-08-01"),
        ("2010年9月20日", "2010-09-20"),
        ("2010 年 9 月", "2010-09"),
        ("in May 2010", "2010-05"),
    ],
)
def test_a_date_is_read_however_it_is_written(text: str, form: str) -> None:
    assert [mention.forms for mention in find_dates(text)] == [(form,)]
    assert form in content_terms(text)
    assert {form, form[:7]} <= set(analyze(text))


@pytest.mark.parametrize(
    "text",
    [
        "set 2010 rpm",
        "part 2010-09-4711",
        "2010-13-01",
        "31.02.2010",
        "firmware 2010.09.1",
        "AN-2010-09-20",
        "2010",
        "",
    ],
)
def test_what_only_looks_like_a_date_is_none(text: str) -> None:
    assert find_dates(text) == []
    assert not asked_dates(text)


def test_day_and_month_that_cannot_be_told_apart_may_be_either() -> None:
    assert [mention.forms for mention in find_dates("03/04/2010")] == [("2010-04-03", "2010-03-04")]
    assert content_terms("03/04/2010") == ["03", "04", "2010"]


def test_a_year_by_itself_is_asked_for_where_a_word_says_so() -> None:
    assert asked_dates("and the left one in 2009?") == {"2009"}
    assert asked_dates("2009 年") == {"2009"}
    assert asked_dates("a torque of 2000 Nm") == frozenset()


def test_a_date_is_one_term_of_a_question() -> None:
    assert content_terms("cost of the boom repair in sept 2010") == ["cost", "boom", "repair", "2010-09"]
