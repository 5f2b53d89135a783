"""How a danger is reported in English."""

from __future__ import annotations

import re

from knowledge.safety.phrases import Phrases, one_of

_IS = r"(?:is|are|was|were|it's|got|been)"
_PEOPLE = (
    r"(?:someone|somebody|colleague|person|man|woman|technician|operator|customer|worker|i|he|she|we|mate"
    r"|apprentice|trainee|co-?worker|helper|guy|guest|cleaner|engineer|electrician|employee|boss|kid|child)"
)
_PARTS_OF_BODY = r"(?:hands?|arms?|fingers?|legs?|foot|feet|hair|sleeve|eyes?|head|face|thumb|wrist)"
_FUMES = (
    r"(?:gas|refrigerant|refridgerant|freon|ammonia|nh3|co2|carbon monoxide|propane|acid|fuel|steam"
    r"|r-?\d{2,4}[a-z]{0,2})"
)
_HURT = (
    r"(?:injured|hurt|bleeding|unconscious|burned|burnt|scalded|trapped|crushed|not breathing|electrocuted)"
)
_NAMED_EQUIPMENT = (
    r"(?! (?:detectors?|alarm|dampers?|panel|sensor|extinguisher|absorbers?|protection|class|hazard))"
)
_ESCAPING = (
    r"(?:hiss(?:es|ing)|blow(?:s|ing)|stream(?:s|ing)|rush(?:es|ing)|shooting|spew(?:s|ing)|gush(?:es"
    r"|ing)|spilling"
    r"|jetting|squirting|pour(?:s|ing)|spray(?:s|ing)|leak(?:s|ing)|escap(?:es|ing)|vent(?:s|ing)"
    r"|com(?:es|ing))"
)
_ON_ELECTRICS = (
    r"(?:on|onto|into|in|over|inside|at|through|down|all over|above)(?: the| a| my| our)?(?: \w+){0,2}"
    r" (?:electr\w+|cabinet|panel|terminal box|breakers?|inverter|drive|vfd|socket|outlet|fuse ?box"
    r"|wiring|cables?"
    r"|bus ?bars?|transformer|switch ?gear|switch ?board|circuit board|pcb|controller|control box)"
)
_CABINET = (
    r"(?:cabinet|panel|fuse ?box|switch ?board|switch ?gear|terminal box|socket|inverter"
    r"|control box)"
)

