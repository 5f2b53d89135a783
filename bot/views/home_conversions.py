"""The conversions on Home: a line each, newest first, and what leads on from there."""

from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, SectionBlock

from bot.mrkdwn import fact, format_day, format_money
from bot.views.file_buttons import CSV
from bot.views.message import prose
from bot.views.payloads import ListName, ListRef, Shown
from offers.sales.conversions import Conversion

_NAME = 60


@dataclass(frozen=True, slots=True)
class ConversionRow:
    """A conversion and the link to its thread, None where the reader can't follow it.

    `is_private` says that the thread is in somebody else's direct messages.
    """

    conversion: Conversion
    thread_url: str | None
    is_private: bool = False


def build_table_buttons() -> list[ButtonElement]:
    """Build the buttons that send the whole list: as a table with a workbook, or as CSV."""
    ref = ListRef(name=ListName.CONVERSIONS)
    return [
        ButtonElement(text="As a table", action_id="home_table"),
        ButtonElement(text="CSV", action_id=CSV, value=ref.encode()),
    ]


def build_conversion_list(rows: Sequence[ConversionRow], *, empty: str, more: int | None) -> list[Block]:
    """Build a line for each conversion, and the button for more; `empty` is what stands there without any."""
    if not rows:
        return [SectionBlock(text=prose(empty))]
    blocks: list[Block] = [_line(row) for row in rows]
    if more is not None:
        button = ButtonElement(text="Show more", action_id="home_more", value=Shown(count=more).encode())
        blocks.append(ActionsBlock(elements=[button]))
    return blocks


def name_sold(sale: Conversion) -> str:
    """Return what was sold, in plain words."""
    return sale.product_name or sale.sku or "from imported history"


def name_status(sale: Conversion) -> str:
    """Return where a sale stands: accepted, booked, or what took it back last."""
    if sale.ends:
        return sale.ends[-1].event
    return "booked" if sale.booked is not None else "accepted"


def format_value(sale: Conversion) -> str:
    """Return the amount of a sale; "" where none is known."""
    return format_money(sale.amount.amount_minor, sale.amount.currency) if sale.amount else ""


def _line(row: ConversionRow) -> Block:
    sale = row.conversion
    is_undone = bool(sale.ends)
    what = f"*{fact(name_sold(sale), _NAME)}*"
    parts = [
        format_day(sale.accepted_at.date()),
        f"~{what}~" if is_undone else what,
        fact(sale.account_name, _NAME) if sale.account_name else "",
        format_value(sale),
        _who(sale),
        f"*{name_status(sale)}*" if is_undone else name_status(sale),
        f"<{row.thread_url}|thread>" if row.thread_url else "",
    ]
    open_button = ButtonElement(text="Open", action_id="home_conversion", value=sale.offer_id)
    return SectionBlock(text=prose(" · ".join(part for part in parts if part)), accessory=open_button)


def _who(sale: Conversion) -> str:
    name = fact(sale.person_name, _NAME) if sale.person_name else ""
    partner = fact(sale.partner_name, _NAME) if sale.partner_name else ""
    return f"{name} ({partner})" if name and partner else name or partner
