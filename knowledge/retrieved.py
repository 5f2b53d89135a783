"""What retrieval hands on: the ranked passages of a question, and what was found out about it on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from knowledge.answering.machines import Machines
from knowledge.language.codes import CodeMention
from knowledge.passages import weigh
from knowledge.questions import QuestionPlan
from knowledge.replies import Passage, ReadCode, SimilarCode, Trace
from knowledge.subjects import Subject


@dataclass(frozen=True, slots=True)
class Retrieved:
    """The ranked passages of a question and what was found out on the way.

    `rarity` maps each content term to its weight: ln-idf among the reader's passages, highest for
    terms that stand in none. `unknown_codes` were asked for but stand in no document of the reader's;
    `similar_codes` look like them. `names_machine` tells that the codes name the machine something is to
    be done with, not what is looked up; `machines` tells the machine asked about from all others,
    `machine_codes` are names of machines, written as codes, `names` those that stand beside what is
    asked for, and `is_wide` tells that also documents for others were searched; `subject` is what the
    question is about by the documents' own names; `read_codes` are numbers that were taken for a code.
    `replacements` gives, by the path of a document, the (old, new) titles of what it supersedes; `nearness`,
    by the id of a passage, its cosine with the question without the names of machines, where that was worked out;
    `relevance`, by the id of a passage, the logit of a model that read it together with the question, where one did.
    `held_elsewhere` is how much (0..1) of what is asked the best passage about another than the named machine holds.
    """

    plan: QuestionPlan
    passages: tuple[Passage, ...]
    rarity: dict[str, float]
    known_codes: tuple[CodeMention, ...]
    unknown_codes: tuple[CodeMention, ...]
    similar_codes: tuple[tuple[SimilarCode, Passage], ...]
    has_documents: bool
    names_machine: bool
    machines: Machines
    is_wide: bool
    subject: Subject
    replacements: dict[str, tuple[tuple[str, str], ...]]
    machine_codes: frozenset[str]
    names: frozenset[str]
    read_codes: tuple[ReadCode, ...]
    timings_ms: dict[str, float]
    nearness: Mapping[int, float] = field(default_factory=dict)
    relevance: Mapping[int, float] = field(default_factory=dict)
    held_elsewhere: float = 0.0

    @property
    def trace(self) -> Trace:
        """How the question was searched, for the log; a machine's own name is none of its codes."""
        known = () if self.names_machine else (m for m in self.known_codes if m.certain)
        codes = (mention.forms[0] for mention in (*self.unknown_codes, *known))
        passages = tuple(weigh(passage) for passage in self.passages)
        return Trace(
            self.plan.typed, tuple(code for code in codes if code not in self.machine_codes), passages
        )
