"""Every error that is raised on purpose has a sentence for the person."""

import inspect
import logging
import string

import pytest

from bot.errors import (
    SENTENCES,
    UNREADABLE,
    AttacheError,
    InputRejected,
    PortUnavailable,
    apologise,
    explain,
    explain_pictures,
)
from knowledge.errors import KnowledgeError, UnreadableDocument
from offers.errors import OfferError, UnknownMetric


def leaves(base: type[Exception]) -> list[type[Exception]]:
    """The classes below `base` that nothing is derived from."""
    below = base.__subclasses__()
    return [leaf for child in below for leaf in (leaves(child) or [child])]


ALL_LEAVES = [leaf for base in (AttacheError, KnowledgeError, OfferError) for leaf in leaves(base)]


@pytest.mark.parametrize("leaf", ALL_LEAVES, ids=lambda leaf: leaf.__name__)
def test_every_leaf_has_a_sentence_that_uses_only_its_facts(leaf: type[Exception]) -> None:
    sentence = SENTENCES[leaf]
    used = {name for _, name, _, _ in string.Formatter().parse(sentence) if name}
    assert used <= set(inspect.signature(leaf.__init__).parameters)


def test_a_known_error_is_explained_with_its_facts() -> None:
    assert explain(PortUnavailable(8765)) == (
        "Port 8765 on this machine is in use. Choose another with --port."
    )
    assert "coverage, conversion" in explain(UnknownMetric("covfefe", ("coverage", "conversion")))
    assert explain(InputRejected(2, "files were")).startswith("2 files were refused")


def test_every_reason_why_a_file_can_not_be_read_has_a_sentence() -> None:
    assert set(UNREADABLE) == set(UnreadableDocument.REASONS)
    assert explain(UnreadableDocument("a.pdf", "empty")) == "a.pdf: The file is empty."
    for reason in UnreadableDocument.REASONS:
        assert explain(UnreadableDocument("a.pdf", reason)).endswith(".")


def test_pages_of_pictures_are_named_in_ranges() -> None:
    assert "a.pdf: pages 2, 4-6, 9 hold no text" in explain_pictures("a.pdf", (2, 4, 5, 6, 9))
    assert "a.pdf: page 7 holds no text" in explain_pictures("a.pdf", (7,))


def test_an_unknown_error_shows_a_reference_and_nothing_of_itself(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        sentence = explain(ZeroDivisionError("secret detail"))
    assert "secret" not in sentence
    reference = sentence.split("Reference ")[1].rstrip(".")
    assert reference in caplog.text


def test_a_failure_is_told_unless_it_is_the_callers() -> None:
    told: list[str] = []
    with apologise(told.append):
        raise PortUnavailable(1)
    assert told == ["Port 1 on this machine is in use. Choose another with --port."]
    with pytest.raises(OSError, match="down"), apologise(told.append, unless=(OSError,)):
        raise OSError("down")
