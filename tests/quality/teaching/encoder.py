"""The cross-encoder in JAX: its weights out of its file in 8 bits, its layers, and weights written back in 8 bits.

A weight matrix has the name that it has in the file, and is replaced there by that name. Matrices are symmetric in
8 bits: one scale each, zero stays zero.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import onnx
from onnx import numpy_helper

LAYERS = 12
_HEADS = 12
_MATRICES = {
    "query": "attention/self/query",
    "key": "attention/self/key",
    "value": "attention/self/value",
    "mixed": "attention/output/dense",
    "widened": "intermediate/dense",
    "narrowed": "output/dense",
}
_NORMS = {"mixed_norm": "attention/output/LayerNorm", "narrowed_norm": "output/LayerNorm"}
Weights = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Encoder:
    """Embeddings, twelve layers stacked on the first axis, and the head that gives the logit."""

    embeddings: Weights
    layers: Weights
    head: Weights


class ModelFile:
    """The file of the model in 8 bits."""

    def __init__(self, path: Path) -> None:
        graph = onnx.load(path).graph
        self._arrays = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
        self._nodes = {node.name: node for node in graph.node}

    def load(self) -> Encoder:
        """Return the weights as 32 bit floats."""
        layers = [self._load_layer(number) for number in range(LAYERS)]
        names = {
            kind: f"bert.embeddings.{kind}_embeddings.weight" for kind in ("word", "position", "token_type")
        }
        embeddings = {kind: self._widen(name) for kind, name in names.items()}
        embeddings |= {
            "weight": self._arrays["bert.embeddings.LayerNorm.weight"],
            "bias": self._arrays["bert.embeddings.LayerNorm.bias"],
        }
        head = {
            "pooler": self._widen(self.weight_name("/bert/pooler/dense/Gemm_MatMul")),
            "pooler_bias": self._arrays["bert.pooler.dense.bias"],
            "logit": self._widen(self.weight_name("/classifier/Gemm_MatMul")),
            "logit_bias": self._arrays["classifier.bias"],
        }
        stacked = {name: jnp.stack([layer[name] for layer in layers]) for name in layers[0]}
        return Encoder(
            *({k: jnp.asarray(v) for k, v in part.items()} for part in (embeddings, stacked, head))
        )

    def _load_layer(self, number: int) -> Weights:
        layer: Weights = {}
        for name, path in _MATRICES.items():
            layer[name] = self._widen(self.matrix_name(number, name))
            layer[f"{name}_bias"] = self._arrays[self.bias_name(number, path)]
        for name, path in _NORMS.items():
            layer[f"{name}_weight"] = self._arrays[
                f"bert.encoder.layer.{number}.{path.replace('/', '.')}.weight"
            ]
            layer[f"{name}_bias"] = self._arrays[self.bias_name(number, path)]
        return layer

    def weight_name(self, product: str) -> str:
        """Return the name of the matrix of a product of matrices, without its ending."""
        return str(self._nodes[f"{product}_quant"].input[1]).removesuffix("_quantized")

    def matrix_name(self, layer: int, name: str) -> str:
        return self.weight_name(f"/bert/encoder/layer.{layer}/{_MATRICES[name]}/MatMul")

    def bias_name(self, layer: int, path: str) -> str:
        return f"bert.encoder.layer.{layer}.{path.replace('/', '.')}.bias"

    def _widen(self, name: str) -> np.ndarray:
        zero = np.asarray(self._arrays.get(f"{name}_zero_point", 0), np.float32)
        return (self._arrays[f"{name}_quantized"].astype(np.float32) - zero) * self._arrays[f"{name}_scale"]

    def write(self, layers: Weights, head: Weights, *, first: int) -> dict[str, np.ndarray]:
        """Return what the layers from `first` on and the head replace in the file, by name."""
        replaced: dict[str, np.ndarray] = {}
        for position in range(LAYERS - first):
            number = first + position
            for name, path in _MATRICES.items():
                replaced |= self._narrow(self.matrix_name(number, name), layers[name][position])
                replaced[self.bias_name(number, path)] = layers[f"{name}_bias"][position]
            for name, path in _NORMS.items():
                weight = f"bert.encoder.layer.{number}.{path.replace('/', '.')}.weight"
                replaced[weight] = layers[f"{name}_weight"][position]
                replaced[self.bias_name(number, path)] = layers[f"{name}_bias"][position]
        replaced |= self._narrow(self.weight_name("/bert/pooler/dense/Gemm_MatMul"), head["pooler"])
        replaced |= self._narrow(self.weight_name("/classifier/Gemm_MatMul"), head["logit"])
        replaced["bert.pooler.dense.bias"] = head["pooler_bias"]
        replaced["classifier.bias"] = head["logit_bias"]
        return {name: np.asarray(value, self._arrays[name].dtype) for name, value in replaced.items()}

    def _narrow(self, name: str, matrix: np.ndarray) -> dict[str, np.ndarray]:
        matrix = np.asarray(matrix)
        scale = np.abs(matrix).max() / 127
        kind = self._arrays[f"{name}_quantized"].dtype
        zero = 128 if kind == np.uint8 else 0
        quantized = np.round(matrix / scale) + zero
        shape = self._arrays[f"{name}_scale"].shape
        return {
            f"{name}_quantized": quantized.astype(kind),
            f"{name}_scale": np.full(shape, scale),
            f"{name}_zero_point": np.full(shape, zero),
        }


def embed(embeddings: Weights, ids: jax.Array, types: jax.Array) -> jax.Array:
    """Return the embeddings (batch, tokens, 384) of token ids (batch, tokens) and their types."""
    positions = embeddings["position"][jnp.arange(ids.shape[1])][None]
    summed = embeddings["word"][ids] + positions + embeddings["token_type"][types]
    return _normalise(summed, embeddings["weight"], embeddings["bias"])


def encode(
    layers: Weights, states: jax.Array, mask: jax.Array, *, key: jax.Array | None = None, dropout: float = 0.0
) -> jax.Array:
    """Return the states (batch, tokens, 384) after all of the stacked layers; `mask` is 1 where there is a token."""
    hidden = (1 - mask[:, None, None, :].astype(jnp.float32)) * -1e9
    keys = None if key is None else jax.random.split(key, layers["query"].shape[0])

    def step(states: jax.Array, here: tuple[Weights, Any]) -> tuple[jax.Array, None]:
        return _work_layer(here[0], states, hidden, key=here[1], dropout=dropout), None

    return jax.lax.scan(step, states, (layers, keys))[0]


def judge(head: Weights, states: jax.Array) -> jax.Array:
    """Return a logit (batch,) from the states of the last layer."""
    pooled = jnp.tanh(states[:, 0] @ head["pooler"] + head["pooler_bias"])
    return (pooled @ head["logit"] + head["logit_bias"])[:, 0]


def _work_layer(
    layer: Weights, states: jax.Array, hidden: jax.Array, *, key: jax.Array | None, dropout: float
) -> jax.Array:
    batch, tokens, width = states.shape

    def apply(name: str, given: jax.Array) -> jax.Array:
        return given @ layer[name] + layer[f"{name}_bias"]

    def split(given: jax.Array) -> jax.Array:
        return given.reshape(batch, tokens, _HEADS, width // _HEADS).transpose(0, 2, 1, 3)

    def drop(given: jax.Array, turn: int) -> jax.Array:
        if key is None or not dropout:
            return given
        kept = jax.random.bernoulli(jax.random.fold_in(key, turn), 1 - dropout, given.shape)
        return given * kept / (1 - dropout)

    query, keys, value = (split(apply(name, states)) for name in ("query", "key", "value"))
    attention = jax.nn.softmax(query @ keys.transpose(0, 1, 3, 2) / math.sqrt(width // _HEADS) + hidden, -1)
    seen = (attention @ value).transpose(0, 2, 1, 3).reshape(batch, tokens, width)
    mixed = _normalise(
        states + drop(apply("mixed", seen), 0), layer["mixed_norm_weight"], layer["mixed_norm_bias"]
    )
    widened = jax.nn.gelu(apply("widened", mixed), approximate=False)
    narrowed = mixed + drop(apply("narrowed", widened), 1)
    return _normalise(narrowed, layer["narrowed_norm_weight"], layer["narrowed_norm_bias"])


def _normalise(given: jax.Array, weight: jax.Array, bias: jax.Array) -> jax.Array:
    mean = given.mean(-1, keepdims=True)
    variance = ((given - mean) ** 2).mean(-1, keepdims=True)
    return (given - mean) / jnp.sqrt(variance + 1e-12) * weight + bias
