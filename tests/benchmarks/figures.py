"""What a run found out, as lines of a Markdown table."""

from collections.abc import Iterable
from dataclasses import dataclass

from tests.benchmarks.readings import Readings

_HEADER = ("measurement", "unit", "median", "p95", "n", "peer", "peer's median", "ours / peer")


@dataclass(frozen=True, slots=True)
class Peer:
    """What a figure is held against, measured in the same run in the same unit."""

    name: str
    readings: Readings


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing. In "…/s" more is better, in "ms", "s" and "MB" less."""

    subject: str
    unit: str
    readings: Readings
    peer: Peer | None = None

    @property
    def ratio(self) -> float | None:
        """Our median over the peer's; None without a peer, or where the peer's is zero."""
        if self.peer is None or self.peer.readings.median == 0:
            return None
        return self.readings.median / self.peer.readings.median

    def cells(self) -> tuple[str, ...]:
        """Return the cells of the table's line."""
        peer = self.peer
        return (
            self.subject,
            self.unit,
            format_number(self.readings.median),
            "–" if self.readings.p95 is None else format_number(self.readings.p95),
            str(self.readings.n),
            peer.name if peer else "–",
            format_number(peer.readings.median) if peer else "–",
            "–" if self.ratio is None else f"{self.ratio:.2f}" if self.ratio >= 0.1 else f"{self.ratio:.2g}",
        )


def single(subject: str, unit: str, value: float, peer: Peer | None = None) -> Figure:
    """Return a figure that was measured once."""
    return Figure(subject, unit, Readings((value,)), peer)


def format_number(value: float) -> str:
    """Return three significant digits below a thousand, whole numbers with separators from there on."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def render_table(figures: Iterable[Figure]) -> str:
    """Return a Markdown table, its columns aligned for people who read it as text."""
    lines = [_HEADER, *(figure.cells() for figure in figures)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADER))]
    is_number = [title in {"median", "p95", "n", "peer's median", "ours / peer"} for title in _HEADER]

    def row(cells: Iterable[str]) -> str:
        aligned = (
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(cells, widths, is_number, strict=True)
        )
        return f"| {' | '.join(aligned)} |"

    rule = "|".join(
        f"{'-' * (width + 1)}:" if number else "-" * (width + 2)
        for width, number in zip(widths, is_number, strict=True)
    )
    return "\n".join([row(_HEADER), f"|{rule}|", *(row(line) for line in lines[1:])])
