"""Reading a question about a figure: which metric, by what, of whom, over which period. Pure; by rules alone."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from bot.figures.aspects import MOVED, RESTATED, take_aspect
from bot.figures.comparing import Span, Versus, spell_sides, take_ago, take_versus
from bot.figures.periods import Period, take_as_of, take_period
from bot.figures.phrasing import restate, spell_value, unmark
from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.grouping import PERIODS
from offers.metrics.kinds import STANDING
from offers.metrics.periods import first_of_months_ago

DEFAULT_DAYS = 90

# The longer phrase first: "renewal value" is no "renewal".
_METRICS: Sequence[tuple[str, str]] = (
    (r"first[- ]renewals?(?: rate)?", "first_renewal_rate"),
    (r"(?:value of )?renewals? (?:value|revenue)|renewed (?:value|revenue)|value renewed", "renewal_value"),
    (r"renewals?(?: rate)?|renewed", "renewal_rate"),
    (
        r"(?:contract )?cancell?ations?(?: rate)?|contracts? (?:that were |were |got )?cancell?ed|"
        r"cancell?ed contracts?|churn(?:ed)?(?: rate)?",
        "cancellation_rate",
    ),
    (r"(?:median )?(?:time to attach|how long until attach)", "time_to_attach"),
    (r"incremental(?: attach)?|uplift|hold-?outs?", "incremental_attach"),
    (r"net attach(?: rate)?", "net_attach"),
    (r"value attach(?: rate)?|attach value|covered value|value covered", "value_attach"),
    (r"(?:contract )?leak(?:age|s|ing)?|leaked", "leakage"),
    (r"(?:attach(?:ment)? )?margins?(?: rate)?", "margin"),
    (r"order attach(?: rate)?", "order_attach"),
    (r"account attach(?: rate)?", "account_attach"),
    (r"partner attach(?: rate)?", "partner_attach"),
    (r"(?:point[- ]of[- ]sale|pos) attach(?: rate)?|point[- ]of[- ]sale|pos", "pos_attach"),
    (
        r"(?:gross |bad |poor |weak )*(?:units? attach(?: rate)?|attach(?:ment)? rate|attach)|attached units|"
        r"(?:sold )?(?:add[- ]?ons?|accessories)(?: (?:that we |we )?(?:sold|sales|attached))?",
        "units_attach",
    ),
    (
        r"(?:(?:percentage|percent|share|%|how many) (?:of )?)?(?:our |the )?(?:machines|assets) (?:that are |are )?"
        r"(?:covered|under contract)|coverage(?: rate)?|covered",
        "coverage",
    ),
    (r"(?:conversion |sales )?funnel", "funnel"),
    (r"conversions?(?: rate)?|acceptance rate", "conversion"),
    (r"decline reasons?|declined offers|declines?|declined|reasons for no|why no", "declines"),
)
_DIMENSIONS: Mapping[str, str] = {
    r"product famil(?:y|ies)|famil(?:y|ies)": "family",
    r"products?|skus?": "sku",
    r"regions?": "region",
    r"segments?": "segment",
    r"partner types?|types? of partner|types?": "type",
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
NOISE = frozenset({
    "a", "an", "and", "are", "at", "attache", "be", "compared", "current", "currently", "did", "do",
    "does", "far", "figure", "figures", "for", "give", "have", "how", "in", "is", "it", "like", "list",
    "look", "looking", "me", "much", "my", "now", "of", "on", "our", "ours", "over", "please", "rate",
    "report", "show", "so", "tell", "the", "their", "them", "there", "to", "today", "trend", "us", "was", "we",
    "were", "what", "what's", "whats", "which", "with", "your",
})  # fmt: skip


Values = Mapping[str, Iterable[tuple[str, str]]]
"""The known values of dimensions as (how people write it, the value): "in South", "for Aurora"."""

_DIRECTIONS = frozenset({
    "bad", "better", "between", "change", "changed", "decline", "declined", "declining", "decrease", "decreased",
    "decreasing", "difference", "down", "drop", "dropped", "dropping", "fall", "fallen", "falling", "fell", "go",
    "going", "gone", "good", "grew", "grow", "grown", "has", "high", "higher", "improved", "improving", "increase",
    "increased", "increasing", "low", "lower", "poor", "rise", "risen", "rising", "rose", "slip", "slipped", "such",
    "sunk", "that", "this", "up", "weak", "worse",
})  # fmt: skip
_RANKS = frozenset({
    "best", "bottom", "by", "compare", "doing", "good", "has", "highest", "leading", "least", "lowest", "most",
    "poorest", "ranked", "ranking", "sorted", "strongest", "top", "weakest", "who", "worst",
})  # fmt: skip
_AIMS = frozenset({"doing", "goal", "goals", "going", "how's", "many", "on", "target", "targets", "track"})
_GROUPED = frozenset({"region", "segment", "tier", "partner", "technician", "family", "sku"})
_UNTOLD = r"revenues?|profits?|earnings"
_TREND_MONTHS = 12
_SIDE_BY_SIDE = 6


@dataclass(frozen=True, slots=True)
class FigureRequest:
    """What was asked. `only` are values of dimensions to keep; `unread` the words that mean nothing here.

    `among` are the values of the first dimension that are set side by side. `aspect` is what is asked beside the
    rate: why it moved, how many units, what is left uncovered, which customers. `untold` is the word for an amount that
    no figure tells. `begins` is the first day of a period that lies wholly ahead, else None. `versus` are two windows
    that are set against each other, the earlier first.
    """

    metric: str
    by: tuple[str, ...] = ()
    date_from: date | None = None
    date_to: date | None = None
    as_of: date | None = None
    only: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    among: tuple[str, ...] = ()
    aspect: str = ""
    untold: str = ""
    begins: date | None = None
    versus: tuple[Span, Span] | None = None


def read_figure_request(text: str, *, today: date, values: Values | None = None) -> FigureRequest | None:
    """Return what the text asks for, or None when it names no metric.

    Without a period a metric of a window looks at the last ninety days.
    """
    known = values or {}
    rest = restate(text, today=today, names=(written for pairs in known.values() for written, _ in pairs))
    rest, aspect = take_aspect(rest)
    is_trend = " trend " in rest
    rest, by = take_dimensions(rest)
    if aspect == RESTATED and " as of " not in rest:
        rest = re.sub(r"\b(?:since|on) (?=\d{4}-)", "as of ", rest)
    rest, as_of = take_as_of(spell_sides(rest, today))
    rest, period = take_period(rest, as_of or today)
    rest, metric, untold = _take_metric(rest)
    if metric is None and period is None:
        return None
    # Two windows and no other word are about the figure of figures.
    is_named, metric = metric is not None, metric or "units_attach"
    found = METRIC_TABLE[metric]
    rest, only, among = _take_parts(rest, known)
    rest, period, versus = _take_windows(rest, period, found.is_windowed, as_of or today)
    if versus is not None and versus.unit in found.all_dimensions and aspect != MOVED:
        period, by = versus.span, (*by, str(versus.unit))
    if aspect == MOVED and found.is_staged | (metric == "declines"):
        rest += " why"
    if among:
        by = (among[0], *(name for name in by if name != among[0]))
    rest, by = _take_groups(rest, by, found.dimensions)
    period = period or _usual_period(found.is_windowed, is_trend=is_trend, today=as_of or today)
    by = by or {"funnel": ("stage",), "declines": ("reason",)}.get(metric, ())
    noise = NOISE | _AIMS | (_DIRECTIONS if aspect == MOVED or versus else set()) | (_RANKS if by else set())
    if period is not None and re.search(r"\bend of\b", rest) and not found.is_windowed:
        noise |= {"end", "by"}
    unread = tuple(word for word in re.findall(r"[\w'-]+", rest) if word not in noise)
    if not is_named and (unread or versus is None):
        return None
    first, last_day = period or (None, None)
    begins = next((day for day in (first, as_of) if day is not None and day > today), None)
    if not found.is_windowed and not set(PERIODS) & set(by) and last_day is not None:
        # A figure of a day is asked for as it was when the period ended.
        as_of = as_of or min(last_day, today)
        first, last_day = None, None
    if last_day is not None and (aspect == RESTATED or (versus is not None and metric in STANDING)):
        as_of = as_of or min(last_day, today)
    return FigureRequest(
        metric, by, first, last_day, as_of, only, unread,
        among=among[1] if among else (), aspect=aspect, untold=untold, begins=begins,
        versus=(versus.before, versus.after) if versus is not None else None,
    )  # fmt: skip


def _take_windows(
    text: str, period: Period | None, is_windowed: bool, today: date
) -> tuple[str, Period | None, Versus | None]:
    """Read what a period is set against, or without a period how long ago it was."""
    usual = _usual_period(is_windowed, is_trend=False, today=today) or (today, today)
    rest, versus = take_versus(text, period, today=today, usual=usual)
    if versus is not None:
        return rest, versus.after, versus
    if period is None:
        rest, period = take_ago(rest, usual)
    return rest, period, None


def _take_metric(text: str) -> tuple[str, str | None, str]:
    """Read the metric, and the word that leaves open which of several is meant, "" where none does."""
    untold = re.search(rf"\b(?:{_UNTOLD})\b", text)
    rest, metric = take_metric(text)
    if untold is None:
        return rest, metric, ""
    if metric is None:
        return re.sub(rf"\b(?:{_UNTOLD}|from)\b", " ", rest), "units_attach", untold[0]
    return rest, metric, untold[0] if re.search(rf"\b(?:{_UNTOLD})\b", rest) else ""


def _usual_period(is_windowed: bool, *, is_trend: bool, today: date) -> Span | None:
    if is_trend:
        return first_of_months_ago(today, _TREND_MONTHS - 1), today
    return (today - timedelta(days=DEFAULT_DAYS - 1), today) if is_windowed else None


def _take_groups(text: str, by: tuple[str, ...], dimensions: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Read "which partner", "top regions" and "partners": a group that is named is one to split by."""
    for pattern, name in _DIMENSIONS.items():
        if name in _GROUPED and name in dimensions:
            found = re.search(rf"\b(?:{pattern})\b", text)
            if found:
                text = re.sub(rf"\btop \d+\b|\b(?:{pattern})\b", " ", text)
                by = by if name in by else (*by, name)
    return text, by


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


