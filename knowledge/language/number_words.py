"""Numbers that are written out, so that "five" is checked as 5 is."""

from __future__ import annotations

import re

# Left out are words that are something else as well: "one", "second", Spanish "once" (eleven), French "neuf" (new).
_ONES = """
two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9 ten=10 eleven=11 twelve=12 thirteen=13 fourteen=14
fifteen=15 sixteen=16 seventeen=17 eighteen=18 nineteen=19 dozen=12 twice=2 thrice=3
zwei=2 drei=3 vier=4 fünf=5 sechs=6 sieben=7 acht=8 neun=9 zehn=10 elf=11 zwölf=12 zweimal=2 dreimal=3
dos=2 tres=3 cuatro=4 cinco=5 seis=6 siete=7 ocho=8 nueve=9 diez=10 doce=12 quince=15
deux=2 trois=3 quatre=4 cinq=5 sept=7 huit=8 dix=10 onze=11 douze=12 quinze=15
"""
_TENS = """
twenty=20 thirty=30 forty=40 fifty=50 sixty=60 seventy=70 eighty=80 ninety=90 hundred=100 thousand=1000
zwanzig=20 dreißig=30 vierzig=40 fünfzig=50 sechzig=60 hundert=100 tausend=1000
veinte=20 treinta=30 cuarenta=40 cincuenta=50 sesenta=60 cien=100 vingt=20 trente=30 quarante=40 cinquante=50 cent=100
"""


def _read(listed: str) -> dict[str, int]:
    return {word: int(value) for word, value in (entry.split("=") for entry in listed.split())}


_VALUES = _read(_ONES) | _read(_TENS)
_TEN_WORDS = "|".join(word for word, value in _read(_TENS).items() if 20 <= value < 100)
_UNIT_WORDS = "|".join(["one", *(word for word, value in _read(_ONES).items() if value < 10)])
_COMPOUND = re.compile(rf"\b({_TEN_WORDS})[-\s]({_UNIT_WORDS})\b", re.IGNORECASE)
_SINGLE = re.compile(rf"\b(?:{'|'.join(_VALUES)})\b", re.IGNORECASE)
_HALF = re.compile(r"\bhalf (?:a|an)\b|\b(?:a|one) half\b", re.IGNORECASE)


def write_digits(text: str) -> str:
    """Return the text with its number words as digits ("twenty-four Nm" -> "24 Nm"); "one", also a pronoun, stays."""
    halved = _HALF.sub("0.5", text)
    joined = _COMPOUND.sub(
        lambda match: str(_VALUES[match[1].lower()] + _VALUES.get(match[2].lower(), 1)), halved
    )
    return _SINGLE.sub(lambda match: str(_VALUES[match[0].lower()]), joined)
