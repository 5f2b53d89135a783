"""A report's figures: what every metric returns and what `attache report --json` prints."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from offers.attach_rate import Interval, divide
from offers.people import PersonFacts
from offers.vocabulary import Role

ATTRIBUTION_DAYS = 90


@dataclass(frozen=True, slots=True)
class MetricSettings:
    """What the definitions leave to the company, all in days, all inclusive.

    A sale counts for who surfaced it when it closes within `attribution_days`; it is a point-of-sale attach up to
    `pos_days` after installation; what is cancelled or returned within `cancellation_days` leaves the net; a renewal
    may start `grace_days` after the end; `horizon_days` is the day at which time to attach is read.
    """

    attribution_days: int = ATTRIBUTION_DAYS
    pos_days: int = 30
    cancellation_days: int = 90
    grace_days: int = 30
    horizon_days: int = 30


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose figures these are: everybody's, one region's, one partner's own, or what one person did.

    `is_external` without a partner is somebody who has none: they see nothing.
    """

    partner_id: str | None = None
    is_external: bool = False
    region: str | None = None
    person_id: str | None = None

    @classmethod
    def of(cls, reader: PersonFacts | None) -> "Scope":
        """Return what a reader sees: a partner's person their partner's own, a manager of a region that region.

        Managers without a region and admins see all; everybody else what they did themselves.
        """
        if reader is None or reader.role == Role.ADMIN.value:
            return cls()
        if reader.is_external:
            return cls(reader.partner_id, is_external=True)
        if reader.role == Role.MANAGER.value:
            return cls(region=reader.region)
        return cls(person_id=reader.person_id)


@dataclass(frozen=True, slots=True)
class Counts:
    """What a metric counted for one group.

    `n` is how many independent things it rests on: the denominator of a proportion, the accounts of a ratio.
    `asides` are counts that belong beside the figure, by name. Amounts are in minor units of `currency`. `rate` stands
    where it is not numerator / denominator (a Kaplan-Meier share).
    """

    numerator: int
    denominator: int
    interval: Interval | None
    n: int = 0
    asides: Mapping[str, int] = field(default_factory=dict)
    currency: str | None = None
    rate: float | None = None
    is_estimated: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of a report; rate, interval and target are None where there is none.

    Numerator and denominator are None only for a total over several currencies, which are never added.
    `shrunk` is the beta-binomial rate beside a ranked person's or partner's own.
    """

    group: Mapping[str, str | None]
    numerator: int | None
    denominator: int | None
    rate: float | None
    low: float | None
    high: float | None
    target: float | None
    n: int = 0
    asides: Mapping[str, int] = field(default_factory=dict)
    currency: str | None = None
    shrunk: float | None = None

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
            "n": self.n,
            **({"currency": self.currency} if self.currency is not None else {}),
            **({"shrunk": self.shrunk} if self.shrunk is not None else {}),
            **self.asides,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """A metric over a window as it was known on a day. `date_from` None is the beginning of the records.

    `is_looking_back`: the figure of a day by when things happened, as it is known since.

    `only` are the values of dimensions that it was narrowed to, by what was asked or by what the reader may see.
    """

    metric: str
    as_of: date
    date_from: date | None
    date_to: date | None
    definition: str
    rows: tuple[Figure, ...]
    total: Figure
    only: Mapping[str, str] = field(default_factory=dict)
    is_looking_back: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the document that `attache report --json` prints."""
        return {
            "metric": self.metric,
            "as_of": self.as_of.isoformat(),
            "from": self.date_from.isoformat() if self.date_from else None,
            "to": self.date_to.isoformat() if self.date_to else None,
            "definition": self.definition,
            **({"only": dict(self.only)} if self.only else {}),
            "rows": [row.as_json() for row in self.rows],
            "total": self.total.as_json(),
        }


@dataclass(frozen=True, slots=True)
class Window:
    """What a metric looks at. `known` is the instant of knowledge; `day` its UTC day; both dates included.

    `is_looking_back`: the day lies before what is known; a machine that was installed later was not there yet.
    """

    day: date
    known: datetime
    first_day: date | None
    last_day: date
    by: tuple[str, ...] = ()
    scope: Scope = Scope()
    settings: MetricSettings = MetricSettings()
    is_looking_back: bool = False


def build_figure(group: Mapping[str, str | None], counts: Counts, target: float | None) -> Figure:
    """Return the row for what was counted."""
    low, high = counts.interval or (None, None)
    is_given = counts.is_estimated
    return Figure(
        group=group,
        numerator=counts.numerator,
        denominator=counts.denominator,
        rate=counts.rate if is_given else divide(counts.numerator, counts.denominator),
        low=low,
        high=high,
        target=target,
        n=counts.n,
        asides=counts.asides,
        currency=counts.currency,
    )
