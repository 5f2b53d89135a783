"""The words of finding faults: columns of symptom, cause and remedy, headings, checks, branches, references."""

from __future__ import annotations

import re
from enum import StrEnum

from knowledge.language.folding import fold

_MAX_HEADER_WORDS = 7


class Role(StrEnum):
    """What a column of a fault table holds."""

    SYMPTOM = "symptom"
    CAUSE = "cause"
    TEST = "test"
    REMEDY = "remedy"


# English, German, Spanish, French, Italian, Dutch; folded, so without accents. Chinese and Japanese apart,
# because between their characters no word ends.
_LATIN = {
    Role.SYMPTOM: r"symptom[se]?|faults?|problem[aes]?s?|troubles?|issues?|malfunctions?|failures?|complaints?"
    r"|errors?|alarms?|defects?|indications?|observations?|messages?|fehler\w*|storung\w*|anzeichen|meldung"
    r"|sintom[aoi]s?|averias?|fallos?|fallas?|anomal\w+|pannes?|defauts?|guast[oi]|malfunzionament[oi]"
    r"|inconvenient[ei]|storing(?:en)?|problemen",
    Role.CAUSE: r"causes?|reasons?|(?:fehler)?ursachen?|grund|causas?|motivos?|raisons?|oorza(?:ak|ken)",
    Role.TEST: r"checks?|inspections?|tests?|prufung(?:en)?|prufen|kontrollen?|comprobacion(?:es)?"
    r"|verificacion(?:es)?|controles?|verifications?|controll[oi]|verifich[ei]|controle",
    Role.REMEDY: r"remed(?:y|ies)|actions?|solutions?|corrections?|corrective|counter ?measures?|measures?"
    r"|fix(?:es)?|what to do|resolutions?|repairs?|rectification|abhilfe\w*|(?:gegen)?massnahmen?|\w*behebung"
    r"|\w*beseitigung|losung(?:en)?|solucion(?:es)?|remedios?|accion(?:es)?|medidas?|correccion(?:es)?"
    r"|remedes?|mesures?|rimedi[oi]?|soluzion[ei]|intervent[oi]|oplossing(?:en)?|maatregel(?:en)?",
}
_CJK = {
    Role.SYMPTOM: r"现象|現象|症状|故障|问题|異常|异常|报警|報警|警报|不具合",
    Role.CAUSE: r"原因|要因",
    Role.TEST: r"检查|檢查|检测|確認|点検",
    Role.REMEDY: r"处理|處理|解决|解決|措施|对策|対策|对应|排除|处置|処置|维修方法",
}
_ROLES = {role: re.compile(rf"\b(?:{words})\b|{_CJK[role]}") for role, words in _LATIN.items()}

