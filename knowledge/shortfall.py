"""What exactly a gap lacks: the words or the code that no document has, or the document that was no help."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import pairwise

from knowledge.documents import Audience, DocumentSummary
from knowledge.failed_questions import Cluster, Library, Trouble, by_count
from knowledge.language.folding import fold
from knowledge.language.terms import STOP_WORDS, analyze
from knowledge.replies import Answer

OLD_AFTER_DAYS = 365
Terms = tuple[str, ...]
_CODES_SHOWN = 3
_TOKEN = re.compile(r"[^\W_]+|[^\w\s'’-]")
# Words that ask rather than name: that no document has them means nothing.
_ASKING_WORDS = """
located locate location placed place position situated kind type sort way problem issue help please need needed unit
machine device equipment correct right exact exactly allowed possible describe show recommended may might must
"""
_ASKING = frozenset(_ASKING_WORDS.split())


def is_mended(cluster: Cluster, answer: Answer, documents: Mapping[str, DocumentSummary]) -> bool:
    """Tell whether what was disliked isn't what is answered now: other documents, or one that came in since."""
    if answer.abstained:
        return False
    cited = {citation.document for citation in answer.citations}
    blamed = {page.document for page in cluster.pages}
    since = cluster.last_asked
    return not cited & blamed or any(
        documents[name].ingested_at > since for name in cited if name in documents
    )


def describe_blamed(cluster: Cluster, documents: Mapping[str, DocumentSummary], *, now: datetime) -> str:
    """Return which document was no help, why, and how old it is."""
    said = ", ".join(f"{count} × {complaint}" for complaint, count in cluster.complaints)
    why = f" ({said})" if said else ""
    if not cluster.pages:
        return f"Answers to this were no help{why}."
    page = cluster.pages[0]
    document = documents.get(page.document)
    if document is None:
        return f"“{page.title}” was no help{why}; it is not in the knowledge base any more."
    name = f"“{page.title}”" + (f" {_version(document.version)}" if document.version else "")
    if document.superseded_by:
        return f"{name} was no help{why}; it is superseded by {document.superseded_by}."
    days = (now - document.ingested_at).days
    age = "ingested today" if days < 1 else f"ingested {days} day{'s' * (days != 1)} ago"
    end = "; is there a newer one?" if days >= OLD_AFTER_DAYS else "."
    return f"{name} was no help{why}; {age}{end}"


def describe_missing(cluster: Cluster, library: Library) -> str:
    """Return what no document has: the code, the words, or at least an answer."""
    if cluster.reader is not Audience.INTERNAL:
        answer = library.find_answer(cluster.ask(Audience.INTERNAL))
        if not answer.abstained:
            who = "a partner" if cluster.reader is Audience.PARTNER else "the public"
            title = answer.citations[0].title if answer.citations else "an internal document"
            return f"“{title}” answers it, but nothing that {who} may read does."
    family = f" for {cluster.families[0]}" if cluster.families else ""
    if cluster.trouble is Trouble.UNKNOWN_CODE:
        codes = by_count(one.typed_code or one.code for one in cluster.asked if one.code)
        return (
            f"No document{family} holds the code {' or '.join(str(code) for code in codes[:_CODES_SHOWN])}."
        )
    phrase = find_missing_words(cluster, library)
    if phrase is not None:
        return f"No document{family} mentions “{phrase}”."
    if cluster.pages:
        return f"“{cluster.pages[0].title}” comes nearest, but doesn't answer it."
    return f"No document{family} answers it."


def find_missing_words(cluster: Cluster, library: Library) -> str | None:
    """Return the word or two that most of the questions share and that no passage in their scope has; None if none.

    A word that stands nowhere is shown with its neighbour; two words that both stand somewhere are missing when they
    never stand in one passage.
    """
    names = {cluster.families[0].casefold()} if cluster.families else set()
    known: dict[Terms, bool] = {}

    def is_missing(terms: Terms) -> bool:
        if terms not in known:
            known[terms] = not library.mentions(terms, reader=cluster.reader, names=names)
        return known[terms]

    # The question that names the gap comes first: between equals its wording is shown.
    pieces = [dict(_missing_pieces(text, is_missing)) for text in (cluster.questions[0], *_texts(cluster))]
    support = Counter(terms for found in pieces[1:] for terms in found)
    shown = {terms: surface for found in reversed(pieces) for terms, surface in found.items()}
    order = {terms: place for place, terms in enumerate(dict.fromkeys(t for found in pieces for t in found))}
    best = max(support, key=lambda terms: (support[terms], " " in shown[terms], -order[terms]), default=None)
    return shown[best] if best is not None else None


def _texts(cluster: Cluster) -> list[str]:
    return [one.text for one in cluster.asked]


def _missing_pieces(text: str, is_missing: Callable[[Terms], bool]) -> Iterator[tuple[Terms, str]]:
    """Yield (terms, wording) for the words and the pairs of neighbours in a text that no passage has."""
    for run in _runs(text):
        for word in run:
            if is_missing(_terms(word)):
                yield _terms(word), word
        for first, second in pairwise(run):
            if is_missing(_terms(first, second)):
                yield _terms(first, second), f"{first} {second}"


def _terms(*surfaces: str) -> Terms:
    return tuple(dict.fromkeys(term for surface in surfaces for term in analyze(surface)))


def _runs(text: str) -> list[list[str]]:
    """Return the runs of words that name something; punctuation, words of asking and of function end a run."""
    runs: list[list[str]] = [[]]
    for match in _TOKEN.finditer(text):
        word = match[0]
        says_nothing = (
            fold(word) in STOP_WORDS or fold(word) in _ASKING or (len(word) == 1 and word.isascii())
        )
        if says_nothing or not word[0].isalnum():
            runs.append([])
        else:
            runs[-1].append(word)
    return runs


def _version(version: str) -> str:
    return version if version[:1].lower() == "v" else f"v{version}"
