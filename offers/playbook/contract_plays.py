"""The plays on contracts: renewal, coverage gap and warranty end. Pure: facts in, candidates and reasons out."""

from collections.abc import Iterator
from datetime import date, timedelta

from offers.playbook.candidates import Consideration, Considered, Stage
from offers.playbook.following import find_follower
from offers.playbook.situations import Catalogue, LineFacts
from offers.playbook.wording import (
    describe_cancelled,
    describe_end,
    describe_fleet,
    describe_gain,
    describe_no_cover,
    describe_visits,
    format_day,
)
from offers.vocabulary import AssetStatus, Play, RelationType


def find_bar(case: Consideration) -> str | None:
    """Return why no play at all fits the machine, or None."""
    machine = case.machine
    if machine.status is AssetStatus.RETIRED:
        return "the machine is retired"
    if machine.status is AssetStatus.COMPETITOR and case.rule.play is not Play.WIN_BACK:
        return "the machine is a competitor's"
    return None


def consider_renewal(case: Consideration) -> Iterator[Considered]:
    """Yield the renewal of each line that ends soon, ended a short while ago, or has its notice date near."""
    latest: dict[str, LineFacts] = {}
    for line in sorted(
        case.machine.lines, key=lambda line: (line.ends_on or date.max, line.contract_line_id)
    ):
        latest[line.sku] = line
    if not latest:
        yield case.reject(Stage.ELIGIBLE, "there is no contract to renew")
    for line in latest.values():
        not_due = describe_cancelled(line) or _find_reason_not_due(case, line)
        yield case.reject(Stage.ELIGIBLE, not_due, line.sku) if not_due else _renew(case, line)


def _find_reason_not_due(case: Consideration, line: LineFacts) -> str | None:
    plan = case.situation.catalogue.name_of(line.sku)
    if line.ends_on is None:
        return f"{plan} contract {line.contract_id} runs without an end date"
    successor = find_follower(case.machine, line, case.situation.catalogue)
    if successor is not None:
        return f"already renewed by contract {successor.contract_id}"
    days_left = (line.ends_on - case.day).days
    ended = describe_end(line, plan, case.day)
    if days_left < 0:
        live = case.machine.live_line(case.day)
        if live is not None:
            return f"covered by contract {live.contract_id}"
        return ended if -days_left > case.rule.parameters["recently_ended_days"] else None
    if line.auto_renew:
        return None if _is_notice_near(case, line) else f"{ended} and renews by itself"
    is_due = days_left <= case.rule.parameters["window_days"] or _is_notice_near(case, line)
    return None if is_due else ended


def _is_notice_near(case: Consideration, line: LineFacts) -> bool:
    if line.notice_date is None:
        return False
    return 0 <= (line.notice_date - case.day).days <= case.rule.parameters["notice_window_days"]


def _renew(case: Consideration, line: LineFacts) -> Considered:
    catalogue = case.situation.catalogue
    plan = catalogue.name_of(line.sku)
    ends_on = line.ends_on or case.day
    sku = find_sold_plan(catalogue, line.sku, line.currency)
    reasons = [describe_end(line, plan, case.day)]
    if _is_notice_near(case, line) and line.notice_date is not None:
        reasons.append(f"The last day for notice is {format_day(line.notice_date)}")
    elif line.auto_renew is False:
        reasons.append("It does not renew by itself")
    days_left = max(0, (ends_on - case.day).days)
    return case.offer(
        sku,
        reasons=(*reasons, *describe_visits(case.machine), *describe_fleet(case.machine, case.situation)),
        urgency=1.0 - 0.5 * min(1.0, days_left / case.rule.parameters["window_days"]),
        term_months=case.rule.parameters["term_months"],
        starts_on=ends_on + timedelta(days=1),
        predecessor_line_id=line.contract_line_id,
        currency=line.currency,
    )


def find_sold_plan(catalogue: Catalogue, sku: str, currency: str | None = None) -> str:
    """Return the plan, or what replaced it where it is not sold: in the contract's currency, else the account's."""
    plans = (sku, *catalogue.find_heirs(sku))
    for prices in (catalogue.prices_in(currency), catalogue.prices):
        for plan in plans:
            if plan in prices:
                return plan
    return sku


