"""The messages tab: a greeting, where to begin, and questions that the documents are sure to answer."""

import logging
from collections.abc import Iterator

from slack_sdk import WebClient

from bot.access import audience_of, is_managing, may_sell, may_visit
from bot.delivery import SLACK_FAILURES
from bot.deps import Deps
from bot.views.notes import build_welcome
from knowledge.documents import Audience, DocumentSummary
from knowledge.replies import Question
from offers.people import PersonFacts, find_person_by_slack_id

logger = logging.getLogger(__name__)

_PROMPTS = 2
_TRIES = 8
# How a title is asked about, the first that is answered being offered.
_WORDINGS = ("What does {} say?", "What is in {}?")
_BY_ROLE = {
    "technician": (
        "How do I change the filter drier?",
        "What must be checked before opening the refrigerant circuit?",
        "What does E02 mean?",
    ),
    "partner": ("How do I register a deal?", "Which accessories fit a heat pump?"),
    "manager": ("When may a discount be given?",),
    "admin": ("When may a discount be given?",),
}
_FOR_ALL = (
    "How often must filters be changed?",
    "Where do I find the serial number?",
    "How long is the warranty?",
)


def welcome(client: WebClient, slack_user_id: str, channel: str, deps: Deps) -> None:
    """Set the suggested prompts for this person's messages tab; a workspace without them is left as it is."""
    with deps.read_scope() as session:
        person = find_person_by_slack_id(session, slack_user_id)
    prompts = find_prompts(person, deps)
    if not prompts:
        return
    try:
        client.api_call(
            "assistant.threads.setSuggestedPrompts",
            json={"channel_id": channel, **build_welcome(_greeting(person), prompts)},
        )
    except SLACK_FAILURES:
        logger.debug("no suggested prompts here")


def find_prompts(person: PersonFacts | None, deps: Deps) -> list[str]:
    """Return questions that this person's documents answer now, at most two; [] when they answer none."""
    audience = audience_of(person)
    found: list[str] = []
    for tried, text in enumerate(_candidates(person, audience, deps)):
        if tried >= _TRIES or len(found) >= _PROMPTS:
            break
        if text not in found and not deps.knowledge.answer(Question(text=text, audience=audience)).abstained:
            found.append(text)
    return found


def _candidates(person: PersonFacts | None, audience: Audience, deps: Deps) -> Iterator[str]:
    """Yield what is worth asking: by role, for everybody, then by the titles of what may be read."""
    yield from _BY_ROLE.get(person.role, ()) if person else ()
    yield from _FOR_ALL
    for document in deps.knowledge.list_documents():
        if _is_readable(document, audience):
            yield from (wording.format(document.title) for wording in _WORDINGS)


def _is_readable(document: DocumentSummary, audience: Audience) -> bool:
    return document.superseded_by is None and document.audience in audience.readable()


def _greeting(person: PersonFacts | None) -> str:
    """Return the title above the prompts: where this person's work begins."""
    if person is None:
        return "Ask about our public documents:"
    name = person.name.split()[0]
    if is_managing(person):
        return f"Hello {name}. Your figures are on Home. Or ask:"
    if may_visit(person):
        bundle = ", price a bundle with /bundle CUSTOMER" if may_sell(person) and person.is_external else ""
        return f"Hello {name}. Open a visit with /visit SERIAL{bundle}, or ask:"
    return f"Hello {name}. Ask about our documents:"
