"""What goes in and out of the knowledge base: questions, passages, answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from knowledge.documents import Audience


@dataclass(frozen=True, slots=True)
class ProductScope:
    """The machine a question is about. Any part may be unknown."""

    sku: str | None = None
    family: str | None = None
    model: str | None = None
    firmware: str | None = None

    def names(self) -> frozenset[str]:
        """Return the names a document's products are compared with, folded."""
        return frozenset(name.strip().casefold() for name in (self.sku, self.family, self.model) if name)


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asks. `previous` are the thread's earlier questions, oldest first.

    `names` are those of the customer and the site of the call, which say nothing about what is asked.
    """

    text: str
    audience: Audience
    scope: ProductScope | None = None
    previous: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A ranked passage. `score` is fused; `cosine` and `code` are absolute signals (code: 0..1).

    `products` are the names of those its document is for, folded, none when it is for all. A passage of
    a table has the table's `header` and the cells of its own `rows`. `credit` names who vouches for a
    note ("Note by Ada Berg, reviewed 3 Mar 2026"), None for a document.
    """

    chunk_id: int
    document: str
    title: str
    section: tuple[str, ...]
    page: int | None
    kind: str
    text: str
    notices: tuple[tuple[str, str], ...]
    codes: frozenset[str]
    score: float
    cosine: float
    lexical: float
    code: float
    products: frozenset[str] = frozenset()
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    credit: str | None = None

    @property
    def cited_title(self) -> str:
        """The title as people cite it; a note begins with who vouches for it."""
        return f"{self.credit}: {self.title}" if self.credit else self.title

    @property
    def heading(self) -> str | None:
        """The section as people cite it, None at the top of a document."""
        return " > ".join(self.section) or None


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a statement comes from. `number` is its mark in the text; `page` is 1-based."""

    number: int
    document: str
    title: str
    section: str | None
    page: int | None
    quote: str

    @property
    def place(self) -> tuple[str, str | None, int | None]:
        """The document, section and page."""
        return self.document, self.section, self.page


@dataclass(frozen=True, slots=True)
class Notice:
    """A hazard notice, word for word. `level` is danger, warning, caution or notice."""

    level: str
    text: str
    citation: int


@dataclass(frozen=True, slots=True)
class Statement:
    """One piece of an answer: "step", "sentence" or "row". `step` is the number as in the document."""

    kind: str
    text: str
    citation: int
    step: int | None = None


@dataclass(frozen=True, slots=True)
class SimilarCode:
    """A real code that looks like one that stands in no document. `citation` is its number among the nearest pages."""

    asked: str
    code: str
    citation: int = 0


@dataclass(frozen=True, slots=True)
class ReadCode:
    """A plain number, and the one code with it that the list of the machine asked about has."""

    typed: str
    code: str


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to rule out, word for word from the document: a cause, how to test it, its remedy.

    At least one of the three is there. `symptom` says which one it is for when a guide covers several;
    `number` is the step's number as printed. `focus` are the parts of the remedy that speak of this
    cause, where the remedy is for several. `leads_to` are the places (from 0) of later checks that the
    text sends its reader to. `notices` guard this check beside those of the whole guide. A step that
    checks nothing ("Lock the isolator") `is_action`: it can be done, but never be ruled out for later.
    """

    citation: int
    cause: str | None = None
    test: str | None = None
    remedy: str | None = None
    symptom: str | None = None
    number: str | None = None
    focus: tuple[str, ...] = ()
    leads_to: tuple[int, ...] = ()
    notices: tuple[Notice, ...] = ()
    is_action: bool = False

    @property
    def label(self) -> str:
        """What is ruled out, in the document's words."""
        return self.cause or self.test or self.remedy or ""


@dataclass(frozen=True, slots=True)
class Guide:
    """The checks for one symptom in the document's order; `citations` are numbered for the guide alone.

    `intro` are the words that introduce the table or list, None where none do.
    """

    title: str
    document: str
    checks: tuple[Check, ...]
    notices: tuple[Notice, ...]
    citations: tuple[Citation, ...]
    intro: str | None = None


