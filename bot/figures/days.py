"""Days that a question names by the week: "last Monday", "on Friday", "as of yesterday". Pure; by rules alone."""

import re
from datetime import date, timedelta

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NAMED = "|".join(_WEEKDAYS)
_BOUNDS = r"as of|as at|since|from|to|until|till|through|between|and"
_HAPPENING = re.compile(r"\b(?:sell|sells|sold|sales|cancel\w*|churned|renewed|how many)\b")
"""What is asked of these happened on a day; of anything else it is asked what the figure was on it."""


def name_days(text: str, today: date) -> str:
    """Return the text with weekdays and yesterday as 2026-06-30 where they bound a period or say what day is meant.

    "Last Monday" is before today, "on Monday" and "since Monday" may be today. A figure of last Monday is as it was
    known then.
    """

    def bound(match: re.Match[str]) -> str:
        return f"{match[1]} {_find_day(match[2], match[3], today)}"

    text = re.sub(rf"\b({_BOUNDS}) (?:the )?(?:(last|past|previous) )?({_NAMED}|yesterday)\b", bound, text)
    text = re.sub(
        rf"\bon (?:(last|past|previous) )?({_NAMED})\b", lambda m: f"on {_find_day(m[1], m[2], today)}", text
    )
    lead = "on" if _HAPPENING.search(text) else "as of"
    return re.sub(
        rf"\b(last|past|previous) ({_NAMED})\b", lambda m: f"{lead} {_find_day(m[1], m[2], today)}", text
    )


def _find_day(last: str | None, named: str, today: date) -> date:
    """Return the latest such day, with `last` the latest before today."""
    if named == "yesterday":
        return today - timedelta(days=1)
    days = (today.weekday() - _WEEKDAYS.index(named)) % 7
    return today - timedelta(days=days or (7 if last else 0))
