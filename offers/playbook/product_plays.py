"""The plays on products: add-on, upgrade and bundle. Pure: facts in, candidates and reasons out."""

from collections.abc import Iterator
from datetime import date, timedelta

from offers.playbook.candidates import Consideration, Considered, ItemFacts, Stage
from offers.playbook.contract_plays import find_age_misfit
from offers.playbook.following import find_follower
from offers.playbook.situations import LineFacts, RelationFacts
from offers.playbook.wording import (
    describe_age,
    describe_cancelled,
    describe_end,
    describe_gain,
    describe_missing,
    describe_no_cover,
    describe_successor,
    describe_visits,
    format_day,
)
from offers.vocabulary import RelationType

_LONGEST_WAIT_DAYS = 90
"""A service is sold at most this long before it can begin, which is after the warranty."""

_ADD_ON_TYPES = (RelationType.ACCESSORY, RelationType.CROSS_SELL)


def consider_add_on(case: Consideration) -> Iterator[Considered]:
    """Yield each accessory or cross-sell that goes with the machine and is not on it."""
    catalogue = case.situation.catalogue
    relations = _relations(case, *_ADD_ON_TYPES)
    if not relations:
        yield case.reject(Stage.ELIGIBLE, f"no add-on goes with {case.machine.sku}")
    for relation in relations:
        sku = relation.attach_sku
        misfit = _find_installed(case, sku) or find_age_misfit(
            case, relation.min_age_days, relation.max_age_days
        )
        if misfit is not None:
            yield case.reject(Stage.ELIGIBLE, misfit, sku)
            continue
        is_service = catalogue.is_service(sku)
        yield case.offer(
            sku,
            reasons=(
                *describe_missing([catalogue.name_of(sku)], case.machine),
                *describe_visits(case.machine),
                *describe_age(case.machine, case.day),
            ),
            urgency=min(0.9, 0.4 + 0.1 * case.machine.visits_last_12m),
            term_months=case.rule.parameters["term_months"] if is_service else None,
            starts_on=case.day if is_service else None,
        )


def consider_upgrade(case: Consideration) -> Iterator[Considered]:
    """Yield each up-sell and each successor.

    An up-sell is another product for the machine, or a higher plan where the present one ends soon. A successor is
    what replaces a product that is superseded, for a machine that is old enough.
    """
    relations = _relations(case, RelationType.UP_SELL)
    successors = find_successors(case)
    if not relations and not successors:
        yield case.reject(Stage.ELIGIBLE, f"no upgrade exists for {case.machine.sku}")
    for successor in successors:
        yield offer_successor(case, successor, min_age_days=case.rule.parameters["replace_min_age_days"])
    for relation in relations:
        sku = relation.attach_sku
        misfit = _find_installed(case, sku) or find_age_misfit(
            case, relation.min_age_days, relation.max_age_days
        )
        if misfit is not None:
            yield case.reject(Stage.ELIGIBLE, misfit, sku)
        elif case.situation.catalogue.is_service(sku):
            yield _upgrade_plan(case, sku)
        else:
            name = case.situation.catalogue.name_of(sku)
            yield case.offer(
                sku,
                reasons=(
                    f"{name} is the step up from this {case.machine.product_name}",
                    *describe_age(case.machine, case.day),
                ),
                urgency=0.3,
            )


def find_successors(case: Consideration) -> list[RelationFacts]:
    """Return what takes the place of the machine's product, by sku: its substitutes, and what replaces it.

    A substitute brings its own ages; what only replaces the product has none.
    """
    catalogue, own = case.situation.catalogue, case.machine.sku
    found = {relation.attach_sku: relation for relation in _relations(case, RelationType.SUBSTITUTE)}
    for sku in catalogue.find_heirs(own):
        found.setdefault(sku, RelationFacts(sku, RelationType.SUBSTITUTE))
    return [found[sku] for sku in sorted(found) if sku != own and not catalogue.is_service(sku)]


def offer_successor(case: Consideration, successor: RelationFacts, *, min_age_days: int | None) -> Considered:
    """Return the successor as an offer, or why it is none; `min_age_days` counts where it has no ages itself."""
    sku, (low, high) = successor.attach_sku, (successor.min_age_days, successor.max_age_days)
    if low is None and high is None:
        low = min_age_days
    misfit = _find_installed(case, sku) or find_age_misfit(case, low, high)
    if misfit is not None:
        return case.reject(Stage.ELIGIBLE, misfit, sku)
    return case.offer(
        sku,
        reasons=(
            describe_successor(case.situation.catalogue.name_of(sku), case.machine),
            *describe_age(case.machine, case.day),
            *describe_visits(case.machine),
        ),
        urgency=min(0.6, 0.3 + 0.1 * case.machine.visits_last_12m),
    )


