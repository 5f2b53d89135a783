"""What is said where a question about a figure is not wholly understood."""

import re
from datetime import date

import pytest

from bot.figures.questions import Subject, sort_question
from bot.views.figure_help import Help, build_ahead, build_help, build_targets, say_one_at_a_time
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


@pytest.mark.parametrize(
    ("text", "metrics", "shared"),
    [
        ("coverage vs units attach", ("units_attach", "coverage"), {}),
        ("coverage and conversion in South", ("coverage", "conversion"), {"only": {"region": "South"}}),
        ("compare renewal rate with coverage by region", ("renewal_rate", "coverage"), {"by": ("region",)}),
        ("is coverage higher than conversion", ("coverage", "conversion"), {}),
        ("renewals and cancellations by month this year", ("renewal_rate", "cancellation_rate"), {"by": ("month",)}),
        ("why did coverage and conversion drop", ("coverage", "conversion"), {"aspect": "moved"}),
    ],
)  # fmt: skip
def test_two_figures_at_once_are_told_one_at_a_time(
    text: str, metrics: tuple[str, str], shared: dict[str, object]
) -> None:
    found = sort_question(text, today=date(2026, 11, 22), values={"region": [("South", "South")]})
    assert found.subject is Subject.UNCLEAR
    assert found.figure is not None
    assert found.other is not None
    assert (found.figure.metric, found.other.metric) == metrics
    for one in (found.figure, found.other):
        assert {name: getattr(one, name) for name in shared} == shared


def test_two_figures_of_two_windows_are_each_of_both() -> None:
    text = "coverage vs units attach this quarter vs last quarter"
    found = sort_question(text, today=date(2026, 11, 22))
    assert found.figure is not None
    assert found.other is not None
    assert found.figure.versus == found.other.versus
    assert found.other.versus is not None


def test_two_figures_have_a_sentence_and_a_button_each() -> None:
    other = FigureRef(metric="conversion", only={"region": "North"})
    message = build_help(
        Help(ready=COVERAGE, other=other, refused=say_one_at_a_time(COVERAGE.metric, other.metric))
    )
    assert message.text == (
        "Coverage and conversion have bases of their own, so one figure is told at a time: each is a button below."
    )
    buttons = [one for block in message.blocks for one in block.get("elements", ())]
    assert [FigureRef.model_validate_json(one["value"]) for one in buttons] == [COVERAGE, other]
    assert [one["text"]["text"] for one in buttons] == ["Show coverage, North", "Show conversion, North"]


@pytest.mark.parametrize(
    "text", ["attach leak", "conversion kit coverage", "coverage area of the sensor and attach it"]
)
def test_words_of_two_figures_beside_a_machines_are_for_the_documents(text: str) -> None:
    assert sort_question(text, today=date(2026, 11, 22)).subject is Subject.DOCUMENTS


def test_days_to_come_are_sent_to_the_forecast() -> None:
    assert build_ahead("coverage", date(2027, 1, 1)).text == (
        "1 Jan 2027 lies in the future, so there is no coverage yet: "
        "`/attach forecast coverage` tells what is expected."
    )


def test_without_targets_that_is_said() -> None:
    assert build_targets({}).text == "No target is set for what you see."
