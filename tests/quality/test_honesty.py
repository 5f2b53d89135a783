"""Honest: it says so when the documents don't answer, answers when they do, and invents nothing.

`honesty_test.jsonl` is measured here. `honesty_calibration.jsonl` is what the rule of
`knowledge/answering/evidence.py` was fitted on; nothing is fitted on the first.
`stranger_test.jsonl` was written by somebody who had seen neither the rule nor the other questions.
`foreign_test.jsonl` and `foreign_calibration.jsonl` are the same for questions in other languages than the documents.
`python -m tests.quality honesty_calibration` prints the table of any.
"""

import sys
from collections import Counter

import pytest

from tests.quality.corpus import CORPUS, ReadCorpus
from tests.quality.inquiries import Inquiry, Verdict, load_inquiries
from tests.quality.verdicts import ask_all, format_table, is_abstention, share

TEST, CALIBRATION = "honesty_test", "honesty_calibration"
STRANGER = "stranger_test"
FOREIGN_TEST, FOREIGN_CALIBRATION = "foreign_test", "foreign_calibration"
UNANSWERABLE = {"out_of_domain", "unknown_code", "wrong_product", "not_covered"}
LEAST_ABSTENTION = 0.95
MOST_FALSE_ABSTENTION = 0.05


@pytest.mark.parametrize(
    ("name", "least"),
    [(TEST, 60), (STRANGER, 80), (CALIBRATION, 200), (FOREIGN_TEST, 40), (FOREIGN_CALIBRATION, 40)],
)
def test_a_set_is_large_and_says_where_its_answers_stand(name: str, least: int) -> None:
    inquiries = load_inquiries(name)
    counts = Counter(inquiry.is_answerable for inquiry in inquiries)
    assert min(counts[True], counts[False]) >= least
    assert {inquiry.kind for inquiry in inquiries if not inquiry.is_answerable} == UNANSWERABLE
    assert all(bool(inquiry.documents) == inquiry.is_answerable for inquiry in inquiries)
    assert sum(inquiry.language != "en" for inquiry in inquiries) >= 8


def test_nothing_that_is_measured_was_calibrated_on() -> None:
    def key(inquiry: Inquiry) -> str:
        return " ".join([*inquiry.previous, inquiry.text, str(inquiry.scope)]).casefold()

    measured = {key(i) for name in (TEST, STRANGER, FOREIGN_TEST) for i in load_inquiries(name)}
    assert not measured & {
        key(i) for name in (CALIBRATION, FOREIGN_CALIBRATION) for i in load_inquiries(name)
    }


@pytest.fixture(scope="module", params=[TEST, STRANGER])
def verdicts(corpus: ReadCorpus, request: pytest.FixtureRequest) -> list[Verdict]:
    verdicts = ask_all(corpus, load_inquiries(request.param))
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        sys.stdout.write(format_table(request.param, verdicts) + "\n")
    return verdicts


@pytest.mark.quality
@pytest.mark.timeout(3_000)
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not beside this checkout")
class TestOnTheCorpus:
    """All questions of the set are asked once; the table is printed whatever comes out."""

    def test_what_the_documents_do_not_answer_is_not_answered(self, verdicts: list[Verdict]) -> None:
        unanswerable = [verdict for verdict in verdicts if not verdict.inquiry.is_answerable]
        assert share(unanswerable, is_abstention) >= LEAST_ABSTENTION

    def test_what_they_answer_is_answered(self, verdicts: list[Verdict]) -> None:
        answerable = [verdict for verdict in verdicts if verdict.inquiry.is_answerable]
        assert share(answerable, is_abstention) <= MOST_FALSE_ABSTENTION

    def test_no_answer_holds_a_figure_code_or_address_that_its_citations_do_not(
        self, verdicts: list[Verdict]
    ) -> None:
        assert {v.inquiry.text: sorted(v.invented) for v in verdicts if v.invented} == {}

    def test_an_abstention_shows_the_nearest_pages(self, verdicts: list[Verdict]) -> None:
        without = [v.inquiry.text for v in verdicts if v.answer.abstained and not v.answer.nearest]
        assert without == []
