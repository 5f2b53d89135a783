"""The vectors of all passages as one flat file that processes map into memory: exact search without SQL.

Two files per generation: `rows-G.i64` holds (chunk id, document id) per row, `vectors-G.f32` the unit
vectors. Rows are appended, and zeroed when they are gone; a rebuild begins a new generation, so that who
maps the old one can go on reading. How many rows count is said elsewhere (`Extent`), written last: what an
interrupted update left behind it is overwritten by the next.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from os import fsync
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.errors import IndexUnavailable
from knowledge.storage.vectors import VectorMatrix, empty_matrix

_ROW = np.dtype([("chunk", "<i8"), ("document", "<i8")])
_COMPACT_FROM = 4_096


@dataclass(frozen=True, slots=True)
class Extent:
    """Which file counts, and how many of its rows."""

    generation: int = 0
    rows: int = 0


class VectorFile:
    """The files of one index folder. Any process may `read`; only the owner writes."""

    def __init__(self, directory: Path, dimensions: int) -> None:
        self._directory = directory
        self._dimensions = dimensions

    def _paths(self, generation: int) -> tuple[Path, Path]:
        return self._directory / f"rows-{generation}.i64", self._directory / f"vectors-{generation}.f32"

    def read(self, extent: Extent) -> VectorMatrix | None:
        """Return the rows that count, the vectors mapped; None when the files are not there or too short."""
        if not extent.rows:
            return empty_matrix(self._dimensions)
        rows_path, vectors_path = self._paths(extent.generation)
        try:
            rows = np.fromfile(rows_path, dtype=_ROW, count=extent.rows)
            vectors = np.memmap(vectors_path, dtype="<f4", mode="r", shape=(extent.rows, self._dimensions))
        except (OSError, ValueError):
            return None
        if len(rows) < extent.rows:
            return None
        return VectorMatrix(rows["chunk"].copy(), rows["document"].copy(), np.asarray(vectors))

    def begin(self, extent: Extent, *, gone: Collection[int]) -> VectorWriter:
        """Return what adds rows behind these; the documents in `gone` lose theirs.

        Raises:
            IndexUnavailable: the files cannot be written.
        """
        return VectorWriter(self._paths(extent.generation), extent, self._dimensions, gone)

    def is_sparse(self, extent: Extent) -> bool:
        """Tell whether most of the rows are gone."""
        if extent.rows < _COMPACT_FROM:
            return False
        rows = np.fromfile(self._paths(extent.generation)[0], dtype=_ROW, count=extent.rows)
        return int(np.count_nonzero(rows["document"])) * 2 < extent.rows

    def compact(self, extent: Extent) -> Extent:
        """Copy the rows that are not gone into a new generation and return its extent."""
        matrix = self.read(extent)
        if matrix is None:
            return extent
        kept = np.flatnonzero(matrix.document_ids)
        writer = self.begin(Extent(extent.generation + 1), gone=())
        for start in range(0, len(kept), _COMPACT_FROM):
            part = kept[start : start + _COMPACT_FROM]
            writer.add(matrix.chunk_ids[part], matrix.document_ids[part], matrix.vectors[part])
        return writer.finish()

    def forget_others(self, extent: Extent) -> None:
        """Delete every generation but this; what another process still maps stays readable to it."""
        kept = set(self._paths(extent.generation))
        for path in (*self._directory.glob("rows-*.i64"), *self._directory.glob("vectors-*.f32")):
            if path not in kept:
                with suppress(OSError):  # Windows refuses while it is mapped; the next update tries again.
                    path.unlink()


class VectorWriter:
    """Adds rows to the files of one generation; they count once the extent of `finish` is written down."""

    def __init__(
        self, paths: tuple[Path, Path], extent: Extent, dimensions: int, gone: Collection[int]
    ) -> None:
        self._paths = paths
        self._extent = extent
        self._dimensions = dimensions
        try:
            paths[0].parent.mkdir(parents=True, exist_ok=True)
            for path, width in zip(paths, (_ROW.itemsize, 4 * dimensions), strict=True):
                path.touch()
                with path.open("r+b") as file:
                    file.truncate(extent.rows * width)
            if gone and extent.rows:
                self._zero(gone)
            self._rows = paths[0].open("ab")
            self._vectors = paths[1].open("ab")
        except OSError as error:
            raise IndexUnavailable("vectors", type(error).__name__) from error
        self._count = extent.rows

    def _zero(self, gone: Collection[int]) -> None:
        rows = np.memmap(self._paths[0], dtype=_ROW, mode="r+", shape=(self._extent.rows,))
        rows[np.isin(rows["document"], list(gone))] = 0
        rows.flush()

    def add(
        self, chunk_ids: Sequence[int] | NDArray[np.int64], document_ids: Sequence[int] | NDArray[np.int64],
        vectors: NDArray[np.float32],
    ) -> None:  # fmt: skip
        """Add a row per chunk; `vectors` is `(n, dimensions)`. Raises IndexUnavailable when the disk is full."""
        rows = np.zeros(len(chunk_ids), dtype=_ROW)
        rows["chunk"], rows["document"] = chunk_ids, document_ids
        try:
            self._rows.write(rows.tobytes())
            self._vectors.write(np.ascontiguousarray(vectors, dtype="<f4").tobytes())
        except OSError as error:
            raise IndexUnavailable("vectors", type(error).__name__) from error
        self._count += len(chunk_ids)

    def finish(self) -> Extent:
        """Bring everything to the disk and return how far the file reaches now."""
        try:
            for file in (self._rows, self._vectors):
                file.flush()
                fsync(file.fileno())
                file.close()
        except OSError as error:
            raise IndexUnavailable("vectors", type(error).__name__) from error
        return Extent(self._extent.generation, self._count)