def consider_coverage_gap(case: Consideration) -> Iterator[Considered]:
    """Yield each service for a machine that has neither contract nor warranty."""
    bar = find_cover(case)
    warranty_end = case.machine.warranty_end
    if bar is None and warranty_end is not None and warranty_end >= case.day:
        bar = f"under warranty until {format_day(warranty_end)}"
    last = case.machine.last_line(case.day)
    if bar is None and last is not None and last.ends_on is not None and last.cancelled_on is None:
        ended_days = (case.day - last.ends_on).days
        if ended_days <= case.rule.parameters["recently_ended_days"]:
            bar = f"contract {last.contract_id} ended {ended_days} days ago: a renewal fits"
    if bar is not None:
        yield case.reject(Stage.ELIGIBLE, bar)
        return
    plan = case.situation.catalogue.name_of(last.sku) if last else None
    reasons = describe_no_cover(case.machine, case.day, plan)
    urgency = min(1.0, 0.5 + 0.15 * case.machine.visits_last_12m)
    yield from offer_services(case, reasons, urgency=urgency, starts_on=case.day)


def consider_warranty_end(case: Consideration) -> Iterator[Considered]:
    """Yield each service for a machine whose warranty ends soon and that no contract will cover."""
    warranty_end = case.machine.warranty_end
    bar = find_cover(case)
    if bar is None and warranty_end is None:
        bar = "no warranty is on record"
    if bar is None and warranty_end is not None:
        days_left = (warranty_end - case.day).days
        if days_left < 0:
            bar = f"the warranty ended on {format_day(warranty_end)}"
        elif days_left > case.rule.parameters["window_days"]:
            bar = f"under warranty until {format_day(warranty_end)}"
    if bar is not None or warranty_end is None:
        yield case.reject(Stage.ELIGIBLE, bar or "no warranty is on record")
        return
    days_left = (warranty_end - case.day).days
    yield from offer_services(
        case,
        (f"The warranty ends on {format_day(warranty_end)}, {_in_days(days_left)}, and no contract follows",),
        urgency=1.0 - 0.5 * days_left / case.rule.parameters["window_days"],
        starts_on=warranty_end + timedelta(days=1),
    )


def _in_days(days: int) -> str:
    return "today" if days == 0 else f"in {days} day{'s' if days > 1 else ''}"


def find_cover(case: Consideration) -> str | None:
    """Return why the machine needs no new contract, or None."""
    machine, catalogue = case.machine, case.situation.catalogue
    if not machine.is_serviceable:
        return f"{machine.product_name} is not a serviceable product"
    live = machine.live_line(case.day)
    if live is not None:
        until = f" until {format_day(live.ends_on)}" if live.ends_on else ""
        return f"covered by {catalogue.name_of(live.sku)} contract {live.contract_id}{until}"
    coming = machine.next_line(case.day)
    if coming is not None and coming.starts_on is not None:
        return f"contract {coming.contract_id} starts on {format_day(coming.starts_on)}"
    return None


def offer_services(
    case: Consideration,
    reasons: tuple[str, ...],
    *,
    urgency: float,
    starts_on: date,
    only: str | None = None,
) -> Iterator[Considered]:
    """Yield each service that goes with the machine, or that one alone; the reasons come first on each."""
    catalogue = case.situation.catalogue
    relations = [
        relation
        for relation in catalogue.relations.get(case.machine.sku, ())
        if relation.type is RelationType.SERVICE and catalogue.is_service(relation.attach_sku)
    ]
    if only is not None and any(relation.attach_sku == only for relation in relations):
        relations = [relation for relation in relations if relation.attach_sku == only]
    if not relations:
        yield case.reject(Stage.APPLICABLE, f"no service product goes with {case.machine.sku}")
    for relation in relations:
        misfit = find_age_misfit(case, relation.min_age_days, relation.max_age_days)
        if misfit is not None:
            yield case.reject(Stage.APPLICABLE, misfit, relation.attach_sku)
            continue
        yield case.offer(
            relation.attach_sku,
            reasons=(*reasons, *describe_gain(case.machine, case.situation)),
            urgency=urgency,
            term_months=case.rule.parameters["term_months"],
            starts_on=starts_on,
        )


def find_age_misfit(case: Consideration, min_age_days: int | None, max_age_days: int | None) -> str | None:
    """Return why the machine is too young or too old for a product, or None. Both limits are included."""
    if min_age_days is None and max_age_days is None:
        return None
    age = case.machine.age_days(case.day)
    if age is None:
        return "it depends on the machine's age, and the install date is unknown"
    if min_age_days is not None and age < min_age_days:
        return f"it is for machines from {min_age_days} days on; this one is {age} days old"
    if max_age_days is not None and age > max_age_days:
        return f"it is for machines up to {max_age_days} days; this one is {age} days old"
    return None
