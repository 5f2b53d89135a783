"""A list that somebody looks at in Slack, sent to them as a file: all of it, as they may see it and no more."""

from collections.abc import Callable, Mapping

from sqlmodel import Session

from bot.access import get_person, require_managing, require_seller
from bot.delivery import Place
from bot.deps import Deps
from bot.figures.beside import count_unhelpful
from bot.figures.forecasting import look
from bot.figures.insights import look_up_affinities, look_up_needs
from bot.figures.names import name_scope
from bot.figures.shelf import list_beside, list_kpis
from bot.files.conversions import describe_conversions, find_conversions
from bot.files.figure_tables import describe_figures
from bot.files.list_tables import (
    describe_outlook,
    tabulate_affinities,
    tabulate_decisions,
    tabulate_held,
    tabulate_machines,
    tabulate_needs,
    tabulate_renewals,
)
from bot.files.lists import ListFile, build_list_file
from bot.files.reports import name_words
from bot.selling.deciding import WINDOW
from bot.views.opportunities import EXPLAINED, TITLES
from bot.views.payloads import ListName, ListRef
from offers.deciding.decision_log import list_decisions
from offers.deciding.held import list_held_back
from offers.installed_base.service_health import Days
from offers.metrics.figures import Scope
from offers.metrics.recent import DAYS
from offers.people import PersonFacts
from offers.steering.affinity import LEAST_TOGETHER
from offers.steering.opportunities import RENEWAL_DAYS, Kind
from offers.steering.renewals import find_renewals_due
from offers.steering.white_space import list_uncovered


def share_list(ref: ListRef, slack_user_id: str, deps: Deps, *, is_workbook: bool) -> None:
    """Send a list as a file into the person's own messages.

    Raises:
        PersonUnknown, RoleNotAllowed, OfferError: The list is not this person's.
        SLACK_FAILURES: Slack doesn't take it.
    """
    with deps.read_scope() as session:
        person = get_person(session, slack_user_id)
        found = _DESCRIBED[ref.name](session, ref, person, deps)
    place = Place(deps.delivery.open_dm(slack_user_id), None)
    content = build_list_file(found, is_workbook=is_workbook)
    name = found.name_file(is_workbook=is_workbook)
    deps.delivery.share_file(place, content, name=name, title=found.title)


def _describe_uncovered(session: Session, _ref: ListRef, person: PersonFacts, deps: Deps) -> ListFile:
    require_seller(person)
    found = list_uncovered(
        session,
        now=deps.clock(),
        reader=person,
        accounts=None,
        of_each=None,
        serviced_by=Scope.of(person).person_id,
    )
    parts, kind = name_scope(person), Kind.UNCOVERED
    return ListFile(
        "-".join(["white-space", *name_words(parts)]),
        ", ".join([TITLES[kind], *parts]),
        deps.clock().date(),
        {"without cover": tabulate_machines(found)},
        [("what", EXPLAINED[kind])],
    )


def _describe_renewals(session: Session, _ref: ListRef, person: PersonFacts, deps: Deps) -> ListFile:
    require_seller(person)
    scope, day = Scope.of(person), deps.clock().date()
    found = find_renewals_due(
        session,
        day=day,
        days=RENEWAL_DAYS,
        reader=person,
        region=scope.region,
        serviced_by=scope.person_id,
    )
    parts, kind = name_scope(person), Kind.RENEWAL
    return ListFile(
        "-".join(["renewals", *name_words(parts)]),
        ", ".join([TITLES[kind], *parts]),
        day,
        {"renewals": tabulate_renewals(found)},
        [("what", EXPLAINED[kind])],
    )


def _describe_decisions(session: Session, _ref: ListRef, person: PersonFacts, deps: Deps) -> ListFile:
    require_managing(person, "see decisions")
    now = deps.clock()
    first_day = now.date() - WINDOW
    lines = list_decisions(session, reader=person, since=now - WINDOW)
    held = list_held_back(session, first_day=first_day, last_day=now.date(), reader=person)
    parts = name_scope(person)
    return ListFile(
        "-".join(["decisions", *name_words(parts)]),
        ", ".join(["Decisions", *parts]),
        now.date(),
        {"decisions": tabulate_decisions(lines), "held back": tabulate_held(held)},
        [("from", first_day), ("to", now.date())],
    )


def _describe_conversions(session: Session, _ref: ListRef, person: PersonFacts, deps: Deps) -> ListFile:
    return describe_conversions(find_conversions(session, person, deps), now=deps.clock())


def _describe_forecast(session: Session, ref: ListRef, person: PersonFacts, deps: Deps) -> ListFile:
    if ref.forecast is None:
        raise ValueError(ref.name)
    found = look(session, ref.forecast, person, deps)
    parts = list(dict.fromkeys([*name_scope(person), *found.parts]))
    return describe_outlook(found.outlook, deps.clock().date(), deps.settings.metric_settings, parts=parts)


def _describe_affinity(session: Session, _ref: ListRef, person: PersonFacts, deps: Deps) -> ListFile:
    found = look_up_affinities(session, person, deps)
    parts = name_scope(person)
    return ListFile(
        "-".join(["affinity", *name_words(parts)]),
        ", ".join(["Add-ons that go with core products", *parts]),
        deps.clock().date(),
        {"affinity": tabulate_affinities(found)},
        [("customers of both, at least", LEAST_TOGETHER)],
    )


def _describe_needs(session: Session, ref: ListRef, person: PersonFacts, deps: Deps) -> ListFile:
    found = look_up_needs(session, ref, person, deps)
    parts = name_scope(person)
    return ListFile(
        "-".join(["needs", *name_words(parts)]),
        ", ".join(["What products lack", *parts]),
        found.last_day,
        {"needs": tabulate_needs(ref.by, found.needs)},
        [("from", found.first_day), ("to", found.last_day)],
    )


def _describe_figures(session: Session, _ref: ListRef, person: PersonFacts, deps: Deps) -> ListFile:
    require_managing(person, "see everybody's figures")
    now = deps.clock()
    shelf = deps.figures.look_at_all(person)
    unhelpful = count_unhelpful(session, Scope.of(person), Days.up_to(now.date(), count=DAYS), now=now)
    return describe_figures(
        list_kpis(session, shelf, person, now=now),
        list_beside(session, shelf, person, unhelpful=unhelpful, now=now),
        shelf,
        day=now.date(),
        parts=name_scope(person),
    )


_DESCRIBED: Mapping[ListName, Callable[[Session, ListRef, PersonFacts, Deps], ListFile]] = {
    ListName.UNCOVERED: _describe_uncovered,
    ListName.RENEWAL: _describe_renewals,
    ListName.DECISIONS: _describe_decisions,
    ListName.CONVERSIONS: _describe_conversions,
    ListName.FORECAST: _describe_forecast,
    ListName.AFFINITY: _describe_affinity,
    ListName.NEEDS: _describe_needs,
    ListName.FIGURES: _describe_figures,
}
