"""Part numbers, asked for and held."""

import pytest

from knowledge.language.part_numbers import find_part_numbers, words_of_asking


@pytest.mark.parametrize(
    "question",
    [
        "part no for door seal uc50",
        "Part number of the O-rings?",
        "which order code has the burner",
        "spare part nr for the fan",
        "Bestellnummer Türdichtung",
        "Teilenummer der Pumpe?",
        "¿Cuál es el número de pieza del filtro?",
        "référence du joint",
        "what is the p/n of the probe",
    ],
)
def test_a_question_for_a_part_number_is_known(question: str) -> None:
    assert words_of_asking(question)


@pytest.mark.parametrize(
    "question",
    [
        "how many parts are in the kit",
        "which part is worn",
        "serial number of the pump",
        "in what order are the screws tightened",
        "alarm number 17",
        "are the parts no longer sold",
    ],
)
def test_other_questions_are_for_none(question: str) -> None:
    assert not words_of_asking(question)


def test_words_with_figures_are_told_from_quantities_dates_and_screws() -> None:
    text = "Fit LV-200405 (or 9100452, GHR-06V-S) with M8x20, 24 Nm, 230 V, on 2024-05-01; see E-12 and 4 of 2026."
    assert find_part_numbers(text) == {"LV-200405", "9100452", "GHR-06V-S"}
