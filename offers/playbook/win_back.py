"""Winning back: what we served once and lost, and another maker's machine that ours can replace. Pure."""

from collections.abc import Iterator

from offers.playbook.candidates import Consideration, Considered, Stage
from offers.playbook.contract_plays import find_cover, find_sold_plan, offer_services
from offers.playbook.product_plays import find_successors, offer_successor
from offers.playbook.situations import LineFacts
from offers.playbook.wording import count_days, describe_end, describe_no_cover, format_day
from offers.vocabulary import AssetStatus


def consider_win_back(case: Consideration) -> Iterator[Considered]:
    """Yield the contract that a machine once had, or what of ours takes the place of a competitor's machine.

    A contract is won back when it ended too long ago to be renewed and not so long ago that nobody remembers it;
    the customer is offered the same plan again. A machine that never had one is a coverage gap, not this.
    """
    if case.machine.status is AssetStatus.COMPETITOR and case.machine.last_line(case.day) is None:
        yield from _replace_competitor(case)
        return
    bar = _find_bar(case)
    last = case.machine.last_line(case.day)
    if bar is not None or last is None:
        yield case.reject(Stage.ELIGIBLE, bar or "it never had a contract with us")
        return
    catalogue = case.situation.catalogue
    yield from offer_services(
        case,
        describe_no_cover(case.machine, case.day, catalogue.name_of(last.sku)),
        urgency=_rate_urgency(case, last),
        starts_on=case.day,
        only=find_sold_plan(catalogue, last.sku),
    )


def _rate_urgency(case: Consideration, last: LineFacts) -> float:
    """Return 0.5 for a contract that is nearly forgotten, up to 0.8 for a fresh loss, and more for each call-out."""
    ended_days = (case.day - (last.ends_on or case.day)).days
    freshness = 1.0 - min(1.0, ended_days / case.rule.parameters["since_max_days"])
    return min(1.0, 0.5 + 0.3 * freshness + 0.1 * case.machine.visits_last_12m)


def _find_bar(case: Consideration) -> str | None:
    cover = find_cover(case)
    if cover is not None:
        return cover
    warranty_end = case.machine.warranty_end
    if warranty_end is not None and warranty_end >= case.day:
        return f"under warranty until {format_day(warranty_end)}"
    last = case.machine.last_line(case.day)
    return None if last is None else _find_wrong_time(case, last)


def _find_wrong_time(case: Consideration, last: LineFacts) -> str | None:
    if last.ends_on is None:
        return None
    ended_days = (case.day - last.ends_on).days
    if ended_days <= case.rule.parameters["recently_ended_days"] and last.cancelled_on is None:
        return f"contract {last.contract_id} ended {count_days(ended_days)} ago: a renewal fits"
    if ended_days > case.rule.parameters["since_max_days"]:
        ended = describe_end(last, case.situation.catalogue.name_of(last.sku), case.day)
        return f"{ended}: too long to be won back"
    return None


def _replace_competitor(case: Consideration) -> Iterator[Considered]:
    successors = find_successors(case)
    if not successors:
        yield case.reject(Stage.ELIGIBLE, "the machine is a competitor's, and nothing of ours replaces it")
    for successor in successors:
        yield offer_successor(case, successor, min_age_days=None)