_FAULT_HEADING = re.compile(
    r"trouble|\bfaults?\b|failures?|problems?\b|issues?\b|malfunction|diagnos|\balarms?\b|\berrors?\b|symptoms?"
    r"|\b(?:does|do|will|is|are) not\b|\b(?:doesn|don|won|isn|aren)'?t\b|\bnot working\b"
    r"|fehler|storung|diagnose|averia|\bfallos?\b|problema|anomal|\bpannes?\b|depannage|guast[oi]"
    r"|故障|报警|異常|异常|诊断|排除|错误|问题"
)
_CHECK = re.compile(
    r"^\W*(?:(?:first|then|next|also|now)\W+)*(?:check|look|inspect|measure|verify|make sure|ensure|confirm|test"
    r"|compare|feel|listen|examine|observe|read|try|see (?:if|whether)|likely|possibly|(?:it |this |they )?may be"
    r"|you may|could be|has|have|is|are|does|do|did|was|were)\b"
    r"|\b(?:if|whether|unless)\b|(?:\band\b|\bthen\b|[,;:])\s+(?:check|measure|test|verify|make sure|see)\b"
    r"|\b(?:uber)?(?:pruf|kontrollier|miss|mess|vergleich)\w*|sicherstellen|\b(?:wenn|falls|ob)\b"
    r"|^\W*(?:compruebe|verifique|revise|mida|asegurese|verifie[rz]|controle[rz]|mesure[rz]|assurez"
    r"|verificare|controllare|misurare)\b|^\W*(?:si|se)\b"
    r"|检查|測量|测量|确认|確認|是否|如果|若"
)
_OTHERWISE = re.compile(
    r"\b(?:otherwise|else|if not|if no|sonst|andernfalls|wenn nicht|de lo contrario|sinon|altrimenti)\b|否则"
)
_STEP_REFERENCE = re.compile(
    r"\b(?:go|goes|going|proceed|continue|carry on|return|jump|skip|move|come|weiter|gehe?|springe"
    r"|vaya|pase|contin[uú]e|allez|passez|andare|passare)\b[^.;:\n]{0,30}?"
    r"\b(?:steps?|schritt|paso|etape|passo|point|punkt)\s+(\d{1,2})\b"
    r"|(?:转到|跳到|转至|进入)\s*(?:步骤|第)\s*(\d{1,2})"
)
_SECTION_WORD = (
    r"\b(?:sections?|chapters?|see|abschnitt\w*|kapitel|siehe"
    r"|seccion(?:es)?|capitulos?|chapitres?|capitol[oi])"
)
_SECTION_REFERENCE = re.compile(
    rf"(?:{_SECTION_WORD}\s+|§\s*|第\s*)(\d{{1,2}}(?:\.\d{{1,2}}){{0,3}})"
    r"((?:\s*(?:,|and|or|und|y|et|e)\s*\d{1,2}(?:\.\d{1,2}){1,3})*)(?![\w%])(?!\s?[.,]\d)"
    r"|\(\s*(\d{1,2}(?:\.\d{1,2}){0,3})\s*\)"
)


def column_roles(header: tuple[str, ...]) -> tuple[Role | None, ...]:
    """Return what each column holds, None for one that a fault table may have besides (a code, a page)."""
    return tuple(_role(name) for name in header)


def is_fault_table(header: tuple[str, ...]) -> bool:
    """Tell whether a table lists faults with what to look at or to do about them."""
    roles = set(column_roles(header))
    helps = roles & {Role.CAUSE, Role.TEST, Role.REMEDY}
    return (Role.SYMPTOM in roles and bool(helps)) or (Role.CAUSE in roles and bool(helps - {Role.CAUSE}))


def is_fault_heading(text: str) -> bool:
    """Tell whether a heading speaks of faults or of finding them."""
    return bool(_FAULT_HEADING.search(fold(text)))


def is_check(text: str) -> bool:
    """Tell whether a step has somebody look, measure or decide."""
    return bool(_CHECK.search(fold(text)))


def is_decision(text: str) -> bool:
    """Tell whether a step branches: it sends the reader to another step, or says what to do otherwise."""
    folded = fold(text)
    return bool(_STEP_REFERENCE.search(folded) or _OTHERWISE.search(folded))


def steps_named(text: str) -> tuple[int, ...]:
    """Return the numbers of the steps that a text sends its reader to, in order, none twice."""
    found = (int(match[1] or match[2]) for match in _STEP_REFERENCE.finditer(fold(text)))
    return tuple(dict.fromkeys(found))


def sections_named(text: str) -> tuple[str, ...]:
    """Return the numbers of the sections that a text refers to ("section 6.5", "(7)"), in order, none twice."""
    found: list[str] = []
    for match in _SECTION_REFERENCE.finditer(fold(text)):
        found += [number for number in (match[1], match[3]) if number]
        found += re.findall(r"\d{1,2}(?:\.\d{1,2}){1,3}", match[2] or "")
    return tuple(dict.fromkeys(found))


def _role(name: str) -> Role | None:
    plain = re.sub(r"[\W_]+", " ", fold(name)).strip()
    if not plain or len(plain.split()) > _MAX_HEADER_WORDS:
        return None
    held = {role for role, pattern in _ROLES.items() if pattern.search(plain)}
    if {Role.CAUSE, Role.REMEDY} <= held:
        # "Cause and remedy" in one column: all of it is what to look at.
        return Role.CAUSE
    return next((role for role in (Role.REMEDY, Role.CAUSE, Role.TEST, Role.SYMPTOM) if role in held), None)
