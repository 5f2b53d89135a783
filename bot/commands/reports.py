"""`attache report`: a figure with what it is made of, in words, as a document, or as files."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.clock import utc_now
from bot.commands.files import CsvOption, XlsxOption
from bot.commands.found_report import FoundReport
from bot.console import err, open_reader, print_json, read_settings, reporting

if TYPE_CHECKING:
    from sqlmodel import Session


DAY = ["%Y-%m-%d"]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
AsOfOption = Annotated[
    datetime | None, typer.Option("--as-of", formats=DAY, help="As it was known that day.")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("report")(show_report)


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
    csv_file: CsvOption = None,
    xlsx_file: XlsxOption = None,
) -> None:
    """Show a figure with its numerator, denominator and interval."""
    part = _read_only(only or ())
    dimensions = tuple(part.strip() for part in by.split(",")) if by else ()
    days = _read_days(metric, dimensions, date_from, date_to, as_of)
    with reporting():
        from bot.database import build_read_scope
        from bot.files.reports import build_csv, write_file

        _require_order(date_from, date_to or as_of)
        settings = read_settings()
        options: dict[str, Any] = {
            "by": dimensions,
            **days,
            "now": utc_now(),
            "settings": settings.metric_settings,
        }
        wanted = {name for name, is_wanted in (("rows", with_rows), ("restated", restated)) if is_wanted}
        if xlsx_file is not None:
            wanted |= {"curve", "trend"}
        if as_json or csv_file is not None or xlsx_file is not None:
            wanted.add("guardrails")
        _tell_ahead(options["date_from"], options["as_of"], options["now"].date())
        with build_read_scope(open_reader(settings))() as session:
            found = _look(session, metric, part, options, wanted)
        if csv_file is not None:
            write_file(csv_file, build_csv(found.report, found.rows, found.facts, paces=found.paces))
            _write_beside(csv_file, found)
        if xlsx_file is not None:
            write_file(xlsx_file, found.build_workbook())
        if as_json:
            print_json(found.as_json())
        elif csv_file is None and xlsx_file is None:
            found.print()


def _write_beside(csv_file: Path, found: FoundReport) -> None:
    """Write the guardrails of an attach figure, and what has become of it, into files beside the report's; say so.

    Remarks, which a table has no place for, are said.
    """
    from bot.files.guardrails import build_guardrail_csv, name_beside
    from bot.files.reports import write_file
    from bot.files.restatements import build_restated_csv, name_restated

    for remark in found.list_remarks():
        err.print(remark, markup=False)
    if found.beside is not None:
        path = csv_file.with_name(name_beside(csv_file.name))
        write_file(path, build_guardrail_csv(found.report, found.beside))
        err.print(f"What stands beside the figure is in {path}", markup=False)
    if found.restated is not None:
        path = csv_file.with_name(name_restated(csv_file.name))
        write_file(path, build_restated_csv(found.report, found.restated))
        err.print(f"What has become of the figure is in {path}", markup=False)


def _read_only(only: Sequence[str]) -> dict[str, str]:
    """Return the parts as they were written: "region=South". A value may hold an equals sign itself."""
    pairs = [one.partition("=") for one in only]
    for written, (name, sign, value) in zip(only, pairs, strict=True):
        if not (name.strip() and sign and value):
            raise typer.BadParameter(f"“{written}” is not DIMENSION=VALUE", param_hint="--only")
    return {name.strip(): value.strip() for name, _, value in pairs}


def _read_days(
    metric: str,
    by: Collection[str],
    date_from: datetime | None,
    date_to: datetime | None,
    as_of: datetime | None,
) -> dict[str, date | None]:
    """Return the window and the day it is known at. A figure of one day is read on the last, as it was known then."""
    from offers.metrics.catalogue import METRIC_TABLE

    first, last, known = (day.date() if day else None for day in (date_from, date_to, as_of))
    found = METRIC_TABLE.get(metric)
    if found is not None and found.is_of_a_day(by):
        if first is not None and last is None and known is None:
            sentence = f"{metric} is read on one day: name it with --to or --as-of, or ask --by month"
            raise typer.BadParameter(sentence, param_hint="--from")
        first, known = None, known or last
    return {"date_from": first, "date_to": last, "as_of": known}


def _require_order(first: datetime | None, last: datetime | None) -> None:
    """Raise WindowReversed, for a figure of one day too, which no window is opened for."""
    from offers.errors import WindowReversed

    if first is not None and last is not None and first > last:
        raise WindowReversed(first.date(), last.date())


def _tell_ahead(date_from: date | None, as_of: date | None, today: date) -> None:
    """Print on standard error that a period has not begun, or that the day it is known at hasn't come."""
    ahead = next((day for day in (date_from, as_of) if day is not None and day > today), None)
    if ahead is not None:
        err.print(
            f"{ahead} lies in the future: this is what is known today. "
            "`attache forecast` tells what is expected.",
            markup=False,
        )


def _look(
    session: "Session",
    metric: str,
    part: Mapping[str, str],
    options: Mapping[str, Any],
    wanted: Collection[str],
) -> FoundReport:
    from bot.access import OPERATOR
    from bot.figures.beside import find_beside
    from bot.figures.names import load_names
    from bot.figures.versus import find_known_since
    from bot.views.readings import list_readings
    from offers.metrics.pacing import find_progress_of
    from offers.metrics.part_values import check_parts
    from offers.metrics.recent import Viewer
    from offers.metrics.restatement import restate
    from offers.metrics.trend import find_trend
    from offers.reporting import find_curve, find_facts, find_rows, open_window, report

    check_parts(session, metric, part)
    result = report(session, metric, only=part, **options)
    shared = {name: options[name] for name in ("now", "as_of", "settings")}
    rows = find_rows(session, metric, only=part, **options) if "rows" in wanted else None
    return FoundReport(
        report=result,
        paces=find_progress_of(session, result, only=part, **shared),
        names=load_names(session, result),
        rows=rows,
        facts=find_facts(session, result, rows, now=options["now"]) if rows is not None else None,
        curve=find_curve(session, metric, only=part, **options) if "curve" in wanted else None,
        restated=restate(session, metric, open_window(metric, **options), now=options["now"], only=part)
        if "restated" in wanted
        else None,
        trend=find_trend(session, result, only=part, reader=OPERATOR, **shared)
        if "trend" in wanted
        else None,
        beside=find_beside(
            session,
            result,
            now=options["now"],
            settings=options["settings"],
            only=part,
            is_whole="guardrails" in wanted,
        ),
        remarks=(
            *find_known_since(session, result, Viewer(options["now"], options["settings"], only=part)),
            *list_readings(result),
        ),
    )
