"""How offers did so far: by play, product family and customer segment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from offers.vocabulary import Play


@dataclass(frozen=True, slots=True)
class PlayRecord:
    """How often offers were shown and accepted so far."""

    surfaced: int = 0
    accepted: int = 0


HistoryKey = tuple[Play, str | None, str | None]
"""A play, the product family of the machine, the segment of the customer."""


@dataclass(frozen=True, slots=True)
class PlayHistory:
    """How offers did in the last year, by play, product family and segment."""

    records: Mapping[HistoryKey, PlayRecord] = field(default_factory=dict)

    def of_play(self, play: Play) -> PlayRecord:
        """Return how all offers of a play did."""
        return _add(record for key, record in self.records.items() if key[0] is play)

    def of_family(self, play: Play, family: str | None) -> PlayRecord:
        """Return how a play did on machines of a family."""
        return _add(record for key, record in self.records.items() if key[:2] == (play, family))

    def of_segment(self, play: Play, family: str | None, segment: str | None) -> PlayRecord:
        """Return how a play did on machines of a family at customers of a segment."""
        return self.records.get((play, family, segment), PlayRecord())


def _add(records: Iterable[PlayRecord]) -> PlayRecord:
    found = list(records)
    return PlayRecord(sum(one.surfaced for one in found), sum(one.accepted for one in found))
