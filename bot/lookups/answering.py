"""Answering from the records what a text asks of them, to the asker alone."""

from dataclasses import dataclass

from sqlmodel import Session

from bot.access import get_person, may_visit
from bot.conduct.inbox import Claim
from bot.conduct.posting import reply_once
from bot.conduct.threads import find_latest_visit, find_thread, find_visit
from bot.delivery import Place
from bot.deps import Deps
from bot.errors import AttacheError
from bot.lookups.reading import Aspect, MachineQuestion, read_machine_question, read_price_question
from bot.views.lookups import build_machine_facts, build_prices, build_unknown_machine
from bot.views.message import Message
from offers.installed_base.machines import (
    AssetFacts,
    find_asset,
    find_asset_by_id,
    list_namesakes,
    suggest_assets,
)
from offers.installed_base.visits import build_brief
from offers.people import PersonFacts
from offers.quoting.price_list import find_prices, find_products
from offers.tables.installed_base import lookup_key

LOOKUP = "lookup"

# A serial number by itself, with blanks perhaps; what is shorter may be a code.
_LONGEST_NUMBER, _LEAST_NUMBER = 40, 6


@dataclass(frozen=True, slots=True)
class AskedOfRecords:
    """What was asked, as it stands in a claim: a machine's facts, a number that no machine bears, or prices."""

    aspect: str | None = None
    asset_id: str | None = None
    number: str | None = None
    skus: tuple[str, ...] = ()


def find_lookup(text: str, *, user: str, channel: str, thread_ts: str, deps: Deps) -> AskedOfRecords | None:
    """Return what a text asks of the records and they can answer; None where it is a question for the documents."""
    question, product = read_machine_question(text), read_price_question(text)
    may_be_number = len(text) <= _LONGEST_NUMBER and any(map(str.isdigit, text))
    if question is None and product is None and not may_be_number:
        return None
    with deps.read_scope() as session:
        try:
            person = get_person(session, user)
        except AttacheError:
            # To somebody unknown it is a question like any other.
            return None
        if question is not None:
            bench = _find_bench(session, person, user, channel, thread_ts, deps)
            return _find_machine(session, question, person, bench)
        if product is not None:
            found = find_products(session, product)
            return AskedOfRecords(skus=tuple(one.sku for one in found)) if found else None
        whole = find_asset(session, text, reader=person) if len(lookup_key(text)) >= _LEAST_NUMBER else None
        return AskedOfRecords(Aspect.BRIEF.value, whole.asset_id) if whole is not None else None


def _find_machine(
    session: Session, question: MachineQuestion, person: PersonFacts, bench: str | None
) -> AskedOfRecords | None:
    if question.number is None:
        return AskedOfRecords(question.aspect.value, bench) if bench is not None else None
    asset = find_asset(session, question.number, reader=person)
    if asset is not None:
        return AskedOfRecords(question.aspect.value, asset.asset_id)
    # A number by itself may be a code or a part: the documents know those.
    is_known = bool(list_namesakes(session, question.number, reader=person, limit=1))
    if question.aspect is Aspect.BRIEF and not is_known:
        return None
    return AskedOfRecords(question.aspect.value, number=question.number)


def _find_bench(
    session: Session, person: PersonFacts, user: str, channel: str, thread_ts: str, deps: Deps
) -> str | None:
    """Return the machine of the visit that this thread belongs to, in direct messages of the one that is open."""
    thread = find_thread(session, channel, thread_ts)
    visit = find_visit(session, thread.visit_id) if thread is not None else None
    if visit is None and channel.startswith("D"):
        visit = find_latest_visit(session, user, now=deps.clock(), lasts_h=deps.settings.visit_lasts_h)
    if visit is None or find_asset_by_id(session, visit.asset_id, reader=person) is None:
        return None
    return visit.asset_id


def work_on_lookup(claim: Claim, deps: Deps) -> None:
    """Answer from the records, once."""
    asked = AskedOfRecords(**{**claim.payload["asked"], "skus": tuple(claim.payload["asked"]["skus"])})
    now = deps.clock()

    def look(session: Session, person: PersonFacts) -> Message:
        if asked.skus:
            return build_prices(find_prices(session, asked.skus, day=now.date()), day=now.date())
        asset = (
            find_asset_by_id(session, asked.asset_id, reader=person) if asked.asset_id is not None else None
        )
        if asset is None:
            return _explain_unknown(session, asked.number or asked.asset_id or "", person)
        brief = build_brief(session, asset.asset_id, now=now, reader=person)
        is_open = _is_on_bench(session, asset, claim, deps)
        return build_machine_facts(
            brief,
            aspect=Aspect(asked.aspect or Aspect.BRIEF),
            today=now.date(),
            can_visit=may_visit(person) and not is_open,
        )

    def show(message: Message, place: Place, user: str) -> None:
        deps.delivery.show(place, user, message, key=claim.key)

    reply_once(claim, deps, look, show)


def _explain_unknown(session: Session, number: str, person: PersonFacts) -> Message:
    namesakes = list_namesakes(session, number, reader=person)
    near = namesakes or suggest_assets(session, number, reader=person, limit=3)
    return build_unknown_machine(number, near, is_ambiguous=bool(namesakes))


def _is_on_bench(session: Session, asset: AssetFacts, claim: Claim, deps: Deps) -> bool:
    """Tell whether the asker's open visit is at this machine."""
    user = str(claim.payload["user"])
    visit = find_latest_visit(session, user, now=deps.clock(), lasts_h=deps.settings.visit_lasts_h)
    return visit is not None and visit.asset_id == asset.asset_id
