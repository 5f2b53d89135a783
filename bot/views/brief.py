"""The pre-visit brief: what the machine is, where, since when, whether it is covered, what happened before."""

from datetime import date, datetime

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    SectionBlock,
)

from bot.mrkdwn import fact, flatten, format_day, format_moment, shorten
from bot.views.message import Message, cell, prose, to_plain
from bot.views.payloads import VisitRef
from offers.installed_base.machines import AssetFacts
from offers.installed_base.visits import CoverageFacts, VisitBrief, WorkOrderFacts


def build_brief(
    brief: VisitBrief,
    *,
    visit_id: str,
    today: date,
    closes: str | None = None,
    closed_at: datetime | None = None,
) -> Message:
    """Build the root message of a visit's thread.

    Args:
        closes: The customer whose visit ends because this one begins.
        closed_at: When this visit was closed: the button is gone then.
    """
    asset = brief.asset
    name = shorten(flatten(f"{asset.product_name} · {asset.serial_number}"), 140)
    blocks: list[Block] = [
        HeaderBlock(text=name),
        SectionBlock(fields=[cell(text) for text in _facts(brief, today=today)]),
        SectionBlock(text=prose(describe_coverage(brief.coverage, today=today))),
    ]
    blocks += _attention(brief)
    blocks += [DividerBlock(), SectionBlock(text=prose(describe_history(brief)))]
    if closed_at is not None:
        blocks.append(ContextBlock(elements=[cell(f"Closed {format_moment(closed_at)}")]))
    else:
        if closes is not None:
            blocks.append(ContextBlock(elements=[cell(f"Your visit at {fact(closes)} is closed by this.")]))
        blocks.append(ContextBlock(elements=[cell(_invitation())]))
        done = ButtonElement(
            text="Job done",
            action_id="visit_close",
            value=VisitRef(visit_id=visit_id).encode(),
            style="primary",
        )
        blocks.append(ActionsBlock(elements=[done]))
    text = (
        f"Visit: {asset.product_name}, serial {asset.serial_number}, {asset.account_name}. "
        + summarise_coverage(brief.coverage)
    )
    return Message(text=fact(text, 300), blocks=to_plain(blocks))


def describe_asset(asset: AssetFacts) -> str:
    """Return the short name of the machine on the bench."""
    return f"{asset.product_name} {asset.serial_number}"


def _facts(brief: VisitBrief, *, today: date) -> list[str]:
    asset = brief.asset
    machine = fact(asset.product_name)
    detail = " · ".join(
        fact(part)
        for part in dict.fromkeys(
            (asset.sku, asset.model, f"firmware {asset.firmware}" if asset.firmware else None)
        )
        if part
    )
    place = ", ".join(fact(part) for part in (asset.site_name, asset.site_address) if part)
    facts = [f"*Machine*\n{machine}\n{detail}", f"*Customer*\n{fact(asset.account_name)}\n{place}"]
    if asset.install_date is not None:
        facts.append(
            f"*Installed*\n{format_day(asset.install_date)} ({describe_age(asset.install_date, today)})"
        )
    covered, total = brief.fleet
    facts.append(f"*Fleet here*\n{covered} of {total} serviceable machines covered")
    return facts


def describe_age(since: date, today: date) -> str:
    """Return how long a machine has been there, in years and months."""
    months = (today.year - since.year) * 12 + today.month - since.month - (today.day < since.day)
    if months < 0:
        return "not yet in service"
    years, rest = divmod(months, 12)
    parts = [f"{years} y" if years else "", f"{rest} mo" if rest or not years else ""]
    return " ".join(part for part in parts if part)


def describe_coverage(coverage: CoverageFacts, *, today: date) -> str:
    """Return whether a call today is covered, by what and until when, as mrkdwn."""
    until = f" until *{format_day(coverage.until)}*" if coverage.until else ""
    left = f" ({_days((coverage.until - today).days)} left)" if coverage.until else ""
    if coverage.state == "covered":
        plan = fact(coverage.plan_name or "service contract")
        contract = f" · contract {fact(coverage.contract_id)}" if coverage.contract_id else ""
        renew = " · renews by itself" if coverage.auto_renew else ""
        if coverage.is_renewed:
            end = f" until *{format_day(coverage.renewed_until)}*" if coverage.renewed_until else ""
            left, renew = "", f"\nA renewal is booked: covered on from there{end}."
        return f":white_check_mark: *This call is covered*{until}{left}\n{plan}{contract}{renew}"
    if coverage.state == "warranty":
        return f":white_check_mark: *This call is under warranty*{until}{left}\nNo service contract."
    return ":white_circle: *This call is not covered*: no live contract and no warranty. Time and parts are charged."


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"


def summarise_coverage(coverage: CoverageFacts) -> str:
    """Return the same in a few plain words."""
    until = f" until {format_day(coverage.until)}" if coverage.until else ""
    return {"covered": f"Covered{until}.", "warranty": f"Under warranty{until}."}.get(
        coverage.state, "Not covered."
    )


def _attention(brief: VisitBrief) -> list[Block]:
    lines = []
    if brief.is_escalated:
        lines.append(
            ":red_circle: *An escalated case is open at this customer.* Service first; nothing will be offered."
        )
    elif brief.open_cases:
        noun = "case is" if brief.open_cases == 1 else "cases are"
        lines.append(f":large_yellow_circle: {brief.open_cases} {noun} open at this customer.")
    if brief.asset.status != "active":
        lines.append(f"This machine is recorded as *{fact(brief.asset.status)}*.")
    return [SectionBlock(text=prose("\n".join(lines)))] if lines else []


def describe_history(brief: VisitBrief) -> str:
    """Return today's order and what was done before, as mrkdwn."""
    lines = []
    if brief.open_work_order is not None:
        lines.append(f"*Today's order* {_order(brief.open_work_order)}")
    if brief.history:
        lines.append(f"*Before* ({brief.visits_last_12m} in the last 12 months)")
        lines += [f"• {_order(order)}" for order in brief.history]
    else:
        lines.append("No earlier work on this machine is recorded.")
    return "\n".join(lines)


def _order(order: WorkOrderFacts) -> str:
    who = f" · {fact(order.technician_name)}" if order.technician_name else ""
    summary = fact(order.summary or order.type or "no summary", 200)
    return f"{format_day(order.opened_at.date())}: {summary}{who}"


def _invitation() -> str:
    return "Ask in this thread: an error code, a step, a torque, a part. I answer from the documents, with the page."
