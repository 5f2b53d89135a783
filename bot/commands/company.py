"""`attache import`, `offers` and `held`: the company's own records and what would be offered on them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.clock import utc_now
from bot.commands.files import CsvOption, XlsxOption, write_list
from bot.console import err, open_reader, out, print_json, progress_bar, read_settings, reporting
from bot.errors import InputRejected

if TYPE_CHECKING:
    from sqlmodel import Session

    from offers.deciding.held import HeldBack
    from offers.importing.checks import RowProblem
    from offers.importing.importer import FileReport

DAY = ["%Y-%m-%d"]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("import")(import_files)
    app.command("offers")(show_offers)
    app.command("held")(show_held)


def import_files(
    paths: Annotated[list[Path], typer.Argument(help="CSV or XLSX files, or folders of them.")],
    mapping: Annotated[
        Path | None,
        typer.Option("--map", help="Other systems' headers, in YAML or TOML, or salesforce, erpnext."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change, change nothing.")
    ] = False,
    recorded_at: Annotated[
        datetime | None, typer.Option("--recorded-at", formats=DAY, help="For loading history.")
    ] = None,
) -> None:
    """Bring in customers, machines, contracts, orders and people; a file with a bad row is left out whole."""
    with reporting():
        from bot.access import OPERATOR
        from bot.app import open_database
        from bot.database import build_session_scope, refresh_statistics
        from offers.importing import ImportProgress, import_paths

        settings = read_settings()
        engine = open_database(settings)
        scope = build_session_scope(engine)
        moment = recorded_at.replace(tzinfo=UTC) if recorded_at else utc_now()
        with progress_bar("rows") as bar:
            tasks: dict[str, Any] = {}

            def show(progress: ImportProgress) -> None:
                name = progress.path.name
                if name not in tasks:
                    tasks[name] = bar.add_task(name, total=progress.total)
                bar.update(tasks[name], completed=progress.done, total=progress.total)

            report = import_paths(
                scope,
                paths,
                mapping=mapping,
                dry_run=dry_run,
                recorded_at=moment,
                person=OPERATOR,
                now=utc_now(),
                on_progress=show,
            )
        if not dry_run:
            refresh_statistics(engine)
        for file in report.files:
            _print_import(file, dry_run=dry_run)
        refused = sum(bool(file.problems) for file in report.files)
        if refused:
            raise InputRejected(refused, "file was" if refused == 1 else "files were")


def _print_import(file: "FileReport", *, dry_run: bool) -> None:
    done = "would be " if dry_run else ""
    out.print(
        f"{file.path.name}: {file.rows} rows, {done}{file.inserted} inserted, "
        f"{file.updated} updated, {file.unchanged} unchanged",
        markup=False,
    )
    for change in file.changes if dry_run else ():
        what = f"{change.key} {change.column}: {change.before or '–'} -> {change.after or '–'}"
        out.print(f"  {what}", markup=False)
    for problem in file.problems:
        err.print(_say_where(file, problem), style="red", markup=False)
    for remark in file.remarks:
        err.print(_say_where(file, remark), style="yellow", markup=False)


def _say_where(file: "FileReport", problem: "RowProblem") -> str:
    places = [
        f"line {problem.line}" if problem.line else "",
        f"column {problem.column}" if problem.column else "",
    ]
    where = ": ".join([file.path.name, *filter(None, [", ".join(filter(None, places))])])
    return f"{where}: {problem.reason}"


def show_offers(
    target: Annotated[str, typer.Argument(help="A serial number, asset id, account id or decision id.")],
    as_of: Annotated[datetime | None, typer.Option("--as-of", formats=DAY)] = None,
    as_json: JsonOption = False,
) -> None:
    """Show what would be offered, and why not the rest; nothing is logged or shown to anybody.

    Of a decision (DE-...) it shows all that was considered then, and makes it again to compare.
    """
    with reporting():
        from bot.database import build_read_scope
        from offers.deciding.proposals import evaluate

        settings = read_settings()
        engine = open_reader(settings)
        with build_read_scope(engine)() as session:
            if target.startswith("DE-"):
                _show_decision(session, target, as_json=as_json)
                return
            moment = as_of.date() if as_of else utc_now()
            document = evaluate(session, target, as_of=moment, policy=settings.offer_policy).as_json()
        if as_json:
            print_json(document)
            return
        for offer in document["offers"]:
            price = offer["price"]
            out.print(
                f"{offer['play']}: {offer['sku']} for {offer['asset']}, "
                f"{_money(price['unit_amount_minor'], price['currency'])}",
                markup=False,
            )
            for reason in offer["reasons"]:
                out.print(f"  + {reason}", markup=False)
        if not document["offers"]:
            out.print("Nothing would be offered.")
        for rejected in document["rejected"]:
            out.print(f"  - {rejected['play']} {rejected['sku'] or ''}: {rejected['reason']}", markup=False)


def _show_decision(session: "Session", decision_id: str, *, as_json: bool) -> None:
    from bot.access import OPERATOR
    from offers.deciding.replay import replay

    again = replay(session, decision_id, reader=OPERATOR)
    document = again.decision.as_json() | {
        "replay": {
            "same_policy": again.is_same_policy,
            "differences": None if again.differences is None else list(again.differences),
        }
    }
    if as_json:
        print_json(document)
        return
    out.print(f"{decision_id} of {document['decided_at']}, policy {document['policy_version']}", markup=False)
    out.print(document["held"] or "One offer was shown.", markup=False)
    for one in again.decision.considered:
        sign = "+" if one.is_chosen else "-"
        terms = ", ".join(f"{name} {value:g}" for name, value in one.score.items())
        chance = f" [probability {one.probability:.3f}]" if one.probability is not None else ""
        words = one.reason or "chosen"
        out.print(f"  {sign} {one.play} {one.sku or ''}: {words}{chance}", markup=False)
        if terms:
            out.print(f"      {terms}", markup=False)
    for difference in again.differences or ():
        out.print(f"  made again: {difference}", markup=False)
    if again.differences == ():
        out.print("Made again, it comes out the same.", markup=False)


def show_held(
    date_from: Annotated[datetime | None, typer.Option("--from", formats=DAY)] = None,
    date_to: Annotated[datetime | None, typer.Option("--to", formats=DAY)] = None,
    as_json: JsonOption = False,
    csv_file: CsvOption = None,
    xlsx_file: XlsxOption = None,
) -> None:
    """Show what restraint held back in a period (90 days without one): opportunities, and what was asked for them."""
    with reporting():
        from bot.access import OPERATOR
        from bot.database import build_read_scope
        from bot.files.list_tables import tabulate_held
        from bot.files.lists import ListFile
        from offers.deciding.held import list_held_back

        engine = open_reader(read_settings())
        last_day = date_to.date() if date_to else utc_now().date()
        first_day = date_from.date() if date_from else last_day - timedelta(days=90)
        with build_read_scope(engine)() as session:
            held = list_held_back(session, first_day=first_day, last_day=last_day, reader=OPERATOR)
        notes = [("from", first_day), ("to", last_day)]
        tables = {"held back": tabulate_held(held)}
        found = ListFile("held-back", "What restraint held back", last_day, tables, notes)
        is_written = write_list(found, csv_file, xlsx_file)
        if as_json:
            rows = [one.as_json() for one in held]
            print_json({"from": first_day.isoformat(), "to": last_day.isoformat(), "rows": rows})
        elif not is_written:
            out.print(f"Held back, {first_day} to {last_day}:", markup=False)
            _print_held(held)


def _print_held(held: "Sequence[HeldBack]") -> None:
    for one in held:
        value = _money(one.amount_minor, one.currency)
        out.print(f"{one.restraint:20} {one.opportunities:>6}  {value}", markup=False)
    if not held:
        out.print("Nothing was held back.")


def _money(amount_minor: int, currency: str) -> str:
    from bot.mrkdwn import format_money

    return format_money(amount_minor, currency)
