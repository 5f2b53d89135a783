"""Offering something: at most one card to a call, bundles to a partner who asks. Every decision is logged."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from offers.deciding.decisions import Occasion, Outcome, write_decision
from offers.deciding.evaluation import Evaluation, evaluate
from offers.deciding.snapshots import Grounds
from offers.engine import Verdict, arbitrate, decide, find_options, rank_below
from offers.errors import NotYourAccount, UnknownAccount, UnknownAsset
from offers.events import append_event
from offers.identifiers import new_id
from offers.installed_base.machines import AccountFacts
from offers.models import Account, Asset, Offer
from offers.people import PersonFacts, is_visible_account
from offers.playbook.candidates import Candidate, Rejection, Restraint
from offers.playbook.contact_policy import find_account_restraint, find_goodwill, keeps_failing
from offers.playbook.experiment import Choice
from offers.playbook.policy import Policy
from offers.playbook.situations import Situation
from offers.quoting.drafting import write_offer
from offers.repository import load_situation
from offers.rules import find_approved_rules
from offers.sales.cards import OfferCard, build_card, find_offer, get_offer_card
from offers.tables.versions import current
from offers.vocabulary import OfferEventType, Play

__all__ = [
    "BundleProposals",
    "Evaluation",
    "Proposal",
    "evaluate",
    "get_offer",
    "propose",
    "propose_bundles",
]

get_offer = get_offer_card


@dataclass(frozen=True, slots=True)
class Proposal:
    """What came of a call: one offer, or why there is none.

    `held` is that reason as a sentence; `restraint` says which restraint held back something that would fit,
    None when nothing fits. `goodwill` is what to do for the customer instead, None where nothing is owed.
    """

    decision_id: str
    offer: OfferCard | None
    held: str | None
    restraint: Restraint | None = None
    goodwill: str | None = None


@dataclass(frozen=True, slots=True)
class BundleProposals:
    """Bundles for the machines of one account: open offers first, then new ones, best first."""

    account: AccountFacts
    offers: tuple[OfferCard, ...]
    held: str | None
    restraint: Restraint | None = None


def propose(
    session: Session,
    *,
    asset_id: str,
    person: PersonFacts,
    now: datetime,
    thread_ref: str | None,
    work_order_id: str | None = None,
    has_open_hazard: bool = False,
    policy: Policy | None = None,
    talked_about: Sequence[str] = (),
) -> Proposal:
    """Decide for one machine; writes the decision always, and at most one offer with its `surfaced` event.

    What was talked about on the call may trigger rules; the words are written nowhere.

    Raises:
        UnknownAsset: There is no such machine, or the person may not see it.
    """
    asset = session.exec(
        select(Asset).where(
            col(Asset.asset_id) == asset_id,
            current(Asset),
            is_visible_account(col(Asset.account_id), person),
        )
    ).first()
    situation = (
        load_situation(
            session,
            account_id=asset.account_id,
            asset_id=asset_id,
            at=now,
            known=None,
            has_open_hazard=has_open_hazard,
            has_card_in_thread=_has_card(session, thread_ref),
            person_id=person.person_id,
            work_order_id=work_order_id,
            talked_about=talked_about,
        )
        if asset
        else None
    )
    if situation is None:
        raise UnknownAsset(asset_id)
    occasion = Occasion(
        new_id("DE"), situation.customer.account_id, asset_id, person, now, thread_ref, work_order_id
    )
    grounds = Grounds(situation, find_approved_rules(session), policy or Policy(), occasion.decision_id)
    return _choose_one(session, occasion, grounds)


def _choose_one(session: Session, occasion: Occasion, grounds: Grounds) -> Proposal:
    """Decide for one machine, write the decision, and surface what was chosen."""
    situation = grounds.situation
    verdict = decide(situation, grounds.rules, grounds.policy)
    choice, losers = arbitrate(verdict, grounds.policy, seed=grounds.seed)
    held, restraint = (None, None) if choice else _find_hold(verdict, "nothing fits this machine now")
    write_decision(session, occasion, _outcome(verdict, choice, losers, held), grounds)
    if choice is None:
        owed = find_goodwill(situation.machines[0]) if restraint is Restraint.REPEAT_FAILURES else None
        return Proposal(occasion.decision_id, None, held, restraint, owed)
    chosen = verdict.candidates[choice.index]
    named = [(one, situation.catalogue.name_of(one.sku)) for one in find_options(chosen, verdict)]
    offer = _surface(session, chosen, occasion, options=named)
    return Proposal(occasion.decision_id, build_card(session, offer, now=occasion.now), None)


def _outcome(
    verdict: Verdict, choice: Choice | None, losers: Sequence[Rejection], held: str | None
) -> Outcome:
    chances: list[tuple[Rejection, float | None]] = []
    chosen: list[tuple[Candidate, float]] = []
    if choice is not None:
        chosen.append((verdict.candidates[choice.index], choice.probabilities[choice.index]))
        others = [chance for index, chance in enumerate(choice.probabilities) if index != choice.index]
        chances += zip(losers, others, strict=True)
    chances += ((rejection, None) for rejection in verdict.rejections)
    return Outcome(chosen, chances, held, is_exploring=choice is not None and choice.is_exploring)


def propose_bundles(
    session: Session,
    *,
    account_id: str,
    person: PersonFacts,
    now: datetime,
    thread_ref: str | None,
    limit: int = 3,
    has_open_hazard: bool = False,
    policy: Policy | None = None,
) -> BundleProposals:
    """Return bundles for an account because the person asks: one per machine, at most `limit`.

    Offers that are open already are shown again rather than made twice, unless nothing may be sold now.

    Raises:
        NotYourAccount: A partner's person asked for an account that is not the partner's, or doesn't exist.
        UnknownAccount: One of ours asked for an account that doesn't exist.
    """
    visible = is_visible_account(col(Account.account_id), person)
    account = session.exec(
        select(Account).where(col(Account.account_id) == account_id, current(Account), visible)
    ).first()
    situation = (
        load_situation(
            session,
            account_id=account_id,
            asset_id=None,
            at=now,
            known=None,
            has_open_hazard=has_open_hazard,
            is_asked=True,
        )
        if account
        else None
    )
    if account is None or situation is None:
        raise NotYourAccount(account_id) if person.is_external else UnknownAccount(account_id)
    rules = tuple(rule for rule in find_approved_rules(session) if rule.play is Play.BUNDLE)
    occasion = Occasion(new_id("DE"), account_id, None, person, now, thread_ref)
    grounds = Grounds(situation, rules, policy or Policy(), occasion.decision_id)
    open_cards = tuple(_open_bundles(session, situation, person, now)[:limit])
    facts = AccountFacts(
        account.account_id, account.name, account.region, account.segment, len(situation.machines)
    )
    return _choose_bundles(session, occasion, grounds, facts, open_cards, limit)


def _choose_bundles(
    session: Session,
    occasion: Occasion,
    grounds: Grounds,
    account: AccountFacts,
    open_cards: tuple[OfferCard, ...],
    limit: int,
) -> BundleProposals:
    """Decide on bundles beside the open ones, write the decision, and surface what was chosen."""
    verdict = decide(grounds.situation, grounds.rules, grounds.policy)
    chosen, losers = _one_per_machine(verdict.candidates, limit - len(open_cards))
    held, restraint = _find_hold(verdict, "no bundle fits a machine of this account")
    outcome = Outcome(
        [(one, 1.0) for one in chosen],
        [*((one, 0.0) for one in losers), *((one, None) for one in verdict.rejections)],
        None if open_cards or chosen else held,
    )
    write_decision(session, occasion, outcome, grounds)
    offers = [_surface(session, one, occasion) for one in chosen]
    cards = (*open_cards, *(build_card(session, offer, now=occasion.now) for offer in offers))
    return BundleProposals(account, cards, None if cards else held, None if cards else restraint)


def _has_card(session: Session, thread_ref: str | None) -> bool:
    if thread_ref is None:
        return False
    return session.exec(select(Offer.row_id).where(col(Offer.thread_ref) == thread_ref)).first() is not None


def _surface(
    session: Session,
    candidate: Candidate,
    occasion: Occasion,
    *,
    options: Sequence[tuple[Candidate, str]] = (),
) -> Offer:
    offer = write_offer(
        session,
        candidate,
        account_id=occasion.account_id,
        decision_id=occasion.decision_id,
        person=occasion.person,
        thread_ref=occasion.thread_ref,
        now=occasion.now,
        options=options,
    )
    append_event(
        session,
        offer,
        OfferEventType.SURFACED,
        person=occasion.person,
        now=occasion.now,
        idempotency_key=occasion.decision_id,
        work_order_id=occasion.work_order_id,
    )
    return offer


def _find_hold(verdict: Verdict, otherwise: str) -> tuple[str, Restraint | None]:
    """Return the restraint that held back the most, as a sentence and by name."""
    held = Counter(
        (rejection.reason, rejection.restraint)
        for rejection in verdict.rejections
        if rejection.restraint is not None
    )
    return held.most_common(1)[0][0] if held else (otherwise, None)


def _open_bundles(
    session: Session, situation: Situation, person: PersonFacts, now: datetime
) -> list[OfferCard]:
    """Return the bundles that are open, none where nothing may be sold to the account or on the machine now."""
    if situation.has_open_hazard or find_account_restraint(situation) is not None:
        return []
    sold = {machine.asset_id for machine in situation.machines if not keeps_failing(machine)}
    ids = sorted(
        offer_id
        for (asset_id, play), offer_id in situation.memory.open_offers.items()
        if play is Play.BUNDLE and asset_id in sold
    )
    offers = [find_offer(session, offer_id, reader=person) for offer_id in ids]
    return [build_card(session, offer, now=now) for offer in offers if offer is not None]


def _one_per_machine(
    candidates: tuple[Candidate, ...], limit: int
) -> tuple[tuple[Candidate, ...], tuple[Rejection, ...]]:
    chosen: dict[str, Candidate] = {}
    losers: list[Rejection] = []
    for candidate in candidates:
        winner = chosen.get(candidate.machine.asset_id)
        if winner is None and len(chosen) < limit:
            chosen[candidate.machine.asset_id] = candidate
        else:
            losers.append(rank_below(candidate, winner or candidates[0]))
    return tuple(chosen.values()), tuple(losers)
