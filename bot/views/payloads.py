"""What buttons carry: ids and a version, nothing else. State is read again on click."""

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Payload(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    def encode(self) -> str:
        """Return the button's value."""
        return self.model_dump_json()


class OfferRef(_Payload):
    """Which offer, and the version that the person saw."""

    offer_id: str
    version: int


class SaleRef(_Payload):
    """Which accepted offer."""

    offer_id: str


class FormRef(_Payload):
    """Which offer is being accepted, what the form showed as its price, and where the offer's card stands."""

    offer_id: str
    version: int
    sku: str
    discount_bps: int
    total_minor: int
    currency: str
    channel: str
    ts: str
    thread_ts: str | None = None


class DiscountRef(_Payload):
    """Which request for a discount, and the message with its buttons."""

    request_id: str
    channel: str = ""
    ts: str = ""


class TurnRef(_Payload):
    """Which answer."""

    turn_id: str


class VisitRef(_Payload):
    """Which visit."""

    visit_id: str


class AssetRef(_Payload):
    """Which machine."""

    asset_id: str


class Reaction(_Payload):
    """Which answer, and whether it helped."""

    turn_id: str
    helpful: bool


class WalkClick(_Payload):
    """Which walk, the check (from 0) that its card showed, and the check that a jump leads to."""

    run_id: str
    position: int
    target: int | None = None


class WalkView(_Payload):
    """Which walk, and whether its whole list is to be shown."""

    run_id: str
    shows_all: bool


class Origin(_Payload):
    """Where a form was opened from, so that its result goes there, and what was typed there and not found."""

    channel: str
    typed: str | None = None


class Shown(_Payload):
    """How many rows of a list to show."""

    count: int = Field(gt=0)


class FigureRef(_Payload):
    """Which figure was asked for; the same words at any later time mean the same window.

    `among` are the values of the first dimension that are shown, all when empty; `aspect` is what is told beside it;
    `versus` are two windows that are set against each other, the earlier first.
    """

    metric: str
    by: tuple[str, ...] = ()
    date_from: date | None = None
    date_to: date | None = None
    as_of: date | None = None
    only: dict[str, str] = Field(default_factory=dict)
    among: tuple[str, ...] = ()
    aspect: str = ""
    versus: tuple[tuple[date, date], tuple[date, date]] | None = None

    def encode(self) -> str:
        """Return the button's value; what is not asked for is left out, as a value has little room."""
        return self.model_dump_json(
            exclude={name for name in ("among", "aspect", "versus") if not getattr(self, name)}
        )


class ForecastRef(_Payload):
    """Which figure's future was asked for: the months from the first day's to the last day's."""

    metric: str
    first_day: date
    last_day: date
    only: dict[str, str] = Field(default_factory=dict)


class ListName(StrEnum):
    """A list that may be a file."""

    UNCOVERED = "uncovered"
    RENEWAL = "renewal"
    DECISIONS = "decisions"
    CONVERSIONS = "conversions"
    FORECAST = "forecast"
    AFFINITY = "affinity"
    NEEDS = "needs"
    FIGURES = "figures"


class ListRef(_Payload):
    """Which list; `forecast` says which forecast, None for the other lists; `by` what needs are listed by."""

    name: ListName
    forecast: ForecastRef | None = None
    by: Literal["family", "sku"] = "family"


class OpportunityRef(_Payload):
    """Which machine, and whether it is about value without cover or a contract that ends."""

    kind: str
    asset_id: str


class RuleRef(_Payload):
    """Which rule, and the version that the person saw."""

    rule_id: str
    version: int


class ReplyRef(_Payload):
    """Which reply of an expert."""

    channel: str
    ts: str


class NoteRef(_Payload):
    """Which note a form is about; `reply` is where its words come from, None for one that is looked at again."""

    note_id: str
    reply: ReplyRef | None = None


class Complaint(_Payload):
    """Which answer was no help, and why."""

    turn_id: str
    reason: str


def read_turn_id(value: str) -> str:
    """Return the turn that a button speaks of, whether its value is the bare id or a `TurnRef`."""
    return TurnRef.model_validate_json(value).turn_id if value.startswith("{") else value
