"""What is asked of the records is read as that, and nothing that the documents should answer."""

import pytest

from bot.lookups.reading import Aspect, MachineQuestion, read_machine_question, read_price_question

SERIAL = "NV-AUR240-00417"


@pytest.mark.parametrize(
    ("text", "aspect", "number"),
    [
        ("is it covered?", Aspect.COVERAGE, None),
        (f"Is {SERIAL} covered?", Aspect.COVERAGE, SERIAL),
        ("is this chiller still under warranty", Aspect.COVERAGE, None),
        ("nv aur240 00417 covered?", Aspect.COVERAGE, "nv aur240 00417"),
        ("is aur240 00417 under contract", Aspect.COVERAGE, "aur240 00417"),
        ("when does the contract end", Aspect.COVERAGE, None),
        (f"What’s the contract status of {SERIAL}?", Aspect.COVERAGE, SERIAL),
        ("Ist die Maschine noch in Garantie?", Aspect.COVERAGE, None),
        ("Bis wann läuft der Vertrag?", Aspect.COVERAGE, None),
        ("¿Está cubierta la máquina?", Aspect.COVERAGE, None),
        ("Est-ce que la machine est sous contrat ?", Aspect.COVERAGE, None),
        ("这台机器还在保修期内吗", Aspect.COVERAGE, None),
        ("service history", Aspect.HISTORY, None),
        ("When was it last serviced?", Aspect.HISTORY, None),
        ("what was done last time", Aspect.HISTORY, None),
        ("who was here last", Aspect.HISTORY, None),
        ("Was wurde zuletzt gemacht?", Aspect.HISTORY, None),
        ("how old is it", Aspect.AGE, None),
        ("when was it installed?", Aspect.AGE, None),
        (SERIAL, Aspect.BRIEF, SERIAL),
        (f"start a visit for {SERIAL}", Aspect.BRIEF, SERIAL),
        (f"I am at {SERIAL}.", Aspect.BRIEF, SERIAL),
    ],
)
def test_every_word_belongs_to_a_question_about_one_machine(
    text: str, aspect: Aspect, number: str | None
) -> None:
    assert read_machine_question(text) == MachineQuestion(aspect, number)


@pytest.mark.parametrize(
    "text",
    [
        "what voids the warranty?",
        "What does the contract cover?",
        "does the contract cover parts",
        "is refrigerant covered by the warranty",
        "how is it installed",
        "installation",
        "E02",
        "alarm 17",
        "service",
        "last service interval",
        f"how do I replace {SERIAL}",
        f"is {SERIAL} or NV-BOR090-00233 covered",
        "保修条款是什么",
        "Was ist von der Garantie ausgeschlossen?",
        "the pump is running hot and the last repair did not help",
        "is it covered " * 20,
        "",
    ],
)
def test_any_other_word_makes_it_a_question_for_the_documents(text: str) -> None:
    assert read_machine_question(text) is None


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("What does Care Plus cost?", "care plus"),
        ("what’s the price of the filter kit", "filter kit"),
        ("How much is Care Plus for Aurora?", "care plus for aurora"),
        ("how much would a gateway cost the customer per year", "gateway"),
        ("list price of NV-CP-AUR", "nv-cp-aur"),
        ("Care Plus price", "care plus"),
        ("Was kostet Care Plus?", "care plus"),
        ("Cuánto cuesta el kit de filtros", "kit de filtros"),
        ("Combien coûte le filtre ?", "filtre"),
    ],
)
def test_the_words_for_a_product_are_what_is_left_of_a_question_for_its_price(
    text: str, product: str
) -> None:
    assert read_price_question(text) == product


@pytest.mark.parametrize("text", ["price", "what does it do", "how much oil goes in", "cost " * 60, ""])
def test_what_asks_for_no_price_is_none(text: str) -> None:
    assert read_price_question(text) is None
