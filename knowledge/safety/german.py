"""How a danger is reported in German."""

from __future__ import annotations

import re

from knowledge.safety.phrases import Phrases, one_of

_FUMES = r"(?:kaltemittel|gas|ammoniak|nh3|co2|kohlenmonoxid|propan|saure|dampf|r-?\d{2,4}[a-z]{0,2})"
_PEOPLE = (
    r"(?:kolleg(?:e|en|in)|mitarbeiter(?:in)?|techniker(?:in)?|monteur(?:in)?|azubi|lehrling|jemand|mann"
    r"|frau|person"
    r"|kund(?:e|in)|ich|er|sie|helfer(?:in)?|chef(?:in)?|elektriker(?:in)?|kumpel|kind|meister(?:in)?)"
)
_HURT = (
    r"(?:gesturzt|(?<!mir )gefallen|abgesturzt|hingefallen|(?:he)?r?unter ?gefallen|umgekippt"
    r"|zusammengebrochen|bewusstlos|verletzt"
    r"|ohnmachtig|eingeklemmt|eingequetscht|verbrannt|verbruht|verbrennungen"
    r"|blutet|reagiert nicht|nicht ansprechbar|atmet nicht)"
)
_ELECTRICS = (
    r"(?:schaltschrank|schaltkasten|schaltanlage|elektr\w+|steuerung|klemmkasten|klemmenkasten|verteil\w+"
    r"|sicherung\w*"
    r"|platine|kabel|steckdose\w*|umrichter|frequenzumrichter|strom\w*|trafo|e-schrank)"
)
_TO = r"(?:auf|in|im|uber|an|am|durch|unter)(?: den| die| das| dem| der| einen| eine| einem)?(?: \w+)?"

