"""Another company's documents: a small library in which every list names each model, in a trade of its own.

The documents and the questions about them are a stranger's, who had seen neither the code nor other questions. Asked
for the first time 38 of 75 that nothing answers were refused, and 3 of 72 that documents answer. What went wrong was
looked at after that: this guards what has been reached, and tells nothing of questions that nobody has seen.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from knowledge.documents import Audience
from knowledge.embeddings import build_embedder
from tests.quality.building import build_documents
from tests.quality.corpus import EMBEDDER, open_home
from tests.quality.inquiries import Verdict, load_inquiries
from tests.quality.verdicts import ask_all, by_kind, format_table, is_abstention, share

SOURCES = Path(__file__).parent / "appliance_maker"
NAME = "other_company"
LEAST_ABSTENTION = 0.8
MOST_FALSE_ABSTENTION = 0.07


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    build_documents(SOURCES, folder)
    return folder


def test_every_question_that_is_answered_says_where(documents: Path) -> None:
    inquiries = load_inquiries(NAME)
    files = {str(file.relative_to(documents)) for file in documents.rglob("*") if file.is_file()}
    assert {path for one in inquiries for path in one.documents} <= files
    assert all(bool(one.documents) == one.is_answerable for one in inquiries)
    assert sum(one.is_answerable for one in inquiries) == 72
    assert len(inquiries) == 147


@pytest.fixture(scope="module")
def verdicts(
    documents: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> list[Verdict]:
    with open_home(tmp_path_factory.mktemp("home"), build_embedder(EMBEDDER)) as opened:
        report = opened.knowledge.ingest([documents], audience=Audience.INTERNAL, now=datetime.now(UTC))
        assert not report.failed, report.failed
        verdicts = ask_all(opened, load_inquiries(NAME))
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        sys.stdout.write(format_table(NAME, verdicts) + "\n")
    return verdicts


@pytest.mark.quality
@pytest.mark.timeout(600)
class TestOnItsDocuments:
    """All questions are asked once; the table is printed whatever comes out."""

    def test_what_the_documents_do_not_answer_is_not_answered(self, verdicts: list[Verdict]) -> None:
        unanswerable = [verdict for verdict in verdicts if not verdict.inquiry.is_answerable]
        assert share(unanswerable, is_abstention) >= LEAST_ABSTENTION

    def test_no_model_is_answered_with_the_others_figure(self, verdicts: list[Verdict]) -> None:
        assert share(by_kind(verdicts, is_answerable=False)["wrong_product"], is_abstention) >= 0.9

    def test_what_they_answer_is_answered(self, verdicts: list[Verdict]) -> None:
        answerable = [verdict for verdict in verdicts if verdict.inquiry.is_answerable]
        assert share(answerable, is_abstention) <= MOST_FALSE_ABSTENTION

    def test_nothing_is_invented(self, verdicts: list[Verdict]) -> None:
        assert [verdict.inquiry.text for verdict in verdicts if verdict.invented] == []