def _upgrade_plan(case: Consideration, sku: str) -> Considered:
    line = case.machine.live_line(case.day)
    if line is None or line.ends_on is None:
        return case.reject(Stage.ELIGIBLE, "there is no contract that ends and could be upgraded", sku)
    successor = find_follower(case.machine, line, case.situation.catalogue)
    if successor is not None:
        return case.reject(Stage.ELIGIBLE, f"already renewed by contract {successor.contract_id}", sku)
    lost = describe_cancelled(line)
    if lost is not None:
        return case.reject(Stage.ELIGIBLE, lost, sku)
    days_left = (line.ends_on - case.day).days
    end = describe_end(line, case.situation.catalogue.name_of(line.sku), case.day)
    if days_left > case.rule.parameters["window_days"]:
        return case.reject(Stage.ELIGIBLE, end, sku)
    return case.offer(
        sku,
        reasons=(end, *describe_visits(case.machine)),
        urgency=1.0 - 0.5 * days_left / case.rule.parameters["window_days"],
        term_months=case.rule.parameters["term_months"],
        starts_on=line.ends_on + timedelta(days=1),
        predecessor_line_id=line.contract_line_id,
        currency=line.currency,
    )


def consider_bundle(case: Consideration) -> Iterator[Considered]:
    """Yield each bundle whose items all suit the machine: it is not covered, and none of them is on it."""
    catalogue = case.situation.catalogue
    bundles = catalogue.find_bundles(case.machine.sku)
    if not bundles:
        yield case.reject(Stage.ELIGIBLE, f"no bundle is made for {case.machine.sku}")
        return
    fitting = {one.attach_sku: one for one in catalogue.relations.get(case.machine.sku, ())}
    for sku, items in bundles.items():
        misfit = _find_bundle_misfit(case, items, fitting)
        yield case.reject(Stage.ELIGIBLE, misfit, sku) if misfit else _offer_bundle(case, sku, items)


def _find_bundle_misfit(
    case: Consideration, items: tuple[tuple[str, int], ...], fitting: dict[str, RelationFacts]
) -> str | None:
    catalogue = case.situation.catalogue
    for sku, _ in items:
        name = catalogue.name_of(sku)
        relation = fitting.get(sku)
        if relation is None:
            return f"{name} in it does not go with {case.machine.sku}"
        if catalogue.is_service(sku):
            cover = case.machine.live_line(case.day) or case.machine.next_line(case.day)
            if cover is not None:
                return f"{name} in it is not needed: covered by contract {cover.contract_id}"
            if not case.machine.is_serviceable:
                return f"{case.machine.product_name} is not a serviceable product"
            warranty_end = case.machine.warranty_end
            if warranty_end is not None and (warranty_end - case.day).days > _LONGEST_WAIT_DAYS:
                return f"{name} in it is not needed yet: under warranty until {format_day(warranty_end)}"
        misfit = _find_installed(case, sku) or find_age_misfit(
            case, relation.min_age_days, relation.max_age_days
        )
        if misfit is not None:
            return f"{name} in it: {misfit}"
    return None


def _offer_bundle(case: Consideration, sku: str, items: tuple[tuple[str, int], ...]) -> Considered:
    catalogue = case.situation.catalogue
    unpriced = [item for item, _ in items if item not in catalogue.prices]
    if unpriced:
        return case.reject(Stage.APPLICABLE, f"no price for {unpriced[0]} in it", sku)
    facts = tuple(
        ItemFacts(item, catalogue.name_of(item), quantity, catalogue.prices[item].money)
        for item, quantity in items
    )
    has_service = any(catalogue.is_service(item) for item, _ in items)
    last = case.machine.last_line(case.day)
    no_cover = describe_no_cover(case.machine, case.day, catalogue.name_of(last.sku) if last else None)
    missing = [item.name for item in facts if not catalogue.is_service(item.sku)]
    reasons = (
        *(no_cover if has_service else ()),
        *describe_missing(missing, case.machine),
        *describe_gain(case.machine, case.situation),
    )
    return case.offer(
        sku,
        reasons=reasons,
        urgency=0.5,
        term_months=case.rule.parameters["term_months"] if has_service else None,
        starts_on=_first_day(case) if has_service else None,
        items=facts,
    )


def _first_day(case: Consideration) -> date:
    """Return when a new service begins: after the warranty, which it must not be paid for twice."""
    warranty_end = case.machine.warranty_end
    return case.day if warranty_end is None else max(case.day, warranty_end + timedelta(days=1))


def _relations(case: Consideration, *types: RelationType) -> list[RelationFacts]:
    """Return the relations of these types, without one of the machine to itself."""
    found = case.situation.catalogue.relations.get(case.machine.sku, ())
    return [
        relation for relation in found if relation.type in types and relation.attach_sku != case.machine.sku
    ]


def _find_installed(case: Consideration, sku: str) -> str | None:
    name = case.situation.catalogue.name_of(sku)
    if sku in case.machine.installed_skus:
        return f"{name} is on this machine already"
    line = next((line for line in case.machine.lines if line.sku == sku and _lasts(line, case)), None)
    return f"{name} is in contract {line.contract_id} already" if line else None


def _lasts(line: LineFacts, case: Consideration) -> bool:
    return line.ends_on is None or line.ends_on >= case.day
