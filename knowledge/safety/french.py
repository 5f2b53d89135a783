"""How a danger is reported in French."""

from __future__ import annotations

import re

from knowledge.safety.phrases import Phrases, one_of

_FUMES = (
    r"(?:gaz|refrigerant|fluide(?: frigorigene)?|frigorigene|ammoniac|nh3|co2|monoxyde|propane"
    r"|vapeur|r-?\d{2,4}[a-z]{0,2})"
)
_PEOPLE = (
    r"(?:collegue|technicien(?:ne)?|quelqu'un|personne|homme|femme|client(?:e)?|ouvrier|apprenti(?:e)?"
    r"|chef|electricien"
    r"|je suis|j'ai)"
)
_ELECTRICS = r"(?:electrique\w*|armoire|coffret|prise|cables?|variateur|onduleur|bornier)"
_HURT = r"(?:inconscient|evanoui|blesse|coince|brule)e?"

_ALARMS = one_of(
    r"il y a (?:le feu|de la fumee|des flammes|des etincelles)|prend feu|^au feu|en feu\b|en flammes"
    r"|ca brule|ca fume\b",
    r"odeur de (?:gaz|brule|fumee)|sent (?:\w+ ){0,3}(?:gaz|brule|fumee|roussi|bizarre)",
    r"fumee (?:\w+ ){0,2}(?:sort|vient|s'echappe|monte)|(?:sort|voit|vois) de la fumee|des etincelles",
    r"explose\b|explosion\b|electrocut\w+|electrise\b|une ambulance|les pompiers|peux pas respirer"
    r"|ne respire (?:plus|pas)",
    r"tete qui tourne|(?:j'ai|j'ai des) (?:le )?vertiges?|suis etourdie?",
)
_REPORTS = one_of(
    rf"{_FUMES} (?:\w+ ){{0,2}}(?:s'echappe|fuit|sort|siffle|gicle|s'echappant)",
    rf"(?:il y a|j'ai|on a|nous avons) une (?:\w+ )?fuite (?:de|d') ?{_FUMES}|fuite de gaz(?: (?:dans|a"
    rf"|au|ici)|$)",
    rf"{_PEOPLE} (?:\w+ ){{0,3}}(?:tombee? (?:de|du|d'|par terre|dans)|{_HURT}|saigne)",
    r"tombee? (?:de|du|d') ?(?:l'|la |une |un |le )?(?:echelle|toit|escabeau|echafaudage|nacelle"
    r"|plateforme)",
    r"inconsciente?\b|evanouie?\b|blessee?s?\b|(?:main|doigt|bras|jambe|pied) (?:\w+ ){0,2}(?:coince"
    r"|ecrase|coupe|brule)e?",
    r"choc electrique|decharge electrique|(?:pris|recu) (?:le courant|une decharge|une chataigne)",
    r"eau (?:\w+ ){0,3}(?:coule|goutte|tombe|entre|ruisselle) (?:\w+ )?(?:sur|dans|au-dessus de)"
    rf" (?:le |la |les |l'|une? )?(?:\w+ )?{_ELECTRICS}",
)
_UNREAL = one_of(
    r"(?:en cas de|eviter|prevenir|que se passe-t-il si|pourrait|pas de|personne n'est|sans (?:fumee|feu"
    r"|gaz)|contre"
    r"|protection|hier|la semaine derniere|reparee?)\b",
)
_ASKING = re.compile(
    r"^\W*(?:et |mais |bonjour )*(?:comment\b|quel\w*|qu'est-ce que\b|que signifie\b|ou (?:est|se|sont)\b"
    r"|quand\b|combien\b"
    r"|est-ce (?:normal|que)\b|(?:puis-je|dois-je|faut-il)\b)"
)
_EVERYDAY = one_of(
    r"normal\b|detecteurs?\b|capteurs?\b|alarme\b|etalonn\w+|essai\b|procedure\b|regles?\b|entretien\b"
    r"|recherche\w*|bac\b"
    r"|temperature\b"
)
_TRIGGERS = """
gaz fumee refrigerant frigorigene collegue technicien inconscient decharge electrique echelle etincelles
fuite blesse
brule explosion tombe
"""

FRENCH = Phrases(
    alarms=_ALARMS,
    reports=_REPORTS,
    unreal=_UNREAL,
    asking=_ASKING,
    everyday=_EVERYDAY,
    triggers=frozenset(_TRIGGERS.split()),
    joins=re.compile(
        r", (?=(?:et |mais )?(?:il|ca|le|la|mon|ma|je|j'ai|on|quelqu'un|une?|de la|que|comment|ou)\b)"
    ),
    lookalikes=frozenset(
        [
            "electriques",
            "bruler",
            "bruleur",
            "tombee",
            "blessee",
            "techniciens",
            "collegues",
            "inconsciente",
            "fuites",
        ]
    ),
)
