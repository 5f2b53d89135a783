"""The conversions as a message with a table to sort, and what stands for the table where Slack refuses it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from slack_sdk.models.blocks import RawTextObject, SectionBlock, TableBlock

from bot.files.report_tables import Cell, Table
from bot.mrkdwn import fact, flatten, format_day, shorten
from bot.views.home_conversions import format_value, name_sold, name_status
from bot.views.message import SECTION_LIMIT, Message, prose
from bot.views.plays import PLAYS
from offers.money import exponent_of
from offers.sales.conversions import Conversion

ROWS_AT_MOST = 100
_PAGE = 10
_HEADER = ("Date", "Product", "Customer", "Value", "Status", "Who", "Partner", "Play", "Machine")
_FILE_HEADER = (
    "accepted", "product", "sku", "play", "customer", "region", "machine", "amount", "currency", "who", "partner",
    "status", "since", "reason", "order line", "contract line", "work order", "offer",
)  # fmt: skip
_CAPTION = 150
_CELL = 150


@dataclass(frozen=True, slots=True)
class ConversionTable:
    """The message in the forms that Slack may take, the best first; their text is the same."""

    forms: tuple[Message, ...]


def build_conversion_table(
    sales: Sequence[Conversion], *, total: int, only: Sequence[str], in_file: int
) -> ConversionTable:
    """Build the message.

    Args:
        sales: Newest first; of more than a table holds the first are shown.
        total: How many there are; `in_file` of them are in the workbook that follows.
        only: What they are narrowed to, in words.
    """
    title = ", ".join(["Conversions", *only])
    text = f"{title}: {total:,}"

    def build(shown: Sequence[Conversion], form: Sequence[dict[str, Any]]) -> Message:
        head = SectionBlock(text=prose(f"*{fact(title, _CAPTION)}*\n{_count(len(shown), total, in_file)}"))
        return Message(text, [head.to_dict(), *form])

    if not sales:
        return ConversionTable((build((), ()),))
    # A table's header counts among its rows, a data table's does not.
    most, fewer, listed = sales[:ROWS_AT_MOST], sales[: ROWS_AT_MOST - 1], _fit(sales[:ROWS_AT_MOST])
    return ConversionTable(
        (
            build(most, [_data_table(title, [_row(sale) for sale in most])]),
            build(fewer, [_table([_row(sale) for sale in fewer]).to_dict()]),
            build(sales[: len(listed)], [SectionBlock(text=prose("\n".join(listed))).to_dict()]),
        )
    )


def tabulate_conversions(sales: Sequence[Conversion]) -> Table:
    """Return the table of the file; amounts are in major units of their currency."""
    return Table(_FILE_HEADER, [_file_row(sale) for sale in sales], amounts=frozenset({"amount"}))


def _count(shown: int, total: int, in_file: int) -> str:
    if not total:
        return "No conversion fits this filter."
    if shown == total:
        return f"All {total:,}, newest first. The workbook below has them too."
    missing = "all of them" if in_file == total else f"the newest {in_file:,}"
    return f"The newest {shown:,} of {total:,}; {total - shown:,} more. The workbook below has {missing}."


def _row(sale: Conversion) -> list[dict[str, Any]]:
    day = sale.accepted_at.astimezone(UTC).date()
    midnight = datetime.combine(day, time(), UTC)
    amount = sale.amount
    value = _raw(format_value(sale))
    if amount is not None:
        major = amount.amount_minor / 10 ** exponent_of(amount.currency)
        value = {"type": "raw_number", "value": major, "text": format_value(sale)}
    return [
        {"type": "raw_number", "value": int(midnight.timestamp()), "text": format_day(day)},
        _raw(name_sold(sale)),
        _raw(sale.account_name),
        value,
        _raw(name_status(sale)),
        _raw(sale.person_name),
        _raw(sale.partner_name),
        _raw(PLAYS.get(sale.play or "", sale.play)),
        _raw(sale.serial_number),
    ]


def _raw(text: str | None) -> dict[str, Any]:
    return {"type": "raw_text", "text": shorten(flatten(text or ""), _CELL) or "–"}


def _data_table(title: str, rows: Sequence[Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    """Return a sortable table; https://docs.slack.dev/reference/block-kit/blocks/data-table-block."""
    header = [_raw(name) for name in _HEADER]
    caption = shorten(flatten(title), _CAPTION)
    return {"type": "data_table", "caption": caption, "page_size": _PAGE, "rows": [header, *rows]}


def _table(rows: Sequence[Sequence[Mapping[str, Any]]]) -> TableBlock:
    """Return a plain table."""
    kept = [[RawTextObject(text=one["text"]) for one in row] for row in rows]
    return TableBlock(rows=[[RawTextObject(text=name) for name in _HEADER], *kept])


def _fit(sales: Sequence[Conversion]) -> list[str]:
    """Return a line for each conversion, as many as a section holds."""
    lines: list[str] = []
    room = SECTION_LIMIT
    for sale in sales:
        parts = (
            format_day(sale.accepted_at.date()),
            fact(name_sold(sale), 60),
            fact(sale.account_name, 60) if sale.account_name else "",
            format_value(sale),
            fact(sale.person_name, 60) if sale.person_name else "",
            name_status(sale),
        )
        line = "• " + " · ".join(part for part in parts if part)
        room -= len(line) + 1
        if room < 0:
            break
        lines.append(line)
    return lines


def _file_row(sale: Conversion) -> list[Cell]:
    amount = sale.amount
    end = sale.ends[-1] if sale.ends else sale.booked
    return [
        sale.accepted_at.astimezone(UTC).date(),
        name_sold(sale),
        sale.sku,
        PLAYS.get(sale.play or "", sale.play),
        sale.account_name or sale.account_id,
        sale.region,
        sale.serial_number,
        amount.amount_minor / 10 ** exponent_of(amount.currency) if amount is not None else None,
        amount.currency if amount is not None else None,
        sale.person_name or sale.person_id,
        sale.partner_name,
        name_status(sale),
        end.occurred_at.astimezone(UTC).date() if end is not None else None,
        end.reason if end is not None else None,
        sale.order_line_id,
        sale.contract_line_id,
        sale.work_order_id,
        sale.offer_id,
    ]
