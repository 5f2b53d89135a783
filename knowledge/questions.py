"""Understanding a question: its length, its codes, and whether it leans on the one before."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from knowledge.language.code_words import CODE_WORDS, SHOWING, repair_announcements
from knowledge.language.codes import ASKED_NUMBER, CodeMention, question_codes
from knowledge.language.dates import asked_dates, set_dates_aside
from knowledge.language.folding import fold
from knowledge.language.glossary import read_in_english
from knowledge.language.remarks import read_remark
from knowledge.language.terms import STOP_WORDS, content_terms, is_foreign, words
from knowledge.language.unseen import strip_unseen

MAX_QUESTION_CHARACTERS = 2_000
MAX_PREVIOUS = 3
_CONTINUING = re.compile(r"^(?:and|but|so|or|also|what about|how about|und|aber|oder|y|pero|那|那么)\b")
_LEANING = re.compile(
    rf"{_CONTINUING.pattern}"
    r"|\b(?:it|its|that|this|those|these|them|they|one|ones|there|same|then|afterwards|next"
    r"|das|dies|diese[rmns]?|dafür|davon|damit|danach|eso|esto|ese|ello)\b",
    re.IGNORECASE,
)
_MAX_LEANING_TERMS = 4
# "Which torque?" is a piece of a question, "What are the filters and how many?" is one.
_MAX_FRAGMENT = 4
_WAY_QUESTION = re.compile(
    r"\b(?:steps?|procedure|sequence|order|instructions?|how (?:do|to|can|should)"
    r"|schritte?|reihenfolge|ablauf|pasos?)\b",
    re.IGNORECASE,
)
_MEANING_QUESTION = re.compile(
    r"\b(?:means?|meaning|stands? for|bedeutet|bedeutung|significa|signifie)\b|什么意思|含义", re.IGNORECASE
)
# "What can I check", "why", "possible causes": asked as a question, but for a way out of a fault.
_FAULT_QUESTION = re.compile(
    r"\bwhy\b|\bwhat (?:now|next|else|(?:can|could|should|do|must|might) (?:i|we|be|have)\b|to (?:do|check|try)"
    r"|causes?|is (?:causing|wrong)|makes?)|what's wrong|\b(?:possible|likely)? ?(?:causes?|reasons?)\b"
    r"|\b(?:fix|solve|cure|repair|clear|troubleshoot|diagnose|get rid of|find the (?:fault|cause|problem))\b"
    r"|\b(?:warum|wieso|weshalb|ursachen?|beheb\w+|was (?:tun|kann ich|soll ich|muss ich)|fehlersuche)\b"
    r"|\b(?:por qué|por que|qué hago|que hago|qué hacer|causas?|pourquoi|que faire|perch[eé]|cosa fare)\b"
    r"|为什么|怎么办|怎么处理|如何处理|如何解决|原因",
    re.IGNORECASE,
)
# A question for one fact; "does not start" is a report.
_PLAIN_QUESTION = re.compile(
    r"^\W*(?:and |so |but |und |y |et )?(?:what|which|when|where|who|whose|how"
    r"|(?:is|are|was|were|does|do|did|can|may|must|should|has|have|will)(?! ?n[o']?t\b)"
    r"|was|welche\w*|wie|wann|wo|wer|ist|sind|kann|darf|qué|cuál|cuánt\w+|dónde|quel\w*|combien|où)\b",
    re.IGNORECASE,
)
_TROUBLE = re.compile(
    r"\b(?:not|no|never|won'?t|doesn'?t|don'?t|isn'?t|can'?t|cannot|fails?|failed|failing|failure|faults?|faulty|errors?"
    r"|alarms?|trips?|tripped|stops?|stopped|stuck|blocked|dead|broken|leak\w*|nois[ey]\w*|loud|vibrat\w+|hums?|rattl\w+"
    r"|too (?:high|low|hot|cold|warm|small|big|loud|slow|fast)|overheat\w*|problem|trouble|issue|lock(?:s|ed) out"
    r"|nicht|kein\w*|defekt|störung|fehler|alarm|falla|fallo|avería|panne|défaut|guasto)\b|不|无法|故障|报警|异常",
    re.IGNORECASE,
)
# What can be asked of a fault without naming it again.
_FAULT_TERMS = frozenset(
    content_terms(
        "fix repair solve solution remedy cause reason reset clear check do serious dangerous urgent stop happens again"
        " first next beheben ursache quittieren reparar causa"
    )
)
_SMALL_TALK = frozenset(
    words(
        "hello hi hey there good morning afternoon evening day night thank thanks you so very much a lot many great"
        " perfect cool nice ok okay bye goodbye cheers danke schön vielen dank hallo guten tag morgen abend tschüss"
        " hola buenos días gracias adiós bonjour merci salut 你好 谢谢"
    )
)
_MAX_GREETING = 5
# Said for politeness: it is no part of what is asked.
_COURTESY = re.compile(
    r"\b(?:please|pls|thanks(?: a lot| in advance)?|thank you(?: very much| so much| in advance)?|kindly"
    r"|bitte|danke|vielen dank|por favor|gracias|merci|s'il (?:te|vous) pla[iî]t)\b[,.!]*"
    r"|^\W*(?:(?:good (?:morning|afternoon|evening|day)|hello|hi|hey|dear|guten (?:tag|morgen|abend)|hallo"
    r"|sehr geehrte\w*|buen[oa]s (?:días|tardes|noches)|hola|bonjour|bonsoir)\b"
    r"(?: (?:service|support|team|all|everyone|everybody|colleagues?|there|sirs?|madam|or|damen|herren|und"
    r"|kolleg\w+|a todos|équipe))*[,.!:]+)"
    r"|\b(?:(?:could|can|would|will) (?:you|u|someone|anyone|somebody) (?:kindly |please |be so kind (?:as )?to )?"
    r"(?:tell|let|explain|advise|inform|help|show)(?: (?:me|us))?(?: know)?"
    r"|i (?:would like|'d like|want|need|wanted) to (?:know|ask)|i was wondering|(?:do|would) you (?:happen to )?know"
    r"|(?:kannst|könnt|können|könnten) (?:du|ihr|sie) (?:mir|uns) (?:sagen|erklären)"
    r"|(?:me |nos )?pued[ea]s? (?:decirme|decirnos|decir|explicar|explicarme)"
    r"|pouvez-vous (?:me|nous) (?:dire|expliquer))\b,?",
    re.IGNORECASE,
)
# "How do I fix E07", "how do I clear it": the code is what is to be got rid of.
_CLEARING = re.compile(
    r"\b(?:fix|clear|reset|solve|cure|acknowledge|get rid of) (?:it|this|that|them|[a-z]{0,4}[- ]?\d+)\b",
    re.IGNORECASE,
)
_KIND_OF_CODE = re.compile(rf"\b([a-z]\w*)[\s._;:,-]{{1,3}}(?={CODE_WORDS})", re.IGNORECASE)
_CODE_WORD = re.compile(rf"\b(?:{CODE_WORDS}|{SHOWING})\b|显示", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class QuestionPlan:
    """What to search for.

    `text` is what is searched, `own` the part of it that was asked just now; both in English words where a
    question in another language is `read_from` it. `asked` is `own` and `typed` is `text` as they were typed.
    `terms` are the question's own content words, `context` those taken over from earlier questions of the thread;
    `others` gives, by the terms of a reading, the terms that a document may have instead. `codes` are all codes
    asked for.
    """

    text: str
    own: str
    terms: tuple[str, ...]
    context: tuple[str, ...]
    codes: tuple[CodeMention, ...]
    is_shortened: bool
    asked: str
    typed: str
    read_from: str | None = None
    others: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def is_read(self) -> bool:
        """Tell whether this is an English reading of a question in another language."""
        return self.read_from is not None

    @property
    def dates(self) -> frozenset[str]:
        """Return the dates that are asked about, in ISO form: those of the question itself, else those before."""
        return asked_dates(self.own) or asked_dates(self.text)

    @property
    def is_foreign(self) -> bool:
        """Tell whether a question is in another language, and could not be read in English."""
        return not self.is_read and is_foreign(self.text)

    def terms_for(self, term: str) -> frozenset[str]:
        """Return a term with the others that it may stand as in a document."""
        return self.others.get(term, frozenset()) | {term}

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was asked: no words, a greeting, or a remark like "fixed it"."""
        if read_remark(self.own) is not None:
            return True
        own = words(self.own)
        if own and len(own) <= _MAX_GREETING and _SMALL_TALK.issuperset(own):
            return True
        return not self.terms and not self.context and not self.codes and not words(self.text)


