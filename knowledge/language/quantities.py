"""Numbers with their units, as manuals write them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.language.terms import words

# Longest first where one is the start of another; matched with a boundary behind.
UNITS = (
    "volts|volt|Volt|amperes|amps|amp|Ampere|watts|watt|Watt|kWh|MWh|Wh|mAh|Ah|kVA|VA|kvar|kW|MW|mW|W|VDC|VAC|Vdc|Vac|Vrms|kV|mV|µV|V|mA|µA|kA|A|µS/cm|mS/cm|"
    "kHz|MHz|GHz|Hz|MPa|kPa|hPa|Pa|mbar|bar|Bar|psi|psig|inHg|mmHg|"
    "N·m|N m|Nm|N·cm|Ncm|lb-ft|lbf·ft|ft-lb|ft·lb|in-lb|in·lb|kN|mN|N|"
    "mm²|cm²|m²|m³/h|m3/h|m³|mm|cm|km|µm|m/s|m|ft|inches|inch|in|"
    "kg|mg|µg|g|lbs|lb|oz|tons|"
    "°C|° C|℃|°F|° F|°dH|° dH|dH|°|degrees|deg|Grad|K|rpm|r/min|U/min|rev/s|rad/s|lux|lx|lm|"
    "kΩ|MΩ|mΩ|Ω|kOhm|MOhm|kohm|ohms|ohm|Ohms|Ohm|nF|µF|uF|pF|mH|µH|uH|"
    "l/min|l/s|L/min|L/s|litres|liters|Liter|l|L|ml|mL|gpm|cfm|CFM|"
    "kbps|Mbps|bps|kbit/s|Mbit/s|baud|kB|MB|GB|dBA|dB|ppm|%|"
    "milliseconds|seconds|minutes|hours|days|weeks|months|years|ms|µs|us|min|sec|s|h|d|"
    "Sekunden|Minuten|Stunden|Tagen|Tage|Wochen|Monaten|Monate|Jahren|Jahre"
)
# As they are typed on a phone; a single letter may be anything.
UNITS_TYPED = {unit.lower(): unit for unit in reversed(UNITS.split("|")) if unit.isalpha() and len(unit) > 1}
NUMBER = r"[-+±]?\d+(?:[.,]\d+)*"
_QUANTITY = re.compile(rf"(?<![\w.])({NUMBER})\s?({UNITS})(?![\w])")
_LABEL = re.compile(rf"[,(\[]\s?({UNITS})\s?(?=[;:)\]]|$)")
_NUMBER = re.compile(rf"(?<![\w.])({NUMBER})(?![\w])")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number and its unit ("" for a bare number), with where it stands in the text."""

    number: str
    unit: str
    start: int
    end: int


def plain_number(text: str) -> str:
    """Return a number without sign, thousands separators or trailing zeros: "1,500.0" -> "1500".

    A single comma is decimal unless exactly three digits follow it.
    """
    digits = text.lstrip("+-±")
    if "," in digits and "." in digits:
        thousands = "," if digits.rfind(",") < digits.rfind(".") else "."
        digits = digits.replace(thousands, "").replace(",", ".")
    elif "," in digits:
        groups = digits.split(",")
        grouped = all(len(group) == 3 for group in groups[1:]) and len(groups[0]) <= 3 and groups[0] != "0"
        digits = digits.replace(",", "" if grouped else ".", 9)
    if digits.count(".") == 1:
        digits = digits.rstrip("0").rstrip(".")
    return digits.lstrip("0") or "0"


def plain_unit(unit: str) -> str:
    """Return a unit without blanks and dots between its letters: "N·m" and "N m" are "Nm"."""
    return re.sub(r"[\s·]", "", unit).replace("℃", "°C")


def find_label_units(text: str) -> set[str]:
    """Return the units that stand in labels, apart from their numbers: "Weight, kg; A: 940" or "Flow (m³/h)"."""
    return {plain_unit(match[1]) for match in _LABEL.finditer(text)}


