"""People and partners in order, and a partner among peers who can't be recognised."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from offers.attach_rate import Group
from offers.intervals import shrink
from offers.metrics.figures import Counts, Figure

PEERS_AT_LEAST = 5
"""A group of fewer is not shown to others of its kind: it could be recognised."""


def rank(rows: Sequence[Figure]) -> tuple[Figure, ...]:
    """Return people or partners with the surest good rate first, the shrunk rate beside; nobody in particular last."""
    shares = [_share(row) for row in rows]
    is_proportion = all(share is not None and share[0] <= share[1] for share in shares)
    if is_proportion:
        shrunk = shrink([share for share in shares if share is not None])
        rows = [replace(row, shrunk=rate) for row, rate in zip(rows, shrunk, strict=True)]

    def place(row: Figure) -> tuple[bool, bool, float, float, str]:
        (name,) = row.group.values()
        # An interval without width comes of a single account or two that are alike: nothing is known of the spread.
        return (
            name is None,
            row.low is None or row.low == row.high,
            -(row.low or 0.0),
            -(row.rate or 0.0),
            name or "",
        )

    return tuple(sorted(rows, key=place))


def _share(row: Figure) -> tuple[int, int] | None:
    if row.numerator is None or row.denominator is None:
        return None
    return row.numerator, row.denominator


def add_peers(own: Mapping[Group, Counts], everyone: Mapping[Group, Counts]) -> dict[Group, Counts]:
    """Return a partner's own figure among those of others, who have no names here and rest on at least five."""
    peers = [
        counts
        for (partner_id,), counts in everyone.items()
        if partner_id is not None and (partner_id,) not in own and counts.n >= PEERS_AT_LEAST
    ]
    # By what is shown of them and nothing else, so that the order says nothing about who they are.
    peers.sort(
        key=lambda counts: (-(counts.interval or (0.0, 0.0))[0], -counts.numerator, -counts.denominator)
    )
    return dict(own) | {(f"peer {number}",): counts for number, counts in enumerate(peers, start=1)}