def plan_question(
    text: str, *, previous: tuple[str, ...] = (), is_known: Callable[[str], bool] | None = None
) -> QuestionPlan:
    """Return what to search for; a follow-up takes over the question it leans on.

    With `is_known`, which tells whether some document uses a word, a question in another language is read in English.
    """
    stripped = strip_unseen(text).strip()
    is_shortened = len(stripped) > MAX_QUESTION_CHARACTERS
    typed = repair_announcements(_without_courtesy(_cut(stripped, MAX_QUESTION_CHARACTERS)))
    parts = [typed]
    if leans_on_previous(typed):
        for earlier in reversed(previous[-MAX_PREVIOUS:]):
            parts.insert(0, _cut(strip_unseen(earlier).strip(), MAX_QUESTION_CHARACTERS // 2))
            if not leans_on_previous(earlier):
                break
    readings = [read_in_english(part, is_known=is_known) if is_known else None for part in parts]
    *before, own = [reading.text if reading else part for reading, part in zip(readings, parts, strict=True)]
    terms = tuple(content_terms(own))
    context = tuple(
        term for term in content_terms(_without_other_dates(" ".join(before), own)) if term not in terms
    )
    codes = question_codes(own)
    earlier_codes = [mention for part in before for mention in question_codes(part)]
    # "How do I fix it?" is still about the code; "and E03?" or "which oil does it need?" only about the machine.
    is_still = _FAULT_TERMS.issuperset(terms) or bool(_FAULT_QUESTION.search(own))
    if is_still and not any(mention.certain for mention in codes):
        codes += earlier_codes
    else:
        asked_before = {term for mention in earlier_codes for term in content_terms(mention.surface)}
        context = tuple(term for term in context if term not in asked_before)
    return QuestionPlan(
        text=" ".join([*before, own]),
        own=own,
        terms=terms,
        context=context,
        codes=tuple(codes),
        is_shortened=is_shortened,
        asked=typed,
        typed=" ".join(parts),
        read_from=next((reading.language for reading in reversed(readings) if reading), None),
        others=_join(reading.others for reading in readings if reading),
    )


def _join(readings: Iterable[Mapping[str, frozenset[str]]]) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for others in readings:
        for term, more in others.items():
            found[term] = found.get(term, frozenset()) | more
    return found


def _without_other_dates(earlier: str, own: str) -> str:
    """Return earlier questions without their dates where one of its own replaces them ("and in 2009?")."""
    return set_dates_aside(earlier)[0] if asked_dates(own) else earlier


def _without_courtesy(text: str) -> str:
    """Return a question without its please and thanks; as it is when nothing else was said."""
    asked = " ".join(_COURTESY.sub(" ", text).split())
    return asked if words(asked) else text


def leans_on_previous(text: str) -> bool:
    """Tell whether a question makes sense only after another: few words of its own, and a pointer back."""
    terms = content_terms(text)
    if any(mention.certain for mention in question_codes(text)):
        return len(terms) <= _MAX_LEANING_TERMS and bool(_CONTINUING.search(fold(text)))
    if len(terms) <= 1 and (not terms or len(words(text)) <= _MAX_FRAGMENT):
        return True
    return len(terms) <= _MAX_LEANING_TERMS and bool(_LEANING.search(fold(text)))


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    cut = text.rfind(" ", limit // 2, limit)
    return text[: cut if cut > 0 else limit]


def asks_for_a_way(text: str) -> bool:
    """Tell whether a question asks how something is done, or in which order."""
    return bool(_WAY_QUESTION.search(text))


def names_machine_by_code(plan: QuestionPlan) -> bool:
    """Tell whether a code names the machine something is to be done with ("change the filter of the DX-200")."""
    return asks_for_a_way(plan.own) and not is_lookup(plan.text) and not _CLEARING.search(plan.own)


def is_lookup(text: str) -> bool:
    """Tell whether a question announces its code as one ("alarm 17", "error code E07", "it shows E07")."""
    return bool(_CODE_WORD.search(text))


def announcing_terms(text: str) -> frozenset[str]:
    """Return the terms of a question that only announce its code: an entry "E07" needs no word "alarm" beside it."""
    return frozenset(content_terms(" ".join(match[0] for match in _CODE_WORD.finditer(text))))


def asks_what_a_number_is(text: str) -> bool:
    """Tell whether a question is for what a bare number stands for: "what is 182 on this one"."""
    return bool(ASKED_NUMBER.search(text))


def kinds_announced(text: str) -> frozenset[str]:
    """Return the words in front of those that announce a code: of "the axis error 0x20" the word "axis"."""
    return frozenset(
        match[1].lower() for match in _KIND_OF_CODE.finditer(text) if fold(match[1]) not in STOP_WORDS
    )


def asks_to_find_fault(text: str) -> bool:
    """Tell whether a question asks for causes and remedies: a reported symptom, a bare code, a "why".

    A question for a meaning, for one fact or for how something is done does not.
    """
    if _MEANING_QUESTION.search(text):
        return False
    if _FAULT_QUESTION.search(text):
        return True
    return not asks_for_a_way(text) and not _PLAIN_QUESTION.search(text)


def reports_trouble(text: str) -> bool:
    """Tell whether a text says that something is wrong, in so many words or by a code it announces."""
    return bool(_TROUBLE.search(text)) or is_lookup(text)
