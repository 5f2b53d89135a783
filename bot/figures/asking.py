"""Reading a question about a figure: which metric, by what, of whom, over which period. Pure; by rules alone."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.periods import first_of_months_ago, month_end

DEFAULT_DAYS = 90

# The longer phrase first: "renewal value" is no "renewal".
_METRICS: Sequence[tuple[str, str]] = (
    (r"first[- ]renewals?(?: rate)?", "first_renewal_rate"),
    (r"(?:value of )?renewals? value|renewed value|value renewed", "renewal_value"),
    (r"renewals?(?: rate)?|renewed", "renewal_rate"),
    (r"(?:contract )?cancell?ations?(?: rate)?", "cancellation_rate"),
    (r"time to attach|how long until attach", "time_to_attach"),
    (r"incremental(?: attach)?|uplift|hold-?outs?", "incremental_attach"),
    (r"net attach(?: rate)?", "net_attach"),
    (r"value attach(?: rate)?|covered value|value covered", "value_attach"),
    (r"(?:contract )?leak(?:age|s|ing)?|leaked", "leakage"),
    (r"order attach(?: rate)?", "order_attach"),
    (r"account attach(?: rate)?", "account_attach"),
    (r"partner attach(?: rate)?", "partner_attach"),
    (r"(?:point[- ]of[- ]sale|pos) attach(?: rate)?|point[- ]of[- ]sale|pos", "pos_attach"),
    (r"units? attach(?: rate)?|attach(?:ment)? rate|attach", "units_attach"),
    (r"coverage(?: rate)?|covered", "coverage"),
    (r"conversions?(?: rate)?|acceptance rate", "conversion"),
    (r"funnel", "funnel"),
    (r"decline reasons?|declines?|declined|reasons for no|why no", "declines"),
)
_DIMENSIONS: Mapping[str, str] = {
    r"product famil(?:y|ies)|famil(?:y|ies)": "family",
    r"products?|skus?": "sku",
    r"regions?": "region",
    r"segments?": "segment",
    r"partner types?|types? of partner": "type",
    r"partner tiers?|tiers?": "tier",
    r"partners?": "partner",
    r"accounts?|customers?": "account",
    r"technicians?|persons?|people|person": "technician",
    r"plays?|offer types?|kinds? of offer": "play",
    r"months?|monthly": "month",
    r"quarters?|quarterly": "quarter",
    r"years?|yearly": "year",
    r"reasons?": "reason",
    r"stages?": "stage",
    r"channels?|how it was sold": "channel",
    r"arms?": "arm",
}
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_DAY = r"(\d{4}-\d{2}-\d{2})"
NOISE = frozenset({
    "a", "an", "and", "are", "at", "attache", "be", "compared", "current", "currently", "did", "do",
    "does", "far", "figure", "figures", "for", "give", "have", "how", "in", "is", "it", "like", "list",
    "look", "looking", "me", "much", "my", "now", "of", "on", "our", "ours", "over", "please", "rate",
    "report", "show", "so", "tell", "the", "their", "them", "there", "to", "today", "us", "was", "we",
    "were", "what", "what's", "whats", "which", "with", "your",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class FigureRequest:
    """What was asked. `only` are values of dimensions to keep; `unread` the words that mean nothing here."""

    metric: str
    by: tuple[str, ...] = ()
    date_from: date | None = None
    date_to: date | None = None
    as_of: date | None = None
    only: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()


def read_figure_request(
    text: str, *, today: date, values: Mapping[str, Iterable[tuple[str, str]]] | None = None
) -> FigureRequest | None:
    """Return what the text asks for, or None when it names no metric.

    `values` are the known values of dimensions as (how people write it, the value): "in South", "for Aurora".
    Without a period a metric of a window looks at the last ninety days.
    """
    rest = " " + re.sub(r"[?!,;:]+", " ", text.casefold()) + " "
    rest, by = take_dimensions(rest)
    rest, as_of = _take_as_of(rest)
    rest, period = _take_period(rest, as_of or today)
    rest, metric = take_metric(rest)
    if metric is None:
        return None
    rest, only = take_values(rest, values or {})
    found = METRIC_TABLE[metric]
    if period is None and found.is_windowed:
        last = as_of or today
        period = (last - timedelta(days=DEFAULT_DAYS - 1), last)
    if metric == "funnel" and not by:
        by = ("stage",)
    if metric == "declines" and not by:
        by = ("reason",)
    unread = tuple(word for word in re.findall(r"[\w'-]+", rest) if word not in NOISE)
    first, last_day = period or (None, None)
    if not found.is_windowed and "month" not in by and last_day is not None:
        # A figure of a day is asked for as it was when the period ended.
        as_of = as_of or min(last_day, today)
        first, last_day = None, None
    return FigureRequest(metric, by, first, last_day, as_of, only, unread)


def take_dimensions(text: str) -> tuple[str, tuple[str, ...]]:
    """Read "by region and tier" and "monthly"."""
    one = "|".join(_DIMENSIONS)
    by: list[str] = []

    def note(match: re.Match[str]) -> str:
        for word in re.findall(rf"\b(?:{one})\b", match[1]):
            name = next(name for pattern, name in _DIMENSIONS.items() if re.fullmatch(pattern, word))
            if name not in by:
                by.append(name)
        return " "

    between = r"\s*(?:\band\b|\bby\b|/|\+|&|\s)\s*(?:by\s+)?"
    phrase = rf"\b(?:by|per|split by|for each)\s+((?:{one})(?:{between}(?:{one}))*)\b"
    rest = re.sub(phrase, note, text)
    rest = re.sub(r"\b(monthly|quarterly|yearly)\b", note, rest)
    return rest, tuple(by)


def _take_as_of(text: str) -> tuple[str, date | None]:
    match = re.search(rf"\bas (?:of|at)\s+{_DAY}", text)
    found = _read_day(match[1]) if match else None
    if match is None or found is None:
        return text, None
    return text[: match.start()] + " " + text[match.end() :], found


def take_metric(text: str) -> tuple[str, str | None]:
    """Read the metric that is named first in the table of names; return the rest of the text with it."""
    for pattern, metric in _METRICS:
        match = re.search(rf"(?<![\w-])(?:{pattern})(?![\w-])", text)
        if match:
            return text[: match.start()] + " " + text[match.end() :], metric
    return text, None


def take_values(text: str, values: Mapping[str, Iterable[tuple[str, str]]]) -> tuple[str, dict[str, str]]:
    """Read "in South" and "for Aurora": the longest of the known values first."""
    known = sorted(
        (
            (written.casefold(), name, value)
            for name, pairs in values.items()
            for written, value in pairs
            if written
        ),
        key=lambda one: -len(one[0]),
    )
    only: dict[str, str] = {}
    for written, name, value in known:
        found = re.search(rf"(?<![\w-]){re.escape(written)}(?![\w-])", text)
        if found and name not in only:
            only[name] = value
            text = text[: found.start()] + " " + text[found.end() :]
            text = re.sub(r"\b(?:region|segment|tier|family|partners?|accounts?)\b", " ", text)
    return text, only


Period = tuple[date | None, date]


def _take_period(text: str, today: date) -> tuple[str, Period | None]:
    for pattern, read in _PERIODS:
        match = re.search(rf"(?<![\w-])(?:in |for |during |over |the )*(?:{pattern})(?![\w-])", text)
        period = read(match, today) if match else None
        if match is not None and period is not None:
            return text[: match.start()] + " " + text[match.end() :], period
    return text, None


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _between(match: re.Match[str], _today: date) -> Period | None:
    first, last = (_read_day(part) for part in match.groups() if part is not None)
    return (first, last) if first and last and first <= last else None


def _since(match: re.Match[str], today: date) -> Period | None:
    first = _read_day(match[1] or match[2])
    return (first, today) if first and first <= today else None


def _relative(match: re.Match[str], today: date) -> Period | None:
    is_last, unit = match[1] != "this", match[2]
    if unit == "week":
        monday = today - timedelta(days=today.weekday())
        return (monday - timedelta(days=7), monday - timedelta(days=1)) if is_last else (monday, today)
    length = {"month": 1, "quarter": 3, "year": 12}[unit]
    first = today.replace(day=1)
    first = first_of_months_ago(first, (first.month - 1) % length)
    if not is_last:
        return first, today
    return first_of_months_ago(first, length), first - timedelta(days=1)


def _last_so_many(match: re.Match[str], today: date) -> Period | None:
    count = int(match[1])
    if not 1 <= count <= 3660:
        return None
    if match[2].startswith("day"):
        return today - timedelta(days=count - 1), today
    if match[2].startswith("week"):
        return today - timedelta(days=7 * count - 1), today
    months = count * {"month": 1, "quarter": 3, "year": 12}[match[2].rstrip("s")]
    return (
        (first_of_months_ago(today, months) + timedelta(days=today.day - 1), today) if months <= 240 else None
    )


def _quarter(match: re.Match[str], today: date) -> Period | None:
    year = int(match[2] or today.year)
    first = date(year, 3 * int(match[1]) - 2, 1)
    return first, month_end(first_of_months_ago(first, -2))


def _month(match: re.Match[str], today: date) -> Period | None:
    number = next(index for index, name in enumerate(MONTHS, start=1) if name[:3] == match[1][:3])
    year = int(match[2]) if match[2] else today.year - (number > today.month)
    return date(year, number, 1), month_end(date(year, number, 1))


def _year(match: re.Match[str], _today: date) -> Period | None:
    return date(int(match[1]), 1, 1), date(int(match[1]), 12, 31)


def _year_to_date(_match: re.Match[str], today: date) -> Period | None:
    return today.replace(month=1, day=1), today


def _always(_match: re.Match[str], today: date) -> Period | None:
    return None, today


_PERIODS = (
    (rf"from {_DAY} (?:to|until|till|through) {_DAY}|between {_DAY} and {_DAY}", _between),
    (rf"since {_DAY}|from {_DAY}", _since),
    (r"(this|last|previous) (week|month|quarter|year)", _relative),
    (r"(?:last|past) (\d{1,4}) (days?|weeks?|months?|quarters?|years?)", _last_so_many),
    (r"q([1-4])(?:[ -]*(20\d\d))?", _quarter),
    (rf"({'|'.join(rf'{name}|{name[:3]}' for name in MONTHS)})(?: (20\d\d))?", _month),
    (r"(20\d\d)", _year),
    (r"year to date|ytd", _year_to_date),
    (r"ever|all time|of all time", _always),
)
