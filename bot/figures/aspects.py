"""What is asked beside a rate: why it moved, how many were sold and by whom, whose contracts. Pure; by rules alone."""

import re
from collections.abc import Sequence

MOVED, SALES, SELLERS, UNCOVERED, CUSTOMERS = "moved", "sales", "sellers", "uncovered", "customers"
PARTNERS, RESTATED = "selling partners", "restated"

_MACHINES = r"(?:machines?|assets?|devices)"
_LACKING = (
    r"(?:are |have |do |is |has |that |which |still |we |in use )*"
    r"(?:without|with no|no|not under|not have|don't have|not covered|uncovered|lack|not)"
    r"(?: (?:an? |any |under )*(?:contracts?|cover(?:age)?|covered))?"
)
_WHO_OF_THEM = (
    r"(?:which|what|list(?: the)?|how many|number of) (?:of )?(?:our |the )?(?:customers?|accounts?|contracts?)"
    r"(?: have| has| had| that| who| did| were| was| are| got| been| we)*"
)
_CANCELLED = r"(?:cancell?ed|cancel|churned|churn)"
_SELLING = (
    r"(?:partners? )?(?:that |who )?(?:sells?|sold|attach(?:es|ed)?) (?:the )?(?:most|best)"
    r"(?: (?:of )?(?:our )?(?:add[- ]?ons?|accessories))?(?: units)?"
)
_ASPECTS: Sequence[tuple[str, str, str]] = (
    (
        rf"(?:how many|number of|count of|share of)(?: of)?(?: our| the)? {_MACHINES} {_LACKING}",
        UNCOVERED,
        "coverage",
    ),
    (rf"{_MACHINES} (?:without|with no) (?:an? )?(?:contracts?|cover(?:age)?)", UNCOVERED, "coverage"),
    (
        r"(?:how much|how many(?: add[- ]?ons?| units| accessories)?|what) (?:did|have|do) we (?:sell|sold)|"
        r"(?:our )?sales(?: figures| numbers)?(?! (?:funnel|rep))",
        SALES,
        "units attach",
    ),
    (rf"who {_SELLING}", SELLERS, "units attach by partner"),
    (rf"which {_SELLING}", PARTNERS, "units attach by partner"),
    (rf"(?:{_WHO_OF_THEM} |who (?:has |have )?){_CANCELLED}", CUSTOMERS, "churn"),
    (rf"(?:{_WHO_OF_THEM} |who (?:has |have )?)renewed", CUSTOMERS, "renewed"),
    # Other words may stand between them: "how many contracts were, this year, cancelled".
    (rf"{_WHO_OF_THEM}(?= (?:[\w-]+ ){{1,6}}cancell?ed)", CUSTOMERS, "contracts"),
    (rf"{_WHO_OF_THEM}(?= (?:[\w-]+ ){{1,6}}renewed)", CUSTOMERS, ""),
    (
        r"(?:contracts? (?:that were |were |got )?cancell?ed|cancell?ed contracts?)(?![\w -]* (?:by|per)\b)",
        CUSTOMERS,
        "churn",
    ),
    (r"restated?|(?:the )?restatement(?: of)?", RESTATED, ""),
    (r"what(?:'s| has| have)? changed?(?: (?:in|about|with|of|at))?(?=.* (?:since|as of) )", RESTATED, ""),
    (r"why(?! no\b)|what (?:has )?happened (?:to|with)|what's wrong with|how come", MOVED, ""),
    (
        r"(?:what (?:is|was|are) |what's )?(?:the )?(?:reasons?|cause) (?:for|of|behind) the "
        r"(?=drop|fall|rise|decrease|increase|decline)",
        MOVED,
        "",
    ),
    (
        r"improv(?:ing|ed)|(?:ris|fall|dropp|declin|grow|decreas|increas|slipp)ing|(?:going|gone|go) (?:up|down)|"
        r"getting (?:better|worse)",
        MOVED,
        "",
    ),
)


def take_aspect(text: str) -> tuple[str, str]:
    """Read the first aspect of the table that the text has; return the rest, in words for its metric, with it."""
    for pattern, aspect, stands_for in _ASPECTS:
        match = re.search(rf"(?<![\w-])(?:{pattern})(?![\w-])", text)
        if match:
            return f"{text[: match.start()]} {stands_for} {text[match.end() :]}", aspect
    return text, ""
