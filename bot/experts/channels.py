"""Which channel the questions about a product family go to."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from bot.access import is_managing
from bot.errors import ChannelUnusable, FamilyUnknown
from bot.records import ExpertChannel
from offers.families import list_families
from offers.people import PersonFacts, list_people

# The family of everything that has no channel of its own, on the command line and in forms.
DEFAULT = "default"
_ANY = ""
_CHANNEL = re.compile(r"(?:<#)?([CG][A-Z0-9]{8,})(?:\|[^>]*)?>?")
_NAMED = 3


@dataclass(frozen=True, slots=True)
class ExpertPlace:
    """Where questions go; `family` is None for all that have no place of their own."""

    family: str | None
    channel: str


def set_expert_channel(session: Session, family: str, channel: str, *, by: str, now: datetime) -> ExpertPlace:
    """Let questions about a family (or `DEFAULT`) go to a channel from now on; return what was set.

    Raises:
        FamilyUnknown: No product is of this family.
        ChannelUnusable: This is no channel's id.
    """
    match = _CHANNEL.fullmatch(channel.strip())
    if match is None:
        raise ChannelUnusable(channel)
    key = _key(session, family)
    row = session.get(ExpertChannel, key) or ExpertChannel(family=key, channel="", set_by="", set_at=now)
    row.channel, row.set_by, row.set_at = match[1], by, now
    session.add(row)
    return _place(row)


def remove_expert_channel(session: Session, family: str) -> bool:
    """Let questions about a family go to the default channel again; False when it had none of its own."""
    wanted = _ANY if family.casefold() == DEFAULT else family.casefold()
    for row in session.exec(select(ExpertChannel)).all():
        if row.family.casefold() == wanted:
            session.delete(row)
            return True
    return False


def list_expert_channels(session: Session) -> list[ExpertPlace]:
    """Return every channel that is set, the default first, then by family."""
    rows = session.exec(select(ExpertChannel).order_by(ExpertChannel.family)).all()
    return [_place(row) for row in rows]


def find_expert_channel(session: Session, family: str | None) -> str | None:
    """Return the channel for a family, else the default one, else None."""
    row = session.get(ExpertChannel, family) if family else None
    row = row or session.get(ExpertChannel, _ANY)
    return row.channel if row is not None else None


def name_responsible(session: Session) -> str:
    """Return who can set a channel, as a person says it: "Ada Berg or Bo Lind", or "your admin"."""
    people = [person for person in list_people(session) if is_managing(person) and person.slack_user_id]
    people.sort(key=lambda person: (person.role != "admin", person.name))
    names = [person.name for person in people[:_NAMED]]
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names) or "your admin"


def may_answer(person: PersonFacts) -> bool:
    """Return whether what the person writes in an experts' thread is an answer: experts, managers and admins."""
    return not person.is_external and (person.role == "expert" or is_managing(person))


def _key(session: Session, family: str) -> str:
    wanted = family.strip().casefold()
    if wanted == DEFAULT:
        return _ANY
    families = list_families(session)
    for known in families:
        if known.casefold() == wanted:
            return known
    raise FamilyUnknown(family, tuple(families) or ("none yet",))


def _place(row: ExpertChannel) -> ExpertPlace:
    return ExpertPlace(row.family or None, row.channel)
