"""Memory stays flat while a very long document is ingested."""

from pathlib import Path

import pytest

from tests.benchmarks.long_document import PAGES, ingest_long_pdf

pytestmark = [pytest.mark.quality, pytest.mark.timeout(3_600)]
_MOST_MB = 1_024


def test_a_pdf_of_two_thousand_pages_takes_less_than_a_gigabyte(tmp_path: Path) -> None:
    run = ingest_long_pdf(tmp_path)
    assert run.passages >= PAGES
    assert run.peak_mb <= _MOST_MB
