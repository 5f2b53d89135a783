"""A question that reports a present danger is recognised; equipment that bears such a name is not one."""

from __future__ import annotations

import pytest

from knowledge.safety import reports_danger


@pytest.mark.parametrize(
    "text",
    [
        "There is smoke coming out of the compressor",
        "The unit is on fire!",
        "I smell gas in the plant room",
        "my colleague got an electric shock",
        "Someone is injured, where is the stop key?",
        "The panel is smoking badly, E07",
        "refrigerant is leaking and I feel dizzy",
        "sparks flying from the terminal. How do I switch it off?",
        "technician's hand is stuck in the belt",
        "gas leak in the room",
        "I got shocked by the housing",
        "Es riecht nach Gas",
        "Der Motor raucht",
        "hay humo en la sala",
        "机器冒烟了",
    ],
)
def test_a_present_danger_is_recognised(text: str) -> None:
    assert reports_danger(text)


@pytest.mark.parametrize(
    "text",
    [
        "How do I wire the smoke detector?",
        "Torque of the shock absorber bolt?",
        "how do I prevent a refrigerant leak",
        "fire alarm contact terminals",
        "what does alarm 17 mean",
        "burner start procedure",
        "What if gas is leaking?",
        "leak test pressure of the refrigerant circuit",
        "no smoke, the unit just stops",
        "reset the fire damper",
        "How hot does the motor get?",
        "overcurrent fault",
        "",
    ],
)
def test_a_question_about_equipment_is_no_danger(text: str) -> None:
    assert not reports_danger(text)
