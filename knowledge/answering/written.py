"""Reading what a model writes, while it writes: statements with their citations, one after the other."""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.language.sentences import split_sentences
from knowledge.language.unseen import strip_unseen

MAX_CHARACTERS = 6_000
MAX_STATEMENTS = 40
MAX_LINE = 2_000
_MAX_STATEMENT = 700
_MARK = r"[\[【]\s*(?:passages?\s+)?[1-9]\d?(?:\s*[,;]\s*[1-9]\d?)*\s*[\]】]"
_MARKS_BEHIND = re.compile(rf"(?:\s*{_MARK})+\s*[.!?;:,]*\s*$", re.IGNORECASE)
# "… 24 Nm. [1] Close …" is brought into the form "… 24 Nm [1]. Close …", so that a mark stays with its sentence.
_STOP_BEFORE_MARK = re.compile(rf"([.!?;])((?:\s*{_MARK})+)", re.IGNORECASE)
_STEP = re.compile(r"^(?:step\s+|schritt\s+|paso\s+)?(\d{1,3})[.):]\s+(?=\S)", re.IGNORECASE)
_END = re.compile(r"[.!?。！？]")
_DECORATION = re.compile(r"^(?:[-*•–>]\s+|#+\s+)+|\*\*|__|`")
_DECLINED = re.compile(r"^\W*no answer\W*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Written:
    """One statement as a model wrote it, without its marks. `step` is the number it gave it."""

    text: str
    citations: tuple[int, ...]
    step: int | None = None


class StatementReader:
    """Takes text in pieces of any size, gives whole statements."""

    def __init__(self) -> None:
        self._line = ""
        self._characters = 0
        self._statements = 0
        self.has_declined = False

    @property
    def is_full(self) -> bool:
        """Tell whether a model wrote more than an answer can be: it is not read any further."""
        return (
            self._characters > MAX_CHARACTERS
            or self._statements > MAX_STATEMENTS
            or len(self._line) > MAX_LINE
        )

    def feed(self, text: str) -> list[Written]:
        """Return the statements that are complete with this text, in order."""
        self._characters += len(text)
        self._line += strip_unseen(text).replace("\t", " ")
        found: list[Written] = []
        *lines, self._line = self._line.split("\n")
        for line in lines:
            found += self._read_line(line)
        if _END.search(self._line) and len(self._line) <= MAX_LINE and not _STEP.match(_plain(self._line)):
            *whole, rest = split_sentences(_stops_behind_marks(self._line)) or [""]
            if whole and not rest.startswith(("[", "【")):
                for sentence in whole:
                    found += self._read_line(sentence)
                self._line = rest + " " * self._line.endswith(" ")
        return found

    def finish(self) -> list[Written]:
        """Return what is left when nothing more comes."""
        line, self._line = self._line, ""
        return self._read_line(line)

    def _read_line(self, line: str) -> list[Written]:
        plain = _plain(line)
        if _DECLINED.match(plain):
            self.has_declined = True
            return []
        step = _STEP.match(plain)
        parts = [plain[step.end() :]] if step else split_sentences(_stops_behind_marks(plain))
        written = [_read(part, int(step[1]) if step else None) for part in parts]
        found = [one for one in written if any(c.isalnum() for c in one.text)]
        self._statements += len(found)
        return found


def _read(text: str, step: int | None) -> Written:
    """Return a statement; its marks are those at its end, where there are none those within it."""
    text = _stops_behind_marks(text)
    behind = _MARKS_BEHIND.search(text)
    if behind is None or step is not None:
        # A step of several sentences has a mark behind each.
        marks = re.findall(_MARK, text, re.IGNORECASE)
        bare = re.sub(rf"\s*{_MARK}", "", text, flags=re.IGNORECASE)
    else:
        marks = re.findall(_MARK, behind[0], re.IGNORECASE)
        stop = behind[0].rstrip()[-1]
        bare = text[: behind.start()] + (stop if stop in ".!?" else "")
    numbers = tuple(dict.fromkeys(int(n) for mark in marks for n in re.findall(r"\d+", mark)))
    plain = " ".join(bare.split())
    return Written(plain if len(plain) <= _MAX_STATEMENT else "", numbers, step)


def _stops_behind_marks(text: str) -> str:
    return _STOP_BEFORE_MARK.sub(r"\2\1", text)


def _plain(line: str) -> str:
    return _DECORATION.sub("", line.strip()).strip()
