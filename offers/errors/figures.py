"""What a figure can't be asked for."""

from collections.abc import Sequence
from datetime import date

from offers.errors.base import OfferError


class UnknownMetric(OfferError):
    """A metric that `offers.reporting.METRICS` doesn't name."""

    def __init__(self, metric: str, known: Sequence[str]) -> None:
        super().__init__(f"{metric!r} is not a metric; known: {', '.join(known)}")
        self.metric = metric
        self.known = tuple(known)


class UnknownDimension(OfferError):
    """A dimension that doesn't exist, or doesn't apply to the metric: `why` is "" or ": " and the reason."""

    def __init__(self, dimension: str, metric: str, allowed: Sequence[str], reason: str = "") -> None:
        super().__init__(f"{metric} cannot be grouped by {dimension!r}; possible: {', '.join(allowed)}")
        self.reason = f": {reason}" if reason else ""
        self.dimension = dimension
        self.metric = metric
        self.allowed = tuple(allowed)


class NotYourFigure(OfferError):
    """A figure of the whole company, asked for by somebody who sees what they did themselves."""

    def __init__(self, metric: str) -> None:
        super().__init__(f"{metric} is a figure of the company, not of one person")
        self.metric = metric


class InternalFigure(OfferError):
    """A figure that nobody external may see: what our own sales leave us."""

    def __init__(self, metric: str) -> None:
        super().__init__(f"{metric} is not told to anybody external")
        self.metric = metric


class AnotherPart(OfferError):
    """Another region's, partner's or person's figure than the reader sees: `own` is what theirs is called."""

    def __init__(self, dimension: str, own: str) -> None:
        super().__init__(f"the reader sees {own}, and no other {dimension}")
        self.dimension = dimension
        self.own = own


class NotForecast(OfferError):
    """A metric whose rate is not its numerator over its denominator month by month, so that none can be foretold."""

    def __init__(self, metric: str) -> None:
        super().__init__(f"{metric} has no forecast: it is not a rate of months that follow each other")
        self.metric = metric


class WindowReversed(OfferError):
    """A report window whose first day is after its last."""

    def __init__(self, date_from: date, date_to: date) -> None:
        super().__init__(f"the window starts on {date_from} after it ends on {date_to}")
        self.date_from = date_from
        self.date_to = date_to


class UnknownValue(OfferError):
    """A part of the company that no record has; `known` are those that there are, the nearest first."""

    def __init__(self, dimension: str, value: str, known: Sequence[str]) -> None:
        super().__init__(f"no {dimension} {value!r} in the records; nearest: {', '.join(known)}")
        self.dimension = dimension
        self.value = value
        self.known = tuple(known)
