"""Real manuals: every format is read, and questions that a person at such a machine asks find their page."""

from pathlib import Path

import pytest

from knowledge.documents import Audience
from knowledge.knowledge_base import KnowledgeBase
from knowledge.replies import Question
from tests.quality.corpus import CORPUS, ReadCorpus

pytestmark = [
    pytest.mark.quality,
    pytest.mark.timeout(3_000),
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not beside this checkout"),
]

# Question, and the folder whose document must be cited first; None where no document answers.
QUESTIONS = [
    ("ODrive axis error 0x40, what does it mean?", "odrive_v3"),
    ("moteus reports fault 33, what is it?", "moteus"),
    ("The red LED on the BMS is flashing quickly, what does that mean?", "libresolar_bms_c1"),
    ("In which order do I connect the battery cells to the BMS?", "libresolar_bms_c1"),
    ("The robot stopped with controller alarm 17", "dobot_cr"),
    ("What is the maximum supply voltage of the ODrive v3.6 56V?", "odrive_v3"),
    ("How do I calibrate a moteus motor?", "moteus"),
    ("Which pins carry the CAN bus on moteus?", "moteus"),
    ("What does servo alarm 99999 mean?", None),
    ("What is the tightening torque of the cylinder head?", None),
]


@pytest.fixture(scope="module")
def knowledge(corpus: ReadCorpus) -> KnowledgeBase:
    """The corpus, read."""
    return corpus.knowledge


def test_every_format_is_read(knowledge: KnowledgeBase) -> None:
    endings = {Path(document.document).suffix for document in knowledge.list_documents()}
    assert endings >= {".md", ".rst", ".html", ".pdf", ".docx", ".adoc", ".csv", ".json"}


@pytest.mark.parametrize(("text", "folder"), QUESTIONS, ids=lambda value: str(value)[:40])
def test_a_question_at_the_machine_finds_its_page(
    knowledge: KnowledgeBase, text: str, folder: str | None
) -> None:
    answer = knowledge.answer(Question(text=text, audience=Audience.INTERNAL))
    if folder is None:
        assert answer.abstained
        return
    assert not answer.abstained
    assert answer.citations[0].document.startswith(f"{folder}/")
