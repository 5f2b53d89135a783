"""Quotes as PDF: written once for a price, posted once in a thread."""

from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlmodel import Session

from bot.access import OPERATOR, get_person
from bot.conduct.inbox import Claim
from bot.delivery import SLACK_FAILURES, Place, is_passing
from bot.deps import Deps
from bot.errors import apologise
from bot.selling.acceptance import find_open, read_form, refill_form, update_form
from bot.selling.hazards import build_held, is_held_by_hazard
from bot.views.notes import build_note
from bot.views.payloads import OfferRef
from offers.ledger import Open
from offers.money import format_percent
from offers.people import PersonFacts
from offers.quoting.book import find_accepted_quote, get_quote, write_offered
from offers.quoting.pdf import name_file, render_quote

QUOTE_FILE = "quote_file"

_SENT = "The PDF of this quote is in the thread."


def claim_offered_quote(
    client: WebClient, view: dict[str, Any], slack_user_id: str, deps: Deps
) -> Claim | None:
    """Write the quote that a form shows and claim its posting; None when it was posted or can't be."""
    ref, filled = read_form(view)
    with deps.session_scope() as session:
        person = get_person(session, slack_user_id)
        if is_held_by_hazard(session, ref.offer_id, slack_user_id, deps):
            update_form(client, view, build_held())
            return None
        found = None if "discount" in filled.wrong else find_open(session, ref, filled, person, deps)
        if not isinstance(found, Open):
            return None
        if found.needs_approval:
            is_above = found.quote.figures.discount_bps > found.allowed_bps
            limit = f"You may give up to {format_percent(found.allowed_bps)}; more is not put on paper."
            remark = limit if is_above else "This price has to be approved before it is put on paper."
            claim = None
        else:
            remark = _SENT
            place = Place(ref.channel, ref.thread_ts or ref.ts)
            thread_ref = f"{place.channel}:{place.thread_ts}"
            quote = write_offered(session, found.quote, person=person, thread_ref=thread_ref)
            claim = deps.inbox.enlist(session, *_describe(str(quote.quote_id), place, slack_user_id))
    update_form(client, view, refill_form(found, ref, remark=remark))
    return claim


def claim_accepted_quote(ref: OfferRef, place: Place, slack_user_id: str, deps: Deps) -> Claim | None:
    """Claim the posting of the quote that was accepted; whoever asks again is told where it is."""
    with deps.session_scope() as session:
        person = get_person(session, slack_user_id)
        quote = find_accepted_quote(session, ref.offer_id, reader=person)
        claim = (
            deps.inbox.enlist(session, *_describe(str(quote.quote_id), place, slack_user_id))
            if quote is not None
            else None
        )
    if claim is None:
        sentence = _SENT if quote is not None else "There is no quote for this sale."
        deps.delivery.whisper(place.channel, slack_user_id, build_note(sentence), thread_ts=place.thread_ts)
    return claim


def claim_quote_of_sale(
    session: Session, offer_id: str, person: PersonFacts, place: Place, deps: Deps, *, occasion: str
) -> tuple[bool, Claim | None]:
    """Return whether a sale has a quote for this reader, and the claim of posting it: once for each occasion."""
    quote = find_accepted_quote(session, offer_id, reader=person)
    if quote is None:
        return False, None
    key, kind, payload = _describe(str(quote.quote_id), place, str(person.slack_user_id))
    return True, deps.inbox.enlist(session, f"{key}:{occasion}", kind, payload)


def work_on_quote_file(claim: Claim, deps: Deps) -> None:
    """Post the PDF in the thread, once."""
    facts = claim.payload
    place = Place(facts["channel"], facts["thread_ts"])

    def tell(sentence: str) -> None:
        deps.delivery.whisper(place.channel, facts["user"], build_note(sentence), thread_ts=place.thread_ts)

    with apologise(tell, unless=SLACK_FAILURES):
        with deps.read_scope() as session:
            quote = get_quote(session, facts["quote_id"], reader=OPERATOR)
        name = name_file(quote)
        if claim.attempt > 1 and deps.delivery.sent.has_file(place, name):
            return
        try:
            deps.delivery.share_file(place, render_quote(quote), name=name, title=f"Quote {quote.quote_id}")
        except SlackApiError as error:
            if is_passing(error):
                raise
            tell(
                "Slack refuses the file. An admin has to give this app the right to send files (files:write)."
            )


def _describe(quote_id: str, place: Place, slack_user_id: str) -> tuple[str, str, dict[str, Any]]:
    key = f"{QUOTE_FILE}:{quote_id}:{place.channel}:{place.thread_ts}"
    payload = {"quote_id": quote_id, "channel": place.channel, "thread_ts": place.thread_ts}
    return key, QUOTE_FILE, {**payload, "user": slack_user_id}
