"""Which questions mean the same.

Raw cosines can't be compared with one threshold: a small e5 gives unrelated questions .80, static word vectors .06. So
the mean of a few everyday questions is taken off every vector first (J. Mu and P. Viswanath, "All-but-the-Top", ICLR
2018, section 2). Measured on 92 service questions, 25 groups of paraphrases and 16 alone, some of these near to a group
("which oil", "how much oil"): unrelated pairs then lie at .08 (95 %: .26; static vectors .07 and .24), paraphrases at
.68 (.73). Average linkage cut at .5 joins 90 % of the paraphrases, and 88 % of the pairs it joins are paraphrases.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.embeddings import Embedder, normalise

SAME = 0.5
_EVERYDAY = (
    "How do I replace the filter?",
    "What does error 7 mean?",
    "Which torque is right for the screws?",
    "Where is the main switch?",
    "How much refrigerant does it hold?",
    "When is the next service due?",
    "Why does the motor get hot?",
    "Who may open the cabinet?",
    "Which spare part do I order?",
    "Is the contract still valid?",
    "How do I connect the sensor?",
    "What voltage does it need?",
    "The pump makes a noise.",
    "How do I clean the tank?",
    "Can it run at night?",
    "What does the red lamp mean?",
)
_REMEMBERED = 4_000


class QuestionVectors:
    """Vectors of questions, each worked out once. Safe to use from many threads."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, NDArray[np.float32]] = {}
        self._lock = threading.Lock()

    def of(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return an `(n, dimensions)` matrix of unit vectors, what all questions share taken off."""
        raw = self._embed([*texts, *_EVERYDAY])
        return normalise(raw[: len(texts)] - raw[len(texts) :].mean(axis=0))

    def _embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        # As queries, all of them: questions are compared with each other, not with passages.
        with self._lock:
            for text in dict.fromkeys(texts):
                if text not in self._known:
                    self._known[text] = self._embedder.embed_query(text)
            rows = np.vstack([self._known[text] for text in texts])
            for text in list(self._known)[: max(0, len(self._known) - _REMEMBERED)]:
                del self._known[text]
        return rows


def group_alike(
    texts: Sequence[str], *, keys: Sequence[str | None], vectors: QuestionVectors
) -> list[list[int]]:
    """Return the positions of texts that ask the same, each once; groups by their first text.

    Texts with a key, the code that they ask for, are joined by it and by nothing else: "what does E12 mean" and "what
    does E14 mean" are all but the same to an embedder. The others are joined by meaning.
    """
    keyed: dict[str, list[int]] = {}
    for position, key in enumerate(keys):
        if key is not None:
            keyed.setdefault(key, []).append(position)
    plain = [position for position, key in enumerate(keys) if key is None]
    alike = _join_by_meaning(plain, vectors.of([texts[position] for position in plain])) if plain else []
    return sorted([*keyed.values(), *alike])


def _join_by_meaning(positions: Sequence[int], matrix: NDArray[np.float32]) -> list[list[int]]:
    if len(positions) == 1:
        return [list(positions)]
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    distances = np.clip(1.0 - matrix @ matrix.T, 0.0, 2.0).astype(np.float64)
    np.fill_diagonal(distances, 0.0)
    tree = linkage(squareform(distances, checks=False), method="average")
    labels = fcluster(tree, t=1.0 - SAME, criterion="distance")
    groups: dict[int, list[int]] = {}
    for position, label in zip(positions, labels, strict=True):
        groups.setdefault(int(label), []).append(position)
    return list(groups.values())
