"""The service at hand: its kind, what was said about it, and which parts it names."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """A service call as it stands now.

    Attributes:
        work_order_type: The customer's own word for the kind of work; None when it is unknown.
        texts: What is known of the fault: the work order's summary, and what was talked about on the call.
        parts: Part numbers that are known to be used; those that stand in the texts need not be repeated.
    """

    work_order_type: str | None = None
    texts: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()

    def keep_matches(self, phrases: Iterable[str], parts: Iterable[str]) -> "ServiceFacts":
        """Return the service with those of the phrases and parts that it is about, and nothing else that was said."""
        return ServiceFacts(
            self.work_order_type,
            tuple(sorted({phrase for phrase in phrases if self.is_about(phrase)})),
            tuple(sorted({part for part in parts if self.names_part(part)})),
        )

    def is_about(self, phrase: str) -> bool:
        """Return whether the words of the phrase stand in one of the texts, side by side and in this order.

        Capitals don't matter, nor does an English plural: "filter" is found in "Filters at 280 Pa".
        """
        wanted = [_stem(word) for word in _words(phrase)]
        if not wanted:
            return False
        return any(_holds([_stem(word) for word in _words(text)], wanted) for text in self.texts)

    def names_part(self, part: str) -> bool:
        """Return whether the part number was used or stands in a text, with or without its dashes and blanks.

        "P-100" is found in "changed P100" and "p 100", never in "P-1001" or "XP-100".
        """
        runs = re.findall(r"[^\W\d_]+|\d+", part)
        if not runs:
            return False
        spelled = r"[\W_]?".join(re.escape(run) for run in runs)
        pattern = re.compile(rf"(?<![^\W_])(?<![^\W_]-){spelled}(?!-?[^\W_])", re.IGNORECASE)
        return any(pattern.search(text) for text in (*self.texts, *self.parts))


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _holds(words: list[str], wanted: list[str]) -> bool:
    return any(words[start : start + len(wanted)] == wanted for start in range(len(words)))


def is_same_name(name: str | None, entries: Iterable[str]) -> bool:
    """Return whether a name is one of the entries; capitals and blanks around it don't matter."""
    return name is not None and name.strip().casefold() in {entry.strip().casefold() for entry in entries}
