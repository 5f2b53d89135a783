"""Which codes a question asks for: those that documents know, and those that none does.

The name of a machine is written like a code ("AC6"). It is not what is asked for where a code or anything else stands
beside it: "F 140 on the AC6" asks for F140, and where no document knows that, nothing is told of the AC6 instead.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from knowledge.language.codes import CodeMention
from knowledge.language.terms import analyze, words
from knowledge.questions import QuestionPlan, announcing_terms, is_lookup
from knowledge.reader_view import ReaderView
from knowledge.subjects import Subject

_NAME_PASSAGES = 3


@dataclass(frozen=True, slots=True)
class AskedCodes:
    """The codes of a question.

    `known` are those that documents hold, with the form they have there; not certain are those that may be ordinary
    words, or only name the machine: these are `names`. `unknown` are certain, and no document holds them.
    """

    known: dict[CodeMention, str]
    unknown: tuple[CodeMention, ...]
    names: frozenset[str]


def sort_codes(
    plan: QuestionPlan, view: ReaderView, machines: Collection[str], subject: Subject
) -> AskedCodes:
    """Return which codes of a question the reader's documents know.

    Args:
        plan: The question.
        view: What its reader may be shown.
        machines: The names of machines as codes are written.
        subject: What the question is about.
    """
    found: dict[CodeMention, str] = {}
    unknown = []
    for typed in plan.codes:
        mention = view.complete(typed)
        form = next((form for form in mention.forms if view.knows_code(form)), None)
        if form is not None:
            found[mention] = form
        elif mention.certain and mention.forms[0] not in machines and not subject.is_told_by(mention.surface):
            unknown.append(mention)
    names = _Names(plan, view, machines, subject)
    asked = [mention for mention in found if mention.certain and not names.may_be(mention)]
    set_aside = {mention for mention in found if names.is_meant(mention, has_code=bool(asked or unknown))}
    return AskedCodes(
        known={
            replace(mention, certain=mention.certain and mention not in set_aside): form
            for mention, form in found.items()
        },
        unknown=tuple(unknown),
        names=frozenset(mention.surface for mention in set_aside),
    )


@dataclass(frozen=True, slots=True)
class _Names:
    """Tells the names of machines among the codes of one question."""

    plan: QuestionPlan
    view: ReaderView
    machines: Collection[str]
    subject: Subject

    def may_be(self, mention: CodeMention) -> bool:
        """Tell whether a document bears a code as its name or part of it, in its path, title or products.

        A bare number names nothing.
        """
        return any(c.isalpha() for c in mention.surface.lower().removeprefix("0x")) and (
            self._is_product(mention)
            or self.subject.is_told_by(mention.surface)
            or self.view.catalogue.is_in_title(self.view.reader, mention.forms)
            or bool(self._bearers(mention))
        )

    def is_meant(self, mention: CodeMention, *, has_code: bool) -> bool:
        """Tell whether a code only names the machine: beside another code, or where something else is asked of it."""
        if not self.may_be(mention):
            return False
        if has_code:
            return True
        if mention.announced:
            # "Error E07 after cleaning", with a bulletin on E07: the code that is announced is asked for.
            is_name = self._is_product(mention) or all(
                w in self.subject.names for w in words(mention.surface)
            )
            return is_name and self._has_topic()
        return self._is_name(mention) and (not is_lookup(self.plan.text) or self._has_topic())

    def _is_name(self, mention: CodeMention) -> bool:
        """Tell whether a name is one by how documents use it: "how many cells does the C1 take?"."""
        return (
            self._is_product(mention)
            or self.subject.is_told_by(mention.surface)
            or len(self._bearers(mention)) > 1
            or (
                self.view.catalogue.is_in_title(self.view.reader, mention.forms)
                and any(self.view.lexical.count_code(form) >= _NAME_PASSAGES for form in mention.forms)
            )
        )

    def _is_product(self, mention: CodeMention) -> bool:
        return any(form in self.machines for form in mention.forms)

    def _bearers(self, mention: CodeMention) -> frozenset[int]:
        """Return the documents of the reader's whose path, title or products have all parts of a name."""
        catalogue = self.view.catalogue
        borne = [catalogue.bearers.get(word, frozenset()) for word in words(mention.surface)]
        readable = catalogue.visible(self.view.reader).keys()
        return frozenset.intersection(*borne) & readable if borne else frozenset()

    def _has_topic(self) -> bool:
        """Tell whether more is said than codes, names and the words that announce a code."""
        codes = {term for mention in self.plan.codes for term in analyze(mention.surface)}
        said = {*self.plan.terms, *self.plan.context} - codes - announcing_terms(self.plan.text)
        return any(map(self.subject.is_topic, said))
