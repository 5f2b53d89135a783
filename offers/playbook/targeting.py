"""Whether a rule is meant for a machine, its customer and the service at hand. Pure: facts in, reasons out.

What the machine and the customer are is looked at first (a mismatch is not an opportunity); then, once the play
fits, which products the rule offers and which service calls it waits for.
"""

from datetime import date

from offers.playbook.candidates import Candidate, Consideration, Considered, Stage
from offers.playbook.service import ServiceFacts, is_same_name
from offers.playbook.wording import format_day
from offers.rules import RuleFacts


def is_for_everything(rule: RuleFacts) -> bool:
    """Return whether the rule asks for nothing at all: it has no season, no conditions and no list of products."""
    return rule.specificity == 0 and rule.valid_from is None and rule.valid_until is None


def find_mismatch(case: Consideration) -> str | None:
    """Return why the rule is not meant for this machine on this day, or None."""
    machine, customer, when = case.machine, case.situation.customer, case.rule.conditions
    out_of_season = _find_season(case.rule, case.day)
    if out_of_season is not None:
        return out_of_season
    facts = (
        ("product family", when.families, machine.family),
        ("product", when.skus, machine.sku),
        ("region", when.regions, customer.region),
        ("segment", when.segments, customer.segment),
        ("partner tier", when.partner_tiers, machine.partner_tier),
    )
    for label, entries, own in facts:
        if entries and not is_same_name(own, entries):
            return f"the rule is for {label} {_either(entries)}, not {own or 'an unknown one'}"
    return None


def keep_within(case: Consideration, considered: Considered) -> Considered:
    """Return the candidate, or its rejection when the rule doesn't offer that product or waits for other work."""
    if not isinstance(considered, Candidate):
        return considered
    reason = _find_other_product(case, considered.sku) or _find_missing_trigger(case)
    return case.reject(Stage.APPLICABLE, reason, considered.sku) if reason else considered


def _find_season(rule: RuleFacts, day: date) -> str | None:
    if rule.valid_from is not None and day < rule.valid_from:
        return f"the rule holds from {format_day(rule.valid_from)}"
    if rule.valid_until is not None and day > rule.valid_until:
        return f"the rule held until {format_day(rule.valid_until)}"
    return None


def _find_other_product(case: Consideration, sku: str) -> str | None:
    if not case.rule.offer or is_same_name(sku, case.rule.offer):
        return None
    return f"the rule offers only {_either(case.rule.offer)}"


def _find_missing_trigger(case: Consideration) -> str | None:
    when = case.rule.conditions
    if not when.has_trigger:
        return None
    service = case.situation.service or ServiceFacts()
    kind = service.work_order_type
    if when.work_order_types and not is_same_name(kind, when.work_order_types):
        return f"the rule waits for work of type {_either(when.work_order_types)}, not {kind or 'an unknown one'}"
    if when.fault_families and not any(service.is_about(word) for word in when.fault_families):
        return f"the service at hand is not about {_either(when.fault_families)}"
    if when.parts_used and not any(service.names_part(part) for part in when.parts_used):
        return f"no {_either(when.parts_used)} was used in the service at hand"
    return None


def _either(entries: tuple[str, ...]) -> str:
    *others, last = entries
    return f"{', '.join(others)} or {last}" if others else last
