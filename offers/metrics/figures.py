"""A report's figures: what every metric returns and what `attache report --json` prints."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from offers.attach_rate import Interval, divide


@dataclass(frozen=True, slots=True)
class Counts:
    """What a metric counted for one group. `warranty_only` is coverage's aside, None elsewhere."""

    numerator: int
    denominator: int
    interval: Interval | None
    warranty_only: int | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of a report; rate, interval and target are None where there is none."""

    group: Mapping[str, str | None]
    numerator: int
    denominator: int
    rate: float | None
    low: float | None
    high: float | None
    target: float | None
    warranty_only: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the row as `attache report --json` prints it."""
        return {
            "group": dict(self.group),
            "numerator": self.numerator,
            "denominator": self.denominator,
            "rate": self.rate,
            "low": self.low,
            "high": self.high,
            "target": self.target,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """A metric over a window as it was known on a day. `date_from` None is the beginning of the records."""

    metric: str
    as_of: date
    date_from: date | None
    date_to: date | None
    definition: str
    rows: tuple[Figure, ...]
    total: Figure

    def as_json(self) -> dict[str, Any]:
        """Return the document that `attache report --json` prints."""
        return {
            "metric": self.metric,
            "as_of": self.as_of.isoformat(),
            "from": self.date_from.isoformat() if self.date_from else None,
            "to": self.date_to.isoformat() if self.date_to else None,
            "definition": self.definition,
            "rows": [row.as_json() for row in self.rows],
            "total": self.total.as_json(),
        }


@dataclass(frozen=True, slots=True)
class Window:
    """What a metric looks at. `known` is the instant of knowledge; `day` its UTC day; both dates included.

    `partner_id` narrows everything to one partner's own.
    """

    day: date
    known: datetime
    first_day: date | None
    last_day: date
    by: tuple[str, ...]
    partner_id: str | None
    is_external: bool
    attribution_days: int


def build_figure(group: Mapping[str, str | None], counts: Counts, target: float | None) -> Figure:
    """Return the row for what was counted."""
    low, high = counts.interval or (None, None)
    return Figure(
        group=group,
        numerator=counts.numerator,
        denominator=counts.denominator,
        rate=divide(counts.numerator, counts.denominator),
        low=low,
        high=high,
        target=target,
        warranty_only=counts.warranty_only,
    )
