"""`attache report`: a figure with what it is made of, in words, as a document, or as files."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.clock import utc_now
from bot.commands.files import CsvOption, XlsxOption
from bot.console import err, open_reader, out, print_json, read_settings, reporting

if TYPE_CHECKING:
    from sqlmodel import Session

    from offers.attach_rate import Group
    from offers.guardrails import Guardrails
    from offers.metrics.entries import Entry
    from offers.metrics.entry_facts import EntryFacts
    from offers.metrics.figures import Figure, Report
    from offers.metrics.progress import Progress
    from offers.metrics.restatement import Restatement
    from offers.survival import SurvivalCurve

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
        from bot.report_files import build_csv, write_file

        settings = read_settings()
        options: dict[str, Any] = {
            "by": dimensions,
            **days,
            "now": utc_now(),
            "settings": settings.metric_settings,
        }
        wanted = {name for name, is_wanted in (("rows", with_rows), ("restated", restated)) if is_wanted}
        if xlsx_file is not None:
            wanted.add("curve")
        _tell_ahead(options["date_from"], options["as_of"], options["now"].date())
        with build_read_scope(open_reader(settings))() as session:
            found = _look(session, metric, part, options, wanted)
        if csv_file is not None:
            write_file(csv_file, build_csv(found.report, found.rows, found.facts))
        if xlsx_file is not None:
            write_file(xlsx_file, found.build_workbook())
        if as_json:
            print_json(found.as_json())
        elif csv_file is None and xlsx_file is None:
            _print(found)


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
    if found is not None and not found.is_windowed and "month" not in by:
        if first is not None and last is None and known is None:
            sentence = f"{metric} is read on one day: name it with --to or --as-of, or ask --by month"
            raise typer.BadParameter(sentence, param_hint="--from")
        first, known = None, known or last
    return {"date_from": first, "date_to": last, "as_of": known}


def _tell_ahead(date_from: date | None, as_of: date | None, today: date) -> None:
    """Print on standard error that a period has not begun, or that the day it is known at hasn't come."""
    ahead = next((day for day in (date_from, as_of) if day is not None and day > today), None)
    if ahead is not None:
        err.print(
            f"{ahead} lies in the future: this is what is known today. "
            "`attache forecast` tells what is expected.",
            markup=False,
        )


@dataclass(frozen=True, slots=True)
class _Found:
    """A report with what was asked for beside it.

    `paces` is where the targets of its rows stand, `names` what its ids are called, `facts` what its rows are known by,
    `beside` the guardrails of an attach figure.
    """

    report: "Report"
    paces: "Mapping[Group, Progress]"
    names: Mapping[str, str]
    rows: "Sequence[Entry] | None"
    facts: "EntryFacts | None"
    curve: "SurvivalCurve | None"
    restated: "Restatement | None"
    beside: "Guardrails | None"

    def as_json(self) -> dict[str, Any]:
        """Return the document that `--json` prints."""
        document = self.report.as_json()
        for row in (*document["rows"], document["total"]):
            progress = self.paces.get(tuple(row["group"].values()))
            if progress is not None:
                row["progress"] = progress.as_json()
        if self.rows is not None:
            document["entries"] = [row.as_json() for row in self.rows]
        if self.restated is not None:
            document["restated"] = self.restated.as_json()
        if self.beside is not None:
            document["guardrails"] = self.beside.as_json()
        return document

    def build_workbook(self) -> bytes:
        """Return the workbook that `--xlsx` writes."""
        from bot.report_files import build_workbook
        from bot.views.guardrails import note_guardrails

        return build_workbook(
            self.report,
            self.rows,
            self.curve,
            facts=self.facts,
            names=self.names,
            notes=note_guardrails(self.beside),
        )


def _look(
    session: "Session",
    metric: str,
    part: Mapping[str, str],
    options: Mapping[str, Any],
    wanted: Collection[str],
) -> _Found:
    from bot.figures.beside import find_beside
    from bot.figures.names import load_names
    from offers.metrics.pacing import find_progress_of
    from offers.metrics.part_values import check_parts
    from offers.metrics.restatement import restate
    from offers.reporting import find_curve, find_facts, find_rows, open_window, report

    check_parts(session, metric, part)
    result = report(session, metric, only=part, **options)
    shared = {name: options[name] for name in ("now", "as_of", "settings")}
    rows = find_rows(session, metric, only=part, **options) if "rows" in wanted else None
    return _Found(
        report=result,
        paces=find_progress_of(session, result, only=part, **shared),
        names=load_names(session, result),
        rows=rows,
        facts=find_facts(session, result, rows, now=options["now"]) if rows is not None else None,
        curve=find_curve(session, metric, only=part, **options) if "curve" in wanted else None,
        restated=restate(session, metric, open_window(metric, **options), now=options["now"], only=part)
        if "restated" in wanted
        else None,
        beside=find_beside(session, result, now=options["now"], settings=options["settings"], only=part),
    )


