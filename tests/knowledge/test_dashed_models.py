"""Models that are written with a dash: FW-220, typed as one likes."""

from collections.abc import Callable

import pytest

from knowledge.documents import Audience
from knowledge.ingest_report import IngestReport
from knowledge.knowledge_base import KnowledgeBase
from knowledge.language.series import write_models
from knowledge.language.terms import join_models, words
from knowledge.replies import Answer, Question
from tests.knowledge.test_models_apart import FILES

DASHED = {
    path.replace("W20", "FX-220").replace("W45", "FX-450"): text.replace("W20", "FX-220").replace(
        "W45", "FX-450"
    )
    for path, text in FILES.items()
}
Ask = Callable[[str], Answer]


@pytest.fixture
def ask(base: KnowledgeBase, ingest: Callable[..., IngestReport]) -> Ask:
    ingest(DASHED)
    return lambda text: base.answer(Question(text, Audience.INTERNAL))


@pytest.mark.parametrize("typed", ["FX-220", "fx220", "fx 220", "FX\u2011220"])
def test_a_model_is_told_from_its_sibling_however_it_is_typed(ask: Ask, typed: str) -> None:
    answer = ask(f"how much gear oil for the {typed}")
    assert [one.document for one in answer.citations] == ["winches/FX-220-service.md"]
    assert "2.4 l" in answer.text
    assert ask(f"how do i replace the brake spring on the {typed}").abstained
    assert ask(f"resistance of the load cell on the {typed}").abstained


def test_its_letters_and_its_number_are_found_alone(ask: Ask) -> None:
    assert not ask("gear oil of the 220").abstained


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("the FW-220 and the L-15", "the FW220 and the L15"),
        ("FW-220_FW-320_manual", "FW220_FW320_manual"),
        ("SB-2024-006 of 2024-05-01", "SB-2024-006 of 2024-05-01"),
        ("a step-by-step guide, 48-60 V", "a step-by-step guide, 48-60 V"),
    ],
)
def test_what_is_a_model_loses_its_dash(text: str, joined: str) -> None:
    assert join_models(text) == joined


def test_a_model_is_one_word() -> None:
    assert words("FW-220 manual") == ["fw220", "manual"]


def test_a_question_is_written_as_documents_write_it() -> None:
    known = {"fw220", "step", "10", "3d"}
    assert (
        write_models("fw 220 after step-10", is_known=lambda word: word.lower() in known)
        == "fw220 after step 10"
    )
    assert (
        write_models("page 220 of fw-330", is_known=lambda word: word.lower() in known)
        == "page 220 of fw-330"
    )
    assert write_models("a 7.5m lead of 40V", is_known=lambda word: word in known) == "a 7.5 m lead of 40V"
    assert write_models("the 1.3d view", is_known=lambda word: word in known) == "the 1.3d view"
