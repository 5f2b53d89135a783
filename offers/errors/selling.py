"""What keeps an offer from being made, agreed on, handed on or taken further."""

from datetime import datetime

from offers.errors.base import OfferError


class OpportunityHeld(OfferError):
    """Something could be sold, but not now; `why` is the reason as part of a sentence."""

    def __init__(self, why: str) -> None:
        super().__init__(f"held: {why}")
        self.why = why


class AlreadyReferred(OfferError):
    """Somebody was told of this opportunity this week."""

    def __init__(self, name: str) -> None:
        super().__init__("told of it this week already")
        self.name = name


class DiscountTooHigh(OfferError):
    """More discount than the person may give; `allowed` is how much that is, such as "5 %"."""

    def __init__(self, discount: str, allowed: str) -> None:
        super().__init__(f"{discount}, allowed are {allowed}")
        self.discount = discount
        self.allowed = allowed


class DiscountBelowCost(OfferError):
    """A price below cost, by its discount or because the cost has risen; only an admin may give or approve it."""

    def __init__(self, discount: str) -> None:
        super().__init__(f"{discount} would sell below cost")
        self.discount = discount


class OwnDiscount(OfferError):
    """A decision on a discount by whoever asked for it."""

    def __init__(self, request_id: str) -> None:
        super().__init__(f"discount request {request_id!r} is the person's own")
        self.request_id = request_id


class DiscountNotYours(OfferError):
    """A decision on a discount by somebody whose limit is below it."""

    def __init__(self, discount: str) -> None:
        super().__init__(f"{discount} are not the person's to decide")
        self.discount = discount


class NobodyMayApprove(OfferError):
    """A discount that nobody but the asker could approve."""

    def __init__(self, discount: str) -> None:
        super().__init__(f"nobody may approve {discount}")
        self.discount = discount


class HandOverNotFailed(OfferError):
    """A message to be put back that is not a dead one: unknown, delivered, or still waiting."""

    def __init__(self, message_id: str) -> None:
        super().__init__(f"{message_id!r} is not a hand-over that failed")
        self.message_id = message_id


class OfferNotAccepted(OfferError):
    """Something is to become of a sale that never was one."""

    def __init__(self, offer_id: str) -> None:
        super().__init__(f"offer {offer_id!r} is not accepted")
        self.offer_id = offer_id


class SaleNotYours(OfferError):
    """The person's role may not take this step with a sale; `who` may."""

    def __init__(self, step: str, who: str) -> None:
        super().__init__(f"only {who} may log a sale as {step}")
        self.step = step
        self.who = who


class SaleStepRefused(OfferError):
    """A step that can't follow what became of the sale already, such as a booking after a cancellation."""

    def __init__(self, offer_id: str, step: str, after: str) -> None:
        super().__init__(f"offer {offer_id!r} is {after}, it can't be {step} any more")
        self.offer_id = offer_id
        self.step = step
        self.after = after


class StepBeforeSale(OfferError):
    """A step dated before the acceptance, or in the future."""

    def __init__(self, offer_id: str, occurred_at: datetime, accepted_at: datetime) -> None:
        super().__init__(f"offer {offer_id!r} was accepted at {accepted_at}, the step is dated {occurred_at}")
        self.offer_id = offer_id
        self.occurred_at = occurred_at
        self.accepted_at = accepted_at


class ServiceNotReturnable(OfferError):
    """A service that is to be returned; there is nothing to send back."""

    def __init__(self, offer_id: str) -> None:
        super().__init__(f"offer {offer_id!r} is a service")
        self.offer_id = offer_id


class ReasonUnusable(OfferError):
    """A reason that is missing where one is needed, or longer than `limit` characters."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"a reason of 1 to {limit} characters is needed")
        self.limit = limit
