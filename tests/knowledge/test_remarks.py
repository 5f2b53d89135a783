"""Remarks that ask nothing are told from questions that use the same words."""

import pytest

from knowledge.language.remarks import Remark, read_remark
from knowledge.questions import plan_question


@pytest.mark.parametrize(
    "text",
    [
        "next",
        "Next!",
        "next check please",
        "ok, next",
        "weiter",
        "Nächster Schritt",
        "siguiente",
        "suivant",
        "下一步",
    ],
)
def test_next_is_heard_in_whatever_words(text: str) -> None:
    assert read_remark(text) is Remark.NEXT


@pytest.mark.parametrize(
    "text",
    [
        "fixed it",
        "fixed it, thanks!",
        "Fixed.",
        "it's fixed",
        "that fixed it",
        "job done",
        "done, thanks",
        "all done",
        "works again",
        "👍",
        "👍🏽",
        ":+1:",
        ":+1::skin-tone-3:",
        ":white_check_mark: thanks",
        "erledigt",
        "Erledigt, danke!",
        "behoben",
        "ist behoben",
        "läuft wieder",
        "arreglado",
        "listo",
        "¡Listo, gracias!",
        "ya está arreglado",
        "c'est réparé",
        "修好了",
    ],
)
def test_a_fix_is_heard_in_whatever_words(text: str) -> None:
    assert read_remark(text) is Remark.FIXED
    assert plan_question(text, previous=("What does E07 mean?",)).is_empty


@pytest.mark.parametrize(
    "text",
    [
        "fixed speed",
        "next maintenance",
        "not fixed",
        "not done",
        "is it fixed?",
        "done?",
        "next?",
        "fixed it but E07 is back",
        "what is next",
        "it is running",
        "works",
        "läuft nicht",
        "nicht behoben",
        "no arreglado",
        "thanks",
        "E07",
        "",
        "👎",
        "👍 and the torque for it",
        "how is a fixed compressor mounted",
    ],
)
def test_other_texts_are_no_remark(text: str) -> None:
    assert read_remark(text) is None


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Good morning, could you kindly tell me how much oil it takes?", "how much oil it takes?"),
        ("Dear service team, which fuse is F6?", "which fuse is F6?"),
        ("hello, I would like to know the torque", "the torque"),
        ("Guten Tag, können Sie mir sagen, wie schwer sie ist?", "wie schwer sie ist?"),
        ("Hola, ¿me puede decir cuánto pesa?", "¿ cuánto pesa?"),
        ("the good morning shift starts at six", "the good morning shift starts at six"),
        ("which relay can tell the drive to stop", "which relay can tell the drive to stop"),
        ("could you", "could you"),
    ],
)
def test_what_is_said_for_politeness_is_not_asked(text: str, asked: str) -> None:
    assert plan_question(text).asked == asked
