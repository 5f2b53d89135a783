"""Notes in other words: a language model may put them, and may not change what they say.

What it writes is shown only when it says the notes again: with all their content words and none besides but those that
join, with the same figures, codes, names and denials, each told of what it was told of before (`support`). It is
dropped for a link, a mark-up, a promise, another name, too many words or too much time: then the notes stand as they
were. So the most that a model can do here is to choose the order and the joints.
"""

from __future__ import annotations

import logging
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from knowledge.answering.chat import Composer
from knowledge.answering.grounding import find_facts
from knowledge.answering.support import Witness
from knowledge.chunking import ChunkKind
from knowledge.errors import WritingFailed
from knowledge.language.number_words import write_digits
from knowledge.language.terms import stem
from knowledge.replies import Passage

logger = logging.getLogger(__name__)

LONGEST = 400
WITHIN_S = 6.0
"""Somebody waits for what the notes stand on: rather the notes than a wait."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_MARKUP = re.compile(r"[*_~`<>|\[\]{}#@\\^=]|\n|https?:|www\.")
_DENIALS = frozenset(["no", "not", "never", "none", "nor", "without", "cannot", "nothing"])
_WHOLE = re.compile(r"\bof\s+(?:your\s+|the\s+|our\s+)?(\d+)", re.IGNORECASE)
_ENDED = re.compile(r"(?<=[.;!?])\s+(?=[A-Z0-9])")
# Of several notes each may be a clause.
_JOINED = re.compile(r"(?<=[.;!?])\s+|,\s+(?:and|but|while|so|and so)\s+")
# Words that join and point, and state nothing: no verb but to be and to have, no adjective, no "free", no "will".
_JOINTS = frozenset(
    [
        "a",
        "an",
        "the",
        "this",
        "that",
        "these",
        "those",
        "it",
        "its",
        "they",
        "their",
        "them",
        "there",
        "here",
        "which",
        "who",
        "whose",
        "what",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "has",
        "have",
        "had",
        "having",
        "and",
        "or",
        "but",
        "so",
        "while",
        "whereas",
        "since",
        "because",
        "as",
        "although",
        "though",
        "yet",
        "still",
        "also",
        "too",
        "both",
        "of",
        "on",
        "in",
        "at",
        "to",
        "for",
        "from",
        "by",
        "with",
        "within",
        "into",
        "over",
        "under",
        "about",
        "between",
        "among",
        "per",
        "your",
        "you",
        "our",
        "us",
        "we",
        "one",
        "ones",
        "each",
        "other",
        "already",
        "now",
        "then",
        "when",
        "where",
    ]
)


@dataclass(frozen=True, slots=True)
class Reworded:
    """Notes in a model's words, and which model and prompt they are from: "anthropic:claude-… reword-1"."""

    text: str
    by: str


def reword(
    notes: Sequence[str],
    composer: Composer,
    *,
    names: Iterable[str] = (),
    within_s: float = WITHIN_S,
    clock: Callable[[], float] = time.monotonic,
) -> Reworded | None:
    """Return the notes as the model words them, or None when it fails, takes too long or says anything else."""
    source = "\n".join(notes)
    if not source.strip() or len(source) > LONGEST:
        return None
    started, written = clock(), ""
    try:
        for piece in composer.reword(source):
            written += piece
            if clock() - started > within_s or len(written) > 2 * LONGEST:
                logger.info("%s: notes not reworded, too slow or too long", composer.name)
                return None
    except WritingFailed:
        return None
    text = written.strip()
    fault = find_fault(notes, text, names=names)
    if fault is not None:
        # Never the words: they may be a customer's.
        logger.info("%s: notes not reworded, %s", composer.name, fault)
        return None
    return Reworded(text, f"{composer.name} {composer.rewording_version}")


def find_fault(notes: Sequence[str], text: str, *, names: Iterable[str] = ()) -> str | None:
    """Return why a text doesn't say what the notes say, None when it does."""
    source = ". ".join(note.rstrip(".") for note in notes) + "."
    if not text or len(text) > min(LONGEST, round(1.3 * len(source)) + 40):
        return "length"
    if _MARKUP.search(text) or any(not _is_plain(one) and one not in source for one in text):
        return "markup"
    named, retold = source, text
    for number, name in enumerate(sorted({one for one in names if one.strip()}, key=len, reverse=True)):
        if named.count(name) != retold.count(name):
            return "names"
        # A name lends no words to the sentence around it, whatever it is made of.
        blank = f" Name{chr(ord('a') + number % 26)} "
        named, retold = named.replace(name, blank), retold.replace(name, blank)
    if find_facts(write_digits(source)) != find_facts(write_digits(text)):
        return "figures"
    if Counter(_figures(named)) - Counter(_figures(retold)):
        return "figures"
    return _find_other_words(named, retold) or _find_other_meaning(notes, text)


def _find_other_words(source: str, text: str) -> str | None:
    own, said = _content(source), _content(text)
    if said - own:
        return "new words"
    if own - said:
        return "left out"
    if _denials(source) != _denials(text):
        return "denials"
    return None if _parts_of_wholes(source) == _parts_of_wholes(text) else "figures"


def _find_other_meaning(notes: Sequence[str], text: str) -> str | None:
    passage = Passage(
        chunk_id=0,
        document="",
        title="",
        section=(),
        page=None,
        kind=ChunkKind.PROSE,
        text="\n".join(f"{note.rstrip('.')}." for note in notes),
        notices=(),
        codes=frozenset(),
        score=0.0,
        cosine=0.0,
        lexical=0.0,
        code=0.0,
    )
    witness = Witness(passage, weigh=lambda _: 1.0)
    sentences = [one for one in (_JOINED if len(notes) > 1 else _ENDED).split(text) if one]
    faults = [verdict.reason for one in sentences if (verdict := witness.judge(one)).reason is not None]
    return faults[0] if faults else None


def _is_plain(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character in " .,;:'-")


def _content(text: str) -> set[str]:
    return {stem(word) for word in _words(text) if word not in _JOINTS and word not in _DENIALS}


def _denials(text: str) -> Counter[tuple[str, str]]:
    """Return each word that denies with the one behind it, which it denies: "not on it yet" is not "on it, not yet"."""
    words = [*_words(text), ""]
    pairs = pairwise(words)
    return Counter(pair for pair in pairs if pair[0] in _DENIALS or pair[0].endswith(("n't", "n’t")))


def _parts_of_wholes(text: str) -> Counter[str]:
    """Return the figures that are wholes: 4 in "3 of your 4", and in "of your 4, 3"."""
    return Counter(match[1] for match in _WHOLE.finditer(text))


def _words(text: str) -> list[str]:
    return [match[0].casefold() for match in _WORD.finditer(text)]


def _figures(text: str) -> list[str]:
    return re.findall(r"\d+(?:[.,]\d+)*", text)
