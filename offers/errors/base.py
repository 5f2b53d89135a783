"""The base of what `offers` raises."""


class OfferError(Exception):
    """Base of every error that `offers` raises on purpose."""
