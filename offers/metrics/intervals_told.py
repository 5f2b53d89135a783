"""How an interval that resamples accounts is made, as a definition says it."""

from offers.metrics.figures import Figure
from offers.metrics.kinds import OVER_ACCOUNTS
from offers.resampling import LEAST_ACCOUNTS, RESAMPLED_AT_MOST

TOO_FEW = "too few customers for an interval"


def resampled(*, of_ratio: bool = False) -> str:
    """Return how the interval of a share over accounts is made, or `of_ratio` that of one that may exceed it."""
    alike = "none" if of_ratio else "Wilson's over them"
    return (
        f"Interval: bootstrap over accounts, 95 %, none of fewer than {LEAST_ACCOUNTS} with a base; of more than "
        f"{RESAMPLED_AT_MOST:,} accounts that differ the normal one that it approaches, of accounts that are all alike "
        f"{alike}."
    )


def is_too_few(metric: str, row: Figure) -> bool:
    """Tell whether a figure has a rate and no interval because it rests on too few accounts."""
    return metric in OVER_ACCOUNTS and row.rate is not None and row.n < LEAST_ACCOUNTS