def take_metric(text: str) -> tuple[str, str | None]:
    """Read the metric that is named first in the table of names; return the rest of the text with it."""
    text = f" {' '.join(text.split())} "
    for pattern, metric in _METRICS:
        match = re.search(rf"(?<![\w-])(?:{pattern})(?![\w-])", text)
        if match:
            return text[: match.start()] + " " + text[match.end() :], metric
    return text, None


def take_values(text: str, values: Values) -> tuple[str, dict[str, str]]:
    """Read "in South" and "for Aurora": the longest of the known values first."""
    text, found, _ = _find_values(text, values)
    return text, {name: kept[0] for name, kept in found.items()}


def _take_parts(text: str, values: Values) -> tuple[str, dict[str, str], tuple[str, tuple[str, ...]] | None]:
    """Read values, and "Central vs South": several of one dimension are set side by side."""
    rest, found, places = _find_values(text, values, at_most=_SIDE_BY_SIDE)
    several = next(((name, tuple(kept)) for name, kept in found.items() if len(kept) > 1), None)
    if several is not None:
        # What stands outside of them sets two windows against each other.
        first, last = places[several[1][0]], places[several[1][-1]]
        between = re.sub(r"\b(?:vs|versus|against|than)\b", " ", rest[first:last])
        rest = re.sub(r"\b(?:between|compare|comparison|or)\b", " ", rest[:first] + between + rest[last:])
    only = {name: kept[0] for name, kept in found.items() if len(kept) == 1}
    return rest, only, several


def _find_values(
    text: str, values: Values, *, at_most: int = 1
) -> tuple[str, dict[str, list[str]], dict[str, int]]:
    known = sorted(
        (
            (plain, name, value)
            for name, pairs in values.items()
            for written, value in pairs
            if (plain := " ".join(unmark(written).split()))
        ),
        key=lambda one: -len(one[0]),
    )
    found: dict[str, list[str]] = {}
    places: dict[str, int] = {}
    for written, name, value in known:
        match = re.search(rf"(?<![\w-]){spell_value(written, name)}(?![\w-])", text)
        if match and len(found.get(name, ())) < at_most:
            found.setdefault(name, []).append(value)
            places[value] = match.start()
            # Blanks of the same length: the values keep the order in which they were written.
            text = text[: match.start()] + " " * len(match[0]) + text[match.end() :]
    if found:
        groups = r"\b(?:regions?|segments?|tiers?|famil(?:y|ies)|partners?|accounts?)\b"
        text = re.sub(groups, lambda match: " " * len(match[0]), text)
    return text, {name: sorted(kept, key=places.__getitem__) for name, kept in found.items()}, places
