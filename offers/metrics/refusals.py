"""Why a figure can't be split by something: the reason as half a sentence, for whoever asked."""

from collections.abc import Mapping

from offers.metrics.grouping import PARTIES, PERIODS, PRODUCTS

_OF_AN_OFFER = "a machine is nobody's sale by itself, and one without a contract never had an offer"
_OF_AN_ACCOUNT = "an account is drawn into an arm as a whole, whatever it has and whoever serves it"
_INSTALLED = ("coverage", "value_attach", "leakage", "time_to_attach")

_REASONS: Mapping[str, Mapping[str, str]] = {
    **{metric: dict.fromkeys(("technician", "play", "channel"), _OF_AN_OFFER) for metric in _INSTALLED},
    "incremental_attach": dict.fromkeys(
        (*PRODUCTS, *(name for name in PARTIES if name not in ("region", "segment")), "technician", "play"),
        _OF_AN_ACCOUNT,
    ),
}
_REASONS_OF_ALL: Mapping[str, str] = {
    "stage": "only the funnel and leaks have stages",
    "arm": "only an experiment has arms",
    "reason": "only a decline has a reason",
    "account": "customers stand in the rows behind it",
    "channel": "only a contract line was sold through a channel",
}
_LEAK_PERIOD = "its base is the value on one day, which no period has a share of"


def explain_refusal(metric: str, dimension: str) -> str:
    """Return why a metric has no such dimension, "" where there is no such dimension anywhere."""
    if metric == "leakage" and dimension in PERIODS:
        return _LEAK_PERIOD
    return _REASONS.get(metric, {}).get(dimension) or _REASONS_OF_ALL.get(dimension, "")