def find_quantities(text: str) -> list[Quantity]:
    """Return the numbers that carry a unit, in order."""
    return [
        Quantity(match[1], plain_unit(match[2]), match.start(), match.end())
        for match in _QUANTITY.finditer(text)
    ]


def find_numbers(text: str) -> list[Quantity]:
    """Return every number that stands by itself, with its unit where it has one, in order."""
    with_unit = {quantity.start: quantity for quantity in find_quantities(text)}
    return [
        with_unit.get(match.start(), Quantity(match[1], "", match.start(), match.end()))
        for match in re.finditer(rf"(?<![\w.])({NUMBER})", text)
        if match.start() in with_unit or _NUMBER.match(text, match.start())
    ]


# What a question calls a figure, and the units it may come in: a passage that says "24 Nm" answers a
# question for a torque without using the word.
_DIMENSIONS = {
    "pressure": "bar Bar mbar kPa MPa hPa Pa psi psig inHg mmHg",
    "torque tighten tightened tight": "Nm kNm Ncm lb-ft lbf·ft ft-lb ftlb in-lb inlb",
    "voltage volt volts": "V kV mV VDC VAC Vdc Vac Vrms volts volt Volt",
    "current ampere amperes amp amps": "A mA µA kA amperes amps amp Ampere",
    "power watt watts": "W kW MW mW VA kVA watts watt Watt",
    "energy": "Wh kWh MWh",
    "capacity": "Ah mAh Wh kWh l L litres liters Liter m³",
    "temperature hot warm cold degrees": "°C °F K degrees ° Grad",
    "speed rpm": "rpm r/min U/min rev/s rad/s m/s bps kbps Mbps kbit/s Mbit/s baud",
    "frequency hertz": "Hz kHz MHz GHz",
    "weight mass heavy weigh kilograms kilogram grams gram": "kg g mg lb lbs oz tons",
    "length distance clearance width height depth diameter gap": "mm cm m km µm in inch inches ft",
    "spacing thickness size far": "mm cm m km µm in inch inches ft",
    "millimetres millimeters": "mm",
    "area section cross": "mm² cm² m²",
    "volume litres liters": "l L ml mL litres liters Liter m³",
    "flow": "l/min l/s L/min L/s m³/h m3/h gpm cfm CFM",
    "time duration interval wait period lifetime seconds minutes hours days weeks month months year years": (
        "s sec seconds min minutes h hours days weeks months years ms "
        "Sekunden Minuten Stunden Tagen Tage Wochen Monaten Monate Jahren Jahre"
    ),
    "resistance ohm ohms": "Ω kΩ MΩ mΩ ohm ohms Ohm Ohms kOhm MOhm kohm",
    "conductivity": "µS/cm mS/cm",
    "hardness": "°dH dH",
    "brightness illuminance": "lux lx lm",
    "capacitance farad microfarad microfarads nanofarad picofarad": "µF uF nF pF",
    "noise": "dB dBA",
    "rate baud": "baud bps kbps Mbps kbit/s Mbit/s Hz kHz",
    "humidity": "%",
}
# The same names as German, Spanish and Chinese ask for them, folded; each with an English one.
_TRANSLATED = {
    "pressure": "druck presion 压力",
    "torque": "drehmoment anzugsmoment par torsion 扭矩 力矩",
    "voltage": "spannung voltaje tension voltios 电压",
    "current": "strom stromstarke corriente amperio amperios 电流",
    "power": "leistung potencia vatios 功率",
    "energy": "energie energia",
    "capacity": "kapazitat capacidad 容量",
    "temperature": "temperatur temperatura 温度",
    "speed": "drehzahl geschwindigkeit velocidad revoluciones 速度 转速",
    "frequency": "frequenz frecuencia 频率",
    "weight": "gewicht masse schwer peso pesa kilos 重量",
    "length": "abstand lange hohe breite tiefe durchmesser distancia longitud altura diametro 距离 长度",
    "area": "querschnitt seccion",
    "time": "dauer tiempo duracion 时间",
    "resistance": "widerstand resistencia 电阻",
    "conductivity": "leitfahigkeit conductividad 电导率",
    "hardness": "wasserharte dureza 硬度",
    "rate": "baudrate baudios",
    "humidity": "feuchtigkeit feuchte humedad 湿度",
}
# Prices are written with the currency before or behind the figure.
_PRICE = re.compile(r"(?:EUR|USD|GBP|CHF|[€£$])\s?\d|\d\s?(?:EUR|USD|GBP|CHF|[€£$])")
_PRICE_WORD = re.compile(
    r"\b(?:costs?|prices?|priced|kostet|kosten|preise?|cuestan?|costar|precios?|coûte|prix|costa)\b|价格|多少钱",
    re.IGNORECASE,
)
_PRICED = re.compile(
    r"\b(?:costs?|prices?|preis\w*|kosten|precios?)\b\W{0,3}(?:is |are |of )?\d", re.IGNORECASE
)
# Said of a figure that is asked for, not of a thing: "what is the max current", not "how do I connect the power".
_AMOUNT_ASKED = re.compile(
    r"\b(?:how (?:much|many|long|high|low|hot|cold|heavy|fast|far|thick|wide|deep|tight)"
    r"|(?:what|which) (?:\w+ )?(?:torque|voltage|current|pressure|temperature)"
    r"|wie (?:viel|hoch|lang|schwer|heiß|warm)\w*|cuánt[oa]s?)\b|多少|几",
    re.IGNORECASE,
)
_LIMIT_ASKED = re.compile(
    r"\b(?:max\w*|min(?:imum|imal\w*)?|peak|rated|nominal|limits?|range|default|period|lifetime|time between"
    r"|mindest\w*|höchst\w*|máxim[oa]|mínim[oa])\b|最大|最小",
    re.IGNORECASE,
)
_THING_ASKED = re.compile(
    r"\b(?:which|where|why|who|welche[rsnm]?|wo|warum|dónde|por qué|cuál)\b", re.IGNORECASE
)
# "How many starts per hour", "litres a minute": only what happens in a time is an answer.
_TIMES = (
    r"hours?|hrs?|h|minutes?|mins?|seconds?|secs?|s|days?|weeks?|months?|years?|shifts?"
    r"|stunde|minute|sekunde|tag|woche|hora|minuto|día|heure|jour"
)
_RATE_ASKED = re.compile(
    rf"\b(?:how (?:many|much)|wie ?viele?|number of|cuánt[oa]s|combien)\b[^?.,]{{1,60}}?"
    rf"(?:\b(?:per|an?|each|every|pro|por|par)\s+|/\s?)(?:{_TIMES})\b",
    re.IGNORECASE,
)
_RATE = re.compile(
    rf"(?:\b(?:per|an?|each|every|within an?|pro|je|por|par)\s+|/\s?)(?:{_TIMES})\b"
    r"|\b(?:rpm|bpm|cpm|hourly|daily|weekly|monthly|yearly)\b",
    re.IGNORECASE,
)
# A figure by its name alone, as people type: "turbine speed of the X3", "filter diameter?". A symptom ("low pressure on
# circuit A") and a thing ("the temperature sensor") are none.
_FIGURE_NAMES = (
    "pressure torque voltage resistance conductivity hardness temperature speed frequency weight mass diameter"
    " thickness width height depth length volume brightness"
    " druck drehmoment anzugsmoment spannung temperatur drehzahl frequenz gewicht durchmesser widerstand leitfähigkeit"
).replace(" ", "|")
_FIGURE_NAMED = re.compile(
    rf"\b(?:{_FIGURE_NAMES})(?: (?:level|setting|value|limit|range|rating|spec\w*|drop))?\s*"
    r"(?:[?.!,;]|$|\b(?:of|for|on|at|between|per|der|des|vom|von|für|bei|am)\b)",
    re.IGNORECASE,
)
_BELONGING = re.compile(r"\b(?:for|of|to|with|by|from|für|von|mit)\b", re.IGNORECASE)
_SYMPTOM = re.compile(
    r"\b(?:low|high|over|under|wrong|missing|loss|lost|losing|loses?|rises?|rising|falls?|falling|drops?|dropping|jumps?"
    r"|why|how do|how to|how can|hot|warm|weak)\b",
    re.IGNORECASE,
)
_UNITS_OF = {word: frozenset(units.split()) for names, units in _DIMENSIONS.items() for word in names.split()}
_UNITS_OF |= {word: _UNITS_OF[name] for name, others in _TRANSLATED.items() for word in others.split()}
_SHORTEST_HEAD = 5
_WANTED = re.compile(r"(?:\bin|\bneed|,)\s+([A-Za-zµ]{2,4})\b(?=\s*[?.!,;)]|\s*$)")
_IDENTIFIER = re.compile(r"[^\W_]+(?:_+[^\W_]+)+")


