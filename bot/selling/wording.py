"""The reasons on an offer's card in a language model's words, where one is set: never another offer, price or fact."""

from dataclasses import replace

from bot.deps import Deps
from offers.sales.cards import OfferCard
from offers.sales.offer_rows import keep_wording


def word_offer(card: OfferCard, deps: Deps) -> OfferCard:
    """Return the card with its reasons reworded, which is kept before it is shown; as it was where that fails.

    The model is given the reasons and nothing else of the offer, and takes some seconds: no transaction is open then.
    """
    if card.status != "open" or card.wording is not None or not card.reasons:
        return card
    reworded = deps.knowledge.reword(card.reasons, names=_names(card))
    if reworded is None:
        return card
    with deps.session_scope() as session:
        is_kept = keep_wording(
            session,
            card.offer_id,
            version=card.version,
            wording=reworded.text,
            by=reworded.by,
            at=deps.clock(),
        )
    return replace(card, wording=reworded.text) if is_kept else card


def _names(card: OfferCard) -> tuple[str, ...]:
    items = (item.name for item in card.items)
    options = (option.name for option in card.options)
    return (card.product_name, card.account_name, card.serial_number or "", *items, *options)
