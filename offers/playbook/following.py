"""Which contract line comes after another one on the same machine. Pure."""

from offers.playbook.situations import Catalogue, LineFacts, MachineFacts
from offers.vocabulary import RelationType

PLAN_RELATIONS = (RelationType.SERVICE, RelationType.UP_SELL)


def find_follower(machine: MachineFacts, line: LineFacts, catalogue: Catalogue) -> LineFacts | None:
    """Return the line that follows this one, or None.

    It is named so, or starts after this one's end for the same product or, after a plan, for any other plan of the
    machine: who has changed plans has renewed. A service that is an add-on follows no plan.
    """
    for other in machine.lines:
        if other.predecessor_line_id == line.contract_line_id:
            return other
        starts_later = (
            line.ends_on is not None and other.starts_on is not None and other.starts_on > line.ends_on
        )
        if starts_later and is_in_place_of(other, line, machine, catalogue):
            return other
    return None


def is_in_place_of(other: LineFacts, line: LineFacts, machine: MachineFacts, catalogue: Catalogue) -> bool:
    """Tell whether a line is for the same product as another one, or both are plans of the machine."""
    if other.sku == line.sku:
        return True
    plans = {one.attach_sku for one in catalogue.relations.get(machine.sku, ()) if one.type in PLAN_RELATIONS}
    return other.sku in plans and line.sku in plans