_ALARMS = one_of(
    r"(?:on|caught|catching|catches) fire\b(?! (?:panel|alarm|side|damper))",
    r"^(?:help )?fire(?: help)?$|fire (?:in|inside|at|on|under) (?:the|a|my|our)",
    r"in flames|flames? (?:is|are|coming|shooting|visible|from)",
    rf"there (?:is|are|'s) (?:\w+ )?(?:flames?|sparks?|fire|smoke){_NAMED_EQUIPMENT}",
    rf"{_IS} (?:melting|melted|glowing|red hot)",
    r"sparks? (?:at|on|in|inside|near|around)",
    r"leak (?:sensor|detector) (?:is (?:going|sounding|beeping|alarming|tripped)|reads|shows|says)",
    rf"{_FUMES} (?:sensor|detector|alarm) (?:is )?(?:going off|sounding)",
    rf"{_IS} (?:burning(?! hot)|smoking|sparking|arcing)",
    rf"(?:there is|there's|we have|i have|got|see) (?:a |an |open )?(?:fire|flames?"
    rf"|smoke){_NAMED_EQUIPMENT}",
    r"(?:started|starts|begins?|began|keeps?) (?:smoking|burning|sparking)",
    r"smok(?:e|ing) (?:is |was )?(?:coming|from|out|everywhere|rising|in the)",
    r"(?:see|seeing|sees|saw) (?:\w+ ){0,3}(?:smoke|flames?)" + _NAMED_EQUIPMENT,
    rf"smell(?:s|ing|ed)? (?:\w+ ){{0,4}}(?:smoke|burning|burnt|fire|{_FUMES})",
    r"(?:burning|burnt|gas) (?:smell|odou?r)",
    r"exploded|explosion|explod(?:es|ing)|blew up",
    r"sparks? (?:are |is )?(?:flying|coming|from)",
    rf"{_FUMES} (?:is |was )?(?:leaking|escaping|venting|spraying|pouring)\b(?! test)",
    rf"(?:leaking|venting) (?:\w+ )?{_FUMES}",
    r"(?:^|\b(?:a|the|have|got|is) )(?:big |major )?(?:gas|ammonia|refrigerant) leak(?:age)? (?:in|at"
    r"|here|from|now)",
    rf"(?:have|got|is) a (?:big |major )?{_FUMES} leak(?! (?:sensor|detector|test))",
    r"(?:got|get|getting|gets|received|felt|had) (?:an? )?(?:\w+ )?(?:electric(?:al)? )?shock(?:ed)?"
    + _NAMED_EQUIPMENT,
    r"gave (?:me|him|her|us) an? (?:\w+ )?shock|electrocuted",
    rf"{_PEOPLE} (?!(?:\w+ )?air )(?:\w+ ){{0,2}}{_HURT}",
    rf"{_IS} (?:injured|hurt|bleeding|unconscious|scalded|not breathing|electrocuted)",
    rf"{_PARTS_OF_BODY} (?:is |are |was |got )?(?:stuck|trapped|caught|crushed|cut off|burning|burned"
    rf"|burnt|bleeding)",
    r"(?:feel|feeling|felt) (?:dizzy|sick|faint)|fainted|passed out|can ?not breathe|can't breathe",
    r"call (?:an )?ambulance|(?:we|they|everyone|everybody|people) (?:\w+ ){0,2}evacuat(?:e|ed|ing)\b",
    r"evacuat(?:e|ed|ing) (?:the )?(?:building|room|area|site|floor|people|everybody|staff)",
    r"(?:live|exposed|bare) (?:wires?|cables?|conductors?) (?:is |are )?(?:hanging|touching|exposed"
    r"|sparking|loose)",
)
_REPORTS = one_of(
    rf"(?<!hot )(?<!suction )(?<!discharge )(?<!flue )(?<!flash ){_FUMES} (?:\w+ ){{0,2}}{_ESCAPING}"
    r" (?:out|from|at|of|everywhere|into|all over|through|in the)",
    rf"{_FUMES} (?:cloud|everywhere|all over)|cloud of {_FUMES}|{_FUMES} (?:is |are |was )?(?:everywhere"
    rf"|hissing|spewing|gushing|jetting|squirting|escaping)\b",
    rf"(?:hissing|escaping|spewing|gushing) (?:\w+ ){{0,2}}{_FUMES}",
    r"(?:hiss(?:es|ing)|burst) .*\b(?:smell|leak|gas|refrigerant)|(?:smell\w*|leak) .*\bhiss(?:es|ing)",
    r"^(?:help )?(?:gas|ammonia) leak(?:age)?$",
    rf"{_PEOPLE} (?:has |have |had |just |is |almost ){{0,3}}(?:fell|fallen|falls)"
    r" (?:off|from|down|through|into|over|\d)",
    r"(?:fell|fallen|falls) (?:off|from|down) (?:\w+ ){0,2}(?:ladder|roof|scaffold\w*|stairs|steps"
    r"|platform)",
    rf"{_PEOPLE} (?:has |have |had |just |is |was ){{0,3}}(?:collapsed|unresponsive|not responding"
    rf"|lost consciousness|lying on the)",
    r"(?:and|he|she|who) is (?:\w+ )?lying on the (?:floor|ground)",
    rf"{_PEOPLE} (?:has |have |had |just ){{0,3}}(?:cut|broke|broken|burn(?:ed|t)|crushed|injured|hurt"
    rf"|smashed)"
    rf" (?:my|his|her|the|their) (?:\w+ )?{_PARTS_OF_BODY}",
    r"in(?:to)? (?:my|his|her) (?:\w+ )?(?:eyes?|face)",
    r"(?:i|he|she) (?:\w+ )?(?:cut|burn(?:ed|t)) (?:myself|himself|herself)|(?:refrigerant|acid) burns?\b"
    r"|frostbite",
    r"unconscious\b|heart attack|(?:head|eye) injury",
    rf"{_PEOPLE} (?:has |have |had |just |was |were |got |is |been ){{0,3}}(?:zapped|shocked)",
    r"touch(?:ed|ing) (?:a |the )?live (?:wire|part|cable|conductor|terminal)s?",
    r"(?:water|condensate|rain|coolant|brine) (?:\w+ ){0,3}(?:drip\w*|run(?:s|ning)|leak\w*|pour\w*"
    r"|spray\w*|splash\w*"
    rf"|gett?ing|coming|comes|flow(?:s|ing)|enter\w*|standing|stands|seep\w*) {_ON_ELECTRICS}",
    rf"(?:electrical |control |switch )?{_CABINET} (?:is |are |got |gets )(?:\w+ )?(?:wet|flooded"
    rf"|full of water|under ?water)",
    rf"(?:water|rain|condensate) (?:\w+ )?in(?:side)? (?:the |a |my |our )?(?:\w+ )?{_CABINET}",
)
_UNREAL = one_of(
    r"(?:how (?:do|can|to|should) (?:\w+ ){0,3}(?:prevent|avoid|protect|test|check|detect|know|tell)"
    r"|(?:led|leds|lamp|light|lights|indicator|heater) (?:is |are |was )?(?:\w+ )?(?:glowing|burning"
    r"|red hot)|\w+ electrode"
    r"|what (?:if|happens if|would)|in case of|could(?! (?:smell|see|hear|feel|you|not breathe))|might"
    r"|prevent|avoid"
    r"|risk of|without|never|not (?:smoking|burning|leaking|sparking|escaping|hissing)"
    r"|no (?:smoke|fire|sparks?|smell|gas|refrigerant|leaks?|injur\w+)|(?<!since )yesterday|last (?:week"
    r"|month|year|winter|summer)"
    r"|(?:has|have|had|was|were|is|are) (?:been )?repaired|weeks? ago|months? ago|years? ago"
    r"|no ?(?:one|body) (?:is |was )?(?:hurt|injured))\b",
)
_ASKING = re.compile(
    r"^(?:and |so |but |please |hi |hello |ok )*(?:how\b|what\b|which\b|who\b|where\b|when\b|(?:is|are"
    r"|does|do|did) \w"
    r"|(?:can|may|must|should|shall) (?:i|we|the|a|it|one)\b|explain\b|tell me\b|show me\b|procedure\b)"
)
_EVERYDAY = one_of(
    r"normal\b|procedures?\b|rules?\b|regulations?\b|protection\b|calibrat\w+|temperature\b|superheat\b"
    r"|subcool\w+"
    r"|drain pan\b|humidifier\b|condensate (?:drain|pan|tray)|part number\b|maintenance\b|training\b"
    r"|first.aid kit"
)
_TRIGGERS = """
gas smell smells smelling smoke smoking burning burnt sparks flames refrigerant ammonia leaking leak
escaping hissing
hisses spraying coming electric electrical electrocuted shock shocked unconscious injured injury fallen
ladder
scaffold dizzy bleeding collapsed breathing breathe exploded explosion cabinet dripping drips water
inverter everywhere
colleague trapped
"""
_LOOKALIKES = """
burn burns leaving leaning leading tripped crashed frames frame swelling shells shell spells growing scaled
sealing meeting parking
waiter waters wafer stokes smoked burnings gasp leaks leaky leaked spark shocks stock coding corning
breeding
sprains straying drops drip smelt smile flame flamed missing kissing injures breather collapses cabinets
trapper
wrapped dripped draping drilling gripping
"""

ENGLISH = Phrases(
    alarms=_ALARMS,
    reports=_REPORTS,
    unreal=_UNREAL,
    asking=_ASKING,
    everyday=_EVERYDAY,
    triggers=frozenset(_TRIGGERS.split()),
    joins=re.compile(
        r", (?=(?:and |but )?(?:there|it|the|we|i|i'm|my|our|someone|somebody|he|she|his|her|a colleague"
        r"|gas|refrigerant"
        r"|smoke|water|everything|a man|help|fire|what|how|where|which)\b)"
    ),
    lookalikes=frozenset(_LOOKALIKES.split()),
)
