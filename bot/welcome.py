"""The messages tab: a greeting and prompts that fit the person's role."""

import logging

from slack_sdk import WebClient

from bot.delivery import SLACK_FAILURES
from bot.deps import Deps
from bot.views.notes import build_welcome
from offers.people import find_person_by_slack_id

logger = logging.getLogger(__name__)

_PROMPTS = {
    "partner": (
        ("What can I sell with a heat pump?", "Which accessories fit a heat pump?"),
        ("How do I register a deal?", "How do I register a deal?"),
    ),
    "manager": (("What does the guide say?", "When may a discount be given?"),),
}
_DEFAULT = (
    ("What does an error code mean?", "What does error E14 mean on a rooftop unit?"),
    ("What must I check first?", "What must be checked before opening the refrigerant circuit?"),
)


def welcome(client: WebClient, slack_user_id: str, channel: str, deps: Deps) -> None:
    """Set the suggested prompts for this person's messages tab; a workspace without them is left as it is."""
    with deps.read_scope() as session:
        person = find_person_by_slack_id(session, slack_user_id)
    prompts = _PROMPTS.get(person.role, _DEFAULT) if person else _DEFAULT
    first_name = person.name.split()[0] if person else None
    try:
        client.api_call(
            "assistant.threads.setSuggestedPrompts",
            json={"channel_id": channel, **build_welcome(first_name, prompts)},
        )
    except SLACK_FAILURES:
        logger.debug("no suggested prompts here")
