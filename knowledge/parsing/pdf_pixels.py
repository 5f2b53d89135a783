"""Pictures of a page compared, and the pixels that differ counted in many places at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Of 256 steps: text in #f8f8f8 on white can't be read, and is 7 steps from it.
_LEAST_STEP = 8


def find_unlike(
    picture: NDArray[np.int16], other: NDArray[np.int16] | tuple[int, int, int]
) -> NDArray[np.bool_]:
    """Return which pixels differ visibly from another picture, or from a colour, in any of the three channels."""
    differs = np.zeros(picture.shape[1:], dtype=np.bool_)
    for channel in range(3):
        differs |= np.abs(picture[channel] - other[channel]) >= _LEAST_STEP
    return differs


def sum_up(pixels: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Return how many pixels are set left of and above each corner, as (height + 1, width + 1)."""
    sums = np.zeros((pixels.shape[0] + 1, pixels.shape[1] + 1), dtype=np.int32)
    sums[1:, 1:] = pixels
    # Row after row: twice as fast as cumsum along the first axis.
    for row in range(1, len(sums)):
        sums[row] += sums[row - 1]
    return np.cumsum(sums, axis=1, dtype=np.int32)


def count_in(sums: NDArray[np.int32], places: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return how many pixels are set in places (n, 4); what lies outside the picture has none."""
    left, right = places[:, 0].clip(0), places[:, 1].clip(0, sums.shape[1] - 1)
    top, bottom = places[:, 2].clip(0), places[:, 3].clip(0, sums.shape[0] - 1)
    counts: NDArray[np.int32] = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
    return counts
