"""Why an offer that was made can't be taken any more: it is accepted only while its reason still stands. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from offers.playbook.candidates import Restraint
from offers.playbook.contact_policy import find_account_restraint, keeps_failing
from offers.playbook.following import find_follower, is_in_place_of
from offers.playbook.situations import LineFacts, MachineFacts, Situation
from offers.vocabulary import AssetStatus, Play


@dataclass(frozen=True, slots=True)
class Basis:
    """What an offer rested on when it was made.

    `skus` are the products that are to be sold, `predecessor_line_id` the contract line that it follows, None without
    one, `starts_on` the first day of its service, and `machine_sku` what the machine was; None where that is unknown.
    """

    play: Play
    skus: Sequence[str]
    predecessor_line_id: str | None = None
    starts_on: date | None = None
    machine_sku: str | None = None


def find_obstacle(situation: Situation, machine: MachineFacts, basis: Basis) -> str | None:
    """Return why an offer that was made can't be taken any more, as a short code, or None.

    Codes: the account's restraints, `machine_retired`, `machine_replaced`, `repeat_failures`, `already_installed`; of
    what follows a contract `already_renewed`, `contract_cancelled`, `contract_gone`, `contract_changed`,
    `renews_itself`, `already_covered`; of other services `already_covered`, `under_warranty`, `not_serviceable`.
    Time that merely passed is no obstacle; the offer's expiry is checked elsewhere.
    """
    bar = _find_sales_bar(situation, machine, basis)
    if bar is not None:
        return bar
    if any(sku in machine.installed_skus for sku in basis.skus):
        return "already_installed"
    services = [sku for sku in basis.skus if situation.catalogue.is_service(sku)]
    if not services:
        return None
    if basis.predecessor_line_id is None:
        return _find_other_cover(situation, machine, basis, services)
    before = next((one for one in machine.lines if one.contract_line_id == basis.predecessor_line_id), None)
    if before is None:
        is_named = any(one.predecessor_line_id == basis.predecessor_line_id for one in machine.lines)
        return "already_renewed" if is_named else "contract_gone"
    return _find_renewed(situation, machine, before, services) or _find_change(situation, before, basis)


def _find_sales_bar(situation: Situation, machine: MachineFacts, basis: Basis) -> str | None:
    """Return why nothing at all can be sold on the machine, or None."""
    restraint = find_account_restraint(situation)
    if restraint is not None:
        return restraint[0].value
    is_won = basis.play is Play.WIN_BACK and machine.status is AssetStatus.COMPETITOR
    if machine.status is not AssetStatus.ACTIVE and not is_won:
        return "machine_retired"
    if basis.machine_sku not in (None, machine.sku):
        return "machine_replaced"
    return Restraint.REPEAT_FAILURES.value if keeps_failing(machine) else None


def _find_other_cover(
    situation: Situation, machine: MachineFacts, basis: Basis, services: Sequence[str]
) -> str | None:
    """Return why a service that follows no contract is not needed any more, or None."""
    lasting = [line for line in machine.lines if line.ends_on is None or line.ends_on >= situation.day]
    if basis.play is Play.ADD_ON:
        return "already_covered" if any(line.sku in services for line in lasting) else None
    if lasting:
        return "already_covered"
    first_day = max(situation.day, basis.starts_on or situation.day)
    if machine.warranty_end is not None and machine.warranty_end >= first_day:
        return "under_warranty"
    return None if machine.is_serviceable else "not_serviceable"


def _find_renewed(
    situation: Situation, machine: MachineFacts, before: LineFacts, services: Sequence[str]
) -> str | None:
    """Return what has taken the place of the line, or None."""
    if find_follower(machine, before, situation.catalogue) is not None:
        return "already_renewed"
    if before.ends_on is None:
        return None
    # What is offered may be a plan that the catalogue no longer relates to the machine.
    if any(one.sku in services and one.starts_on and one.starts_on > before.ends_on for one in machine.lines):
        return "already_renewed"
    is_over = before.ends_on < situation.day
    others = [one for one in machine.lines if one is not before and one.is_live(situation.day)]
    is_covered = any(is_in_place_of(one, before, machine, situation.catalogue) for one in others)
    return "already_covered" if is_over and is_covered else None


def _find_change(situation: Situation, before: LineFacts, basis: Basis) -> str | None:
    """Return what became of the contract that was to be followed on the day after its end, or None."""
    if before.cancelled_on is not None:
        return "contract_cancelled"
    if before.ends_on is None or basis.starts_on not in (None, before.ends_on + timedelta(days=1)):
        return "contract_changed"
    is_coming = basis.play is Play.RENEWAL and before.auto_renew and before.ends_on >= situation.day
    # Before the last day for notice the customer may still choose; after it the contract has renewed itself.
    is_open = before.notice_date is not None and before.notice_date >= situation.day
    return "renews_itself" if is_coming and not is_open else None