def asks_for_price(text: str) -> bool:
    """Tell whether a question is for what something costs."""
    return bool(_PRICE_WORD.search(text))


def holds_price(text: str) -> bool:
    """Tell whether a text holds an amount of money, or a figure that it calls a price."""
    return bool(_PRICE.search(text) or _PRICED.search(text))


def asks_for_figure(text: str) -> bool:
    """Tell whether a question is for how much or how many, if it names what of.

    "Which terminal is for the current limit" asks for a thing, however many figures it names.
    """
    if _AMOUNT_ASKED.search(text):
        return True
    if _THING_ASKED.search(text):
        return False
    return bool(_LIMIT_ASKED.search(text) or _units_wanted(text))


def asks_for_rate(text: str) -> bool:
    """Tell whether a question is for how many of something there are in a time: "starts per hour"."""
    return bool(_RATE_ASKED.search(text))


def holds_rate(text: str) -> bool:
    """Tell whether a text says how many of something there are in a time: "12 per hour", "30/h", "40 l/min"."""
    return bool(_RATE.search(text))


def names_figure(text: str) -> bool:
    """Tell whether a text is a figure's name, as people type who want it: "turbine speed of the X3"."""
    named = _FIGURE_NAMED.search(text)
    if named is None or _SYMPTOM.search(text) or _THING_ASKED.search(text):
        return False
    # "The setting for motor temperature": what is wanted stands in front.
    return not _BELONGING.search(text, 0, named.start())


