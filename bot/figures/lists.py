"""Reading a question for one of the lists: renewals at risk, value without cover. Pure; by rules alone."""

import re

from bot.figures.asking import NOISE
from offers.opportunities import Kind

_WHOSE = r"(?:machines |customers |accounts )?"
_LISTS = (
    (
        rf"white ?space|uncovered(?: value| machines)?|"
        rf"{_WHOSE}(?:without|with no|have no|has no) (?:an? |any )?(?:service )?(?:cover|contracts?)",
        Kind.UNCOVERED,
    ),
    (
        r"renewals? (?:at risk|due)|contracts? (?:at risk|due|(?:that )?(?:end|ending|expire|expiring))|"
        r"expiring contracts?",
        Kind.RENEWAL,
    ),
)
_MORE_NOISE = frozenset({
    "all", "any", "contracts", "customers", "due", "end", "eur", "euro", "euros", "machines", "money", "next", "risk",
    "soon", "that", "value",
})  # fmt: skip


def read_list_request(text: str) -> Kind | None:
    """Return which list a text asks for, or None: every word has to be understood."""
    rest = " " + re.sub(r"[?!.,;:]+", " ", text.casefold()) + " "
    # "Which contracts are due": the verb stands between what belongs together.
    rest = re.sub(r"\b(contracts?|renewals?|machines) (?:are|is|that are)\b", r"\1", rest)
    for pattern, kind in _LISTS:
        found = re.search(rf"(?<![\w-])(?:{pattern})(?![\w-])", rest)
        if found:
            words = re.findall(r"[\w'-]+", rest[: found.start()] + " " + rest[found.end() :])
            return kind if all(word in NOISE | _MORE_NOISE for word in words) else None
    return None
