"""Setting the experts' channels in Slack: who may, and which channel will do."""

from slack_sdk.models.views import View

from bot.access import get_person, is_managing
from bot.deps import Deps
from bot.errors import RoleNotAllowed
from bot.experts.channels import list_expert_channels, set_expert_channel
from bot.views.learning import build_channel_form
from knowledge.documents import Audience
from offers.families import list_families


def find_channel_form(slack_user_id: str, deps: Deps) -> View:
    """Return the form that sets the experts' channels.

    Raises:
        PersonUnknown, RoleNotAllowed: The person may not set them.
    """
    _require_manager(slack_user_id, deps)
    with deps.read_scope() as session:
        places = [(place.family, place.channel) for place in list_expert_channels(session)]
        return build_channel_form(list_families(session), places)


def choose_channel(family: str, channel: str, slack_user_id: str, deps: Deps) -> str | None:
    """Let questions about a family go to the channel; return why it won't do, None when it is set.

    Raises:
        PersonUnknown, RoleNotAllowed: The person may not set it.
        FamilyUnknown: No product is of this family (any more).
    """
    person_id = _require_manager(slack_user_id, deps)
    if not deps.channel_audience.is_joined(channel):
        return "I'm not in this channel. Invite me there first, with /invite."
    if deps.channel_audience.of(channel) is not Audience.INTERNAL:
        return "Partners, guests or people I don't know read along there. Choose a channel of your own people only."
    with deps.session_scope() as session:
        set_expert_channel(session, family, channel, by=person_id, now=deps.clock())
    return None


def _require_manager(slack_user_id: str, deps: Deps) -> str:
    with deps.read_scope() as session:
        person = get_person(session, slack_user_id)
    if not is_managing(person):
        raise RoleNotAllowed(person.role, "set the experts' channels")
    return person.person_id
