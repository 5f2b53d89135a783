"""Reading a question for a list: value without cover, renewals at risk, add-ons, needs. Pure; by rules alone."""

import re

from bot.figures.asking import NOISE
from bot.views.payloads import ListName, ListRef
from offers.steering.opportunities import Kind

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
_THINGS = r"(?:add-?ons?|products?|accessories|plans?)"
_INSIGHTS = (
    (
        rf"affinit(?:y|ies)|what goes with what|(?:which |what )?{_THINGS} (?:that )?(?:are |go |goes |sell )?"
        rf"(?:bought |sold )?(?:together|with (?:which|what)(?: {_THINGS})?)|"
        rf"(?:which |what )?{_THINGS} (?:do )?customers (?:buy|own) together",
        ListName.AFFINITY,
    ),
    (
        rf"(?:unanswered |unmet |customers?'? |product )?needs|what (?:do |does |are )?(?:our |the )?{_THINGS} "
        r"(?:lack|lacks|lacking|miss|missing)",
        ListName.NEEDS,
    ),
)
_BY = re.compile(r"\b(?:by|per) (product famil(?:y|ies)|famil(?:y|ies)|products?|skus?)\b")
_MORE_NOISE = frozenset({
    "all", "any", "contracts", "customers", "due", "end", "eur", "euro", "euros", "machines", "money", "next", "risk",
    "soon", "that", "value",
})  # fmt: skip


def read_insight_request(text: str) -> ListRef | None:
    """Return whether a text asks what goes together or what products lack, or None: every word has to be understood."""
    rest = " " + " ".join(re.sub(r"[?!.,;:]+", " ", text.casefold()).split()) + " "
    by = _BY.search(rest)
    if by is not None:
        rest = f"{rest[: by.start()]} {rest[by.end() :]}"
    for pattern, name in _INSIGHTS:
        found = re.search(rf"(?<![\w-])(?:{pattern})(?![\w-])", rest)
        if found and (by is None or name is ListName.NEEDS):
            words = re.findall(r"[\w'-]+", rest[: found.start()] + " " + rest[found.end() :])
            is_of_products = by is not None and "famil" not in by[1]
            ref = ListRef(name=name, by="sku" if is_of_products else "family")
            return ref if all(word in NOISE for word in words) else None
    return None


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
