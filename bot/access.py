"""Who is asking, and what may be said where: in a channel only what everyone there may read."""

import logging

from slack_sdk import WebClient
from sqlmodel import Session

from bot.database import SessionScope
from bot.delivery import SLACK_FAILURES
from bot.errors import PersonUnknown, RoleNotAllowed
from knowledge.documents import Audience
from offers.people import PersonFacts, find_person_by_slack_id

logger = logging.getLogger(__name__)

_INTERNAL_ROLES = {"technician", "manager", "channel_manager", "marketing", "expert", "admin"}
_VISITORS = {"technician", "partner", "expert", "manager", "channel_manager", "admin"}
# Whoever runs the command line on the machine has the database file anyway.
OPERATOR = PersonFacts(
    person_id="operator",
    slack_user_id=None,
    name="the command line",
    email=None,
    role="admin",
    partner_id=None,
    partner_name=None,
    region=None,
)
_MANAGING_ROLES = frozenset({"manager", "admin"})
_SELLING_ROLES = frozenset({"partner", "technician", "manager", "channel_manager", "admin"})


def audience_of(person: PersonFacts | None) -> Audience:
    """Return what a person may read: staff everything, partners partner documents, strangers public ones."""
    if person is None:
        return Audience.PUBLIC
    if person.is_external:
        return Audience.PARTNER
    return Audience.INTERNAL if person.role in _INTERNAL_ROLES else Audience.PUBLIC


def narrower(first: Audience, second: Audience) -> Audience:
    """Return the audience that sees less."""
    return first if len(first.readable()) <= len(second.readable()) else second


def get_person(session: Session, slack_user_id: str) -> PersonFacts:
    """Return the person with this Slack user id.

    Raises:
        PersonUnknown: Nobody in the people file has it.
    """
    person = find_person_by_slack_id(session, slack_user_id)
    if person is None:
        raise PersonUnknown(slack_user_id)
    return person


def is_managing(person: PersonFacts) -> bool:
    """Return whether the person sees everybody's figures."""
    return person.role in _MANAGING_ROLES and not person.is_external


def require_managing(person: PersonFacts, action: str) -> None:
    """Check that the person is a manager or admin of our own.

    Raises:
        RoleNotAllowed: They aren't; `action` says what they may not do.
    """
    if not is_managing(person):
        raise RoleNotAllowed(person.role, action)


def may_visit(person: PersonFacts) -> bool:
    """Return whether the person's role goes on service calls."""
    return person.role in _VISITORS


def may_sell(person: PersonFacts) -> bool:
    """Return whether the person's role asks for bundles."""
    return person.role in _SELLING_ROLES


def require_visitor(person: PersonFacts) -> None:
    """Check that the person's role goes on service calls.

    Raises:
        RoleNotAllowed: It doesn't.
    """
    if not may_visit(person):
        raise RoleNotAllowed(person.role, "open a visit")


def require_seller(person: PersonFacts) -> None:
    """Check that the person's role asks for bundles.

    Raises:
        RoleNotAllowed: It doesn't.
    """
    if not may_sell(person):
        raise RoleNotAllowed(person.role, "ask for a bundle")


def is_within(first: Audience, second: Audience) -> bool:
    """Return whether whoever is in `second` may read all that is for `first`."""
    return first in second.readable()


class ChannelAudience:
    """What everybody in a channel may read; asked anew each time, because a guest may have joined since."""

    def __init__(self, client: WebClient, read_scope: SessionScope) -> None:
        self._client = client
        self._read_scope = read_scope

    def of(self, channel: str) -> Audience:
        """Return the narrowest audience among the members; public when Slack won't list them."""
        try:
            own = str(self._client.auth_test()["user_id"])
            members = self._members(channel)
        except SLACK_FAILURES:
            logger.warning("members of a channel are unknown, answering for the public")
            return Audience.PUBLIC
        audience = Audience.INTERNAL
        with self._read_scope() as session:
            for member in members:
                if member != own:
                    audience = narrower(audience, audience_of(find_person_by_slack_id(session, member)))
        return audience

    def is_joined(self, channel: str) -> bool:
        """Return whether the bot is a member; False when Slack won't say."""
        try:
            return str(self._client.auth_test()["user_id"]) in self._members(channel)
        except SLACK_FAILURES:
            return False

    def has_member(self, channel: str, slack_user_id: str) -> bool:
        """Return whether the person is in the channel; False when Slack won't say."""
        try:
            return slack_user_id in self._members(channel)
        except SLACK_FAILURES:
            return False

    def _members(self, channel: str) -> list[str]:
        members: list[str] = []
        cursor: str | None = None
        while True:
            page = self._client.conversations_members(channel=channel, cursor=cursor, limit=200)
            members += page["members"]
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return members
