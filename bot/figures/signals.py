"""Whether a text that is not wholly understood is about a figure, or about a machine. Pure; by rules alone."""

import re

_STRONG = (
    r"attach(?:ment)? rates?|(?:units?|net|value|order|account|partner|pos) attach|attach value|"
    r"renewal (?:rates?|value|revenue)|"
    r"first renewals?|cancellation rates?|contract leakage|churn|add[- ]?ons? (?:sold|sales)|revenues?|"
    r"contracts? cancell?ed|cancell?ed contracts?|acceptance rate|"
    r"incremental attach|coverage rate|decline reasons|declined offers"
)
"""Nobody says these of a machine."""

_MIDDLE = (
    r"coverage|renewals?|conversions?|cancell?ations?|funnel|add[- ]?ons?|time to attach|uplift|sales|profits?|"
    r"white ?space|without (?:an? )?contract|have no contract"
)
"""A figure unless something in the text is a machine's."""

_WEAK = (
    r"attach(?:ed)?|leakage|leaked|covered|renewed|pos|point of sale|declines?|declined|cancell?ed|sell|sold|"
    r"targets?|goals?|contracts?|margins?"
)
_COMPANY = (
    r"we|our|us|ours|regions?|partners?|technicians?|customers?|accounts?|segments?|tiers?|product famil(?:y|ies)|"
    r"contracts|offers?|deals?|sales|managers?|(?:last|this|previous) (?:quarter|month|year)|q[1-4]|20\d\d"
)
"""What a word that people also use of machines needs beside it."""

_MACHINE = (
    # What it is made of.
    r"sensors?|gateways?|bolts?|screws?|nuts?|valves?|pumps?|compressors?|motors?|fans?|filters?|cables?|hoses?|pipes?|"
    r"seals?|gaskets?|covers?|panels?|housings?|doors?|lids?|hinges?|brackets?|rails?|belts?|relays?|fuses?|"
    r"switch(?:es)?|"
    r"contactors?|terminals?|connectors?|wires?|wiring|antennas?|batter(?:y|ies)|controllers?|displays?|probes?|drains?|"
    r"condensers?|evaporators?|thermostats?|boards?|trays?|chambers?|tanks?|boilers?|circuits?|breakers?|adc|pcb|leds?|"
    r"firmware|software|parts?|components?|coils?|blades?|nozzles?|bearings?|shafts?|springs?|clamps?|straps?|tools?|"
    # What is in it and what is measured of it.
    r"refrigerants?|oil|water|grease|gas|air|ice|brine|coolant|flow|cycles?|pressures?|temperatures?|torque|voltages?|"
    r"currents|signals?|radio|wi-?fi|range|radius|capacity|humidity|speed|noise|vibration|setpoints?|"
    r"met(?:re|er)s?|mm|cm|bar|psi|nm|volts?|amps?|watts?|kw|hz|litres?|liters?|celsius|fahrenheit|degrees?|°c|"
    # What is done with it, and what goes wrong.
    r"procedures?|instructions?|manuals?|install(?:ed|ing|ation)?|mount(?:ed|ing)?|tighten(?:ed|ing)?|replac(?:e|ed|ing)|"
    r"reset|calibrat(?:e|ed|ion)|measur(?:e|ing|ement)|alarms?|error|faults?|warranty|wall|spare|"
    r"labels?|photos?|lamps?|spray|defrost|"
    # What else "coverage", "conversion" and "attach" are said of.
    r"(?:coverage|conversion|renewal) (?:angle|area|map|pattern|factor|kit|table|chart|formula|interval)s?|"
    r"(?:annual|yearly) service|attach(?:ed)? (?:the|an?|to|it|this|with)"
)
_HOW_TO = re.compile(
    r"\bhow (?:do|should|can|to|must) (?:i|you|one|the)?\s*(?!see\b|show\b|improve\b|increase\b)"
)
_CODE = re.compile(r"\b(?!q[1-4]\b|h[12]\b)[a-z]{1,4}-?\d[\w-]*\b")


def is_about_figures(text: str, *, has_value: bool = False) -> bool:
    """Tell whether a text, restated, is about a figure of the company. `has_value`: it names a region, a partner, ….

    "Attach rate" is always one. "Coverage" is one unless the text speaks of a machine's parts; "attach" only beside a
    word for the company's own.
    """
    if _has(_STRONG, text):
        return not _has("manuals?", text)
    if _has(_MACHINE, text) or _CODE.search(text):
        return False
    if _has(_MIDDLE, text):
        return not (_HOW_TO.search(text) and not _has(_COMPANY, text))
    return _has(_WEAK, text) and (has_value or _has(_COMPANY, text)) and not _HOW_TO.search(text)


def names_figure(text: str) -> bool:
    """Tell whether a text, restated, has any word that figures are asked for with."""
    return _has(f"{_STRONG}|{_MIDDLE}|{_WEAK}", text)


def _has(pattern: str, text: str) -> bool:
    return re.search(rf"(?<![\w-])(?:{pattern})(?![\w-])", text) is not None
