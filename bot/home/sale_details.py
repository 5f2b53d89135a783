"""A conversion opened from Home: its details as the reader may see them, why it was offered, its quote as a file."""

from slack_sdk.models.views import View

from bot.access import get_person, is_managing
from bot.conduct.inbox import Claim
from bot.conduct.thread_links import ThreadLinks
from bot.delivery import Place
from bot.deps import Deps
from bot.files.quotes import claim_quote_of_sale
from bot.home.rewards import find_reward
from bot.views.payloads import SaleRef
from bot.views.sale_details import build_sale_details
from bot.views.sale_step import list_choices
from offers.sales.conversions import get_conversion
from offers.sales.fulfilment import list_steps
from offers.sales.story import read_sale_story
from offers.vocabulary import OfferEventType

_SENT = "The PDF of the quote is in your messages with me."
_NO_QUOTE = "There is no quote for this sale."


def find_sale_details(offer_id: str, slack_user_id: str, deps: Deps, *, remark: str | None = None) -> View:
    """Return the details of a conversion.

    Raises:
        PersonUnknown, UnknownOffer: It is not this person's to see.
    """
    with deps.read_scope() as session:
        person = get_person(session, slack_user_id)
        manages = is_managing(person)
        story = read_sale_story(session, offer_id, reader=person, shows_decision=manages)
        reward = find_reward(session, offer_id, person, deps)
        steps = list_steps(session, offer_id) if story.offer is not None else ()
    return build_sale_details(
        story,
        ThreadLinks(person, deps).describe(story.sale),
        can_take_back=manages and bool(list_choices(steps)),
        can_book=not person.is_external and OfferEventType.BOOKED in steps,
        remark=remark,
        reward=reward,
    )


def claim_quote(ref: SaleRef, slack_user_id: str, view_id: str, deps: Deps) -> tuple[Claim | None, View]:
    """Claim the sending of a sale's quote to the reader, once for the form that shows it; and what to show there.

    Raises:
        PersonUnknown, UnknownOffer: It is not this person's to see.
    """
    place = Place(deps.delivery.open_dm(slack_user_id), None)
    with deps.session_scope() as session:
        person = get_person(session, slack_user_id)
        # Of a colleague's sale somebody sees nothing, and so not its quote either.
        get_conversion(session, ref.offer_id, reader=person)
        has_quote, claim = claim_quote_of_sale(session, ref.offer_id, person, place, deps, occasion=view_id)
    remark = _SENT if has_quote else _NO_QUOTE
    return claim, find_sale_details(ref.offer_id, slack_user_id, deps, remark=remark)
