"""Which add-ons go with which products, and what products lack: for managers, of all that they look over."""

import logging
from dataclasses import dataclass
from datetime import date

from slack_sdk.errors import SlackApiError
from sqlmodel import Session

from bot.access import get_person
from bot.conduct.inbox import Claim
from bot.conduct.posting import reply_once
from bot.delivery import Place
from bot.deps import Deps
from bot.figures.names import load_product_names, name_scope
from bot.needs import HOW_LONG, Need, find_needs
from bot.views.figures import REFUSED_CHARTS, FigureMessage
from bot.views.insights import build_affinity_message, build_needs_message
from bot.views.payloads import ListName, ListRef
from offers.people import PersonFacts
from offers.steering.affinity import Affinity, find_affinities

logger = logging.getLogger(__name__)

INSIGHT = "insight"


@dataclass(frozen=True, slots=True)
class FoundNeeds:
    """What products lack, from the first to the last day."""

    needs: list[Need]
    first_day: date
    last_day: date


def show_insight(ref: ListRef, place: Place, slack_user_id: str, deps: Deps) -> None:
    """Show a manager one of the two lists, to them alone.

    Raises:
        PersonUnknown: They aren't in the people file.
        NotYourFigure: They are no manager.
    """
    with deps.read_scope() as session:
        message = compose_insight(session, ref, get_person(session, slack_user_id), deps)
    _show(message, place, slack_user_id, deps)


def work_on_insight(claim: Claim, deps: Deps) -> None:
    """Answer one that was asked for in a direct message, once, in its thread."""
    reply_once(
        claim,
        deps,
        look=lambda session, person: compose_insight(
            session, ListRef.model_validate(claim.payload["ref"]), person, deps
        ),
        show=lambda message, place, user: _show(message, place, user, deps, key=claim.key),
    )


def compose_insight(session: Session, ref: ListRef, person: PersonFacts, deps: Deps) -> FigureMessage:
    """Return the message with one of the two lists. Raises NotYourFigure: the reader is no manager."""
    parts = name_scope(person)
    if ref.name is ListName.AFFINITY:
        pairs = look_up_affinities(session, person, deps)
        skus = {sku for one in pairs for sku in (one.core_sku, one.attach_sku)}
        return build_affinity_message(pairs, load_product_names(session, skus), parts=parts, ref=ref)
    found = look_up_needs(session, ref, person, deps)
    skus = {one.part for one in found.needs if one.part is not None} if ref.by == "sku" else set()
    return build_needs_message(
        found.needs,
        load_product_names(session, skus),
        days=(found.first_day, found.last_day),
        parts=parts,
        ref=ref,
    )


def look_up_affinities(session: Session, person: PersonFacts, deps: Deps) -> list[Affinity]:
    """Return the pairs among the customers that a manager looks over. Raises NotYourFigure."""
    return find_affinities(session, now=deps.clock(), reader=person)


def look_up_needs(session: Session, ref: ListRef, person: PersonFacts, deps: Deps) -> FoundNeeds:
    """Return what products lack where a manager looks. Raises NotYourFigure."""
    now = deps.clock()
    needs = find_needs(
        session, by=ref.by, since=now - HOW_LONG, now=now, reader=person, find_gaps=deps.knowledge.find_gaps
    )
    return FoundNeeds(needs, (now - HOW_LONG).date(), now.date())


def _show(
    message: FigureMessage, place: Place, slack_user_id: str, deps: Deps, *, key: str | None = None
) -> None:
    try:
        deps.delivery.show(place, slack_user_id, message.best, key=key)
    except SlackApiError as error:
        if error.response.get("error") not in REFUSED_CHARTS:
            raise
        logger.info("no such table here: %s", error.response.get("error"))
        deps.delivery.show(place, slack_user_id, message.plain, key=key)
