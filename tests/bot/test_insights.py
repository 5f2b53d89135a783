"""What goes together and what products lack, in Slack: how it is asked for, and what is shown."""

from collections import Counter
from datetime import date
from typing import Any

import pytest

from bot.demo.workspace.blocks.surfaces import check_message_blocks
from bot.figures.lists import read_insight_request
from bot.figures.questions import Subject, sort_question
from bot.needs import Need
from bot.views.figures import FigureMessage
from bot.views.insights import ROWS_AT_MOST, build_affinity_message, build_needs_message
from bot.views.payloads import ListName, ListRef
from offers.steering.affinity import Affinity
from offers.steering.shortcomings import Shortcoming

TODAY = date(2026, 11, 22)
AFFINITY = ListRef(name=ListName.AFFINITY)
NEEDS, BY_PRODUCT = ListRef(name=ListName.NEEDS), ListRef(name=ListName.NEEDS, by="sku")
DAYS = (date(2026, 8, 24), TODAY)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("affinity", AFFINITY),
        ("What goes with what?", AFFINITY),
        ("which add-ons go with which products", AFFINITY),
        ("Which products are bought together?", AFFINITY),
        ("what products do customers buy together", AFFINITY),
        ("needs", NEEDS),
        ("unanswered needs by product", BY_PRODUCT),
        ("needs by product family", NEEDS),
        ("show me the product needs, please", NEEDS),
        ("What do our products lack?", NEEDS),
        ("what are our products missing by sku", BY_PRODUCT),
        ("affinity by region", None),
        ("what does the compressor need", None),
        ("which oil goes with the compressor", None),
        ("the pump needs a new seal", None),
        ("what goes with the CHILL 240", None),
        ("what parts are missing in the kit", None),
    ],
)
def test_they_are_asked_for_in_words(text: str, wanted: ListRef | None) -> None:
    assert read_insight_request(text) == wanted
    found = sort_question(text, today=TODAY)
    assert found.insight == wanted
    assert (found.subject is Subject.INSIGHT) is (wanted is not None)


def blocks_of(message: FigureMessage, *, is_best: bool = True) -> dict[str, dict[str, Any]]:
    """The blocks by type, as Slack takes them."""
    blocks = check_message_blocks((message.best if is_best else message.plain).blocks)
    return {block["type"]: block for block in blocks}


def row_of(message: FigureMessage, number: int) -> list[str]:
    return [cell["text"] for cell in blocks_of(message)["data_table"]["rows"][number]]


def test_pairs_are_a_table_in_the_names_of_products_with_files() -> None:
    pair = Affinity("CHILL", "GATE", 5, 6, 1.389, is_related=False)
    known = Affinity("ROOF", "CARE", 1_200, 4_000, 2.0, is_related=True)
    names = {"CHILL": "Chiller 240", "GATE": "Gateway"}
    message = build_affinity_message([pair, known], names, parts=["South"], ref=AFFINITY)
    assert row_of(message, 1) == ["Chiller 240", "Gateway", "5", "6", "83.3 %", "1.4", "no"]
    assert row_of(message, 2) == ["ROOF", "CARE", "1,200", "4,000", "30.0 %", "2.0", "yes"]
    assert message.best.text.startswith("Add-ons that go with core products, South: 2 pairs that at least 5")
    plain = blocks_of(message, is_best=False)
    assert "data_table" not in plain
    assert "Chiller 240 + Gateway: 5 of 6 customers (83.3 %), 1.4 times chance, not in the catalogue" in repr(
        plain
    )
    buttons = blocks_of(message)["actions"]["elements"]
    assert [ListRef.model_validate_json(one["value"]) for one in buttons] == [AFFINITY] * 2


def test_of_more_pairs_than_a_table_holds_the_files_have_the_rest() -> None:
    pairs = [Affinity(f"C{number}", "GATE", 5, 6, 1.4, is_related=True) for number in range(ROWS_AT_MOST + 7)]
    message = build_affinity_message(pairs, {}, parts=[], ref=AFFINITY)
    assert len(blocks_of(message)["data_table"]["rows"]) == ROWS_AT_MOST + 1
    assert "Excel and CSV have 7 more." in repr(message.best.blocks)
    assert blocks_of(message, is_best=False)
    assert (
        "No pair is owned by 5 customers" in build_affinity_message([], {}, parts=[], ref=AFFINITY).best.text
    )


def test_needs_are_a_table_with_what_was_refused_and_why() -> None:
    refused = Shortcoming(Counter({"too_expensive": 2, None: 1}), Counter({"EUR": 90_000, "GBP": 500}), 4)
    need = Need(
        "Aurora", refused, unanswered=3, disliked=1, questions=["Where is the *board*?", "Which valve?"]
    )
    message = build_needs_message([need, Need(None)], {}, days=DAYS, parts=[], ref=NEEDS)
    assert row_of(message, 0)[0] == "Product family"
    assert row_of(message, 1) == [
        "Aurora", "3", "EUR 900, GBP 5", "3", "1", "4", "Too expensive 2, not said 1",
        "Where is the *board*?; Which valve?",
    ]  # fmt: skip
    assert row_of(message, 2) == ["unknown", "0", "–", "0", "0", "0", "–", "–"]
    assert "What products lack, by product family, 24 Aug 2026 to 22 Nov 2026" in message.best.text
    said = repr(blocks_of(message, is_best=False))
    assert "*Aurora*: 3 declined (EUR 900, GBP 5; Too expensive 2, not said 1), 3 unanswered" in said
    by_product = build_needs_message(
        [need], {"Aurora": "Aurora 240"}, days=DAYS, parts=["South"], ref=BY_PRODUCT
    )
    assert [row_of(by_product, number)[0] for number in (0, 1)] == ["Product", "Aurora 240"]
    assert blocks_of(build_needs_message([], {}, days=DAYS, parts=[], ref=NEEDS))