def units_asked_for(word: str) -> frozenset[str]:
    """Return the units in which a figure of this name comes ("torque" -> Nm, lb-ft, ...), none for other words."""
    return _UNITS_OF.get(word, frozenset())


def units_asked_in(text: str) -> frozenset[str]:
    """Return the units of all figures that a text names; none where it names no figure.

    A part of an identifier ("power_dist") names none.
    """
    plain = _IDENTIFIER.sub(" ", text)
    named = {unit for word in words(plain) for unit in units_asked_for(word)}
    return frozenset(named) or _units_wanted(plain)


def _units_wanted(text: str) -> frozenset[str]:
    """Return the units of the kind of figure that a text wants ("how tight, in Nm"), none where it names no unit."""
    wanted = {
        UNITS_TYPED[match[1].lower()] for match in _WANTED.finditer(text) if match[1].lower() in UNITS_TYPED
    }
    kinds = (frozenset(units.split()) for units in _DIMENSIONS.values())
    return frozenset(unit for kind in kinds if kind & wanted for unit in kind)


def units_of_compound(word: str) -> frozenset[str]:
    """Return the units of a word, or of the figure's name that it ends in ("lagertemperatur" -> °C, ...)."""
    heads = (word[start:] for start in range(len(word) - _SHORTEST_HEAD + 1))
    return next((_UNITS_OF[head] for head in heads if head in _UNITS_OF), units_asked_for(word))
