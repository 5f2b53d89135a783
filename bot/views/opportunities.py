"""What could be sold or lost, machine by machine: in money, with the next step as a button, or why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.mrkdwn import fact, format_day, format_money, heading
from bot.views.file_buttons import build_file_buttons
from bot.views.message import Message, cell, prose, to_plain
from bot.views.payloads import ListName, ListRef, OpportunityRef
from offers.metrics.figures import Figure
from offers.money import Money
from offers.steering.opportunities import RENEWAL_DAYS, Kind, Opportunity, Prospect, Receiver
from offers.steering.renewals import RenewalSummary

TITLES = {Kind.UNCOVERED: "Uncovered value", Kind.RENEWAL: "Renewals at risk"}
LOST = "A contract that was cancelled is lost and not at risk, also before that takes effect."
EXPLAINED = {
    Kind.UNCOVERED: "Machines in use without cover, at the list price of service for one term.",
    Kind.RENEWAL: f"Contract lines that end within {RENEWAL_DAYS} days with nothing after them. {LOST}",
}


@dataclass(frozen=True, slots=True)
class Row:
    """An opportunity as somebody reads it. `receiver` is None for whoever takes the next step themselves.

    `passed_to` and `passed_on` say that it was passed on this week.
    """

    one: Opportunity
    prospect: Prospect
    is_own: bool
    receiver: Receiver | None = None
    passed_to: str | None = None
    passed_on: datetime | None = None


def build_list_message(kind: Kind, rows: Sequence[Row]) -> Message:
    """Build the list as a message."""
    blocks: list[Block] = [HeaderBlock(text=TITLES[kind]), *_build_rows(kind, rows)]
    return Message(f"{TITLES[kind]}: {_count(rows)}.", to_plain(blocks))


def build_list_view(kind: Kind, rows: Sequence[Row], *, said: str | None = None) -> View:
    """Build the list as a form; `said` is a sentence above it, escaped here."""
    blocks: list[Block] = [SectionBlock(text=prose(f"*{fact(said, 300)}*"))] if said else []
    return View(type="modal", title=TITLES[kind], close="Close", blocks=[*blocks, *_build_rows(kind, rows)])


def build_waiting_view(kind: Kind) -> View:
    """Build what stands there while the list is made."""
    waiting: list[Block] = [SectionBlock(text=prose("Looking through the installed base …"))]
    return View(type="modal", title=TITLES[kind], close="Close", blocks=waiting)


def build_referral(one: Opportunity, *, manager: str, why: str, offer_reason: str) -> Message:
    """Build what whoever takes the next step is sent: which machine, what it is about, from whom, and the button."""
    head = f"{manager} asks you to take this up: {offer_reason}"
    machine = f"*{fact(one.serial_number or one.asset_id)}* · {fact(one.product_name)}"
    lines = [fact(head, 300), f"*{fact(one.account_name)}* · {machine}", f"_Why you: {fact(why)}._"]
    blocks: list[Block] = [
        SectionBlock(text=prose("\n".join(lines))),
        ActionsBlock(elements=[_offer_button(one, is_primary=True)]),
    ]
    return Message(fact(f"{head} ({one.account_name})", 300), to_plain(blocks))


def build_opportunities(
    value: Figure | None, renewals: RenewalSummary, *, rows: Sequence[Figure]
) -> list[Block]:
    """Build what Home says of it: what is uncovered and what is at risk in money, each with its list.

    Args:
        value: The value attach in total; of several currencies its rows are `rows`.
    """
    figures = [
        one for one in (rows if value is None or value.numerator is None else [value]) if one.denominator
    ]
    uncovered = [
        format_money((one.denominator or 0) - (one.numerator or 0), one.currency)
        for one in figures
        if one.currency
    ]
    machines = sum(one.asides.get("machines", 0) - one.asides.get("covered_machines", 0) for one in figures)
    at_risk = [format_money(one.amount_minor, one.currency) for one in renewals.values]
    text = (
        f"*Uncovered*: {' and '.join(uncovered) or '–'} on {machines:,} machines. "
        f"*At risk*: {' and '.join(at_risk) or '–'} in {renewals.lines:,} contract lines that end within "
        f"{RENEWAL_DAYS} days."
    )
    return [SectionBlock(text=prose(text)), ActionsBlock(elements=list(list_buttons()))]


def list_buttons() -> tuple[ButtonElement, ...]:
    """Build the buttons that open the two lists."""
    return tuple(
        ButtonElement(text=TITLES[kind], action_id=f"opportunities_{kind.value}", value=kind.value)
        for kind in Kind
    )


def describe_reason(one: Opportunity) -> str:
    """Return what an opportunity is about, as a sentence."""
    worth = _money(one.value)
    if one.kind is Kind.RENEWAL and one.ends_on is not None:
        return f"its contract ends on {format_day(one.ends_on)}{f', {worth}' if worth else ''}, and nothing follows it."
    return f"nothing covers it; service for it is {worth} at list price."


def _build_rows(kind: Kind, rows: Sequence[Row]) -> list[Block]:
    if not rows:
        empty = (
            "None: nothing of yours is without cover."
            if kind is Kind.UNCOVERED
            else "None: nothing of yours ends."
        )
        return [SectionBlock(text=prose(empty))]
    blocks: list[Block] = []
    for _, found in groupby(rows, key=lambda row: row.one.account_id):
        blocks += [_build_row(row, is_first=place == 0) for place, row in enumerate(found)]
    files = "Excel and CSV have all of them, and come to your messages with me."
    blocks.append(ContextBlock(elements=[cell(f"{EXPLAINED[kind]} {files}")]))
    blocks.append(ActionsBlock(elements=list(build_file_buttons(ListRef(name=ListName(kind.value))))))
    return blocks


def _describe_account(one: Opportunity) -> str:
    said = f"*{fact(one.account_name)}*"
    if one.machines is not None and one.machines > 1:
        said += f" · {_money(one.of_account)} on {one.machines:,} machines"
    return said


def _build_row(row: Row, *, is_first: bool) -> SectionBlock:
    """Build a machine's line with its next step; the first of a customer's begins with the customer."""
    one = row.one
    head = [fact(one.serial_number or one.asset_id), fact(one.product_name), _money(one.value) or "no price"]
    if one.ends_on is not None:
        head.append(f"ends {format_day(one.ends_on)}")
    remark, button = _find_step(row)
    lines = [
        *([_describe_account(one)] if is_first else []),
        " · ".join(head),
        *([f"_{remark}_"] if remark else []),
    ]
    return SectionBlock(text=prose("\n".join(lines)), accessory=button)


def _find_step(row: Row) -> tuple[str | None, ButtonElement | None]:
    """Return what is to be said of the next step, and the button that takes it."""
    if row.passed_to is not None and row.passed_on is not None:
        return f"with {fact(row.passed_to)} since {format_day(row.passed_on.date())}", None
    if row.prospect.held is not None:
        return f"held: {fact(row.prospect.held, 300)}", None
    if row.is_own:
        return None, _offer_button(row.one)
    if row.receiver is None:
        return "nobody is known who could take it up", None
    name, why = row.receiver.person.name, fact(row.receiver.why)
    if row.receiver.person.slack_user_id is None:
        return f"{fact(name)}: {why}, but can't be reached here", None
    button = ButtonElement(
        text=heading(f"Hand to {name}", 75),
        action_id="opportunity_refer",
        value=_refer_to(row.one).encode(),
    )
    return why, button


def _offer_button(one: Opportunity, *, is_primary: bool = False) -> ButtonElement:
    return ButtonElement(
        text="Offer",
        action_id="opportunity_offer",
        value=_refer_to(one).encode(),
        style="primary" if is_primary else None,
    )


def _refer_to(one: Opportunity) -> OpportunityRef:
    return OpportunityRef(kind=one.kind.value, asset_id=one.asset_id)


def _money(value: Money | None) -> str:
    return format_money(value.amount_minor, value.currency) if value is not None else ""


def _count(rows: Sequence[Row]) -> str:
    return f"{len(rows)} machine{'' if len(rows) == 1 else 's'}" if rows else "none"
