"""People and partners in order, and a partner among peers who can't be recognised."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from offers.attach_rate import Group
from offers.intervals import shrink
from offers.metrics.figures import Counts, Figure

PEERS_AT_LEAST = 5
"""A group of fewer is not shown to others of its kind: it could be recognised."""


def rank(rows: Sequence[Figure], *, is_low_best: bool = False, can_shrink: bool = True) -> tuple[Figure, ...]:
    """Return people or partners with the surest good rate first, each currency apart; nobody in particular last.

    That is by the lower end of the interval; `is_low_best`: by the upper end, the lowest first. The shrunk rate stands
    beside proportions of counts; amounts and estimates, which `can_shrink` is False for, have none.
    """
    shares = [_share(row) for row in rows]
    is_proportion = all(share is not None and share[0] <= share[1] for share in shares)
    if is_proportion and can_shrink:
        shrunk = shrink([share for share in shares if share is not None])
        rows = [replace(row, shrunk=rate) for row, rate in zip(rows, shrunk, strict=True)]

    def place(row: Figure) -> tuple[str, bool, bool, float, float, str]:
        name = next(iter(row.group.values()))
        sure, rate = _sureness(row.low, row.high, is_low_best=is_low_best), row.rate or 0.0
        # An interval without width comes of a single account or two that are alike: nothing is known of the spread.
        return (
            row.group.get("currency") or "",
            name is None,
            row.low is None or row.low == row.high,
            -sure,
            rate if is_low_best else -rate,
            name or "",
        )

    return tuple(sorted(rows, key=place))


def _sureness(low: float | None, high: float | None, *, is_low_best: bool) -> float:
    """Return how good a rate surely is: the higher the better."""
    return -(high or 0.0) if is_low_best else low or 0.0


def _share(row: Figure) -> tuple[int, int] | None:
    if row.numerator is None or row.denominator is None:
        return None
    return row.numerator, row.denominator


def add_peers(
    own: Mapping[Group, Counts], everyone: Mapping[Group, Counts], *, is_low_best: bool = False
) -> dict[Group, Counts]:
    """Return a partner's own figure among those of others, who have no names here and rest on at least five.

    Where all of them together have several currencies, they join the partner's own groups too.
    """
    is_parted = any(len(key) > 1 for key in everyone)
    mine = {(key[0], counts.currency) if is_parted else key: counts for key, counts in own.items()}
    names = {key[0] for key in mine}
    peers = [
        counts
        for key, counts in everyone.items()
        if key[0] is not None and key[0] not in names and counts.n >= PEERS_AT_LEAST
    ]

    # By what is shown of them and nothing else, so that the order says nothing about who they are.
    def place(counts: Counts) -> tuple[str, float, int, int]:
        sure = _sureness(*(counts.interval or (None, None)), is_low_best=is_low_best)
        return counts.currency or "", -sure, -counts.numerator, -counts.denominator

    peers.sort(key=place)
    shown: dict[Group, Counts] = dict(mine)
    for number, counts in enumerate(peers, start=1):
        shown[(f"peer {number}", counts.currency) if is_parted else (f"peer {number}",)] = counts
    return shown
