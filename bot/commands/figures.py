"""`attache forecast`, `whitespace`, `affinity`: where the attach rate goes, and what could be sold."""

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.clock import utc_now
from bot.commands.reports import AsOfOption, JsonOption, show_percent
from bot.console import open_reader, out, print_json, read_settings, reporting

if TYPE_CHECKING:
    from offers.metrics.outlook import Outlook
    from offers.renewals import RenewalDue


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("forecast")(show_forecast)
    app.command("whitespace")(show_white_space)
    app.command("affinity")(show_affinity)


def show_forecast(
    metric: Annotated[str, typer.Argument(help="coverage, units_attach, conversion, renewal_rate, …")],
    months: Annotated[int, typer.Option("--months", min=1, max=24, help="How many to come.")] = 3,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a metric's complete months and the ones to come, with a band and the back-tested error."""
    with reporting():
        from bot.database import build_read_scope
        from offers.metrics.outlook import look_ahead

        settings = read_settings()
        with build_read_scope(open_reader(settings))() as session:
            outlook = look_ahead(
                session,
                metric,
                months=months,
                now=utc_now(),
                as_of=as_of.date() if as_of else None,
                settings=settings.metric_settings,
            )
        if as_json:
            print_json(outlook.as_json())
        else:
            _print_outlook(outlook)


def show_white_space(
    days: Annotated[int, typer.Option("--days", min=1, max=730, help="How far ahead renewals count.")] = 90,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many of each.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Show what could be sold or lost: customers with machines without cover, and contract lines that end soon."""
    with reporting():
        from bot.access import OPERATOR
        from bot.database import build_read_scope
        from bot.mrkdwn import format_money
        from offers.renewals import find_renewals_due, summarise
        from offers.white_space import list_white_space

        now = utc_now()
        with build_read_scope(open_reader(read_settings()))() as session:
            spaces = list_white_space(session, day=now.date(), now=now, limit=limit)
            due = find_renewals_due(session, day=now.date(), days=days, reader=OPERATOR, limit=limit)
            whole = summarise(session, day=now.date(), days=days, reader=OPERATOR)
        if as_json:
            print_json(
                {
                    "white_space": [asdict(one) for one in spaces],
                    "renewals": [_as_json(one) for one in due],
                    "renewals_total": asdict(whole),
                }
            )
            return
        for one in spaces:
            worth = format_money(one.value.amount_minor, one.value.currency)
            out.print(f"{one.account_name:32} {one.machines:>4} without cover  {worth}", markup=False)
        amounts = ", ".join(format_money(one.amount_minor, one.currency) for one in whole.values)
        out.print(
            f"{whole.lines} contract lines end within {days} days with nothing after them: {amounts or '–'}"
        )
        for line in due:
            worth = format_money(line.value.amount_minor, line.value.currency) if line.value else "no price"
            machine = line.serial_number or line.contract_id
            out.print(
                f"  {line.ends_on}  {line.account_name}  {machine}  {line.product_name}  {worth}",
                markup=False,
            )


def show_affinity(
    least: Annotated[int, typer.Option("--least", min=2, help="How many customers have to own both.")] = 5,
    as_json: JsonOption = False,
) -> None:
    """Show which add-ons customers buy with which core products more often than chance would have it."""
    with reporting():
        from bot.database import build_read_scope
        from offers.affinity import find_affinities

        with build_read_scope(open_reader(read_settings()))() as session:
            found = find_affinities(session, now=utc_now(), least_together=least)
        if as_json:
            print_json([asdict(one) | {"confidence": one.confidence} for one in found])
            return
        for one in found:
            share = f"{one.together} of {one.owners} customers ({one.confidence * 100:.0f} %)"
            news = "" if one.is_related else ", not in the catalogue's relations"
            pair = f"{one.core_sku} + {one.attach_sku}"
            out.print(f"{pair:40} {share}, {one.lift:.1f} times chance{news}", markup=False)
        if not found:
            out.print(f"No pair is owned by {least} customers more often than chance would have it.")


def _as_json(line: "RenewalDue") -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(line).items()
    }


def _print_outlook(outlook: "Outlook") -> None:
    for month, figure in zip(outlook.months, outlook.figures, strict=True):
        out.print(
            f"{month}  {show_percent(figure.rate):>9}  {figure.numerator} / {figure.denominator}",
            markup=False,
        )
    found = outlook.forecast
    if found is None:
        out.print("Too little history for a forecast: it takes three months with a base.", markup=False)
        return
    for month, point in zip(outlook.ahead, found.points, strict=True):
        band = f"[{point.low * 100:.1f}, {point.high * 100:.1f}]"
        to_come = f"about {point.numerator:.0f} of {point.denominator:.0f}"
        out.print(f"{month}  {show_percent(point.rate):>9}  {band}  {to_come}  (forecast)", markup=False)
    words = f"{found.method}, from {found.months_of_history} months"
    if found.error is not None and found.naive_error is not None:
        words += (
            f"; off by {found.error * 100:.1f} points in {found.tested} tested months, "
            f"{found.naive_error * 100:.1f} had it been taken from the month before"
        )
    out.print(words, markup=False)
