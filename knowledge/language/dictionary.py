"""Is it an English word? What is none, and stands in no document either, is most likely somebody's name."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import symspellpy
from symspellpy import SymSpell, Verbosity

_WORDS = Path(symspellpy.__file__).parent / "frequency_dictionary_en_82_765.txt"
# What is looked up has the length of a prefix at most: more makes loading slow and looking up fast.
_PREFIX = 4
_SHORTEST_SLIP = 5
# Written among people who service machines, and in no list of English words.
_TRADE_WORDS = frozenset(
    word
    for line in (
        "ac aircon ahu alu atex avr btu can cip cnc com cpu crc cts dc dia din drawbar ecu eeprom epdm eprom esc esd",
        "estop evse exv fcu fet fw genset gfci gps",
        "gpio gpm gui handwheel heatsink hepa hmi hp hvac hw hydraulics igbt imbus io ip kvm lcd led loctite mcb mcu",
        "mosfet nc nfc npn ocpp oem",
        "oled oring pc pcb pdf pid pinout plc pnp poe pot psu ptc ptfe pwm qr ram rccb rcd rfid rom rpm rtc rtd rtfm",
        "rtu sd setpoint sms snubber spi ssd ssr sw tcp teflon thermistor torx touchpad touchscreen ttl txv uart udp",
        "ups uptime usb vav vdc vfd viton vrf wallbox wallboxes whatsapp wifi wlan xlsx",
    )
    for word in line.split()
)


@cache
def _load() -> SymSpell:
    dictionary = SymSpell(max_dictionary_edit_distance=1, prefix_length=_PREFIX)
    dictionary.load_dictionary(str(_WORDS), term_index=0, count_index=1, encoding="utf-8-sig")
    return dictionary


def is_english(word: str) -> bool:
    """Tell whether a word, in any case, is an English one, one of the trade, or a longer one with a slip.

    The list is that of SymSpell, 82,765 words with few names. It takes .3 s and 20 MB to load, with the first question
    that has a word which no document knows.
    """
    folded = word.lower()
    if folded in _TRADE_WORDS:
        return True
    slips = 1 if len(folded) >= _SHORTEST_SLIP else 0
    return bool(_load().lookup(folded, Verbosity.TOP, max_edit_distance=slips))
