"""The customer's and the site's names in a question say where, not what."""

import pytest

from knowledge.language.proper_names import set_aside_names

NAMES = ("Fjordview Clinic AS", "Valve House", "17 Harbour Street, Bergen")
KNOWN = {
    "clinic",
    "valve",
    "house",
    "17",
    "pump",
    "torque",
    "the",
    "of",
    "at",
    "seal",
    "main",
    "street",
    "change",
}


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ("Which torque has the pump at the Fjordview Clinic AS?", "Which torque has the pump ?"),
        ("which torque has the FJORDVIEW clinic's pump", "which torque has the  pump"),
        ("Torque of the pump in Bergen, please", "Torque of the pump , please"),
        ("At Fjordview the seal leaks", " the seal leaks"),
        ("Wie wechsle ich die Dichtung beim Fjördview Clinic AS?", "Wie wechsle ich die Dichtung ?"),
        # A whole name goes although the documents know its words; a part of it is what they know it as.
        ("Change the seal at Valve House", "Change the seal "),
        ("Change the valve at Bergen", "Change the valve "),
        # A house number is no alarm.
        ("What does alarm 17 mean?", "What does alarm 17 mean?"),
        ("Pump at 17 Harbour Street, Bergen leaks", "Pump  leaks"),
        ("Change the fjordview", "Change the fjordview"),
        ("Change the seal at fjordview", "Change the seal "),
        # Of nothing else nothing is left, and what is no name stays.
        ("Fjordview Clinic AS", "Fjordview Clinic AS"),
        ("Where is the house valve?", "Where is the house valve?"),
    ],
)
def test_names_go_with_what_leads_to_them(asked: str, left: str) -> None:
    assert set_aside_names(asked, NAMES, is_known=KNOWN.__contains__) == left


def test_without_names_a_question_is_what_it_was() -> None:
    asked = "At Fjordview the seal leaks"
    assert set_aside_names(asked, (), is_known=KNOWN.__contains__) == asked
