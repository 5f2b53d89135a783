"""The numbers that each play reads from its rule: what they mean, what they are without one, and their bounds."""

from collections.abc import Mapping
from dataclasses import dataclass

from offers.vocabulary import Play


@dataclass(frozen=True, slots=True)
class Parameter:
    """A whole number of a rule, its unit in the name; both bounds are included."""

    name: str
    meaning: str
    default: int
    low: int
    high: int


def _term() -> Parameter:
    return Parameter(
        "term_months", "how long a new contract runs for the price in the price book", 12, 1, 120
    )


def _recently_ended() -> Parameter:
    return Parameter("recently_ended_days", "so long after its end a contract is still renewed", 30, 0, 365)


def _window(meaning: str, default: int) -> Parameter:
    return Parameter("window_days", meaning, default, 1, 730)


PARAMETERS: Mapping[Play, tuple[Parameter, ...]] = {
    Play.RENEWAL: (
        _window("from so long before a contract's end", 90),
        _recently_ended(),
        Parameter("notice_window_days", "from so long before the last day for notice", 30, 0, 365),
        _term(),
    ),
    Play.COVERAGE_GAP: (_recently_ended(), _term()),
    Play.WARRANTY_END: (_window("from so long before the end of the warranty", 60), _term()),
    Play.ADD_ON: (_term(),),
    Play.UPGRADE: (
        _window("from so long before a contract's end a higher plan is offered", 90),
        Parameter(
            "replace_min_age_days", "a machine this old is replaced by its successor", 1_825, 0, 20_000
        ),
        _term(),
    ),
    Play.WIN_BACK: (
        _recently_ended(),
        Parameter("since_max_days", "so long after its end a contract is won back", 730, 1, 20_000),
        _term(),
    ),
    Play.BUNDLE: (_term(),),
}


def complete_parameters(play: Play, given: Mapping[str, int]) -> dict[str, int]:
    """Return every parameter of the play, in order: as given, else its default; unknown ones are left out."""
    return {one.name: int(given.get(one.name, one.default)) for one in PARAMETERS[play]}