def _print(found: _Found) -> None:
    from bot.views.figures import name_group
    from bot.views.guardrails import outline_guardrails, warn_of
    from bot.views.pace import describe_progress

    report = found.report
    out.print(", ".join([report.metric, *_name_part(found), _say_days(report)]), markup=False)
    out.print(report.definition, markup=False)
    labels = {one: _name(one, found.names) for one in found.names}
    for row in (*report.rows, report.total):
        is_total = row is report.total
        group = name_group(row, labels)
        out.print(f"{'total' if is_total else group:32} {_describe(report.metric, row)}", markup=False)
        progress = found.paces.get(tuple(row.group.values()))
        if progress is not None:
            out.print(f"    {describe_progress(report.metric, progress)}", markup=False)
    if found.beside is not None:
        out.print(f"Beside it, {outline_guardrails(found.beside)}", markup=False)
        warning = warn_of("The figure", found.beside.flagged)
        if warning is not None:
            out.print(f"Look: {warning}", markup=False)
    if found.rows is not None and found.facts is not None:
        _print_rows(found.rows, found.facts)
    if found.restated is not None:
        _print_restatement(found.restated)


def _name_part(found: _Found) -> list[str]:
    return [f"{name} {_name(value, found.names)}" for name, value in found.report.only.items()]


def _name(value: str | None, names: Mapping[str, str]) -> str:
    """Return what a group is called, with its id where that is something else."""
    if value is None:
        return "unknown"
    return f"{names[value]} ({value})" if value in names else value


def _say_days(report: "Report") -> str:
    from bot.report_tables import name_days

    (first, start), *others = name_days(report)
    if not others:
        return f"{first} {start}"
    (_, last), (_, known) = others
    return f"{start} to {last}, as of {known}"


def _print_rows(rows: "Sequence[Entry]", facts: "EntryFacts") -> None:
    for row in rows:
        known = ", ".join(str(fact) for fact in facts.cells[row.entry_id] if fact is not None)
        out.print(f"  {row.entry_id}: {row.numerator} / {row.denominator}  {known}", markup=False)


def _print_restatement(changed: "Restatement") -> None:
    if not changed.changes:
        out.print("Nothing that was recorded later changes it.", markup=False)
        return
    out.print("As it is known now:", markup=False)
    for currency, sides in (changed.currencies or {"": (changed.before, changed.after)}).items():
        for name, counts in zip(("then", "now"), sides, strict=True):
            if counts is not None:
                known = f"{name}, {currency}" if currency else name
                out.print(
                    f"  {known}: {_both(counts.numerator, counts.denominator, counts.currency)}", markup=False
                )
    for one in changed.changes:
        before, after = (
            _both(*side, currency) if side else "not there"
            for side, currency in ((one.before, one.currency), (one.after, one.now_in or one.currency))
        )
        reasons = "; ".join(one.reasons)
        out.print(f"  {one.entry_id}: {before} -> {after}; {reasons}", markup=False)


def _both(numerator: int, denominator: int, currency: str | None) -> str:
    return f"{_amount(numerator, currency)} / {_amount(denominator, currency)}"


def _describe(metric: str, row: "Figure") -> str:
    from offers.metrics.catalogue import METRIC_TABLE

    interval = "" if row.low is None or row.high is None else f"  [{row.low * 100:.1f}, {row.high * 100:.1f}]"
    target = "" if row.target is None else f"  target {row.target * 100:.1f} %"
    if row.numerator is None or row.denominator is None:
        return "        –  (currencies are not added)"
    counts = show_counts(row)
    amounts = METRIC_TABLE[metric].amounts
    asides = "".join(
        f"  {name.replace('_', ' ')} {_amount(value, row.currency if name in amounts else None)}"
        for name, value in row.asides.items()
    )
    shrunk = "" if row.shrunk is None else f"  shrunk {row.shrunk * 100:.1f} %"
    return f"{show_percent(row.rate):>9}  {counts}{interval}{target}{shrunk}{asides}"


def show_counts(row: "Figure") -> str:
    """Return a row's numerator and denominator, amounts as money."""
    return _both(row.numerator or 0, row.denominator or 0, row.currency)


def show_percent(rate: float | None) -> str:
    """Return a rate in percent with two decimals, a dash without one."""
    return "–" if rate is None else f"{rate * 100:.2f} %"


def _amount(value: int, currency: str | None) -> str:
    from bot.mrkdwn import format_money

    return f"{value}" if currency is None else format_money(value, currency)
