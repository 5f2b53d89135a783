"""What is asked for is not there, or not for this reader."""

from collections.abc import Sequence

from offers.errors.base import OfferError


class UnknownTarget(OfferError):
    """Neither a serial number, nor an asset id, nor an account id."""

    def __init__(self, text: str) -> None:
        super().__init__(f"no asset or account is known as {text!r}")
        self.text = text


class AmbiguousTarget(OfferError):
    """Several machines bear the serial number. `known` are their ids."""

    def __init__(self, text: str, known: Sequence[str]) -> None:
        super().__init__(f"{text!r} may be {', '.join(known)}")
        self.text = text
        self.known = ", ".join(known)


class UnknownAsset(OfferError):
    """No such asset id, or not visible to the reader."""

    def __init__(self, asset_id: str) -> None:
        super().__init__(f"no asset {asset_id!r} for this reader")
        self.asset_id = asset_id


class UnknownAccount(OfferError):
    """No such account id."""

    def __init__(self, account_id: str) -> None:
        super().__init__(f"no account {account_id!r} for this reader")
        self.account_id = account_id


class NotYourAccount(OfferError):
    """A partner asked for an account that is not its own, or does not exist: it can't tell which."""

    def __init__(self, account_id: str) -> None:
        super().__init__(f"no account {account_id!r} for this reader")
        self.account_id = account_id


class UnknownOffer(OfferError):
    """No such offer, or not visible to the reader."""

    def __init__(self, offer_id: str) -> None:
        super().__init__(f"no offer {offer_id!r} for this reader")
        self.offer_id = offer_id


class UnknownQuote(OfferError):
    """No such quote, or not visible to the reader."""

    def __init__(self, quote_id: str) -> None:
        super().__init__(f"no quote {quote_id!r} for this reader")
        self.quote_id = quote_id


class UnknownOption(OfferError):
    """A product that the offer doesn't leave the choice of."""

    def __init__(self, sku: str) -> None:
        super().__init__(f"{sku!r} is none of the offer's options")
        self.sku = sku


class UnknownDiscountRequest(OfferError):
    """No such request, or not visible to the reader."""

    def __init__(self, request_id: str) -> None:
        super().__init__(f"no discount request {request_id!r} for this reader")
        self.request_id = request_id


class UnknownDecision(OfferError):
    """No such decision, or not visible to the reader."""

    def __init__(self, decision_id: str) -> None:
        super().__init__(f"no decision {decision_id!r} for this reader")
        self.decision_id = decision_id


class UnknownDeclineReason(OfferError):
    """A decline with a code that is not in `offers.sales.reactions.DECLINE_REASONS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason!r} is not a decline reason")
        self.reason = reason
