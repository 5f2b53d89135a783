"""The corpus, read once for all quality tests."""

from collections.abc import Iterator

import pytest

from tests.quality.corpus import ReadCorpus, open_corpus


@pytest.fixture(scope="session")
def corpus() -> Iterator[ReadCorpus]:
    """Every document of the shared corpus in a knowledge base with the default embedder."""
    with open_corpus() as opened:
        yield opened
