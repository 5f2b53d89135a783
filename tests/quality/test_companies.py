"""Four companies' documents, with questions of strangers who had seen neither the code nor other questions.

One has its documents as sources, which are made into files; of the others half of the questions are in other words than
the documents'. Of what nothing answers most is not stated of a part that is spoken of, or stated of another model. What
each company gave when it was asked for the first time is in the decision on what a question is about; its failures were
looked at after that: this guards what has been reached, and tells nothing of questions that nobody has seen.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from knowledge.documents import Audience
from knowledge.embeddings import build_embedder
from tests.quality.building import build_documents
from tests.quality.corpus import EMBEDDER, open_home
from tests.quality.inquiries import Inquiry, Verdict, read_inquiries
from tests.quality.verdicts import ask_all, by_kind, format_table, is_abstention, share

COMPANIES = Path(__file__).parent / "companies"


class Reached(NamedTuple):
    """What has been reached: the shares refused of what nothing answers and of what another model has, and in vain."""

    least_abstention: float
    least_apart: float
    most_false_abstention: float


REACHED = {
    "appliance_maker": Reached(0.80, 0.90, 0.07),
    "packaging_maker": Reached(0.82, 0.85, 0.30),
    "charger_maker": Reached(0.77, 0.75, 0.39),
    "truck_maker": Reached(0.66, 0.50, 0.41),
}


def load(company: str) -> list[Inquiry]:
    """The questions about a company's documents."""
    return read_inquiries(COMPANIES / company / "questions.jsonl")


def find_documents(company: str, scratch: Path) -> Path:
    """The folder with a company's documents; those that are written as sources are made."""
    sources = COMPANIES / company / "sources"
    if not sources.is_dir():
        return COMPANIES / company / "documents"
    build_documents(sources, scratch)
    return scratch


@pytest.mark.parametrize("company", REACHED)
def test_every_question_that_is_answered_says_where(company: str, tmp_path: Path) -> None:
    folder = find_documents(company, tmp_path)
    files = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    inquiries = load(company)
    assert {path for one in inquiries for path in one.documents} <= files
    assert all(bool(one.documents) == one.is_answerable for one in inquiries)
    assert len(inquiries) >= 147
    assert 72 <= sum(one.is_answerable for one in inquiries) <= 80


@pytest.fixture(scope="module", params=list(REACHED))
def company(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def verdicts(
    company: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> list[Verdict]:
    with open_home(tmp_path_factory.mktemp("home"), build_embedder(EMBEDDER)) as opened:
        documents = find_documents(company, tmp_path_factory.mktemp("documents"))
        report = opened.knowledge.ingest([documents], audience=Audience.INTERNAL, now=datetime.now(UTC))
        assert not report.failed, report.failed
        verdicts = ask_all(opened, load(company))
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        sys.stdout.write(format_table(company, verdicts) + "\n")
    return verdicts


@pytest.mark.quality
@pytest.mark.timeout(600)
class TestOnTheirDocuments:
    """All questions of a company are asked once; the table is printed whatever comes out."""

    def test_what_the_documents_do_not_answer_is_refused_as_often_as_before(
        self, company: str, verdicts: list[Verdict]
    ) -> None:
        unanswerable = [verdict for verdict in verdicts if not verdict.inquiry.is_answerable]
        assert share(unanswerable, is_abstention) >= REACHED[company].least_abstention

    def test_what_they_answer_is_refused_no_more_often_than_before(
        self, company: str, verdicts: list[Verdict]
    ) -> None:
        answerable = [verdict for verdict in verdicts if verdict.inquiry.is_answerable]
        assert share(answerable, is_abstention) <= REACHED[company].most_false_abstention

    def test_one_model_is_not_answered_with_the_others_figure(
        self, company: str, verdicts: list[Verdict]
    ) -> None:
        wrong = by_kind(verdicts, is_answerable=False)["wrong_product"]
        assert share(wrong, is_abstention) >= REACHED[company].least_apart

    def test_no_unknown_code_is_answered_with_anothers_text(self, verdicts: list[Verdict]) -> None:
        assert share(by_kind(verdicts, is_answerable=False)["unknown_code"], is_abstention) >= 0.9

    def test_nothing_is_invented(self, verdicts: list[Verdict]) -> None:
        assert [verdict.inquiry.text for verdict in verdicts if verdict.invented] == []
