"""`attache whitespace`: what could be sold or lost, in money, by customer or by machine."""

from dataclasses import asdict
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.clock import utc_now
from bot.commands.files import CsvOption, XlsxOption, write_list
from bot.commands.reports import JsonOption
from bot.console import open_reader, out, print_json, read_settings, reporting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.files.report_tables import Cell
    from offers.money import Money
    from offers.steering.renewals import RenewalDue, RenewalSummary
    from offers.steering.white_space import Uncovered, WhiteSpaces, WhiteSpaceTotal

_SHOWN = 20


class By(StrEnum):
    """What the white space is listed by."""

    ACCOUNT = "account"
    ASSET = "asset"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("whitespace")(show_white_space)


def show_white_space(
    by: Annotated[By, typer.Option("--by", help="Customers or machines.")] = By.ACCOUNT,
    days: Annotated[int, typer.Option("--days", min=1, max=730, help="How far ahead renewals count.")] = 90,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="At most so many of each: 20, in files all.")
    ] = None,
    as_json: JsonOption = False,
    csv_file: CsvOption = None,
    xlsx_file: XlsxOption = None,
) -> None:
    """Show what could be sold or lost: machines in use without cover, and contract lines that end soon.

    Each currency has its share of the list; what is left out is said, with what all of it comes to.
    """
    with reporting():
        from bot.access import OPERATOR
        from bot.database import build_read_scope
        from offers.steering.renewals import find_renewals_due, summarise
        from offers.steering.white_space import find_white_space, list_machines

        now = utc_now()
        is_written = csv_file is not None or xlsx_file is not None
        most = limit if limit is not None or is_written else _SHOWN
        with build_read_scope(open_reader(read_settings()))() as session:
            spaces = find_white_space(session, now=now, limit=most)
            machines = (
                list_machines(session, now=now, reader=OPERATOR, limit=most) if by is By.ASSET else None
            )
            due = find_renewals_due(session, day=now.date(), days=days, reader=OPERATOR, limit=most)
            whole = summarise(session, day=now.date(), days=days, reader=OPERATOR)
        if is_written:
            _write(spaces, machines, due, now.date(), days, write_to=(csv_file, xlsx_file))
        if as_json:
            print_json(_as_json(spaces, machines, due, whole))
        elif not is_written:
            _print_spaces(spaces, machines)
            _print_renewals(due, whole, days=days)


def _write(
    spaces: "WhiteSpaces",
    machines: "Sequence[Uncovered] | None",
    due: "Sequence[RenewalDue]",
    day: date,
    days: int,
    *,
    write_to: tuple[Any, Any],
) -> None:
    from bot.files.list_tables import tabulate_accounts, tabulate_machines, tabulate_renewals
    from bot.files.lists import ListFile
    from bot.views.opportunities import LOST

    uncovered = tabulate_accounts(spaces.accounts) if machines is None else tabulate_machines(machines)
    tables = {"without cover": uncovered, "renewals": tabulate_renewals(due)}
    notes: list[tuple[str, Cell]] = [
        ("without cover", "machines in use that nothing covers, at the list price of service for one term"),
        *((f"in {one.value.currency}", _describe_total(one)) for one in spaces.totals),
        ("renewals", f"contract lines that end within {days} days with nothing after them. {LOST}"),
    ]
    found = ListFile("white-space", "White space and renewals at risk", day, tables, notes)
    write_list(found, *write_to)


def _as_json(
    spaces: "WhiteSpaces",
    machines: "Sequence[Uncovered] | None",
    due: "Sequence[RenewalDue]",
    whole: "RenewalSummary",
) -> dict[str, Any]:
    """Return the document. The rows are some of all that the totals count."""
    return {
        "white_space": [asdict(one) for one in (spaces.accounts if machines is None else machines)],
        "white_space_total": [asdict(one) for one in spaces.totals],
        "renewals": [
            {
                name: value.isoformat() if isinstance(value, date) else value
                for name, value in asdict(line).items()
            }
            for line in due
        ],
        "renewals_total": asdict(whole),
    }


def _print_spaces(spaces: "WhiteSpaces", machines: "Sequence[Uncovered] | None") -> None:
    for total in spaces.totals:
        currency = total.value.currency
        if machines is None:
            lines = [
                f"{one.account_name:32} {one.machines:>4} without cover  {_money(one.value)}"
                for one in spaces.accounts
                if one.value.currency == currency
            ]
            missing = total.accounts - len(lines)
        else:
            lines = [
                f"{one.serial_number or one.asset_id:24} {one.product_name:32} {_money(one.value):>12}  "
                f"{one.account_name}"
                for one in machines
                if one.value.currency == currency
            ]
            missing = total.machines - len(lines)
        out.print(f"{_describe_total(total)}:", markup=False)
        for line in lines:
            out.print(f"  {line}", markup=False)
        if missing:
            noun = "customer" if machines is None else "machine"
            out.print(f"  and {_count(missing, f'more {noun}')} (--limit; --csv and --xlsx have all)")
    if not spaces.totals:
        out.print("Nothing that service could be sold for is without cover.")


def _print_renewals(due: "Sequence[RenewalDue]", whole: "RenewalSummary", *, days: int) -> None:
    amounts = ", ".join(_money(one) for one in whole.values)
    verb, them = ("ends", "it") if whole.lines == 1 else ("end", "them")
    lines = _count(whole.lines, "contract line")
    out.print(f"{lines} {verb} within {days} days with nothing after {them}: {amounts or '–'}", markup=False)
    for line in due:
        worth = _money(line.value) if line.value else "no price"
        machine = line.serial_number or line.contract_id
        out.print(
            f"  {line.ends_on}  {line.account_name}  {machine}  {line.product_name}  {worth}", markup=False
        )
    if whole.lines > len(due):
        missing = _count(whole.lines - len(due), "more line")
        out.print(f"  and {missing} that end later (--limit; --csv and --xlsx have all)")


def _describe_total(total: "WhiteSpaceTotal") -> str:
    of_whom = f"{_count(total.machines, 'machine')} of {_count(total.accounts, 'customer')}"
    return f"{_money(total.value)} without cover on {of_whom}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _money(value: "Money") -> str:
    from bot.mrkdwn import format_money

    return format_money(value.amount_minor, value.currency)