@dataclass(frozen=True, slots=True)
class Weighed:
    """A passage that was weighed for an answer, and the signals that ranked it; a log keeps it without its text."""

    chunk_id: int
    document: str
    page: int | None
    score: float
    cosine: float
    lexical: float
    code: float


@dataclass(frozen=True, slots=True)
class Trace:
    """How a question was searched, for the log: the text with what it leans on, the codes, the passages best first."""

    searched: str = ""
    codes: tuple[str, ...] = ()
    passages: tuple[Weighed, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A cited answer, or an abstention with its reason and the nearest pages.

    `reason` is no_evidence, unknown_code, empty_question or no_documents; None when answered.
    `more` is what did not fit on a phone. `replaced` names documents that were left out because a
    newer one supersedes them, as (old, new) titles; `more_lists` tells in how many lists more the code
    stands, `read_codes` which numbers were taken for a code. `guide` walks the answer check by check, where it
    is one of ruling out causes. `composed_by` and `prompt_version` name the model and the prompt that
    were asked, None when none was; `short_form` tells why the documents' own sentences answer although
    a model was asked (slow, failed, down, busy, ungrounded, declined), or complete what it wrote
    (cut_off, incomplete).
    """

    question: str
    abstained: bool
    reason: str | None = None
    notices: tuple[Notice, ...] = ()
    statements: tuple[Statement, ...] = ()
    more: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Citation, ...] = ()
    widened: bool = False
    shortened: bool = False
    unknown_codes: tuple[str, ...] = ()
    similar_codes: tuple[SimilarCode, ...] = ()
    replaced: tuple[tuple[str, str], ...] = ()
    more_lists: int = 0
    read_codes: tuple[ReadCode, ...] = ()
    composed_by: str | None = None
    prompt_version: str | None = None
    short_form: str | None = None
    timings_ms: dict[str, float] = field(default_factory=dict)
    guide: Guide | None = None
    trace: Trace = Trace()

    @property
    def rest(self) -> tuple[Statement, ...]:
        """What did not fit on a phone; with a guide all that the guide does not say itself."""
        if self.guide is None:
            return self.more
        used = {check.citation for check in self.guide.checks}
        walked = {cited.place for cited in self.guide.citations if cited.number in used}
        rows = {cited.number for cited in self.citations if cited.place in walked}
        told = [
            " ".join(part.split())
            for check in self.guide.checks
            for part in (check.cause, check.test, check.remedy)
            if part
        ]
        return tuple(
            statement
            for statement in (*self.statements, *self.more)
            if not (statement.kind == "row" and statement.citation in rows)
            and not any(" ".join(statement.text.split()) in part for part in told)
        )

    @property
    def is_short_form(self) -> bool:
        """Tell whether a model was asked and the documents' own sentences had to do."""
        return self.short_form is not None

    @property
    def hint_at_lists(self) -> str:
        """What to do where the code stands in more lists than are shown."""
        return (
            f"The code stands in {self.more_lists} more list{'s' * (self.more_lists != 1)}: name the machine."
        )

    @property
    def text(self) -> str:
        """The answer as plain text: notices first, then the statements with their marks."""
        if self.abstained:
            sentence = _ABSTENTIONS[self.reason or "no_evidence"].format(codes=", ".join(self.unknown_codes))
            similar = ", ".join(dict.fromkeys(near.code for near in self.similar_codes))
            return f"{sentence} Other codes that look like it: {similar}." if similar else sentence
        lines = [f"{notice.level.upper()}: {notice.text} [{notice.citation}]" for notice in self.notices]
        for statement in self.statements:
            mark = f"{statement.step}. " if statement.step is not None else ""
            lines.append(f"{mark}{statement.text} [{statement.citation}]")
        lines += [f"{read.typed} was read as {read.code}." for read in self.read_codes]
        if self.more_lists:
            lines.append(self.hint_at_lists)
        return "\n".join(lines)


_ABSTENTIONS = {
    "no_evidence": "The documents do not answer this.",
    "unknown_code": "The documents do not know the code {codes}.",
    "empty_question": "There is no question to answer.",
    "no_documents": "There are no documents to answer from.",
}
