"""`attache report`, `forecast`, `whitespace`, `affinity`: the attach rate, where it goes, what could be sold."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.clock import utc_now
from bot.console import open_reader, out, print_json, read_settings, reporting

if TYPE_CHECKING:
    from offers.attach_rate import Group
    from offers.metrics.entries import Entry
    from offers.metrics.figures import Figure, Report
    from offers.metrics.outlook import Outlook
    from offers.metrics.progress import Progress
    from offers.metrics.restatement import Restatement

DAY = ["%Y-%m-%d"]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
AsOfOption = Annotated[
    datetime | None, typer.Option("--as-of", formats=DAY, help="As it was known that day.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("report")(show_report)
    app.command("forecast")(show_forecast)
    app.command("whitespace")(show_white_space)
    app.command("affinity")(show_affinity)


def show_report(
    metric: Annotated[str, typer.Argument(help="coverage, units_attach, conversion, renewal_rate, …")],
    by: Annotated[str | None, typer.Option("--by", help="Dimensions, separated by commas.")] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help="DIMENSION=VALUE, once for each: keep that part of the company."),
    ] = None,
    date_from: Annotated[datetime | None, typer.Option("--from", formats=DAY)] = None,
    date_to: Annotated[datetime | None, typer.Option("--to", formats=DAY)] = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
    with_rows: Annotated[bool, typer.Option("--rows", help="The rows behind the figure as well.")] = False,
    restated: Annotated[
        bool, typer.Option("--restated", help="What has become of the figure since the as-of day, and why.")
    ] = False,
    csv_file: Annotated[Path | None, typer.Option("--csv", help="Write it to this file.")] = None,
    xlsx_file: Annotated[Path | None, typer.Option("--xlsx", help="Write it as a workbook.")] = None,
) -> None:
    """Show a figure with its numerator, denominator and interval."""
    part = _read_only(only or ())
    if part and restated:
        raise typer.BadParameter("what was restated is told of the whole company", param_hint="--only")
    with reporting():
        from bot.database import build_read_scope
        from bot.report_files import build_csv, build_workbook, write_file
        from offers.metrics.pacing import find_progress_of
        from offers.metrics.restatement import restate
        from offers.reporting import find_curve, find_rows, open_window, report

        settings = read_settings()
        options = {
            "by": tuple(part.strip() for part in by.split(",")) if by else (),
            "date_from": date_from.date() if date_from else None,
            "date_to": date_to.date() if date_to else None,
            "as_of": as_of.date() if as_of else None,
            "now": utc_now(),
            "settings": settings.metric_settings,
        }
        with build_read_scope(open_reader(settings))() as session:
            result = report(session, metric, only=part, **options)  # type: ignore[arg-type]
            rows = (
                find_rows(session, metric, only=part, **options)  # type: ignore[arg-type]
                if with_rows
                else None
            )
            curve = find_curve(session, metric, only=part, **options) if xlsx_file else None  # type: ignore[arg-type]
            window = open_window(result.metric, **options)  # type: ignore[arg-type]
            changed = restate(session, metric, window, now=utc_now()) if restated else None
            paces = find_progress_of(
                session,
                result,
                now=utc_now(),
                as_of=as_of.date() if as_of else None,
                settings=settings.metric_settings,
            )
        if csv_file is not None:
            write_file(csv_file, build_csv(result, rows))
        if xlsx_file is not None:
            write_file(xlsx_file, build_workbook(result, rows, curve))
        if as_json:
            print_json(_build_document(result, rows, changed, paces))
        elif csv_file is None and xlsx_file is None:
            _print_report(result, paces)
            _print_rows(rows or ())
            if changed is not None:
                _print_restatement(changed)


def _read_only(only: Sequence[str]) -> dict[str, str]:
    """Return the parts as they were written: "region=South". A value may hold an equals sign itself."""
    pairs = [one.partition("=") for one in only]
    for written, (name, sign, value) in zip(only, pairs, strict=True):
        if not (name.strip() and sign and value):
            raise typer.BadParameter(f"“{written}” is not DIMENSION=VALUE", param_hint="--only")
    return {name.strip(): value.strip() for name, _, value in pairs}


def _build_document(
    result: "Report",
    rows: "Sequence[Entry] | None",
    changed: "Restatement | None",
    paces: "Mapping[Group, Progress]",
) -> dict[str, Any]:
    document = result.as_json()
    for row in (*document["rows"], document["total"]):
        progress = paces.get(tuple(row["group"].values()))
        if progress is not None:
            row["progress"] = progress.as_json()
    if rows is not None:
        document["entries"] = [row.as_json() for row in rows]
    if changed is not None:
        document["restated"] = changed.as_json()
    return document


def _print_rows(rows: "Sequence[Entry]") -> None:
    for row in rows:
        account = f"  {row.account_id}" if row.account_id != row.entry_id else ""
        out.print(f"  {row.entry_id}{account}: {row.numerator} / {row.denominator}", markup=False)


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
                    "renewals": [{**asdict(one), "ends_on": str(one.ends_on)} for one in due],
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


def _print_report(report: "Report", paces: "Mapping[Group, Progress]") -> None:
    from bot.views.pace import describe_progress

    period = f", {report.date_from} to {report.date_to}" if report.date_from else ""
    out.print(f"{report.metric}{period}, as of {report.as_of}", markup=False)
    out.print(report.definition, markup=False)
    for row in (*report.rows, report.total):
        is_total = row is report.total
        group = ", ".join(str(value) if value is not None else "unknown" for value in row.group.values())
        out.print(f"{'total' if is_total else group:32} {_describe(report.metric, row)}", markup=False)
        progress = paces.get(tuple(row.group.values()))
        if progress is not None:
            out.print(f"    {describe_progress(report.metric, progress)}", markup=False)


def _print_restatement(changed: "Restatement") -> None:
    if not changed.changes:
        out.print("Nothing that was recorded later changes it.", markup=False)
        return
    out.print("As it is known now:", markup=False)
    for name, counts in (("then", changed.before), ("now", changed.after)):
        if counts is not None:
            out.print(f"  {name}: {counts.numerator} / {counts.denominator}", markup=False)
    for one in changed.changes:
        before, after = (
            f"{side[0]} / {side[1]}" if side else "not there" for side in (one.before, one.after)
        )
        out.print(f"  {one.entry_id}: {before} -> {after}; {'; '.join(one.reasons)}", markup=False)


def _describe(metric: str, row: "Figure") -> str:
    from offers.metrics.catalogue import METRIC_TABLE

    interval = "" if row.low is None or row.high is None else f"  [{row.low * 100:.1f}, {row.high * 100:.1f}]"
    target = "" if row.target is None else f"  target {row.target * 100:.1f} %"
    if row.numerator is None or row.denominator is None:
        return "        –  (currencies are not added)"
    counts = f"{_amount(row.numerator, row.currency)} / {_amount(row.denominator, row.currency)}"
    amounts = METRIC_TABLE[metric].amounts
    asides = "".join(
        f"  {name.replace('_', ' ')} {_amount(value, row.currency if name in amounts else None)}"
        for name, value in row.asides.items()
    )
    shrunk = "" if row.shrunk is None else f"  shrunk {row.shrunk * 100:.1f} %"
    return f"{_percent(row.rate):>9}  {counts}{interval}{target}{shrunk}{asides}"


def _print_outlook(outlook: "Outlook") -> None:
    for month, figure in zip(outlook.months, outlook.figures, strict=True):
        out.print(
            f"{month}  {_percent(figure.rate):>9}  {figure.numerator} / {figure.denominator}", markup=False
        )
    found = outlook.forecast
    if found is None:
        out.print("Too little history for a forecast: it takes three months with a base.", markup=False)
        return
    for month, point in zip(outlook.ahead, found.points, strict=True):
        band = f"[{point.low * 100:.1f}, {point.high * 100:.1f}]"
        to_come = f"about {point.numerator:.0f} of {point.denominator:.0f}"
        out.print(f"{month}  {_percent(point.rate):>9}  {band}  {to_come}  (forecast)", markup=False)
    words = f"{found.method}, from {found.months_of_history} months"
    if found.error is not None and found.naive_error is not None:
        words += (
            f"; off by {found.error * 100:.1f} points in {found.tested} tested months, "
            f"{found.naive_error * 100:.1f} had it been taken from the month before"
        )
    out.print(words, markup=False)


def _percent(rate: float | None) -> str:
    return "–" if rate is None else f"{rate * 100:.2f} %"


def _amount(value: int, currency: str | None) -> str:
    from bot.mrkdwn import format_money

    return f"{value}" if currency is None else format_money(value, currency)
