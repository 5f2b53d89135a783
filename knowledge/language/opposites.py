"""Pairs of opposites, and the phrases that are one: "take out" is removing."""

from __future__ import annotations

import re

# The words at one pole, and those at the other. Phrases stand here as the one word that `PHRASES` makes of them.
OPPOSITES = (
    ("open opens opened opening unlocked", "close closes closed closing shut shuts"),
    (
        "loosen loosens loosened loosening slacken slackens undo unscrew unscrewed unscrewing",
        "tighten tightens tightened tightening fasten fastened",
    ),
    (
        "increase increases increased increasing raise raises raised rise rises",
        "decrease decreases decreased decreasing reduce reduces reduced lower lowers lowered fall falls",
    ),
    ("start starts started starting restart", "stop stops stopped stopping"),
    ("clockwise", "anticlockwise counterclockwise"),
    ("left", "right"),
    ("fill fills filled filling refill", "drain drains drained draining empty emptied"),
    (
        "install installed installing fit fitted fitting insert inserted inserting mount mounted "
        "attach attached putin",
        "remove removes removed removing takeout detach dismount dismantle withdraw",
    ),
    ("above", "below"),
    ("inlet", "outlet"),
    ("suction", "discharge delivery"),
    ("input", "output"),
    ("positive plus", "negative minus"),
    ("hot hotter warm", "cold colder cool"),
    ("upper top", "lower-part bottom"),
    ("front", "rear back"),
    ("push pushed", "pull pulled"),
    ("enable enabled enables", "disable disabled disables"),
    ("connect connected connecting", "disconnect disconnected disconnecting"),
    ("lock locked locking", "unlock unlocked-from"),
    ("engage engaged", "disengage disengaged"),
    ("energise energised energize energized", "deenergise deenergised deenergize deenergized"),
    ("switchon", "switchoff"),
    ("more", "less fewer"),
    ("high highest higher", "low lowest"),
    ("maximum max maximal maximise maximize", "minimum min minimal minimise minimize"),
    ("best", "worst"),
    ("full", "partial"),
    ("same", "different"),
    ("first", "last"),
    ("long longer longest", "short shorter shortest"),
    ("large larger largest big bigger", "small smaller smallest"),
    ("old older", "new newer"),
    ("parallel", "series"),
    ("primary", "secondary"),
    ("charge charging charged", "discharging discharged"),
    ("faster fast quickly", "slow slower slowly"),
    ("both all each every", "one single either any"),
    ("always", "never"),
    ("allowed permitted", "forbidden prohibited"),
    ("wet", "dry"),
    ("inside", "outside"),
    ("öffnen geöffnet öffne offnen geoffnet", "schließen geschlossen schliessen"),
    ("lösen losen gelost", "anziehen festziehen angezogen"),
    ("einschalten eingeschaltet", "ausschalten ausgeschaltet"),
    ("abrir abra abierto", "cerrar cierre cerrado"),
    ("ouvrir ouvrez ouvert", "fermer fermez ferme"),
)
_SWITCH = r"\b(?:switch|switches|switched|switching|turn|turned|power|powered|shut)\s+"
_LEAVE = r"\b(?:leave|keep|left|kept|stays?|remains?)\s+"
_BETWEEN = r"(?:(?!on\b|off\b)[\w-]+\s+){0,5}?"
PHRASES = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (
            r"\b(?:take|takes|taken|taking|pull|pulled|lift|lifted|slide)\s+(?:\w+\s+){0,3}?(?:out|off)\b",
            "takeout",
        ),
        (r"\b(?:put|puts|push|slide|place)\s+(?:\w+\s+){0,3}?(?:in|into|on|back)\b", "putin"),
        (rf"{_SWITCH}{_BETWEEN}(?:off|down)\b", "switchoff"),
        (rf"{_SWITCH}{_BETWEEN}on\b", "switchon"),
        (rf"{_LEAVE}{_BETWEEN}off\b", "switchoff"),
        (rf"{_LEAVE}{_BETWEEN}on\b", "switchon"),
        (r"\b(?:is|are|be|been|was)\s+off\b(?!\s+the)", "switchoff"),
        (r"\b(?:is|are|be|been|was)\s+on\b(?!\s+(?:the|a|its))", "switchon"),
        (r"\b(?:counter|anti)[\s-]?clockwise\b", "counterclockwise"),
        (r"\bde-energi", "deenergi"),
        (
            r"\b(?:lower|bottom)\s+(?=part|end|edge|side|half|bolts?|screws?|valves?|plate|cover)",
            "lower-part ",
        ),
    )
)
