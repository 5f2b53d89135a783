"""How an interval that resamples accounts is made, as a definition says it."""

from offers.attach_rate import RESAMPLED_AT_MOST


def resampled(*, of_ratio: bool = False) -> str:
    """Return how the interval of a share over accounts is made, or `of_ratio` that of one that may exceed it."""
    alike = "none" if of_ratio else "Wilson's over them"
    return (
        f"Interval: bootstrap over accounts, 95 %; of more than {RESAMPLED_AT_MOST:,} accounts that differ the normal "
        f"one that it approaches, of accounts that are all alike {alike}."
    )
