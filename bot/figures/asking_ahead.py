"""Reading a question about what a figure will be: which metric, of whom, until when. Pure; by rules alone."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from bot.figures.asking import NOISE, take_metric, take_values
from bot.figures.periods import MONTHS
from bot.figures.phrasing import restate
from offers.metrics.periods import first_of_months_ago, month_end

MONTHS_AT_MOST = 12
_USUAL_MONTHS = 3

_AHEAD = r"forecasts?|outlook|predict(?:ion|ions|ed)?|projection|will|going to|heading|expected|expect|likely"
_MORE_NOISE = frozenset({
    "ahead", "around", "by", "can", "end", "expecting", "go", "goal", "going", "hit", "likely", "meet", "next", "reach",
    "stand", "target", "targets", "then", "until", "where",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class ForecastRequest:
    """What was asked: a metric over the months from `first_day` to `last_day`, both within `MONTHS_AT_MOST`.

    `only` are values of dimensions to keep; `unread` the words that mean nothing here.
    """

    metric: str
    first_day: date
    last_day: date
    only: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()


def read_forecast_request(
    text: str, *, today: date, values: Mapping[str, Iterable[tuple[str, str]]] | None = None
) -> ForecastRequest | None:
    """Return what the text asks for, or None when it names no metric or no time to come.

    `values` are as `read_figure_request` takes them. Without a time it is the next three months.
    """
    rest = restate(text, today=today, names=(one for pairs in (values or {}).values() for one, _ in pairs))
    ahead = re.search(rf"(?<![\w-])(?:{_AHEAD})(?![\w-])", rest)
    if ahead is None:
        return None
    rest = re.sub(rf"(?<![\w-])(?:{_AHEAD})(?![\w-])", " ", rest)
    rest, period = _take_period(rest, today)
    rest, metric = take_metric(rest)
    if metric is None:
        return None
    rest, only = take_values(rest, values or {})
    first, last = period or _next_months(_USUAL_MONTHS, today)
    unread = tuple(word for word in re.findall(r"[\w'-]+", rest) if word not in NOISE | _MORE_NOISE)
    furthest = month_end(first_of_months_ago(today, -MONTHS_AT_MOST))
    return ForecastRequest(metric, min(first, furthest.replace(day=1)), min(last, furthest), only, unread)


Period = tuple[date, date]


def _take_period(text: str, today: date) -> tuple[str, Period | None]:
    for pattern, read in _PERIODS:
        match = re.search(
            rf"(?<![\w-])(?:in |for |during |over |by |until |at |the )*(?:{pattern})(?![\w-])", text
        )
        period = read(match, today) if match else None
        if match is not None and period is not None:
            return text[: match.start()] + " " + text[match.end() :], period
    return text, None


def _next_months(count: int, today: date) -> Period:
    """Return the months after the one under way."""
    return first_of_months_ago(today, -1), month_end(first_of_months_ago(today, -count))


def _read_count(match: re.Match[str], today: date) -> Period | None:
    count = int(match[1]) * (3 if match[2].startswith("quarter") else 1)
    return _next_months(count, today) if count else None


def _read_unit(match: re.Match[str], today: date) -> Period:
    """Read "next quarter" as all of it, "this quarter" as what is left of it from the month under way on."""
    length = {"month": 1, "quarter": 3, "year": 12}[match[2]]
    begun = first_of_months_ago(today, (today.month - 1) % length)
    if match[1] == "next":
        first = first_of_months_ago(begun, -length)
        return first, month_end(first_of_months_ago(first, 1 - length))
    return today.replace(day=1), month_end(first_of_months_ago(begun, 1 - length))


def _read_end(match: re.Match[str], today: date) -> Period:
    length = 3 if match[0].rstrip().endswith("quarter") else 12
    begun = first_of_months_ago(today, (today.month - 1) % length)
    last = month_end(first_of_months_ago(begun, 1 - length))
    return last.replace(day=1), last


def _read_quarter(match: re.Match[str], today: date) -> Period | None:
    month = 3 * int(match[1]) - 2
    first = date(int(match[2]) if match[2] else today.year, month, 1)
    last = month_end(first_of_months_ago(first, -2))
    if match[2] is None and last < today:
        first, last = first.replace(year=today.year + 1), last.replace(year=today.year + 1)
    return (max(first, today.replace(day=1)), last) if last >= today else None


def _read_month(match: re.Match[str], today: date) -> Period | None:
    number = next(index for index, name in enumerate(MONTHS, start=1) if name[:3] == match[1][:3])
    year = int(match[2]) if match[2] else today.year + (number < today.month)
    first = date(year, number, 1)
    return (first, month_end(first)) if month_end(first) >= today else None


def _read_tomorrow(_match: re.Match[str], today: date) -> Period:
    """A week is less than the figures tell apart: it is the month that it lies in."""
    day = today + timedelta(days=7)
    return day.replace(day=1), month_end(day)


_PERIODS: tuple[tuple[str, Callable[[re.Match[str], date], Period | None]], ...] = (
    (r"next (\d{1,2}) (months?|quarters?)", _read_count),
    (r"(next|this) (month|quarter|year)", _read_unit),
    (r"next week", _read_tomorrow),
    (r"(?:end of )?(?:the )?(?:year|quarter)(?:'s|s)?[- ]?end|end of (?:the )?(?:year|quarter)", _read_end),
    (r"q([1-4])(?:[ -]*(20\d\d))?", _read_quarter),
    (rf"({'|'.join(rf'{name}|{name[:3]}' for name in MONTHS)})(?: (20\d\d))?", _read_month),
)