_ALARMS = one_of(
    r"es brennt|brennt gerade|in brand|steht in flammen|raucht\b|rauch (?:aus|kommt|steigt|tritt)",
    r"(?:riecht|stinkt) (?:\w+ ){0,6}(?:nach|verbrannt)|nach (?:gas|rauch) gerochen",
    r"gasgeruch|gas (?:tritt aus|stromt aus)",
    r"explodiert|explosion\b|^(?:hilfe )?feuer(?: hilfe)?$",
    r"mir (?:ist|wird) (?:\w+ )?(?:schwind\w+|ubel|schlecht|schwarz vor)|bekomme? (?:\w+ )?keine luft"
    r"|kann nicht atmen",
    r"notarzt|krankenwagen|rettungswagen|feuerwehr rufen|ruft? die feuerwehr",
    r"es schmort|qualmt\b|es funkt\b|funken (?:spruhen|fliegen|schlagen|am|im|aus)|flammen (?:schlagen"
    r"|aus|am|im|kommen)",
)
_REPORTS = one_of(
    rf"{_FUMES} (?:\w+ ){{0,3}}(?:tritt|stromt|zischt|spritzt|lauft|sprudelt|schiesst|blast|kommt|stromte"
    rf"|trat)"
    r"(?: \w+){0,4} (?:aus|heraus|raus)",
    rf"{_FUMES} (?:\w+ ){{0,3}}(?:entweicht|leckt|ausgetreten|ausgelaufen|zischt|spritzt|riecht|stinkt)",
    rf"(?:tritt|stromt|entweicht|zischt|spritzt|lauft) (?:\w+ ){{0,4}}{_FUMES}(?: \w+){{0,4}} (?:aus"
    rf"|heraus|raus)",
    rf"entweicht (?:\w+ ){{0,3}}{_FUMES}|gasaustritt|verliert (?:\w+ ){{0,2}}kaltemittel",
    r"zischt .*\b(?:riecht|stinkt)|(?:riecht|stinkt) .*\bzischt",
    r"(?:riecht|stinkt) (?:\w+ ){0,3}(?:verschmort|angebrannt|verkokelt|komisch|stechend|beissend"
    r"|brenzlig)",
    r"(?:motor|verdichter|kabel|\w*schrank|platine|lufter|gerat|anlage|maschine|keller|klemmkasten"
    r"|umrichter) brennt",
    r"(?:rauch|qualm) (?:im|in der|in dem|aus|uber)|(?:da|hier|es) (?:ist|gibt) (?:\w+ )?(?:rauch|feuer"
    r"|qualm)\b",
    r"(?:kommt|steigt|quillt|tritt) (?:\w+ ){0,2}(?:rauch|qualm)\b|lichtbogen|feuer (?:im|am|in"
    r"|ausgebrochen)",
    rf"{_PEOPLE} (?:\w+ ){{0,6}}{_HURT}",
    r"von (?:der|einer) leiter|bewusstlos|(?:vom|von dem) (?:dach|gerust) (?:gefallen|gesturzt)",
    r"(?:hand|finger|arm|bein|fuss|haare|armel)(?: \w+){0,4} (?:eingeklemmt|eingequetscht|gequetscht"
    r"|abgetrennt|verbrannt|verbruht)",
    r"stromschlag|stromunfall|elektrische[rn]? schlag|schlag (?:bekommen|gekriegt)|eine?n? gewischt"
    r"|schwer verletzt|verletzte[rn]?\b|ist verletzt",
    rf"(?:wasser|kondensat|regen) (?:\w+ ){{0,3}}(?:tropft|lauft|rinnt|spritzt|dringt|kommt|steht|sickert"
    rf"|tritt|fliesst)"
    rf" (?:\w+ )?{_TO} {_ELECTRICS}",
    rf"{_TO} {_ELECTRICS} (?:steht|ist|tropft|lauft|kommt) (?:\w+ )?wasser",
    rf"(?:tropft|lauft|rinnt|spritzt) (?:\w+ ){{0,2}}wasser (?:\w+ )?{_TO} {_ELECTRICS}",
    rf"{_ELECTRICS} (?:ist|steht) (?:\w+ )?(?:nass|unter wasser|uberflutet)",
)
_UNREAL = one_of(
    r"(?:falls|im falle|was (?:ware|passiert|ist) wenn|vermeid\w+|verhinder\w+|schutz (?:vor|gegen)"
    r"|vorbeug\w+|konnte"
    r"|kein\w* (?:rauch|feuer|gas\w*|kaltemittel\w*|verletzt\w*|funken|geruch|stromschlag)|niemand"
    r" (?:ist |wurde )?verletzt"
    r"|gestern|letzte[nrs]? (?:woche|monat|jahr)|repariert|nicht (?:mehr )?(?:aus|nach)|gefahr (?:von"
    r"|durch|eines))\b",
)
_ASKING = re.compile(
    r"^(?:und |also |aber |bitte |hallo )*(?:wie\b|welche\w*|was (?:ist|sind|bedeutet|heisst|kostet"
    r"|tun um)\b|wo\b|wer\b|wann\b"
    r"|an welche\w*|(?:darf|kann|muss|soll|sollte) (?:ich|man|der|die|das)\b|ist (?:es|das|ein\w*|der"
    r"|die) )"
)
_EVERYDAY = one_of(
    r"normal\b|prufung\b|dichtheits\w+|vorschrift\w*|wartung\b|ersatzteil\w*|artikelnummer|kondensatwanne"
    r"|temperatur\b|grad\b"
    r"|schutzklasse|schulung"
)
_TRIGGERS = """
gas riecht stinkt rauch raucht kaltemittel ammoniak entweicht stromt zischt kollege leiter gefallen
gesturzt bewusstlos
verletzt stromschlag schwindelig schaltschrank verschmort verbrannt brennt qualm eingeklemmt wasser tropft
blutet
"""
_LOOKALIKES = """
reicht richtet leitet leider leitern kollegen brenner wassers raucht gefallt gastes tropfen blutung brennte
riechst rauscht
gasse
"""

GERMAN = Phrases(
    alarms=_ALARMS,
    reports=_REPORTS,
    unreal=_UNREAL,
    asking=_ASKING,
    everyday=_EVERYDAY,
    triggers=frozenset(_TRIGGERS.split()),
    joins=re.compile(
        r", (?=(?:und |aber )?(?:es|der|die|das|da|hier|mein|meine|ich|mir|wir|jemand|er|sie|gas"
        r"|kaltemittel|rauch|wasser"
        r"|was|wie|wo)\b)"
    ),
    lookalikes=frozenset(_LOOKALIKES.split()),
)
