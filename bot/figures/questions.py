"""What a text asks for: a figure, one to come, a list, where targets stand; or it is no question about figures."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.figures.asking import NOISE, FigureRequest, Values, read_figure_request, take_values
from bot.figures.asking_ahead import ForecastRequest, read_forecast_request
from bot.figures.aspects import UNCOVERED
from bot.figures.both import read_two_figures
from bot.figures.lists import read_insight_request, read_list_request
from bot.figures.phrasing import restate
from bot.figures.signals import is_about_figures
from bot.views.payloads import ListRef
from offers.steering.opportunities import Kind

LONGEST = 160

_TARGETS = r"targets?|goals?|quotas?"
_ON_THE_WAY = frozenset({
    "achieve", "achieved", "all", "away", "be", "can", "from", "go", "going", "hit", "hitting", "make", "making",
    "meet", "meeting", "met", "missed", "missing", "on", "progress", "reach", "reaching", "see", "stand", "standing",
    "this", "towards", "track", "where", "will", "year", "years",
})  # fmt: skip
_MANUAL = re.compile(r"^\s*(?:the )?(?:manuals?|documents?|handbuch)\b", re.IGNORECASE)


class Subject(StrEnum):
    """What a text is about.

    `LIST` is of machines, `INSIGHT` of products. `UNCLEAR` is about a figure and not wholly understood, `AHEAD` about
    one of days to come.
    """

    FIGURE = "figure"
    FORECAST = "forecast"
    LIST = "list"
    INSIGHT = "insight"
    TARGETS = "targets"
    UNCLEAR = "unclear"
    AHEAD = "ahead"
    DOCUMENTS = "documents"


@dataclass(frozen=True, slots=True)
class Sorted:
    """A text with what was understood of it; of what is unclear the figure is what the rest of the words ask for.

    `other` is a second figure that is asked for at once.
    """

    subject: Subject
    figure: FigureRequest | None = None
    other: FigureRequest | None = None
    forecast: ForecastRequest | None = None
    kind: Kind | None = None
    insight: ListRef | None = None

    @property
    def unread(self) -> tuple[str, ...]:
        """The words that mean nothing for a figure."""
        if self.forecast is not None:
            return self.forecast.unread
        return self.figure.unread if self.figure is not None else ()


def sort_question(text: str, *, today: date, values: Values | None = None) -> Sorted:
    """Return what a text asks for. What starts with "manual" goes to the documents whatever it says."""
    if len(text) > LONGEST or _MANUAL.match(text):
        return Sorted(Subject.DOCUMENTS)
    known = values or {}
    plain = restate(text, today=today, names=(one for pairs in known.values() for one, _ in pairs))
    listed = _read_list(plain)
    if listed is not None:
        return listed
    if _asks_for_targets(plain):
        return Sorted(Subject.TARGETS)
    forecast = read_forecast_request(text, today=today, values=known)
    if forecast is not None and not forecast.unread:
        return Sorted(Subject.FORECAST, forecast=forecast)
    figure = read_figure_request(text, today=today, values=known)
    if figure is not None and not figure.unread and not figure.untold:
        return Sorted(Subject.AHEAD if figure.begins else Subject.FIGURE, figure=figure)
    has_value = bool(take_values(plain, known)[1])
    is_ours = is_about_figures(plain, has_value=has_value) or _is_of_the_fleet(figure)
    both = read_two_figures(plain, today=today, values=known)
    figure, other = both or (figure, None)
    subject = Subject.UNCLEAR if is_ours else Subject.DOCUMENTS
    return Sorted(subject, figure=figure, forecast=forecast if both is None else None, other=other)


def _read_list(plain: str) -> Sorted | None:
    kind, insight = read_list_request(plain), read_insight_request(plain)
    if kind is not None:
        return Sorted(Subject.LIST, kind=kind)
    return Sorted(Subject.INSIGHT, insight=insight) if insight is not None else None


def _is_of_the_fleet(figure: FigureRequest | None) -> bool:
    return figure is not None and figure.aspect == UNCOVERED


def _asks_for_targets(plain: str) -> bool:
    words = re.findall(r"[\w'-]+", plain)
    rest = [word for word in words if not re.fullmatch(_TARGETS, word)]
    return len(rest) < len(words) and all(word in NOISE | _ON_THE_WAY for word in rest)
