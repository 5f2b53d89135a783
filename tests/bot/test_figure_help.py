"""What is said where a question about a figure is not wholly understood."""

import re
from datetime import date

import pytest

from bot.figures.questions import Subject, sort_question
from bot.views.figure_help import Help, build_ahead, build_help, build_targets
from bot.views.message import Message
from bot.views.payloads import FigureRef
from offers.metrics.catalogue import METRIC_TABLE

COVERAGE = FigureRef(metric="coverage", only={"region": "North"})


def said(message: Message) -> str:
    return str(message.blocks)


def test_examples_are_of_the_metric_that_was_named() -> None:
    text = said(build_help(Help(unread=("colour",), ready=FigureRef(metric="conversion"))))
    assert "“colour”" in text
    assert "`/attach conversion by region this quarter`" in text
    assert "technician" in text
    assert "coverage" not in text


@pytest.mark.parametrize("metric", METRIC_TABLE)
def test_every_example_is_understood(metric: str) -> None:
    text = said(build_help(Help(ready=FigureRef(metric=metric))))
    examples = re.findall(r"`/attach ([^`]+)`", text)
    assert len(examples) >= 2
    for one in examples:
        found = sort_question(one, today=date(2026, 11, 22))
        assert found.subject in (Subject.FIGURE, Subject.FORECAST), one
        asked = found.figure or found.forecast
        assert asked is not None
        assert asked.metric == metric


def test_what_was_understood_is_a_button_that_holds_the_figure() -> None:
    message = build_help(Help(unread=("colour",), ready=COVERAGE))
    (button,) = message.blocks[-1]["elements"]
    assert button["text"]["text"] == "Show coverage, North"
    assert FigureRef.model_validate_json(button["value"]) == COVERAGE


def test_without_a_metric_every_figure_is_named_and_there_is_no_button() -> None:
    message = build_help(Help())
    assert "renewal rate" in said(message)
    assert [block["type"] for block in message.blocks] == ["section"]


def test_unknown_values_customers_and_revenue_have_sentences_of_their_own() -> None:
    near = Help(unread=("nrth",), ready=COVERAGE, near=("region", "nrth", ["North", "South"]))
    assert (
        build_help(near).text == "No region in the records is “nrth”. Known, the nearest first: North, South."
    )
    customer = build_help(Help(unread=("adler",), ready=COVERAGE, account="Hotel Adler"))
    assert customer.text == "Coverage is not told by customer (Hotel Adler)."
    untold = build_help(Help(ready=FigureRef(metric="units_attach"), untold="revenue"))
    assert untold.text.startswith("No figure tells revenue: what is sold is counted in units.")
    assert "`/attach renewal value by region this quarter`" in said(untold)


def test_days_to_come_are_sent_to_the_forecast() -> None:
    assert build_ahead("coverage", date(2027, 1, 1)).text == (
        "1 Jan 2027 lies in the future, so there is no coverage yet: "
        "`/attach forecast coverage` tells what is expected."
    )


def test_without_targets_that_is_said() -> None:
    assert build_targets({}).text == "No target is set for what you see."
