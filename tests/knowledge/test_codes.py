"""Codes are equal however they are typed, and ordinary words and figures are no codes."""

from __future__ import annotations

import pytest

from knowledge.blocks import Block, BlockKind
from knowledge.language.code_words import tells_of_codes
from knowledge.language.codes import announces, block_codes, codes_in, question_codes


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("e07", "E07"),
        ("E 07", "E07"),
        ("E-07", "E07"),
        ("E.07", "E07"),
        ("E7", "E07"),
        ("EO7", "E07"),
        ("E1O2", "E102"),
        ("seal4417", "SEAL-4417"),
        ("SEAL 4417", "SEAL-4417"),
        ("nv-aur240-417", "NV-AUR240-00417"),
        ("error 0x40", "status 0x40"),
        ("error 64", "flag 0x40"),
        ("alarm 0017", "alarm 17"),
        ("overheat_trip", "OVERHEAT_TRIP"),
        ("AUR240", "NV-AUR240-00417"),
    ],
)
def test_a_code_is_found_however_it_is_typed(typed: str, written: str) -> None:
    forms = {form for mention in question_codes(f"what is {typed}?") for form in mention.forms}
    assert forms & set(codes_in(written))


def test_two_codes_in_one_question_are_two_mentions() -> None:
    assert [mention.forms[0] for mention in question_codes("E07 and P-0121, explain both")] == [
        "E07",
        "P0121",
    ]
    assert {"#17", "#18"} <= {form for m in question_codes("alarms 17 and 18") for form in m.forms}


@pytest.mark.parametrize(
    "text",
    [
        "torque 24 Nm at 400 V",
        "pump runs 50 Hz, 3 kW",
        "after 40 minutes",
        "what is the limit in bar?",
        "in 2 steps",
        "24V supply",
    ],
)
def test_measures_and_words_are_no_certain_codes(text: str) -> None:
    assert not [mention for mention in question_codes(text) if mention.certain]


def test_a_row_defines_the_codes_of_its_short_cells_only() -> None:
    header = ("id", "text", "level")
    cells = ("17", "Blocked suction; see alarm 18 and part SEAL-4417 before you go on with anything", "5")
    _, keys = block_codes(Block(BlockKind.ROW, "; ".join(cells), header=header, cells=cells))
    assert keys == {"#17"}


def test_a_list_item_defines_the_number_it_starts_with() -> None:
    _, keys = block_codes(Block(BlockKind.ITEM, "33 - gate driver fault"))
    assert "#33" in keys


@pytest.mark.parametrize(
    "text", ["how to tell it that I have 100ah cells", "set it to 500rpm", "24 nm or 24nm?"]
)
def test_a_figure_typed_in_small_letters_is_no_code(text: str) -> None:
    assert question_codes(text) == []


@pytest.mark.parametrize(
    "text", ["what is 182 on the arm", "whats 182?", "it shows 182", "Display zeigt 182"]
)
def test_a_bare_number_that_is_asked_about_may_be_a_code(text: str) -> None:
    assert ("182", False) in [(mention.surface, mention.certain) for mention in question_codes(text)]


@pytest.mark.parametrize("text", ["what is 182 bar in psi", "it shows 18.2", "what is 24 V for"])
def test_a_figure_that_is_asked_about_is_none(text: str) -> None:
    assert question_codes(text) == []


def certain(text: str) -> list[str]:
    return [mention.surface for mention in question_codes(text) if mention.certain]


def test_a_name_beside_an_announced_code_is_not_what_is_looked_up() -> None:
    assert certain("motor error 0x40 on M1") == ["0x40"]
    assert certain("n1 fault code 55") == ["55"]
    assert certain("dump_errors shows BRAKE_CURRENT_LOW") == ["BRAKE_CURRENT_LOW"]
    assert certain("alarm E7 and error 0x40") == ["0x40", "E7"]
    assert certain("which bolts has the R4") == ["R4"]


@pytest.mark.parametrize(
    "text",
    [
        "torque of the M10s on the column",
        "two M6x20 screws of the anvil",
        "motor of the lathe with serial 18-0420",
        "kit for s/n 32-0388?",
        "Motor für die Seriennummer 18-0420",
    ],
)
def test_a_screw_and_a_machines_own_number_are_nothing_to_look_up(text: str) -> None:
    assert not any(mention.certain for mention in question_codes(text))


def test_a_text_tells_of_codes_by_its_headings_and_by_what_stands_before_a_number() -> None:
    assert tells_of_codes("lists/alarm_controller.csv")
    assert not tells_of_codes("manual.md Supply")
    mention = question_codes("what is mode 18?")[-1]
    assert announces("It then is in mode 018.", mention)
    assert announces("Status 0x12: waiting", mention)
    assert not announces("- 18 voltage is 12 V; mode 17 follows", mention)
