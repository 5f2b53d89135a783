"""What somebody asks about figures, with the names in the records; and the reply to what is no figure by itself."""

from dataclasses import dataclass, replace
from datetime import date
from difflib import SequenceMatcher

from sqlalchemy import func, literal, select
from sqlmodel import Session, col

from bot.access import get_person, is_managing
from bot.conduct.inbox import Claim
from bot.conduct.posting import reply_once
from bot.deps import Deps
from bot.figures.asking import FigureRequest, Values
from bot.figures.names import load_part_names, load_values
from bot.figures.phrasing import restate
from bot.figures.products import NamedProduct, find_products, is_told, is_whole, sort_named, stand_in
from bot.figures.questions import Sorted, Subject, sort_question
from bot.figures.signals import names_figure
from bot.views.figure_help import (
    Help,
    build_ahead,
    build_help,
    build_targets,
    say_no_product,
    say_one_at_a_time,
)
from bot.views.message import Message
from bot.views.payloads import FigureRef
from offers.errors import NotYourFigure
from offers.installed_base.machines import find_accounts
from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.pacing import find_progress
from offers.metrics.part_values import list_nearest
from offers.metrics.progress import Progress
from offers.models import Account
from offers.people import PersonFacts
from offers.tables.versions import current

FIGURE_WORDS = "figure_words"

_ALIKE = 0.75
_WHOLE_WORD = 0.95
_LEAST_LETTERS = 4


@dataclass(frozen=True, slots=True)
class Understood:
    """A question sorted, with the customer whom its words name, and the values that the records know.

    `products` are those that it names and that its figure is not told of.
    """

    found: Sorted
    values: Values
    account: str = ""
    products: tuple[NamedProduct, ...] = ()


def sort_direct(text: str, slack_user_id: str, deps: Deps) -> Sorted:
    """Return what a direct message asks for; what nobody but a manager may be told goes to the documents.

    Raises:
        PersonUnknown: Nobody in the people file asks.
    """
    today = deps.clock().date()
    bare = sort_question(text, today=today)
    if bare.subject is Subject.LIST:
        return bare
    if bare.subject is Subject.INSIGHT:
        with deps.read_scope() as session:
            is_theirs = is_managing(get_person(session, slack_user_id))
        return bare if is_theirs else Sorted(Subject.DOCUMENTS)
    if bare.subject is Subject.DOCUMENTS and not names_figure(restate(text, today=today)):
        return bare
    with deps.read_scope() as session:
        person = get_person(session, slack_user_id)
        found = understand(session, text, person, deps).found
    if found.subject is Subject.UNCLEAR and not is_managing(person):
        return Sorted(Subject.DOCUMENTS)
    if found.subject is Subject.TARGETS and not (is_managing(person) or person.is_external):
        return Sorted(Subject.DOCUMENTS)
    return found


def understand(
    session: Session, text: str, person: PersonFacts, deps: Deps, *, is_command: bool = False
) -> Understood:
    """Return what a text asks for, read with the names in the records; a product's or customer's where it is not clear.

    `is_command`: it is about a figure and nothing else.
    """
    today, values = deps.clock().date(), load_values(session, person)
    found = sort_question(text, today=today, values=values)
    is_unclear = found.subject is Subject.UNCLEAR
    if not found.unread or not (is_unclear or found.subject is Subject.DOCUMENTS):
        return Understood(found, values)
    of_products = _understand_products(session, text, found, values, today=today, is_command=is_command)
    if of_products is not None:
        return of_products
    account = _find_account(session, restate(text, today=today), found.unread if is_unclear else (), person)
    if account is None:
        return Understood(found, values)
    if found.figure is not None and "account" in METRIC_TABLE[found.figure.metric].dimensions:
        named = [(account.name, account.account_id)]
        again = sort_question(text, today=today, values={**values, "account": named})
        return Understood(again, values, account.name)
    return Understood(found, values, account.name if is_unclear else "")


def _understand_products(
    session: Session, text: str, found: Sorted, values: Values, *, today: date, is_command: bool
) -> Understood | None:
    """Return what a text asks for of the products that it names; None where that makes it no clearer."""
    again = sort_named(text, find_products(session, text), today=today, values=values, is_command=is_command)
    if again is None or not (is_whole(again[0]) or found.subject is Subject.UNCLEAR):
        return None
    better, named = again
    ahead = better.forecast
    request = better.figure or (FigureRequest(ahead.metric, only=ahead.only) if ahead is not None else None)
    if request is None or not is_whole(better) or is_told(request):
        return Understood(better, values)
    return Understood(Sorted(Subject.UNCLEAR, figure=request), values, products=tuple(named))


