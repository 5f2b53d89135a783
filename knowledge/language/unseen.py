"""Characters that nobody sees: taken out of documents and questions before anything reads them.

They can carry words past a reader (tag letters spell ASCII), turn a line around, or split a word so that
no search finds it.
"""

from __future__ import annotations

import re

# Default_Ignorable_Code_Point of Unicode 16 (DerivedCoreProperties.txt), the marks of interlinear annotation,
# noncharacters, lone surrogates, and control characters that are neither blank nor the end of a line.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufffb\ufffe\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def strip_unseen(text: str) -> str:
    """Return the text without characters that nobody sees; every end of a line is a newline."""
    return _UNSEEN.sub("", _LINE_ENDS.sub("\n", text))
