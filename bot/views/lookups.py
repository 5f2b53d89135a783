"""What the records say of a machine or a price, in a line or two."""

from collections.abc import Sequence
from datetime import date

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, ContextBlock, SectionBlock

from bot.lookups.reading import Aspect
from bot.mrkdwn import fact, format_day, format_money
from bot.views.brief import describe_age, describe_coverage, describe_history, summarise_coverage
from bot.views.message import Message, cell, prose, to_plain
from bot.views.notes import build_note
from bot.views.payloads import AssetRef
from offers.installed_base.machines import AssetFacts
from offers.installed_base.visits import VisitBrief
from offers.quoting.price_list import ListPrice


def build_machine_facts(brief: VisitBrief, *, aspect: Aspect, today: date, can_visit: bool) -> Message:
    """Build what was asked of one machine, with a button that opens a visit where the person goes on visits."""
    asset = brief.asset
    machine = f"*{fact(asset.product_name)}* {fact(asset.serial_number or asset.asset_id)}"
    lines = {
        Aspect.COVERAGE: [describe_coverage(brief.coverage, today=today)],
        Aspect.HISTORY: [describe_history(brief)],
        Aspect.AGE: [_installed(asset, today)],
    }.get(aspect, [describe_coverage(brief.coverage, today=today), _installed(asset, today)])
    blocks: list[Block] = [
        SectionBlock(text=prose("\n".join([f"{machine} · {fact(asset.account_name)}", *lines]))),
        ContextBlock(elements=[cell(f"From the records of {format_day(today)}, not from documents.")]),
    ]
    if can_visit:
        value = AssetRef(asset_id=asset.asset_id).encode()
        blocks.append(
            ActionsBlock(elements=[ButtonElement(text="Open a visit", action_id="visit_start", value=value)])
        )
    text = (
        f"{asset.product_name} {asset.serial_number or asset.asset_id}: {summarise_coverage(brief.coverage)}"
    )
    return Message(text=fact(text, 300), blocks=to_plain(blocks))


def _installed(asset: AssetFacts, today: date) -> str:
    if asset.install_date is None:
        return "When it was installed is not recorded."
    return f"Installed {format_day(asset.install_date)} ({describe_age(asset.install_date, today)})."


def build_unknown_machine(number: str, near: Sequence[AssetFacts], *, is_ambiguous: bool) -> Message:
    """Build the note that no machine, or more than one, bears a number, with those that may be meant."""
    named = ", ".join(f"{one.serial_number or one.asset_id} ({one.account_name})" for one in near)
    if is_ambiguous:
        named = ", ".join(f"{one.asset_id} ({one.product_name}, {one.account_name})" for one in near)
        return build_note(f"Several machines bear the number {number}: {named}. Ask with the one's id.")
    sentence = f"I know no machine {number} that you may see."
    return build_note(f"{sentence} The nearest: {named}." if near else sentence)


def build_prices(listed: Sequence[ListPrice], *, day: date) -> Message:
    """Build list prices, one product a line."""
    lines = [f"*{fact(one.name)}* {fact(one.sku)}: {_amounts(one)}" for one in listed] or [
        "These products are no longer in the catalogue."
    ]
    foot = f"Standard price list on {format_day(day)}, before tax. What a customer pays is on the offer."
    blocks: list[Block] = [SectionBlock(text=prose("\n".join(lines))), ContextBlock(elements=[cell(foot)])]
    return Message(text=fact(" ".join(lines).replace("*", ""), 300), blocks=to_plain(blocks))


def _amounts(listed: ListPrice) -> str:
    amounts = [format_money(price.amount_minor, price.currency) for price in listed.prices]
    return " · ".join(amounts) or "no list price on this day"
