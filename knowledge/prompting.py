"""Prompts: files beside the code, each with a name and a version that are logged with what came of it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template

from knowledge.replies import Passage

_FOLDER = Path(__file__).parent / "prompts"
_TASK = "=== task ===\n"
# Long questions are cut when they are planned; this bounds what a prompt costs whatever comes in.
_MOST_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True)
class Task:
    """What a model is asked to write: the passages by the number it cites them with, and the question."""

    question: str
    earlier: tuple[str, ...]
    passages: Mapping[int, Passage]


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt file. `version` is its name and number, "answer-1"."""

    version: str
    rules: str
    task: str

    def render(self, task: Task, *, most: int, fence: str | None = None) -> tuple[str, str]:
        """Return (rules, task) for a model. What comes from outside stands between marks with a random word,
        so that no document can close them; nothing in it is read as a placeholder."""
        fence = fence or secrets.token_hex(4)
        passages = "\n\n".join(
            _fenced(f"passage {number}", _shown(passage), fence) for number, passage in task.passages.items()
        )
        earlier = (
            _fenced("earlier questions", "\n".join(task.earlier), fence) + "\n\n" if task.earlier else ""
        )
        values = {
            "most": str(most),
            "fence": fence,
            "passages": passages,
            "earlier": earlier,
            "question": task.question[:_MOST_CHARACTERS],
        }
        return self._fill(values)

    def render_notes(self, notes: str, *, fence: str | None = None) -> tuple[str, str]:
        """Return (rules, task) for a model that rewords notes, which stand between marks as passages do."""
        return self._fill({"fence": fence or secrets.token_hex(4), "notes": notes})

    def _fill(self, values: Mapping[str, str]) -> tuple[str, str]:
        return Template(self.rules).substitute(values), Template(self.task).substitute(values)


@cache
def load_prompt(name: str) -> Prompt:
    """Return a prompt of the `prompts` folder.

    Raises:
        ValueError: the file has no name, version or task; a packaging fault.
    """
    text = (_FOLDER / f"{name}.md").read_text(encoding="utf-8")
    _, front, body = text.split("---\n", 2)
    facts = dict(line.split(": ", 1) for line in front.strip().splitlines())
    rules, task = body.split(_TASK, 1)
    return Prompt(f"{facts['name']}-{facts['version']}", rules.strip(), task.strip())


def _shown(passage: Passage) -> str:
    above: Sequence[str] = (passage.title, *passage.section)
    return f"{' > '.join(above)}\n{passage.text}"


def _fenced(name: str, text: str, fence: str) -> str:
    return f"<<< {name} {fence}\n{text}\n>>> {name} {fence}"
