"""The closed word lists of the import files and of the ledger."""

import re
import unicodedata
from enum import StrEnum


class ProductKind(StrEnum):
    """What a product is to the attach rate: core carries, attach and service ride, a bundle is expanded."""

    CORE = "core"
    ATTACH = "attach"
    SERVICE = "service"
    BUNDLE = "bundle"


class RelationType(StrEnum):
    """How an attachable product relates to a core product."""

    ACCESSORY = "accessory"
    CROSS_SELL = "cross_sell"
    UP_SELL = "up_sell"
    SERVICE = "service"
    SUBSTITUTE = "substitute"


class AssetStatus(StrEnum):
    """Where a machine stands in its life, or that it is a competitor's."""

    ACTIVE = "active"
    RETIRED = "retired"
    COMPETITOR = "competitor"


class ContractStatus(StrEnum):
    """The customer's own word for a contract; whether it covers a day: see `offers.installed_base.coverage`."""

    DRAFT = "draft"
    ACTIVE = "active"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Role(StrEnum):
    """What a person may do."""

    TECHNICIAN = "technician"
    PARTNER = "partner"
    MANAGER = "manager"
    CHANNEL_MANAGER = "channel_manager"
    MARKETING = "marketing"
    EXPERT = "expert"
    ADMIN = "admin"


class Play(StrEnum):
    """A kind of offer."""

    RENEWAL = "renewal"
    COVERAGE_GAP = "coverage_gap"
    WARRANTY_END = "warranty_end"
    ADD_ON = "add_on"
    UPGRADE = "upgrade"
    WIN_BACK = "win_back"
    BUNDLE = "bundle"


class OfferEventType(StrEnum):
    """What can happen to an offer; every one is a new row in the ledger."""

    SURFACED = "surfaced"
    VIEWED = "viewed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    SNOOZED = "snoozed"
    EXPIRED = "expired"
    BOOKED = "booked"
    CANCELLED = "cancelled"
    RETURNED = "returned"
    REVERSED = "reversed"


class QuoteStatus(StrEnum):
    """A quote that was sent to be read, or the one that a customer said yes to."""

    OFFERED = "offered"
    ACCEPTED = "accepted"


class DiscountDecision(StrEnum):
    """What became of a request; it lapses when the offer it was about is no longer the one that stands."""

    APPROVED = "approved"
    REFUSED = "refused"
    LAPSED = "lapsed"


class RuleStatus(StrEnum):
    """An offer rule is read by the engine only while it is approved."""

    DRAFT = "draft"
    APPROVED = "approved"
    ARCHIVED = "archived"


class Source(StrEnum):
    """Who wrote a row: an import of the customer's files, or an acceptance in Attaché."""

    IMPORT = "import"
    OWN = "own"


class Origin(StrEnum):
    """From where something was written."""

    THREAD = "thread"
    HOME = "home"
    COMMAND_LINE = "command_line"
    IMPORT = "import"


_CALL_OUT_WORDS = frozenset(
    [
        "breakdown",
        "call",
        "callout",
        "corrective",
        "emergency",
        "failure",
        "fault",
        "fix",
        "incident",
        "outage",
        "reactive",
        "repair",
        "repairs",
        "unplanned",
        "unscheduled",
        "avería",
        "averías",
        "averia",
        "averias",
        "correctivo",
        "correctiva",
        "emergencia",
        "fallo",
        "reparación",
        "reparacion",
        "urgencia",
        "correctif",
        "dépannage",
        "depannage",
        "panne",
        "réparation",
        "reparation",
        "urgence",
    ]
)
_CALL_OUT_STEMS = (
    "ausfall", "entstör", "entstoer", "instandsetzung", "notdienst", "notfall", "reparatur", "störung", "stoerung",
)  # fmt: skip
"""How German words begin that mean one, which go on: Reparaturauftrag, Störungsbehebung."""


def is_call_out(kind: str | None) -> bool:
    """Return whether a work order of this type was made because something failed; False for one without a type.

    The type is the customer's own word, in English, German, Spanish or French: `repair`, `Break/Fix`, `Corrective
    maintenance`, `Unscheduled` and `Störungsbehebung` are call-outs, `maintenance`, `inspection` and `commissioning`
    are planned work.
    """
    words = re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", kind or "").lower())
    return any(word in _CALL_OUT_WORDS or word.startswith(_CALL_OUT_STEMS) for word in words)


BAD_SERVICE = "bad_service"
"""The code of the ledger for a customer who is unhappy with our service."""

_UNHAPPY = re.compile(
    r"""
      \bbad_service\b
    | \b(?:unhapp|dissatisf|unsatisf|disappoint|unzufrieden|enttäusch|insatisf|descontent|decepcion|mécontent|déçu)
    | (?<!\bno\ )\b(?:complain|beschwer|quej)
    | (?:\bnot|n't|\bnicht|\bno|\bpas)\ (?:\w+\ )?(?:happy|satisf|zufrieden|content)
    | \b(?:bad|poor|slow|schlecht\w*|mal|mauvais)\ (?:\w+\ )?(?:service|support|servicio)
    """,
    re.VERBOSE | re.IGNORECASE,
)


def is_about_bad_service(reason: str | None) -> bool:
    """Return whether a reason in a person's own words, or its code, says that the customer is unhappy with us.

    In English, German, Spanish or French: "Not happy with the repairs", "unzufrieden mit dem Service". False for none.
    """
    return _UNHAPPY.search(unicodedata.normalize("NFC", reason or "")) is not None