def compose_reply(
    session: Session, asked: Understood, person: PersonFacts, deps: Deps, *, has_manuals: bool = False
) -> Message:
    """Return the reply to what is about targets, days to come, or not wholly understood."""
    found = asked.found
    if found.subject is Subject.TARGETS:
        return build_targets(_find_targets(session, person, deps), deps.settings.metric_settings)
    figure = found.figure
    if found.subject is Subject.AHEAD and figure is not None and figure.begins is not None:
        return build_ahead(figure.metric, figure.begins)
    near = None if asked.account else _find_near(found, asked.values)
    refused = ""
    if figure is not None and asked.products:
        refused = say_no_product(figure.metric, [one.name for one in asked.products])
        figure = stand_in(figure, asked.products)
    if figure is not None and found.other is not None:
        refused = say_one_at_a_time(figure.metric, found.other.metric)
    ready = _make_ready(figure) if figure is not None else None
    if ready is not None and near is not None and near[0] in METRIC_TABLE[ready.metric].dimensions:
        value = next(value for written, value in asked.values[near[0]] if written == near[2][0])
        ready = ready.model_copy(update={"only": {**ready.only, near[0]: value}})
    return build_help(
        Help(
            unread=found.unread,
            ready=ready,
            names=load_part_names(session, ready.only) if ready is not None else {},
            untold=figure.untold if figure is not None else "",
            account=asked.account,
            near=near,
            refused=refused,
            other=_make_ready(found.other) if found.other is not None else None,
            has_manuals=has_manuals,
        )
    )


def work_on_words(claim: Claim, deps: Deps) -> None:
    """Answer a direct message about figures that no single figure answers, once, in its thread."""
    text = str(claim.payload["text"])
    reply_once(
        claim,
        deps,
        look=lambda session, person: compose_reply(
            session, understand(session, text, person, deps), person, deps, has_manuals=True
        ),
        show=lambda message, place, user: deps.delivery.show(place, user, message, key=claim.key),
    )


def refer_to(request: FigureRequest) -> FigureRef:
    """Return the request as a button carries it."""
    return FigureRef(
        metric=request.metric,
        by=request.by,
        date_from=request.date_from,
        date_to=request.date_to,
        as_of=request.as_of,
        only=dict(request.only),
        among=request.among,
        aspect=request.aspect,
        versus=request.versus,
    )


def _make_ready(figure: FigureRequest) -> FigureRef | None:
    """Return what was understood as a figure that can be shown: without the groups that it doesn't have."""
    metric = METRIC_TABLE[figure.metric]
    if figure.begins is not None:
        return None
    return refer_to(
        replace(
            figure,
            by=tuple(name for name in figure.by if name in metric.all_dimensions),
            only={name: value for name, value in figure.only.items() if name in metric.all_dimensions},
        )
    )


def _find_targets(session: Session, person: PersonFacts, deps: Deps) -> dict[str, Progress]:
    found = {}
    for metric in METRIC_TABLE:
        try:
            progress = find_progress(
                session, metric, now=deps.clock(), reader=person, settings=deps.settings.metric_settings
            )
        except NotYourFigure:
            continue
        if progress is not None:
            found[metric] = progress
    return found


def _find_near(found: Sorted, values: Values) -> tuple[str, str, list[str]] | None:
    """Return an unread word that is nearly a known value: its dimension, the word, and the known values."""
    best: tuple[float, str, str] | None = None
    for name, pairs in values.items():
        for written, _ in pairs:
            for word in found.unread:
                alike = _compare(word, written.casefold())
                if len(word) >= _LEAST_LETTERS and alike >= _ALIKE and (best is None or alike > best[0]):
                    best = (alike, name, word)
    if best is None:
        return None
    _, name, word = best
    known = list_nearest(word, [(written, written) for written, _ in values[name]])
    return name, word, known


def _compare(word: str, written: str) -> float:
    """Return how much alike they are (0..1); a whole word of a name counts as nearly all of it."""
    if word in written.split():
        return _WHOLE_WORD
    return SequenceMatcher(None, word, written).ratio()


def _find_account(
    session: Session, plain: str, unread: tuple[str, ...], person: PersonFacts
) -> "_Named | None":
    """Return the customer whose whole name stands in the text, else the only one with the unread words in it."""
    name = func.lower(col(Account.name))
    query = (
        select(col(Account.account_id), col(Account.name))
        .where(
            current(Account), func.length(col(Account.name)) >= _LEAST_LETTERS, literal(plain).contains(name)
        )
        .order_by(func.length(col(Account.name)).desc(), col(Account.account_id))
        .limit(1)
    )
    row = session.execute(query).first()
    wanted = row.name if row is not None else " ".join(unread)
    if len(wanted) < _LEAST_LETTERS:
        return None
    seen = find_accounts(session, wanted, reader=person, limit=2)
    exact = [one for one in seen if one.name.casefold() == wanted.casefold()]
    account = exact[0] if exact else seen[0] if len(seen) == 1 else None
    return _Named(account.account_id, account.name) if account is not None else None


@dataclass(frozen=True, slots=True)
class _Named:
    account_id: str
    name: str
