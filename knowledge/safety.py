"""Does the question itself report a present danger? Then nothing is offered for sale.

Deliberately eager: a needless silence costs one offer, a missed one costs trust. Questions about
equipment that only bears such a name (a smoke detector, a fire alarm panel, a shock absorber) and
hypothetical ones ("how do I prevent a gas leak") don't count.
"""

from __future__ import annotations

import re

from knowledge.language.terms import fold

_IS = r"(?:is|are|was|were|it's|got|been)"
_PEOPLE = r"(?:someone|somebody|colleague|person|man|woman|technician|operator|customer|worker|i)"
_PARTS_OF_BODY = r"(?:hand|arm|finger|fingers|leg|foot|hair|sleeve|eye|eyes)"
_FUMES = r"(?:gas|refrigerant|ammonia|co2|carbon monoxide|acid|fuel|steam)"
_HURT = (
    r"(?:injured|hurt|bleeding|unconscious|burned|burnt|scalded|trapped|crushed|not breathing|electrocuted)"
)
_NAMED_EQUIPMENT = r"(?! (?:detectors?|alarm|dampers?|panel|sensor|extinguisher|absorbers?))"
_REPORTS = (
    r"(?:on|caught|catching|catches) fire",
    r"in flames|flames? (?:is|are|coming|shooting|visible|from)",
    rf"there (?:is|are|'s) (?:\w+ )?(?:flames?|sparks?|fire|smoke){_NAMED_EQUIPMENT}",
    rf"{_IS} (?:melting|melted|glowing|red hot)",
    r"sparks? (?:at|on|in|inside|near|around)",
    r"leak (?:sensor|detector) (?:is|reads|shows|says)",
    rf"{_FUMES} (?:sensor|detector|alarm) (?:is )?(?:going off|sounding)",
    rf"{_IS} (?:burning|smoking|sparking|arcing)",
    rf"(?:there is|there's|we have|i have|got|see) (?:a |an |open )?(?:fire|flames?|smoke){_NAMED_EQUIPMENT}",
    r"(?:started|starts|begins?|began|keeps?) (?:smoking|burning|sparking)",
    r"smok(?:e|ing) (?:is |was )?(?:coming|from|out|everywhere|rising|in the)",
    r"(?:see|seeing|sees|saw) (?:\w+ ){0,3}(?:smoke|flames?)" + _NAMED_EQUIPMENT,
    rf"smell(?:s|ing|ed)? (?:\w+ ){{0,3}}(?:smoke|burning|burnt|fire|{_FUMES})",
    r"(?:burning|burnt|gas) (?:smell|odou?r)",
    r"exploded|explosion|explod(?:es|ing)|blew up",
    r"sparks? (?:are |is )?(?:flying|coming|from)",
    rf"{_FUMES} (?:is |was )?(?:leaking|escaping|venting|spraying|pouring)",
    rf"(?:leaking|escaping|venting) (?:\w+ )?{_FUMES}",
    r"(?:^|\b(?:a|the|have|got|is) )(?:big |major )?(?:gas|ammonia|refrigerant) leak(?:age)? (?:in|at|here|from|now)",
    rf"(?:have|got|is) a (?:big |major )?{_FUMES} leak",
    r"(?:got|get|getting|gets|received|felt|had) (?:an? )?(?:\w+ )?(?:electric(?:al)? )?shock(?:ed)?"
    + _NAMED_EQUIPMENT,
    r"gave (?:me|him|her|us) an? (?:\w+ )?shock|electrocuted",
    rf"{_PEOPLE} (?:\w+ ){{0,2}}{_HURT}|{_IS} {_HURT}",
    rf"{_PARTS_OF_BODY} (?:is |are |was |got )?(?:stuck|trapped|caught|crushed|cut off|burning)",
    r"(?:feel|feeling|felt) (?:dizzy|sick|faint)|fainted|passed out|can ?not breathe|can't breathe",
    r"call (?:an )?ambulance|evacuat(?:e|ed|ing)\b",
    r"(?:live|exposed|bare) (?:wires?|cables?|conductors?) (?:is |are )?(?:hanging|touching|exposed|sparking|loose)",
)
_OTHER_LANGUAGES = (
    r"es brennt|brennt gerade|in brand|steht in flammen|raucht|rauch (?:aus|kommt|steigt|tritt)",
    r"(?:riecht|stinkt) (?:nach|verbrannt)|gasgeruch|gasaustritt|gas (?:tritt aus|stromt aus)",
    r"stromschlag|verletzt|bewusstlos|explodiert|eingeklemmt",
    r"hay (?:fuego|humo|llamas)|se (?:esta )?quema|esta ardiendo|sale humo|huele a (?:gas|quemado)",
    r"fuga de gas|descarga electrica|herido|exploto",
    r"il y a (?:le feu|de la fumee|des flammes)|prend feu|ca brule|odeur de (?:gaz|brule)",
    r"fuite de gaz|choc electrique|blesse",
)
_CJK = re.compile(r"着火|起火|冒烟|煤气味|漏气|燃气泄漏|气体泄漏|触电|受伤|爆炸|烧焦|焦味|昏迷")
_DANGER = re.compile(rf"\b(?:{'|'.join((*_REPORTS, *_OTHER_LANGUAGES))})")
_HYPOTHETICAL = re.compile(
    r"\b(?:how (?:do|can|to|should) (?:\w+ ){0,3}(?:prevent|avoid|protect|test|check|detect)"
    r"|what (?:if|happens if|would)|in case of|could|might|prevent|avoid|risk of|without|never"
    r"|not (?:smoking|burning|leaking|sparking)|no (?:smoke|fire|sparks|injur\w+)"
    r"|no ?(?:one|body) (?:is |was )?(?:hurt|injured))\b"
)


def reports_danger(text: str) -> bool:
    """Tell whether the text reports smoke, fire, gas, an electric shock or an injury as happening."""
    if _CJK.search(text):
        return True
    for clause in re.split(r"[.!?;\n]|\bbut\b|\baber\b", fold(text).replace("\u2019", "'")):
        if _DANGER.search(clause.strip()) and not _HYPOTHETICAL.search(clause):
            return True
    return False
