"""In which language a text is written, by its script and its words of function."""

from __future__ import annotations

import re

from knowledge.language.terms import words

_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u3400-\u9fff]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
)
_SCRIPT_SHARE = 0.3
_FUNCTION_WORDS = {
    language: frozenset(listed.split())
    for language, listed in {
        "en": """the and is are of to for with on be by at from this that not as it if when do does you your what
        how which who must can or an should have has than then before after until its into only never""",
        "de": """der die das und ist sind nicht ein eine einen einem einer mit auf fur von zu den dem des wird werden
        wie was im bei nach aus oder sie es ich kann muss wenn vor bis nur nie welche welcher man zum zur auch""",
        "es": """el la los las de y en que es con por para un una se no del al como cuando si su esta son o lo cual
        antes despues hasta solo nunca debe puede""",
        "fr": """le la les des et est une un dans pour que qui sur avec pas du au aux ce ne se quand si il elle sont ou
        de avant apres jusqu jamais doit peut quel quelle""",
    }.items()
}
# A lone "die" or "la" proves nothing.
_FEWEST = 2


def guess_language(text: str) -> str | None:
    """Return the code of the language ("en", "de", "es", "fr", "zh", …), None where a text is too short to tell."""
    letters = sum(c.isalpha() for c in text)
    for code, script in _SCRIPTS:
        if letters and len(script.findall(text)) >= _SCRIPT_SHARE * letters:
            return code
    found = words(text)
    counts = {code: sum(word in known for word in found) for code, known in _FUNCTION_WORDS.items()}
    (best, most), (_, second) = sorted(counts.items(), key=lambda count: -count[1])[:2]
    return best if most >= _FEWEST and most > second else None


def may_be_same_language(text: str, other: str) -> bool:
    """Tell whether two texts can be in one language; a text too short to tell can be in any."""
    first, second = guess_language(text), guess_language(other)
    return first is None or second is None or first == second
