"""`attache forecast` and `affinity`: where the attach rate goes, and what goes together."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from bot.clock import utc_now
from bot.commands.files import CsvOption, XlsxOption, write_list
from bot.commands.found_report import show_counts, show_percent
from bot.commands.reports import AsOfOption, JsonOption
from bot.console import open_reader, out, print_json, read_settings, reporting

if TYPE_CHECKING:
    from offers.metrics.outlook import Outlook


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("forecast")(show_forecast)
    app.command("affinity")(show_affinity)


def show_forecast(
    metric: Annotated[str, typer.Argument(help="coverage, units_attach, conversion, renewal_rate, …")],
    months: Annotated[int, typer.Option("--months", min=1, max=24, help="How many to come.")] = 3,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
    csv_file: CsvOption = None,
    xlsx_file: XlsxOption = None,
) -> None:
    """Show a metric's complete months and the ones to come, with a band and the back-tested error."""
    with reporting():
        from bot.database import build_read_scope
        from bot.files.list_tables import describe_outlook
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
        day = as_of.date() if as_of else utc_now().date()
        is_written = write_list(describe_outlook(outlook, day, settings.metric_settings), csv_file, xlsx_file)
        if as_json:
            print_json(outlook.as_json())
        elif not is_written:
            _print_outlook(outlook)


def show_affinity(
    least: Annotated[int, typer.Option("--least", min=2, help="How many customers have to own both.")] = 5,
    as_json: JsonOption = False,
    csv_file: CsvOption = None,
    xlsx_file: XlsxOption = None,
) -> None:
    """Show which add-ons customers buy with which core products more often than chance would have it."""
    with reporting():
        from bot.database import build_read_scope
        from bot.files.list_tables import tabulate_affinities
        from bot.files.lists import ListFile
        from offers.steering.affinity import find_affinities

        now = utc_now()
        with build_read_scope(open_reader(read_settings()))() as session:
            found = find_affinities(session, now=now, least_together=least)
        title = "Which add-ons customers buy with which core products more often than chance would have it"
        tables, notes = {"affinity": tabulate_affinities(found)}, [("customers of both, at least", least)]
        is_written = write_list(ListFile("affinity", title, now.date(), tables, notes), csv_file, xlsx_file)
        if as_json:
            print_json([asdict(one) | {"confidence": one.confidence} for one in found])
            return
        if is_written:
            return
        for one in found:
            share = f"{one.together} of {one.owners} customers ({one.confidence * 100:.0f} %)"
            news = "" if one.is_related else ", not in the catalogue's relations"
            pair = f"{one.core_sku} + {one.attach_sku}"
            out.print(f"{pair:40} {share}, {one.lift:.1f} times chance{news}", markup=False)
        if not found:
            out.print(f"No pair is owned by {least} customers more often than chance would have it.")


def _print_outlook(outlook: "Outlook") -> None:
    from bot.views.pace import warn_of_test

    for part in outlook.parts:
        out.print(f"In {part.currency}:", markup=False)
        _print_outlook(part)
    if outlook.is_mixed:
        return
    for month, figure in zip(outlook.months, outlook.figures, strict=True):
        out.print(
            f"{month}  {show_percent(figure.rate):>9}  {show_counts(figure)}",
            markup=False,
        )
    found = outlook.forecast
    if found is None:
        out.print("Too little history for a forecast: it takes three months with a base.", markup=False)
        return
    for month, point in zip(outlook.ahead, found.points, strict=True):
        band = f"[{point.low * 100:.1f}, {point.high * 100:.1f}]"
        to_come = f"about {_estimate(outlook, point.numerator)} of {_estimate(outlook, point.denominator)}"
        out.print(f"{month}  {show_percent(point.rate):>9}  {band}  {to_come}  (forecast)", markup=False)
    words = f"{found.method}, from {found.months_of_history} months"
    if found.error is not None and found.naive_error is not None:
        words += (
            f"; off by {found.error * 100:.1f} points in {found.tested} tested months, "
            f"{found.naive_error * 100:.1f} had it been taken from the month before"
        )
    out.print(words, markup=False)
    warning = warn_of_test(found)
    if warning:
        out.print(warning, markup=False)


def _estimate(outlook: "Outlook", value: float) -> str:
    from bot.mrkdwn import format_whole_money

    return f"{value:.0f}" if outlook.currency is None else format_whole_money(value, outlook.currency)
