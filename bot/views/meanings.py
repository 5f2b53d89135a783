"""What a figure means, in a few words, with the days that the company has set for it."""

from collections.abc import Iterable
from dataclasses import asdict

from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.figures import Figure, MetricSettings
from offers.metrics.kinds import ONE_SIDED, OVER_ACCOUNTS

_MEANINGS = {
    "coverage": "serviceable machines under a live contract",
    "value_attach": "of the list value of service for them",
    "units_attach": "units sold with 100 core units; may exceed 100 %",
    "net_attach": "the same without what was cancelled, returned or reversed within {cancellation_days} days",
    "pos_attach": "core units with an attached line up to {pos_days} days after installation",
    "renewal_rate": "contract lines that ended and were renewed, to begin within {grace_days} days",
    "first_renewal_rate": "first contract lines that ended and were renewed, to begin within {grace_days} days",
    "cancellation_rate": "contract lines sold that were cancelled within {cancellation_days} days",
    "conversion": "of eligible opportunities, accepted within {attribution_days} days",
}


def explain(metric: str, settings: MetricSettings) -> str:
    """Return what a figure is of, "" where its name says it."""
    return _MEANINGS.get(metric, "").format(**asdict(settings))


def list_meanings(metrics: Iterable[str], settings: MetricSettings) -> str:
    """Return what each of these figures is of, once, as mrkdwn; "" of none."""
    said = {METRIC_TABLE[metric].title: explain(metric, settings) for metric in metrics}
    return "; ".join(f"*{title}*: {meaning}" for title, meaning in said.items() if meaning)


def count_accounts(metric: str, row: Figure) -> str | None:
    """Return on how many customers a figure rests: "12 customers"; None where its denominator says it."""
    if metric not in OVER_ACCOUNTS:
        return None
    return f"{row.n:,} customer{'' if row.n == 1 else 's'}"


def count_both(metric: str, numerator: int, denominator: int) -> str:
    """Return what a figure is made of, each in its number: "1 unit with 2 core units"; of others "1 of 2"."""
    if metric not in ONE_SIDED:
        return f"{numerator:,} of {denominator:,}"
    kept = " kept" if metric == "net_attach" else ""
    return f"{count_units(numerator, 'unit')}{kept} with {count_units(denominator, 'core unit')}"


def count_units(number: int, noun: str) -> str:
    """Return a number with its noun, of one in the singular: "1 core unit"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def list_windows(metrics: Iterable[str], settings: MetricSettings) -> str:
    """Return what those of these figures are of that a window of the company's decides, as mrkdwn; "" of none."""
    return list_meanings((one for one in metrics if "{" in _MEANINGS.get(one, "")), settings)
