"""Words that say the same: ways of speaking, synonyms, and names of figures ("torque" for Nm)."""

from __future__ import annotations

from knowledge.language.polarity import same_pole
from knowledge.language.quantities import units_asked_for
from knowledge.language.terms import stem

# What a writer adds without saying anything about the machine. Words of negation, condition and order are among them:
# they are compared by what they do (`polarity`, `ordering`), not as words.
_WAYS_OF_SPEAKING = """
accord according answer apply applies approximately carefully carry case complete completed consist correct correctly
describe described document documentation documents ensure exactly finally first following give given gives include
included includes information instruction instructions lastly list listed make makes manual mention mentioned must name
named necessary need needed needs next note order page passage perform performed please procedure process proper
properly provide provided provides recommend recommended refer refers require required requires respective
respectively section show shown shows specific specified specify specifies stated step steps sure text use used uses
using value values way within
never always not without while until unless during than via per may might could shall else then thus therefore hence
whose again every once come occur appear happen put
entsprechend laut gemäß schritt bitte müssen sollte según debe deben paso selon doit étape
"""
_SYNONYMS = """
replace change swap exchange renew
check inspect verify examine
unit machine device appliance equipment
fault error failure malfunction
error alarm
show indicate display mean signify
wait pause
press push
hold keep
contact call
work operate run function
turn rotate
cause reason
remedy fix solution
limit maximum
allow permit
begin start
choose select pick
contain hold include comprise
insert fit install put place mount
weight mass weigh
period interval
power supply mains
lead cable wire
part component spare
"""
_NAMES_OF_FIGURES = """
pressure torque tighten tightened voltage current ampere power energy capacity temperature hot warm cold speed frequency
weight mass heavy weigh length distance clearance width height depth diameter gap spacing thickness size area volume
flow time duration interval wait resistance noise rate
"""
_DETERMINERS = "the a an this that its their each both all of der die das den dem des el la los las le les"
_RELATIONS = (
    "without not no never above below before after inside outside left right ohne nicht kein sin sans"
)
# In front of a name.
DETERMINERS = frozenset(_DETERMINERS.split())
# Small words that tell one row from another: "with glycol", "without glycol".
RELATIONS = frozenset(_RELATIONS.split())
_LIGHT = frozenset(stem(word) for word in _WAYS_OF_SPEAKING.split())
_SAME: dict[str, frozenset[str]] = {}
for _line in _SYNONYMS.strip().splitlines():
    _stems = frozenset(stem(word) for word in _line.split())
    for _stem in _stems:
        _SAME[_stem] = _SAME.get(_stem, frozenset()) | _stems
_UNITS = {stem(word): units_asked_for(word) for word in _NAMES_OF_FIGURES.split()}


def is_way_of_speaking(term: str) -> bool:
    """Tell whether a stemmed term says nothing about the machine."""
    return term in _LIGHT


def same_meaning(term: str) -> frozenset[str]:
    """Return the stems that may stand for a term in a paraphrase; none for most."""
    return _SAME.get(term, frozenset()) | same_pole(term)


def units_named(term: str) -> frozenset[str]:
    """Return the units of the figure that a stemmed term names, none for other words."""
    return _UNITS.get(term, frozenset())
